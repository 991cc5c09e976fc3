// One step of a chain, timed.

#ifndef SAMPLER_TOOLS_BENCH_STEP_H_
#define SAMPLER_TOOLS_BENCH_STEP_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sampler/bounds/bounds_use.h"
#include "sampler/logits.h"
#include "sampler/logprobs.h"
#include "sampler/pipeline.h"
#include "tools/bench/chains.h"

namespace sampler::bench {

// 4,096 tokens as of a text: few are frequent, most are rare (step.cc).
std::vector<std::int32_t> LongHistory();

// Exits with a message where the chain is not a valid config.
Pipeline MakePipeline(const Chain& chain, std::int64_t vocabulary_size);

// A chain in the middle of a text, which moves on by a token a step: half of
// LongHistory() is the prompt, half the output at first. Stages that want a
// mask get one that allows every other token, those that want a second row or a
// code point a fixed one.
class Step {
 public:
  // Exits with a message where the chain is not a valid config.
  Step(const Chain& chain, std::int64_t vocabulary_size);

  // Nanoseconds of one step on `row`, another draw each time. Exits with a
  // message if the step fails. REQUIRES: row.size() is the vocabulary size.
  double Time(Logits row);

  // How often bounds have decided.
  BoundsTally bounds_tally() const { return workspace_.bounds_tally(); }

 private:
  // Accepts the next token of the text.
  void MoveOn();
  // Nanoseconds of the report that the chain times.
  double TimeOfReport(Logits row, TokenId token);

  Chain::Timed timed_;
  std::vector<TokenLogprob> top_;
  Pipeline pipeline_;
  std::vector<std::int32_t> text_;
  Sequence start_;
  Sequence sequence_;
  std::size_t moved_ = 0;
  std::uint32_t stream_ = 0;
  std::vector<std::uint32_t> mask_;
  std::vector<float> unconditional_;
  StepInputs inputs_;
  Workspace workspace_;
  LogprobReporter reporter_;
};

// Nanoseconds of the floor: one pass that reads `row` for its maximum.
double TimeOfFloor(const std::vector<float>& row);

}  // namespace sampler::bench

#endif  // SAMPLER_TOOLS_BENCH_STEP_H_
