// The same bits on every instruction set that the build has, for rows at the
// edges of what numbers are: nothing but -inf, the lowest and the largest
// numbers, zeros of both signs, NaN, +inf. Highway's emulated vectors treat
// some of these unlike any machine does, so whoever builds with a compiler that
// chooses them must get the bits of everybody else.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sampler/candidates/candidates.h"
#include "sampler/config.h"
#include "sampler/kernels/dispatch.h"
#include "sampler/pipeline.h"
#include "sampler/presets.h"
#include "sampler/stage_lookup.h"
#include "sampler/stages/registry.h"
#include "sampler/step_observer.h"
#include "tests/kernels/edge_rows.h"
#include "tests/support/pipelines.h"
#include "tests/support/stage_examples.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

// Every number that a step reports, as its bits.
class Report final : public StepObserver {
 public:
  void BeforeStage(std::size_t, const Candidates&) override {}
  void AfterStage(std::size_t, const Candidates& candidates) override {
    Add(static_cast<std::uint64_t>(candidates.status()));
    if (candidates.status() != RowStatus::kOk) return;
    Add(static_cast<std::uint64_t>(candidates.Count()));
    Add(static_cast<std::uint64_t>(candidates.Likeliest().id));
    Add(candidates.Max());
    Add(candidates.Entropy());
  }
  void OnTruncation(const Truncation& t) override {
    Add(static_cast<std::uint64_t>(t.before));
    Add(static_cast<std::uint64_t>(t.kept));
    Add(t.threshold);
    Add(t.mass_removed);
  }

  void Add(std::uint64_t bits) { bits_.push_back(bits); }
  // What is reported has one zero.
  void Add(double value) {
    if (value == 0.0 && std::signbit(value)) ++negative_zeros_;
    bits_.push_back(std::bit_cast<std::uint64_t>(value));
  }

  const std::vector<std::uint64_t>& bits() const { return bits_; }
  int negative_zeros() const { return negative_zeros_; }

 private:
  std::vector<std::uint64_t> bits_;
  int negative_zeros_ = 0;
};

struct Step {
  Token token;
  RowStatus status;
  std::vector<std::uint64_t> reported;
  int negative_zeros;
};

Step RunStep(const Pipeline& pipeline, const StoredRow& row,
             Workspace& workspace) {
  const std::size_t size = row.values().size();
  const std::vector<double> zeros(size);
  const StepInputs inputs =
      pipeline.OnlyRead({.unconditional = absl::MakeConstSpan(zeros)});
  const auto v = static_cast<std::int64_t>(size);
  const Sequence sequence =
      pipeline.NewSequence({.seed = 7, .prompt = {0, 0}}).value();
  Report report;
  const Distribution d =
      pipeline.Process(row.logits(), sequence, workspace, inputs, &report);
  const RowStatus status = d.status();
  for (const Candidate& candidate : d.Top(v)) {
    report.Add(static_cast<std::uint64_t>(candidate.id));
    report.Add(candidate.logit);
    report.Add(d.Logprob(candidate.id));
  }
  d.ForEach([&](TokenId, double logit) { report.Add(logit); });
  // Again without an observer, whose questions settle things.
  Token token = pipeline.Sample(row.logits(), sequence, workspace, inputs);
  report.Add(static_cast<std::uint64_t>(token.id));
  report.Add(token.bits);
  report.Add(static_cast<std::uint64_t>(token.status));
  for (const double value : token.state.values) {
    report.Add(std::bit_cast<std::uint64_t>(value));
  }
  return {std::move(token), status, report.bits(), report.negative_zeros()};
}

// A pipeline of these stages, where the vocabulary has the ids they name.
std::unique_ptr<Pipeline> PipelineOf(absl::string_view config,
                                     std::int64_t vocabulary_size) {
  const absl::StatusOr<PipelineConfig> parsed =
      ParseConfig(config, vocabulary_size);
  EXPECT_TRUE(parsed.ok() || vocabulary_size < 4) << config << "\n"
                                                  << parsed.status();
  if (!parsed.ok()) return nullptr;
  return std::make_unique<Pipeline>(
      Pipeline::Create(*parsed, vocabulary_size).value());
}

std::vector<std::string> Configs() {
  std::vector<std::string> configs;
  const auto add = [&](absl::string_view stages) {
    configs.push_back(absl::StrCat(R"({"version": 1, )", PhasesFor(stages),
                                   R"("stages": [)", stages, "]}"));
  };
  const std::string draw = R"({"type": "categorical"})";
  for (const Example& e : Examples()) {
    if (GroupOf(e) == StageGroup::kDraw) {
      add(Active(e));
      continue;
    }
    add(absl::StrCat(Active(e), ",", draw));
    add(absl::StrCat(R"({"type": "temperature", "temperature": 0.5},)",
                     Active(e), R"(,{"type": "greedy"})"));
    // After a cut, which leaves a list.
    add(absl::StrCat(R"({"type": "min_p", "p": 0.001},)", Active(e), ",",
                     draw));
  }
  for (const char* own :
       {R"({"type": "greedy"})", R"({"type": "categorical", "order": "rank"})",
        R"({"type": "gumbel_max"})", R"({"type": "gumbel_top_k", "n": 3})",
        R"({"type": "arithmetic"})",
        R"({"type": "gumbel_watermark", "key": 5,
                              "context_width": 2})",
        R"({"type": "synthid", "keys": [654, 400]})"}) {
    add(own);
  }
  for (const Preset& preset : Presets()) {
    configs.emplace_back(preset.json);
  }
  return configs;
}

const std::vector<std::size_t>& Sizes() {
  static const auto& sizes = *new std::vector<std::size_t>([] {
    std::vector<std::size_t> some;
    for (std::size_t size = 1; size <= 40; ++size) some.push_back(size);
    for (const std::size_t size : {63u, 64u, 65u, 129u, 700u}) {
      some.push_back(size);
    }
    return some;
  }());
  return sizes;
}

// Whatever a stage does, a row without a finite number has no token, and a
// token is one of the row's.
void ExpectSane(const Step& step, const StoredRow& row) {
  if (row.status() != RowStatus::kOk) {
    EXPECT_EQ(step.status, row.status());
  }
  EXPECT_EQ(step.token.status, step.status);
  if (step.status == RowStatus::kOk) {
    ASSERT_GE(step.token.id, 0);
    ASSERT_LT(step.token.id, static_cast<std::int64_t>(row.values().size()));
    EXPECT_TRUE(
        std::isfinite(row.values()[static_cast<std::size_t>(step.token.id)]));
  } else {
    EXPECT_EQ(step.token.id, -1);
  }
  EXPECT_EQ(step.negative_zeros, 0);
}

TEST(InstructionSets, AgreeOnRowsAtTheEdges) {
  const std::vector<absl::string_view> targets = kernels::SimdTargets();
  Workspace workspace;
  std::vector<std::string> configs = Configs();
  const auto share = static_cast<std::size_t>(Share(100));
  for (const std::size_t size : Sizes()) {
    for (std::size_t t = 0; t < std::size(kStoredTypes); ++t) {
      const std::vector<StoredRow> rows = EdgeRows(kStoredTypes[t], size);
      for (std::size_t c = 0; c < configs.size(); ++c) {
        // Every config meets every size, and every type at several of them.
        if ((c + size) % std::size(kStoredTypes) != t) continue;
        if ((7 * c + 3 * size) % 100 >= share) continue;
        const auto pipeline =
            PipelineOf(configs[c], static_cast<std::int64_t>(size));
        if (pipeline == nullptr) continue;
        for (std::size_t r = 0; r < rows.size(); ++r) {
          // The row of nothing but -inf always, the others in turn.
          if (r != 0 && (r + c + size) % 4 != 0) continue;
          std::vector<std::uint64_t> first;
          for (const absl::string_view target : targets) {
            kernels::UseSimdTarget(target);
            const Step step = RunStep(*pipeline, rows[r], workspace);
            ExpectSane(step, rows[r]);
            if (target == targets.front()) first = step.reported;
            EXPECT_EQ(step.reported, first);
            ASSERT_FALSE(testing::Test::HasFailure())
                << target << ", " << DTypeName(kStoredTypes[t].dtype) << " x "
                << size << ", row " << r << ", " << configs[c];
          }
        }
      }
    }
  }
  kernels::UseSimdTarget(targets.front());
}

}  // namespace
}  // namespace sampler
