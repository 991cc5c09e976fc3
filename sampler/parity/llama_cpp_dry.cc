// Dry, of llama_cpp_stages.h.

#include <algorithm>
#include <limits>
#include <optional>

#include "sampler/candidate.h"
#include "sampler/parity/float32_math.h"
#include "sampler/parity/llama_cpp_stages.h"

namespace sampler::parity {
namespace {

// Largest exponent that leaves base^exponent a float; empty for a base so near
// 1 that none is needed.
std::optional<std::int64_t> MaxExponent(float base) {
  constexpr float kLogOfMaxFloat = 88.7228391F;
  if (!(base > 1.000001F)) return std::nullopt;
  const auto limit = static_cast<std::int64_t>(kLogOfMaxFloat / Log32(base));
  return limit > 0 ? std::optional(limit) : std::nullopt;
}

}  // namespace

void Dry(CandidateArray& array, const HistoryView& history, const DryRule& rule,
         TokenNumbers& numbers, Repeats& repeats) {
  const auto allowed = static_cast<std::size_t>(rule.allowed_length);
  if (history.size() <= allowed) return;
  const std::size_t cap = rule.breakers.TokensAfterLast(history);
  if (cap < allowed) return;
  repeats.ForEach(history, history.Last(cap), allowed,
                  static_cast<std::int64_t>(numbers.size()),
                  [&](TokenId id, std::uint32_t longest) {
                    numbers[static_cast<std::size_t>(id)] =
                        static_cast<std::int32_t>(longest);
                  });
  const std::optional<std::int64_t> max_exponent = MaxExponent(rule.base);
  for (Entry& entry : array.entries()) {
    const std::int32_t length = numbers[static_cast<std::size_t>(entry.id)];
    if (length == 0 || rule.breakers.IsBreaker(entry.id)) continue;
    std::int64_t exponent = length - rule.allowed_length;
    if (max_exponent.has_value()) exponent = std::min(exponent, *max_exponent);
    entry.logit -=
        static_cast<float>(static_cast<double>(rule.multiplier) *
                           PowerOf(rule.base, static_cast<int>(exponent)));
  }
  for (std::size_t i = 0; i < history.size(); ++i) {
    numbers[static_cast<std::size_t>(history[i])] = 0;
  }
  array.MarkUnsorted();
}

}  // namespace sampler::parity
