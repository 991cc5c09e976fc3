#include "sampler/stages/xtc.h"

#include "sampler/stages/truncation_parameters.h"

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
                            "or do not count it")
                         .Choices({"skip_stage", "exempt"}),
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
             ? coin < Target(options_.probability, kAllCoins)
             : coin <= Floor(options_.probability, kAllCoins);
}

void Xtc::Apply(Candidates& candidates, const StepContext& step) const {
  if (options_.probability == 0.0) return;
  const TopChoices rule = {.threshold = options_.threshold,
                           .min_keep = options_.min_keep,
                           .protect = options_.protect,
                           .protect_rule = options_.protect_rule};
  const bool certain = options_.probability == 1.0;
  if (options_.mode == Mode::kExpected && !certain) {
    candidates.DampTopChoices(rule, options_.probability);
  } else if (certain || Fires(step)) {
    candidates.ExcludeTopChoices(rule);
  }
}

}  // namespace sampler
