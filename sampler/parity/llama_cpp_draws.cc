#include "sampler/parity/llama_cpp_draws.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sampler/parity/float32_math.h"

namespace sampler::parity {
namespace {

constexpr float kLargest = std::numeric_limits<float>::max();

// Number of entries that mirostat 1 keeps, from the descending p.
std::size_t EstimateK(const CandidateArray& array, const MirostatRule& rule,
                      float mu) {
  float products = 0.0F;
  float squares = 0.0F;
  const std::size_t pairs =
      std::min(static_cast<std::size_t>(rule.m), array.size()) - 1;
  for (std::size_t i = 0; i < pairs; ++i) {
    const float t =
        Log32(static_cast<float>(i + 2) / static_cast<float>(i + 1));
    const float b = Log32(array[i].p / array[i + 1].p);
    products += t * b;
    squares += t * t;
  }
  const float s = products / squares;
  const float epsilon = s - 1.0F;
  const float vocabulary = static_cast<float>(rule.vocabulary_size);
  const float k =
      Pow32((epsilon * Pow32(2.0F, mu)) / (1.0F - Pow32(vocabulary, -epsilon)),
            1.0F / s);
  if (!(k >= 1.0F && k < 0x1p31F)) return 1;
  return std::min(static_cast<std::size_t>(k), array.size());
}

}  // namespace

Choice DrawFromLogits(CandidateArray& array, Engine& engine) {
  const double total = array.ExpOfGaps();
  const Fraction fraction = TwoWordFraction(engine);
  const double target = total * fraction.u;
  std::size_t drawn = 0;
  double sum = 0.0;
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (array[i].p == 0.0F) continue;
    sum += static_cast<double>(array[i].p);
    drawn = i;
    if (sum >= target) break;
  }
  return {drawn, fraction.bits};
}

Choice DrawFromWeights(const CandidateArray& array, Engine& engine) {
  if (array.size() < 2) return {0, 0};
  double total = 0.0;
  for (const Entry& entry : array.entries()) {
    total += static_cast<double>(entry.p);
  }
  const Fraction fraction = TwoWordFraction(engine);
  std::size_t drawn = 0;
  double sum = 0.0;
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (array[i].p == 0.0F) continue;
    sum += static_cast<double>(array[i].p) / total;
    drawn = i;
    if (sum >= fraction.u) break;
  }
  return {drawn, fraction.bits};
}

Choice DrawGreedily(const CandidateArray& array) {
  const auto first = array.entries().begin();
  const auto head = std::max_element(
      first, array.entries().end(),
      [](const Entry& a, const Entry& b) { return a.logit < b.logit; });
  return {static_cast<std::size_t>(head - first), 0};
}

Choice Mirostat(CandidateArray& array, const MirostatRule& rule, float& mu,
                Engine& engine) {
  array.Sort();
  array.Softmax();
  std::size_t kept = 1;
  if (rule.version == 1) {
    kept = EstimateK(array, rule, mu);
  } else {
    kept = 0;
    while (kept < array.size() && !(-Log2Of32(array[kept].p) > mu)) ++kept;
  }
  array.Truncate(std::max<std::size_t>(kept, 1));
  array.Softmax();
  const Choice choice = DrawFromWeights(array, engine);
  const float surprise = -Log2Of32(array[choice.index].p);
  mu = std::clamp(mu - rule.eta * (surprise - rule.tau), -kLargest, kLargest);
  return choice;
}

float AimOf(const AdaptiveRule& rule, const AdaptiveAverages& averages) {
  return std::clamp(2.0F * *rule.target - averages.Mean(), 0.0F, 1.0F);
}

AdaptiveChoice AdaptiveP(CandidateArray& array, const AdaptiveRule& rule,
                         const AdaptiveAverages& averages, Engine& engine,
                         std::vector<float>& p_before) {
  array.Softmax();
  p_before.clear();
  for (const Entry& entry : array.entries()) p_before.push_back(entry.p);
  if (rule.target.has_value()) {
    constexpr float kInverseWidth = 1.0F / 0.3F;
    constexpr float kPeak = 5.0F;
    constexpr float kSharpness = 10.0F;
    const float aim = AimOf(rule, averages);
    for (Entry& entry : array.entries()) {
      if (std::isinf(entry.logit)) continue;
      const float d = std::abs((entry.p - aim) * kInverseWidth);
      entry.logit = kPeak - kSharpness * d * d / (1.0F + d);
    }
    // The new logits descend no more, but llama.cpp keeps the flag: the maximum
    // it subtracts is then the first entry's.
    array.Softmax();
  }
  const Choice choice = DrawFromWeights(array, engine);
  return {choice, p_before[choice.index]};
}

}  // namespace sampler::parity
