// Workspaces of the C interface, and the store that calls without one borrow
// from.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/c/guard.h"
#include "sampler/c/handles.h"
#include "sampler/c/steps.h"
#include "sampler/c/work.h"

namespace sampler::c {

std::shared_ptr<WorkStore> WorkStore::Shared() {
  // Never destroyed: sequences may outlive the end of main.
  static std::mutex& mutex = *new std::mutex;
  static std::weak_ptr<WorkStore>& shared = *new std::weak_ptr<WorkStore>;
  const std::lock_guard<std::mutex> lock(mutex);
  std::shared_ptr<WorkStore> store = shared.lock();
  if (store == nullptr) {
    store = std::make_shared<WorkStore>();
    shared = store;
  }
  return store;
}

std::shared_ptr<Work> WorkStore::Take(const Work* wanted) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (idle_.empty()) {
    // Room for its return, which must not fail.
    idle_.reserve(++made_);
    return std::make_shared<Work>(WorkOwner::kStore);
  }
  for (std::shared_ptr<Work>& idle : idle_) {
    if (idle.get() == wanted) std::swap(idle, idle_.back());
  }
  std::shared_ptr<Work> work = std::move(idle_.back());
  idle_.pop_back();
  return work;
}

void WorkStore::Return(std::shared_ptr<Work> work) {
  const std::lock_guard<std::mutex> lock(mutex_);
  idle_.push_back(std::move(work));
}

namespace {

constexpr std::size_t kMostTextTokens = std::size_t{1} << 24;

// Makes steps that need as much memory as any: on a row whose tokens are all
// alike, so that all survive, on one in which no two are, and, of the widest
// type, with a mask that neither allows few nor bans few, so that the row is
// copied.
absl::Status Grow(Workspace& workspace, const Pipeline& pipeline,
                  std::size_t text_tokens) {
  const auto size = static_cast<std::size_t>(pipeline.vocabulary_size());
  std::vector<TokenId> text(text_tokens);
  for (std::size_t i = 0; i < text.size(); ++i) {
    text[i] = static_cast<TokenId>(i % size);
  }
  const auto sequence =
      pipeline.NewSequence({.seed = 0, .prompt = std::move(text)});
  if (!sequence.ok()) return sequence.status();
  std::vector<float> row(size, 0.0F);
  std::vector<std::uint32_t> words((size + 31) / 32, ~std::uint32_t{0});
  StepInputs inputs;
  if (pipeline.Reads(StepInput::kMask)) {
    inputs.mask = TokenMask(absl::MakeConstSpan(words));
  }
  if (pipeline.Reads(StepInput::kUniform)) inputs.uniform = 0.5;
  if (pipeline.Reads(StepInput::kUnconditional)) {
    inputs.unconditional = Logits(absl::MakeConstSpan(row));
  }
  pipeline.Sample(row, *sequence, workspace, inputs);
  for (std::size_t i = 0; i < size; ++i) {
    row[i] = static_cast<float>(i) * 0x1p-16F;
  }
  pipeline.Sample(row, *sequence, workspace, inputs);
  if (inputs.mask.has_value()) {
    std::fill(words.begin(), words.end(), 0x55555555U);
    const std::vector<double> wide(row.begin(), row.end());
    pipeline.Sample(wide, *sequence, workspace, inputs);
  }
  return absl::OkStatus();
}

}  // namespace

}  // namespace sampler::c

extern "C" {

sampler_status sampler_workspace_create(sampler_workspace** workspace,
                                        sampler_error* error) {
  return sampler::c::Guarded(error, [&] {
    if (workspace == nullptr) {
      return sampler::c::Invalid(error, "workspace: got NULL");
    }
    *workspace = new sampler_workspace;
    return SAMPLER_OK;
  });
}

void sampler_workspace_free(sampler_workspace* workspace) { delete workspace; }

sampler_status sampler_workspace_reserve(sampler_workspace* workspace,
                                         const sampler_pipeline* pipeline,
                                         size_t text_tokens,
                                         sampler_error* error) {
  using sampler::c::Fail;
  return sampler::c::OnWorkspace(workspace, error, [&] {
    if (pipeline == nullptr) {
      return sampler::c::Invalid(error, "pipeline: got NULL");
    }
    if (text_tokens > sampler::c::kMostTextTokens) {
      return Fail(error, SAMPLER_OUT_OF_RANGE,
                  absl::StrCat("text_tokens: got ", text_tokens,
                               ", want at most ", sampler::c::kMostTextTokens));
    }
    const absl::Status grown = sampler::c::Grow(
        workspace->work->workspace, pipeline->pipeline, text_tokens);
    return grown.ok() ? SAMPLER_OK : Fail(error, grown);
  });
}

}  // extern "C"
