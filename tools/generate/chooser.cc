#include "tools/generate/chooser.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "sampler/adapters/llama_cpp.h"
#include "sampler/candidates/candidates.h"
#include "tools/generate/llama_chain.h"

namespace sampler::tools {
namespace {

using Choice = std::optional<llama_token>;

absl::StatusOr<Choice> NoToken(RowStatus status) {
  if (status == RowStatus::kNoCandidate) return std::nullopt;
  return absl::InternalError(
      absl::StrCat("no token can be drawn: ", RowStatusName(status)));
}

class OurChooser final : public Chooser {
 public:
  OurChooser(const Pipeline& pipeline, Sequence sequence,
             std::shared_ptr<Workspace> workspace)
      : pipeline_(pipeline),
        sequence_(std::move(sequence)),
        workspace_(std::move(workspace)) {}

  absl::StatusOr<Choice> Next(const float* row) override {
    const auto size = static_cast<std::size_t>(pipeline_.vocabulary_size());
    const Token token = pipeline_.Sample(Logits(row, DType::kF32, size),
                                         sequence_, *workspace_);
    if (token.status != RowStatus::kOk) return NoToken(token.status);
    absl::Status accepted = sequence_.Accept(token);
    if (!accepted.ok()) return accepted;
    return token.id;
  }

  Sequence* sequence() override { return &sequence_; }

 private:
  Pipeline pipeline_;
  Sequence sequence_;
  std::shared_ptr<Workspace> workspace_;
};

// Any sampler of llama.cpp, used as llama_sampler_sample uses it.
class LlamaChooser final : public Chooser {
 public:
  using Candidates = std::vector<llama_token_data>;

  LlamaChooser(LlamaSamplerPointer smpl, std::shared_ptr<Workspace> workspace,
               std::shared_ptr<Candidates> candidates)
      : workspace_(std::move(workspace)),
        candidates_(std::move(candidates)),
        smpl_(std::move(smpl)) {}

  absl::StatusOr<Choice> Next(const float* row) override {
    for (std::size_t i = 0; i < candidates_->size(); ++i) {
      (*candidates_)[i] = {static_cast<llama_token>(i), row[i], 0.0F};
    }
    llama_token_data_array array = {candidates_->data(), candidates_->size(),
                                    -1, false};
    llama_sampler_apply(smpl_.get(), &array);
    if (array.selected < 0) {
      const LlamaSampler* const ours = LlamaSampler::Of(smpl_.get());
      return NoToken(ours == nullptr ? RowStatus::kNoCandidate
                                     : ours->last().status);
    }
    const llama_token token = array.data[array.selected].id;
    llama_sampler_accept(smpl_.get(), token);
    return token;
  }

 private:
  std::shared_ptr<Workspace> workspace_;  // Outlives the sampler.
  std::shared_ptr<Candidates> candidates_;
  LlamaSamplerPointer smpl_;
};

}  // namespace

const char* ChooserName(ChooserKind kind) {
  switch (kind) {
    case ChooserKind::kOurs:
      return "ours";
    case ChooserKind::kAdapter:
      return "adapter";
    case ChooserKind::kLlama:
      break;
  }
  return "llama";
}

absl::StatusOr<std::vector<std::unique_ptr<Chooser>>> MakeChoosers(
    ChooserKind kind, const Pipeline& pipeline, std::int64_t count,
    const ChooserOptions& options, std::vector<std::string>* notes) {
  const auto workspace = std::make_shared<Workspace>();
  const auto candidates = std::make_shared<std::vector<llama_token_data>>();
  candidates->resize(static_cast<std::size_t>(pipeline.vocabulary_size()));
  std::vector<std::unique_ptr<Chooser>> choosers;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint32_t stream =
        options.first_stream + static_cast<std::uint32_t>(i);
    if (kind == ChooserKind::kLlama) {
      const LlamaChainOptions chain_options = {
          .vocabulary_size =
              static_cast<std::int32_t>(pipeline.vocabulary_size()),
          // As the parity mode numbers them.
          .seed = static_cast<std::uint32_t>(options.seed) + stream,
          .context = static_cast<std::int32_t>(options.context)};
      absl::StatusOr<LlamaSamplerPointer> chain = MakeLlamaChain(
          pipeline.config(), chain_options, i == 0 ? notes : nullptr);
      if (!chain.ok()) return chain.status();
      for (const llama_token token : options.prompt) {
        llama_sampler_accept(chain->get(), token);
      }
      choosers.push_back(std::make_unique<LlamaChooser>(*std::move(chain),
                                                        nullptr, candidates));
      continue;
    }
    const Sequence::Options start = {
        .seed = options.seed, .stream = stream, .prompt = options.prompt};
    if (kind == ChooserKind::kAdapter) {
      const absl::StatusOr<llama_sampler*> smpl =
          NewLlamaSampler(pipeline, start, workspace.get());
      if (!smpl.ok()) return smpl.status();
      choosers.push_back(std::make_unique<LlamaChooser>(
          LlamaSamplerPointer(*smpl), workspace, candidates));
    } else {
      absl::StatusOr<Sequence> sequence = pipeline.NewSequence(start);
      if (!sequence.ok()) return sequence.status();
      sequence->set_clock(options.clock);
      choosers.push_back(std::make_unique<OurChooser>(
          pipeline, *std::move(sequence), workspace));
    }
  }
  return choosers;
}

}  // namespace sampler::tools
