// XTC, exclude top choices: now and then removes the likeliest tokens, all but
// the least likely of those that are likely enough to be fine choices.
//
//   choices = { i : p_i >= threshold } ;  with two or more of them, and a coin
//   u < probability: every choice but the last of the total order is removed
//
// Contract: 0 <= probability <= 1; 0 changes nothing, 1 always fires. 0 <=
//   threshold <= 1; above 1/2 there are never two choices. Nothing happens
//   where fewer than `min_keep` candidates would remain. The coin is a random
//   number of its own, independent of the draw and of other stages.
// Options: protect_rule for the tokens of `protect`: "skip_stage" does nothing
//   if one of them would be removed (text-generation-webui); "exempt" does not
//   count them as choices (exllamav2); "spare" counts them and lets them stay
//   (MLX-LM). fire "le": u <= probability (llama.cpp).
//   mode "expected" (exllamav2) tosses no coin and gives the mean of both
//   outcomes: the removed are scaled by 1 - probability, the others by 1 +
//   probability m / (1 - m), m their mass; nothing where m = 1.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: exact weights of the candidates within 37 nats of the maximum; in mode
//   "expected" a whole row is copied into a buffer of doubles.
// Source: text-generation-webui #6335; llama.cpp #9742.
// Tested by: tests/stages/truncations/xtc_test.cc,
//   tests/stages/truncations/xtc_coin_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_XTC_H_
#define SAMPLER_STAGES_TRUNCATIONS_XTC_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

// The rule for protected tokens among the choices: the stage does nothing if it
// would remove one; or they do not count as choices; or they count, and stay
// where the others go.
enum class ProtectRule { kSkipStage, kExempt, kSpare };

class Xtc final : public Stage {
 public:
  // The comparison of the coin u with the probability: < or <=.
  enum class Fire { kLess, kLessOrEqual };
  // A coin decides, or the stage takes the mean of both outcomes.
  enum class Mode { kRandom, kExpected };

  struct Options {
    double probability;
    double threshold = 0.1;
    std::int64_t min_keep = 1;
    std::vector<TokenId> protect = {};  // Ascending.
    ProtectRule protect_rule = ProtectRule::kSkipStage;
    Fire fire = Fire::kLess;
    Mode mode = Mode::kRandom;
  };

  static StageType Type();

  explicit Xtc(Options options) : options_(std::move(options)) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;
  bool UsesCoins() const override {
    return options_.mode == Mode::kRandom && options_.probability > 0.0 &&
           options_.probability < 1.0;
  }

 private:
  bool Fires(const StepContext& step) const;
  bool IsProtected(TokenId id) const;
  // The candidates that the stage removes if it fires, in id order: all choices
  // but the least likely one and those that it spares. Empty if it must not
  // fire.
  absl::Span<const WeightedCandidate> Excess(Candidates& candidates) const;
  // Changes the logits to the mean of both outcomes: Excess removed, or kept.
  void Damp(Candidates& candidates) const;

  Options options_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_XTC_H_
