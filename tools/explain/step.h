// One step of a pipeline, taken apart: what every stage met, kept and removed,
// where the tokens of interest stood after each of them, and how the draw fell.
//
// Computation only; explain/print.h and explain_json.h write it down.
//
// Thread-safety: pure function of its arguments.
// Tested by: tests/tools/explain_test.cc.

#ifndef SAMPLER_TOOLS_EXPLAIN_STEP_H_
#define SAMPLER_TOOLS_EXPLAIN_STEP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "sampler/stages/registry.h"
#include "tools/chains/stage_memory.h"
#include "tools/explain/draw_interval.h"
#include "tools/explain/moment.h"

namespace sampler::tools {

inline constexpr char kSharedEvenly[] =
    "those that are not listed as if they shared their mass evenly";

struct ExplainOptions {
  std::int64_t top = 20;          // Candidates shown, by raw and by final rank.
  std::vector<TokenId> tokens;    // Shown in any case.
  std::optional<TokenId> logged;  // The token the log has for this row.
  StepInputs inputs;              // What the step has besides the row.
  // The row as logged, where the explained one is a completed one
  // (replay/listed_row.h): tokens at -inf in it are not known one by one.
  std::optional<Logits> listed;
};

// What one stage did.
struct StageReport {
  StageConfig config;
  Value::Object parameters;  // With defaults.
  StageGroup group = StageGroup::kEdit;
  StageFacts facts;
  StageMemory memory;   // As the step met it.
  bool ran = false;     // False once the row has no distribution.
  bool active = false;  // It changed something, or it is the draw.
  std::string note;     // Why it did nothing, or what it did.
  std::int64_t before = 0;
  std::int64_t kept = 0;
  std::int64_t edited = 0;  // Survivors whose logit it changed.
  // Of truncations: the lowest logit left; of them and of bans: the
  // probability, before it, of what went.
  std::optional<double> threshold;
  std::optional<double> mass_removed;
  // After it; empty if the row has no distribution then. The entropy also where
  // tokens are left that are not known one by one.
  std::optional<double> mass;  // Raw probability of the survivors.
  std::optional<double> entropy;
};

// One token through all stages.
struct TokenReport {
  TokenId id = 0;
  double logit = 0;             // In the row; may be -inf.
  std::optional<Standing> raw;  // Empty: no candidate from the start.
  std::vector<std::optional<Standing>> after;  // By stage.
  std::optional<std::size_t> removed_by;       // Index of the stage.
  std::string reason;  // That stage's rule with this token's own number.

  // In the distribution that was drawn from.
  std::optional<Standing> out() const {
    return after.empty() ? std::nullopt : after.back();
  }
};

struct Explanation {
  RowStatus status = RowStatus::kNoCandidate;
  std::int64_t vocabulary_size = 0;
  // Of a row that is not known as a whole: before the stage that cuts within
  // the list, numbers are those of one row that it may be (kSharedEvenly).
  bool completed = false;
  // Empty if the row is broken, or not known as a whole.
  std::optional<double> raw_entropy;
  std::int64_t raw_count = 0;  // Candidates: tokens not at -inf.
  std::vector<StageReport> stages;
  std::vector<TokenReport> tokens;  // In raw rank order.
  Moment out;                       // What was drawn from.
  // Empty unless status is kOk.
  std::optional<TokenId> drawn;
  std::optional<double> u;  // Empty for draws without a random number.
  std::optional<DrawInterval> interval;
  std::optional<TokenId> logged;

  // Null if it is not shown.
  const TokenReport* Find(TokenId id) const;
  // Returns true if a random number for every candidate chose the token.
  bool ByNoise() const {
    return drawn.has_value() && !u.has_value() &&
           stages.back().facts.draws_by == DrawBy::kNoise;
  }
  double MassOut() const {
    return stages.empty() ? 0 : stages.back().mass.value_or(0);
  }
};

// Explains the step of `pipeline` on `row` at the state of `sequence`.
// REQUIRES: tokens and logged of `options` lie in the vocabulary.
Explanation Explain(const Pipeline& pipeline, Logits row,
                    const Sequence& sequence, const ExplainOptions& options);

}  // namespace sampler::tools

#endif  // SAMPLER_TOOLS_EXPLAIN_STEP_H_
