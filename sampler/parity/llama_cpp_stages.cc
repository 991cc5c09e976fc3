#include "sampler/parity/llama_cpp_stages.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sampler/candidate.h"
#include "sampler/parity/float32_math.h"
#include "sampler/parity/libstdcxx_sort.h"

namespace sampler::parity {
namespace {

constexpr float kRemoved = -std::numeric_limits<float>::infinity();

}  // namespace

void AddBiases(CandidateArray& array,
               absl::Span<const std::pair<TokenId, float>> biases) {
  for (Entry& entry : array.entries()) {
    const auto at = std::lower_bound(
        biases.begin(), biases.end(), entry.id,
        [](const auto& bias, TokenId id) { return bias.first < id; });
    if (at != biases.end() && at->first == entry.id) entry.logit += at->second;
  }
  array.MarkUnsortedUnlessDescending();
}

void Penalize(CandidateArray& array, const HistoryView& recent,
              const PenaltyRule& rule, TokenNumbers& numbers) {
  for (std::size_t i = 0; i < recent.size(); ++i) {
    ++numbers[static_cast<std::size_t>(recent[i])];
  }
  for (Entry& entry : array.entries()) {
    const std::int32_t count = numbers[static_cast<std::size_t>(entry.id)];
    if (count == 0) continue;
    if (entry.logit <= 0.0F) {
      entry.logit *= rule.repeat;
    } else {
      entry.logit /= rule.repeat;
    }
    entry.logit -= static_cast<float>(count) * rule.frequency + rule.presence;
  }
  for (std::size_t i = 0; i < recent.size(); ++i) {
    numbers[static_cast<std::size_t>(recent[i])] = 0;
  }
  array.MarkUnsorted();
}

void Temperature(CandidateArray& array, float temperature) {
  if (temperature > 0.0F) {
    for (Entry& entry : array.entries()) entry.logit /= temperature;
    return;
  }
  const float max =
      std::max_element(
          array.entries().begin(), array.entries().end(),
          [](const Entry& a, const Entry& b) { return a.logit < b.logit; })
          ->logit;
  bool found = false;
  for (Entry& entry : array.entries()) {
    if (entry.logit == max && !found) {
      found = true;
    } else {
      entry.logit = kRemoved;
    }
  }
}

void DynamicTemperature(CandidateArray& array, float low, float high,
                        float exponent) {
  if (array.size() <= 1) return;
  const float max_entropy = -Log32(1.0F / static_cast<float>(array.size()));
  array.Sort();
  array.Softmax();
  float entropy = 0.0F;
  for (const Entry& entry : array.entries()) {
    if (entry.p > 0.0F) entropy -= entry.p * Log32(entry.p);
  }
  const float ratio = Pow32(entropy / max_entropy, exponent);
  Temperature(array, low + (high - low) * ratio);
}

void TopNSigma(CandidateArray& array, float n) {
  if (array.size() <= 1) return;
  float max = array[0].logit;
  float sum = 0.0F;
  std::size_t count = 0;
  for (const Entry& entry : array.entries()) {
    if (entry.logit == kRemoved) continue;
    max = std::max(max, entry.logit);
    sum += entry.logit;
    ++count;
  }
  const float mean = sum / static_cast<float>(count);
  float squares = 0.0F;
  for (const Entry& entry : array.entries()) {
    if (entry.logit == kRemoved) continue;
    // std::pow(float, int), which llama.cpp calls, computes in double; its sum
    // is a float again after every term.
    const double gap = static_cast<double>(entry.logit - mean);
    squares = static_cast<float>(static_cast<double>(squares) + gap * gap);
  }
  const float sigma = std::sqrt(squares / static_cast<float>(count));
  const float threshold = max - n * sigma;
  for (Entry& entry : array.entries()) {
    if (entry.logit < threshold) entry.logit = kRemoved;
  }
}

void TopK(CandidateArray& array, std::size_t k) {
  array.KeepTop(std::min(k, array.size()));
}

void TypicalP(CandidateArray& array, float p, std::size_t min_keep,
              ScoredEntries& scored) {
  array.Sort();
  array.Softmax();
  float entropy = 0.0F;
  for (const Entry& entry : array.entries()) {
    entropy += -entry.p * Log32(entry.p);
  }
  scored.clear();
  for (const Entry& entry : array.entries()) {
    scored.emplace_back(std::abs(-Log32(entry.p) - entropy), entry);
  }
  Sort(absl::MakeSpan(scored),
       [](const auto& a, const auto& b) { return a.first < b.first; });
  std::size_t kept = scored.size();
  float sum = 0.0F;
  for (std::size_t i = 0; i < scored.size(); ++i) {
    array[i] = scored[i].second;
    sum += array[i].p;
    if (sum > p && i + 1 >= min_keep) {
      kept = i + 1;
      break;
    }
  }
  array.Truncate(kept);
  array.MarkUnsorted();
}

void TopP(CandidateArray& array, float p, std::size_t min_keep) {
  // Of a large array only a prefix is sorted first, and all if that falls
  // short.
  constexpr std::size_t kLarge = 1024;
  constexpr std::size_t kFirstTry = 256;
  array.Softmax();
  const bool by_prefix = !array.sorted() && array.size() > kLarge;
  if (!by_prefix) array.Sort();
  std::size_t ranked = by_prefix ? kFirstTry : array.size();
  absl::Span<const Entry> ranking =
      by_prefix ? array.SortedPrefix(ranked) : array.entries();
  std::size_t kept = array.size();
  float sum = 0.0F;
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (i == ranked) {
      ranked = array.size();
      ranking = array.SortedPrefix(ranked);
    }
    sum += ranking[i].p;
    if (sum >= p && i + 1 >= min_keep) {
      kept = i + 1;
      break;
    }
  }
  if (by_prefix) {
    array.AssignSorted(ranking.first(kept));
  } else {
    array.Truncate(kept);
  }
}

void MinP(CandidateArray& array, float p, std::size_t min_keep) {
  const float threshold = array.Max() + Log32(p);
  const absl::Span<Entry> entries = array.entries();
  const auto passes = [&](const Entry& entry) {
    return entry.logit >= threshold;
  };
  if (!array.sorted()) {
    const auto passing = static_cast<std::size_t>(
        std::count_if(entries.begin(), entries.end(), passes));
    if (passing >= min_keep) {
      std::copy_if(entries.begin(), entries.end(), entries.begin(), passes);
      array.Truncate(passing);
      return;
    }
    array.Sort();
  }
  std::size_t kept = 1;
  while (kept < array.size() && (passes(array[kept]) || kept < min_keep)) {
    ++kept;
  }
  array.Truncate(kept);
}

void Xtc(CandidateArray& array, float probability, float threshold,
         std::size_t min_keep, Engine& engine) {
  if (array.size() < 2) return;
  if (OneWordFraction(engine) > probability) return;
  array.Sort();
  array.Softmax();
  std::size_t above = 0;
  while (above < array.size() && array[above].p >= threshold) ++above;
  if (above < 2) return;
  if (array.size() - (above - 1) >= min_keep) array.DropFirst(above - 1);
}

}  // namespace sampler::parity
