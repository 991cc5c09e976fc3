#include "sampler/stages/truncations/xtc.h"

#include <algorithm>

#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/candidates.h"
#include "sampler/random/random.h"
#include "sampler/stages/truncations/truncation_parameters.h"

namespace sampler {

StageType Xtc::Type() {
  return {
      .name = "xtc",
      .group = StageGroup::kTruncate,
      .summary = "Now and then removes the likeliest tokens.",
      .formula = "with a probability: of p_i >= threshold keep only the last",
      .source = "text-generation-webui #6335",
      .parameters = {Real("probability", "how often it fires; 0 never")
                         .Within(0, 1)
                         .Required(),
                     Real("threshold", "least probability of a choice")
                         .Within(0, 1)
                         .Default(0.1),
                     MinKeepParameter(),
                     TokenIds("protect", "tokens that are not to be removed")
                         .Default(Value::List{}),
                     Choice("protect_rule",
                            "a protected token among the removed: do nothing, "
                            "or do not count it, or let it alone stay")
                         .Choices({"skip_stage", "exempt", "spare"}),
                     Choice("fire", "coin below the probability, or at most")
                         .Choices({"lt", "le"}),
                     Choice("mode",
                            "toss a coin, or take the mean of both outcomes")
                         .Choices({"random", "expected"})},
      .facts = [](const Parameters& p) -> StageFacts {
        return {.neutral = p.Real("probability") == 0.0, .cuts_the_top = true};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<Xtc>(
            Options{.probability = p.Real("probability"),
                    .threshold = p.Real("threshold"),
                    .min_keep = p.Integer("min_keep"),
                    .protect = p.TokenIds("protect"),
                    .protect_rule = p.Choice<ProtectRule>("protect_rule"),
                    .fire = p.Choice<Fire>("fire"),
                    .mode = p.Choice<Mode>("mode")});
      }};
}

bool Xtc::Fires(const StepContext& step) const {
  // u = U / 2^64 < probability, exactly.
  constexpr Mass kAllCoins = Mass{1} << 64;
  const Mass coin = step.coins.Bits(Purpose::kXtcCoin, step.ordinal);
  return options_.fire == Fire::kLess
             ? coin < LeastMass(options_.probability, kAllCoins)
             : coin <= MostMass(options_.probability, kAllCoins);
}

bool Xtc::IsProtected(TokenId id) const {
  return std::binary_search(options_.protect.begin(), options_.protect.end(),
                            id);
}

absl::Span<const WeightedCandidate> Xtc::Excess(Candidates& candidates) const {
  const ProtectRule rule = options_.protect_rule;
  const auto is_protected = [this](const WeightedCandidate& c) {
    return IsProtected(c.id);
  };
  absl::Span<WeightedCandidate> choices =
      candidates.WithProbabilityAtLeast(options_.threshold);
  const auto drop_protected = [&] {
    const auto end =
        std::remove_if(choices.begin(), choices.end(), is_protected);
    choices = choices.first(static_cast<std::size_t>(end - choices.begin()));
  };
  if (rule == ProtectRule::kExempt) drop_protected();
  if (choices.size() < 2) return {};
  // Among equal logits the highest id comes last.
  const auto last = std::min_element(
      choices.begin(), choices.end(),
      [](const WeightedCandidate& a, const WeightedCandidate& b) {
        return a.logit != b.logit ? a.logit < b.logit : a.id > b.id;
      });
  std::move(last + 1, choices.end(), last);
  choices.remove_suffix(1);
  if (rule == ProtectRule::kSpare) drop_protected();
  const auto count = static_cast<std::int64_t>(choices.size());
  if (candidates.Count() - count < options_.min_keep) return {};
  if (rule == ProtectRule::kSkipStage &&
      std::any_of(choices.begin(), choices.end(), is_protected)) {
    return {};
  }
  return choices;
}

void Xtc::Damp(Candidates& candidates) const {
  const Mass total = candidates.TotalMass();
  const absl::Span<const WeightedCandidate> excess = Excess(candidates);
  Mass mass = 0;
  for (const WeightedCandidate& c : excess) mass += c.weight;
  // If the others have no mass, nothing can be scaled up.
  if (excess.empty() || mass == total) return;
  const double chance = options_.probability;
  const double damping = Log(1.0 - chance);
  const double gain = Log(1.0 + chance * Ratio(mass, total - mass));
  candidates.Transform([&](TokenId id, double logit) {
    const auto at = std::lower_bound(
        excess.begin(), excess.end(), id,
        [](const WeightedCandidate& c, TokenId other) { return c.id < other; });
    const bool goes = at != excess.end() && at->id == id;
    return logit + (goes ? damping : gain);
  });
}

void Xtc::Apply(Candidates& candidates, const StepContext& step) const {
  if (options_.probability == 0.0) return;
  const bool certain = options_.probability == 1.0;
  if (options_.mode == Mode::kExpected && !certain) {
    Damp(candidates);
  } else if (certain || Fires(step)) {
    candidates.RemoveAll(Excess(candidates));
  }
}

}  // namespace sampler
