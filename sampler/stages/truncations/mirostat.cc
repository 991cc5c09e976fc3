#include "sampler/stages/truncations/mirostat.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sampler/arithmetic/mass.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/candidates/candidates.h"
#include "sampler/candidates/probability_record.h"

namespace sampler {
namespace {

// The least probability of a token of weight > 0: a mass is at most 2^71.
constexpr double kLeastProbability = 0x1p-71;

// If |e| is smaller, the cancellation in 1 - V^-e loses more digits than the
// limit e -> 0 does.
constexpr double kLimitOfE = 0x1p-26;

constexpr double kLargest = std::numeric_limits<double>::max();

// The exponent of the Zipf law that fits the logits of `top`. REQUIRES: at
// least two.
double ZipfExponent(absl::Span<const WeightedCandidate> top) {
  double products = 0.0;
  double squares = 0.0;
  for (std::size_t i = 0; i + 1 < top.size(); ++i) {
    const double t =
        Log(static_cast<double>(i + 2) / static_cast<double>(i + 1));
    const double b = top[i].logit - top[i + 1].logit;
    products += t * b;
    squares += t * t;
  }
  return products / squares;
}

// The k of version 1 (mirostat.h), before truncation to an integer.
double SolveForCount(double s, double mu, std::int64_t vocabulary_size) {
  const double e = s - 1.0;
  const auto v = static_cast<double>(vocabulary_size);
  const double base = std::fabs(e) < kLimitOfE
                          ? Exp2(mu) / Log(v)
                          : e * Exp2(mu) / (1.0 - Pow(v, -e));
  return Pow(base, 1.0 / s);
}

}  // namespace

StageType Mirostat::Type() {
  return {
      .name = "mirostat",
      .group = StageGroup::kTruncate,
      .summary = "Steers the mean surprise of what is drawn to tau bits.",
      .formula = "-log2 p_i <= mu; mu -= eta (-log2 p(drawn) - tau)",
      .source = "arXiv 2007.14966",
      .parameters = {Integer("version", "1 estimates a Zipf law, 2 measures")
                         .Within(1, 2)
                         .Default(2),
                     Real("tau", "mean surprise to aim at, in bits")
                         .Above(0)
                         .Default(5.0),
                     Real("eta", "rate of learning; 0 freezes mu")
                         .AtLeast(0)
                         .Default(0.1),
                     Integer("m", "candidates that version 1 looks at")
                         .AtLeast(2)
                         .Default(100),
                     Choice("surprise",
                            "by probabilities after the cut, or before it")
                         .Choices({"truncated", "original"})},
      .facts = [](const Parameters&) -> StageFacts {
        return {.keeps_a_prefix = true};
      },
      .create = [](const Parameters& p) -> std::unique_ptr<const Stage> {
        return std::make_unique<Mirostat>(
            Options{.rule = p.Integer("version") == 1 ? Rule::kZipfLaw
                                                      : Rule::kOwnSurprise,
                    .tau = p.Real("tau"),
                    .eta = p.Real("eta"),
                    .m = p.Integer("m"),
                    .surprise = p.Choice<Surprise>("surprise")});
      }};
}

void Mirostat::Cut(Candidates& candidates, double mu,
                   std::int64_t vocabulary_size) const {
  if (options_.rule == Rule::kOwnSurprise) {
    // The clamp to 1 changes nothing, because any 2^-mu >= 1 keeps the head
    // alone. A 2^-mu that underflows to 0 would also keep candidates of weight
    // 0; denorm_min does not.
    candidates.KeepProbability(
        std::clamp(Exp2(-mu), std::numeric_limits<double>::denorm_min(), 1.0));
    return;
  }
  const std::int64_t count = candidates.Count();
  if (count == 1) return;
  const double k = SolveForCount(
      ZipfExponent(candidates.TopWeighted(options_.m)), mu, vocabulary_size);
  if (std::isnan(k)) {
    candidates.KeepTop(1);
  } else {
    const double kept = std::clamp(k, 1.0, static_cast<double>(count));
    candidates.KeepTop(static_cast<std::int64_t>(kept));
  }
}

void Mirostat::Apply(Candidates& candidates, const StepContext& step) const {
  const bool original = options_.surprise == Surprise::kOriginal;
  const Mass before = original ? candidates.TotalMass() : Mass{0};
  Cut(candidates, step.state[0], step.vocabulary_size);
  const Mass total = original ? before : candidates.TotalMass();
  candidates.RecordPartsOf(total, step.record);
}

void Mirostat::InitializeState(absl::Span<double> state) const {
  state[0] = std::min(2.0 * options_.tau, kLargest);
}

void Mirostat::UpdateState(TokenId token, const ProbabilityRecord& record,
                           absl::Span<double> state) const {
  const double surprise = -Log2(std::max(record.Of(token), kLeastProbability));
  const double mu = state[0] - options_.eta * (surprise - options_.tau);
  state[0] = std::clamp(mu, -kLargest, kLargest);
}

}  // namespace sampler
