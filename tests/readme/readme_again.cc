// The README's examples of tokens that are drawn again, and of a round of
// speculation.

#include <cmath>
#include <cstdio>
#include <vector>

#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "sampler/speculative/block_verification.h"
#include "sampler/speculative/round.h"

namespace {

bool Allows(int token) { return token % 2 == 1; }

absl::Status StepWithGrammar(const sampler::Pipeline& pipeline,
                             sampler::Sequence& sequence,
                             std::vector<float> logits,
                             sampler::Workspace& workspace) {
  // [README redraw]
  sampler::Token token = pipeline.Sample(logits, sequence, workspace);
  while (token.status == sampler::RowStatus::kOk && !Allows(token.id)) {
    logits[static_cast<std::size_t>(token.id)] = -INFINITY;  // Or by a mask.
    if (absl::Status s = sequence.Redraw(); !s.ok()) return s;
    token = pipeline.Sample(logits, sequence, workspace);
  }
  return sequence.Accept(token);
  // [README redraw]
}

absl::Status SpeculativeStep(const sampler::Pipeline& pipeline,
                             sampler::Sequence& target,
                             sampler::Sequence& draft,
                             sampler::speculative::DraftRow target_row,
                             sampler::speculative::DraftRow draft_row,
                             sampler::speculative::Round& round,
                             sampler::Workspace& workspace) {
  // [README round]
  using sampler::speculative::VerifyBlock;
  absl::Status s = round.Propose(pipeline, draft, 4, draft_row, workspace);
  if (s.ok()) s = round.Weigh(pipeline, target, target_row, workspace);
  if (!s.ok()) return s;
  return round.Accept(VerifyBlock(round.view(), target), target, draft);
  // [README round]
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}

}  // namespace

int main() {
  const auto config = sampler::ParseConfig(
      R"({"version": 1, "stages": [{"type": "categorical"}]})");
  if (!config.ok()) return Fail(config.status());
  const auto pipeline = sampler::Pipeline::Create(*config, 10);
  if (!pipeline.ok()) return Fail(pipeline.status());
  auto target = pipeline->NewSequence({.seed = 42, .prompt = {1}});
  auto draft = pipeline->NewSequence({.seed = 43, .prompt = {1}});
  if (!target.ok() || !draft.ok()) return 1;
  sampler::Workspace workspace;
  const std::vector<float> even(10);
  sampler::Sequence text = *target;
  for (int step = 0; step < 16; ++step) {
    const absl::Status s = StepWithGrammar(*pipeline, text, even, workspace);
    if (!s.ok()) return Fail(s);
    if (!Allows(text.history().output().back())) return 1;
  }
  const std::vector<float> near = {0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
  sampler::speculative::Round round;
  while (target->position() < 16) {
    const absl::Status s = SpeculativeStep(
        *pipeline, *target, *draft,
        [&](std::size_t) { return sampler::Logits(even); },
        [&](std::size_t) { return sampler::Logits(near); }, round, workspace);
    if (!s.ok()) return Fail(s);
  }
  return target->position() == draft->position() ? 0 : 1;
}
