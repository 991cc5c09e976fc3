// Dry, of llama_cpp_stages.h.

#include <algorithm>
#include <limits>
#include <optional>

#include "sampler/parity/float32_math.h"
#include "sampler/parity/llama_cpp_stages.h"

namespace sampler::parity {
namespace {

using Breakers = absl::Span<const std::vector<TokenId>>;

// The breakers that begin with `head`.
Breakers BreakersFrom(const DryRule& rule, TokenId head) {
  const auto begin = std::lower_bound(
      rule.breakers.begin(), rule.breakers.end(), head,
      [](const auto& breaker, TokenId id) { return breaker[0] < id; });
  const auto end = std::find_if(begin, rule.breakers.end(),
                                [&](const auto& b) { return b[0] != head; });
  return Breakers(rule.breakers)
      .subspan(static_cast<std::size_t>(begin - rule.breakers.begin()),
               static_cast<std::size_t>(end - begin));
}

// Length of the longest breaker that begins `distance` tokens before the newest
// one and lies wholly in the history; 0 if there is none.
std::size_t BreakerAt(const DryRule& rule, absl::Span<const TokenId> recent,
                      std::size_t distance) {
  std::size_t longest = 0;
  for (const auto& breaker : BreakersFrom(rule, recent[distance])) {
    if (breaker.size() > distance + 1) continue;
    std::size_t i = 1;
    while (i < breaker.size() && breaker[i] == recent[distance - i]) ++i;
    if (i == breaker.size()) longest = std::max(longest, i);
  }
  return longest;
}

// Number of tokens after the last breaker; all if there is none.
std::size_t TokensSinceBreaker(const DryRule& rule,
                               absl::Span<const TokenId> recent) {
  for (std::size_t distance = 0; distance < recent.size(); ++distance) {
    const std::size_t length = BreakerAt(rule, recent, distance);
    if (length > 0) return distance + 1 - length;
  }
  return recent.size();
}

bool IsSingleTokenBreaker(const DryRule& rule, TokenId id) {
  const Breakers breakers = BreakersFrom(rule, id);
  return !breakers.empty() && breakers[0].size() == 1;
}

// lengths[d] = how far the text that ends d tokens before the newest agrees
// with the text that ends at it (the Z function of the reversed history).
void FindRepeats(absl::Span<const TokenId> recent,
                 std::vector<std::int32_t>& lengths) {
  const std::size_t n = recent.size();
  lengths.assign(n, 0);
  std::size_t begin = 0;  // The match that reaches furthest: [begin, end).
  std::size_t end = 0;
  for (std::size_t d = 1; d < n; ++d) {
    std::size_t length = 0;
    if (d < end) {
      length = std::min(end - d, static_cast<std::size_t>(lengths[d - begin]));
    }
    while (d + length < n && recent[length] == recent[d + length]) ++length;
    lengths[d] = static_cast<std::int32_t>(length);
    if (d + length > end) {
      begin = d;
      end = d + length;
    }
  }
}

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
         TokenNumbers& numbers, DryScratch& scratch) {
  const auto allowed = static_cast<std::size_t>(rule.allowed_length);
  if (history.size() <= allowed) return;
  std::vector<TokenId>& recent = scratch.recent;
  recent.clear();
  for (std::size_t i = history.size(); i-- > 0;) recent.push_back(history[i]);
  const std::size_t cap = TokensSinceBreaker(rule, recent);
  if (cap < allowed) return;
  FindRepeats(recent, scratch.repeats);
  for (std::size_t d = 1; d < recent.size(); ++d) {
    const std::size_t length =
        std::min(cap, static_cast<std::size_t>(scratch.repeats[d]));
    if (length < allowed) continue;
    std::int32_t& longest = numbers[static_cast<std::size_t>(recent[d - 1])];
    longest = std::max(longest, static_cast<std::int32_t>(length));
  }
  const std::optional<std::int64_t> max_exponent = MaxExponent(rule.base);
  for (Entry& entry : array.entries()) {
    const std::int32_t length = numbers[static_cast<std::size_t>(entry.id)];
    if (length == 0 || IsSingleTokenBreaker(rule, entry.id)) continue;
    std::int64_t exponent = length - rule.allowed_length;
    if (max_exponent.has_value()) exponent = std::min(exponent, *max_exponent);
    entry.logit -=
        static_cast<float>(static_cast<double>(rule.multiplier) *
                           PowerOf(rule.base, static_cast<int>(exponent)));
  }
  for (const TokenId id : recent) numbers[static_cast<std::size_t>(id)] = 0;
  array.MarkUnsorted();
}

}  // namespace sampler::parity
