#include "sampler/stages/edits/repetition_penalty.h"

#include <algorithm>

#include "sampler/candidates/candidates.h"

namespace sampler {
namespace {

PenaltyTokens ReadTokens(const Parameters& p) {
  PenaltyTokens tokens(p);
  tokens.IgnoreFirst(p.Integer("ignore_first"));
  return tokens;
}

// l / penalty if l > 0, else l * penalty: above 1 the smaller of the two,
// rounded or not, else the larger. Signs of logits are hard to predict.
double Penalize(double logit, double penalty) {
  const double divided = logit / penalty;
  const double multiplied = logit * penalty;
  return penalty > 1.0 ? std::min(divided, multiplied)
                       : std::max(divided, multiplied);
}

std::string Check(const Parameters& p) {
  using Fade = RepetitionPenalty::Fade;
  if (p.Choice<Fade>("fade") != Fade::kLogit && p.Integer("decay") == 0) {
    return "want a \"decay\" beside \"fade\", which says how";
  }
  return CheckDecay(p);
}

}  // namespace

StageType RepetitionPenalty::Type() {
  return {
      .name = "repetition_penalty",
      .group = StageGroup::kEdit,
      .summary = "Makes tokens seen before less likely, once per token.",
      .formula = "l_i = l_i > 0 ? l_i / penalty : l_i * penalty, i seen",
      .source = "CTRL, arXiv 1909.05858",
      .parameters =
          {Real("penalty", "divisor of positive logits; 1 changes nothing")
               .Above(0)
               .Required(),
           ScopeParameter("both"), WindowParameter(), DecayParameter(),
           Choice("fade",
                  "where memory fades: the change of the logit does, "
                  "or the penalty")
               .Choices({"logit", "penalty"}),
           Integer("ignore_first", "leading prompt tokens that do not count")
               .AtLeast(0)
               .Default(0),
           Boolean("normalize", "turn logits into log-probabilities first")
               .Default(false),
           ExemptParameter()},
      .check = Check,
      .facts = [](const Parameters& p) -> StageFacts {
        const bool normalize = p.Boolean("normalize");
        return {.neutral = p.Real("penalty") == 1.0,
                .history = ReadTokens(p).Reach(),
                .edits_seen = !normalize,
                .reads_signs = !normalize};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<RepetitionPenalty>(
            p.Real("penalty"), ReadTokens(p),
            p.Boolean("normalize") ? Basis::kLogprobs : Basis::kLogits,
            p.Choice<Fade>("fade"));
      }};
}

double RepetitionPenalty::Faded(double logit, double share) const {
  if (fade_ == Fade::kPenalty) {
    return Penalize(logit, 1.0 + (penalty_ - 1.0) * share);
  }
  return logit * (1.0 - share) + Penalize(logit, penalty_) * share;
}

void RepetitionPenalty::Apply(Candidates& candidates,
                              const StepContext& step) const {
  if (penalty_ == 1.0) return;
  if (basis_ == Basis::kLogprobs) candidates.Normalize();
  tokens_.Edit(step, candidates, [this](double logit, const Seen& seen) {
    return seen.share == 1.0 ? Penalize(logit, penalty_)
                             : Faded(logit, seen.share);
  });
}

}  // namespace sampler
