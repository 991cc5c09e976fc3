// Short ways to run stages in tests:
//
//   Kept({...row...}, R"({"type": "top_k", "k": 2})")  ->  "1100"

#ifndef SAMPLER_TESTS_SUPPORT_PIPELINES_H_
#define SAMPLER_TESTS_SUPPORT_PIPELINES_H_

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "sampler/stages/registry.h"

namespace sampler {

// The phases of chains that speak of one.
inline constexpr absl::string_view kSomePhases =
    R"("phases": {"thinking": {"begin": [[0]], "end": [[1], [2]]},
                  "answer": {"begin": [[1]], "end": [[0]]}}, )";

// kSomePhases where these stages (JSON) speak of a phase, else nothing.
inline absl::string_view PhasesFor(absl::string_view stages) {
  return absl::StrContains(stages, "\"phase\"") ? kSomePhases
                                                : absl::string_view();
}

// A pipeline of these stages (JSON objects, comma-separated), with a
// categorical draw added where none ends them, and with kSomePhases.
inline Pipeline MakePipeline(std::string stages, std::int64_t vocabulary_size) {
  bool draws = false;
  for (const StageType& type : StageRegistry::BuiltIn().types()) {
    draws = draws ||
            (type.group == StageGroup::kDraw &&
             absl::StrContains(stages, absl::StrCat("\"", type.name, "\"")));
  }
  if (!draws) {
    absl::StrAppend(&stages, stages.empty() ? "" : ",",
                    R"({"type": "categorical"})");
  }
  absl::StatusOr<PipelineConfig> config =
      ParseConfig(absl::StrCat(R"({"version": 1, )", PhasesFor(stages),
                               R"("stages": [)", stages, "]}"),
                  vocabulary_size);
  EXPECT_TRUE(config.ok()) << config.status() << "\n" << stages;
  absl::StatusOr<Pipeline> pipeline =
      Pipeline::Create(*config, vocabulary_size);
  EXPECT_TRUE(pipeline.ok()) << pipeline.status();
  return *std::move(pipeline);
}

// A sequence that has accepted `output` after `prompt`.
inline Sequence MakeSequence(std::int64_t vocabulary_size,
                             std::vector<std::int32_t> prompt = {},
                             const std::vector<std::int32_t>& output = {},
                             std::uint64_t seed = 1, std::uint32_t stream = 0) {
  Sequence sequence =
      Sequence::Create(
          vocabulary_size,
          {.seed = seed, .stream = stream, .prompt = std::move(prompt)})
          .value();
  for (const std::int32_t token : output) {
    EXPECT_TRUE(sequence.AcceptId(token).ok());
  }
  return sequence;
}

// What stages make of a row.
struct Outcome {
  RowStatus status;
  std::vector<double> logits;  // -inf: removed.

  std::string kept() const {
    std::string bits;
    for (const double logit : logits) {
      bits += logit == -std::numeric_limits<double>::infinity() ? '0' : '1';
    }
    return bits;
  }
};

inline Outcome RunStages(const std::vector<double>& row,
                         const std::string& stages, const Sequence& sequence,
                         const StepInputs& inputs) {
  const auto size = static_cast<std::int64_t>(row.size());
  const Pipeline pipeline = MakePipeline(stages, size);
  Workspace workspace;
  const Distribution d =
      pipeline.Process(absl::Span<const double>(row), sequence, workspace,
                       pipeline.OnlyRead(inputs));
  Outcome outcome{d.status(),
                  std::vector<double>(
                      row.size(), -std::numeric_limits<double>::infinity())};
  if (d.status() == RowStatus::kOk) {
    d.ForEach([&](TokenId id, double logit) {
      outcome.logits[static_cast<std::size_t>(id)] = logit;
    });
  }
  return outcome;
}

// With a second row of zeros, for stages that want one.
inline Outcome RunStages(const std::vector<double>& row,
                         const std::string& stages, const Sequence& sequence) {
  const std::vector<double> zeros(row.size());
  return RunStages(row, stages, sequence,
                   {.unconditional = absl::MakeConstSpan(zeros)});
}

inline Outcome RunStages(const std::vector<double>& row,
                         const std::string& stages) {
  return RunStages(row, stages,
                   MakeSequence(static_cast<std::int64_t>(row.size())));
}

// A removed logit.
inline constexpr double kGone = -std::numeric_limits<double>::infinity();

// The logits after `output` was accepted.
inline std::vector<double> After(const std::vector<double>& row,
                                 const std::string& stages,
                                 std::vector<std::int32_t> prompt = {},
                                 const std::vector<std::int32_t>& output = {}) {
  return RunStages(row, stages,
                   MakeSequence(static_cast<std::int64_t>(row.size()),
                                std::move(prompt), output))
      .logits;
}

inline std::string Kept(const std::vector<double>& row,
                        const std::string& stages) {
  return RunStages(row, stages).kept();
}

// Logits of these probabilities.
inline std::vector<double> Logs(const std::vector<double>& probabilities) {
  std::vector<double> logits;
  for (const double p : probabilities) logits.push_back(Log(p));
  return logits;
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_SUPPORT_PIPELINES_H_
