#include "tests/soak/look_ahead.h"

#include <memory>
#include <string>
#include <vector>

#include "sampler/speculative/block_verification.h"
#include "sampler/speculative/rejection.h"
#include "sampler/speculative/round.h"
#include "tests/soak/kept.h"
#include "tests/soak/toy_model.h"

namespace sampler::soak {
namespace {

using Verify = speculative::Verdict (*)(const speculative::Draft&,
                                        const Sequence&);

// Rows after a text and tokens that a round proposes.
class RoundRows {
 public:
  RoundRows(const Sequence& text, std::uint64_t model)
      : text_(text), model_(model) {}

  Logits After(absl::Span<const TokenId> tokens) {
    Sequence sequence = text_;
    for (const TokenId token : tokens) Keep(sequence.AcceptId(token));
    step_ = std::make_unique<ModelStep>(sequence.history(), model_);
    return Logits(step_->row());
  }

 private:
  const Sequence& text_;
  std::uint64_t model_;
  std::unique_ptr<ModelStep> step_;
};

// The tokens of one round, and what the text has become; or why there is none,
// as where a stage makes a row infinite.
struct RoundOutcome {
  std::vector<TokenId> tokens = {};
  std::string text = {};
  std::string refusal = {};

  bool operator==(const RoundOutcome&) const = default;
};

RoundOutcome RunRound(const Pipeline& pipeline, Sequence target,
                      std::uint64_t model, std::size_t drafted, Verify verify,
                      Workspace& workspace) {
  Sequence draft = target.Fork(target.stream() + 1);
  const Sequence begin = target;
  RoundRows draft_rows(begin, model + 1);
  RoundRows target_rows(begin, model);
  speculative::Round round;
  absl::Status status = round.Propose(
      pipeline, draft, drafted,
      [&](std::size_t i) { return draft_rows.After(round.tokens().first(i)); },
      workspace);
  if (status.ok()) {
    status = round.Weigh(
        pipeline, target,
        [&](std::size_t i) {
          return target_rows.After(round.tokens().first(i));
        },
        workspace);
  }
  if (absl::IsInvalidArgument(status)) {
    return {.refusal = std::string(status.message())};
  }
  Keep(status);
  const speculative::Verdict verdict = verify(round.view(), target);
  Keep(round.Accept(verdict, target, draft));
  const auto output = target.history().output();
  const auto before = static_cast<std::size_t>(begin.position());
  return {.tokens = {output.begin() + static_cast<std::ptrdiff_t>(before),
                     output.end()},
          .text = target.Snapshot()};
}

// Whether VerifyByMatch promises the tokens of the target alone.
bool DrawsByMatch(const PipelineConfig& config) {
  const StageConfig& draw = config.stages.back();
  if (draw.type == "greedy" || draw.type == "synthid") return true;
  if (draw.type != "categorical") return false;
  const auto order = draw.parameters.find("order");
  return order == draw.parameters.end() || order->second == Value("id");
}

}  // namespace

void LookAheadByRounds(const Pipeline& pipeline, const Sequence& text,
                       std::uint64_t model, std::size_t drafted,
                       absl::Span<const TokenId> plain, Workspace& workspace) {
  for (const Verify verify :
       {&speculative::VerifyByRejection, &speculative::VerifyBlock,
        &speculative::VerifyByMatch}) {
    const auto run = [&] {
      return RunRound(pipeline, text, model, drafted, verify, workspace);
    };
    const RoundOutcome outcome = run();
    Require(run() == outcome, "a round gives the same tokens again");
    if (verify != &speculative::VerifyByMatch) continue;
    if (!DrawsByMatch(pipeline.config())) continue;
    const std::size_t common = std::min(plain.size(), outcome.tokens.size());
    Require(plain.first(common) ==
                absl::MakeConstSpan(outcome.tokens).first(common),
            "by match the tokens are those of the target alone");
  }
}

}  // namespace sampler::soak
