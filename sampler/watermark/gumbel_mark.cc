#include "sampler/watermark/gumbel_mark.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "sampler/candidate.h"
#include "sampler/random/gumbel.h"

namespace sampler {

KeyedRandom GumbelMarkRandom(const GumbelMarkRule& rule,
                             const HistoryView& context) {
  KeyedRandom random(rule.key, WatermarkDomain::kGumbel);
  for (std::size_t i = 0; i < context.size(); ++i) random.Append(context[i]);
  return random;
}

GumbelScore ScoreGumbelMark(const GumbelMarkRule& rule,
                            absl::Span<const TokenId> tokens,
                            std::int64_t first) {
  const auto width = static_cast<std::size_t>(rule.context_width);
  GumbelScore result;
  std::set<std::vector<TokenId>> seen;
  for (std::size_t i = std::max(width, static_cast<std::size_t>(first));
       i < tokens.size(); ++i) {
    const auto gram = tokens.subspan(i - width, width + 1);
    if (!seen.insert({gram.begin(), gram.end()}).second) continue;
    ++result.tokens;
    const KeyedRandom random = GumbelMarkRandom(rule, {gram.first(width), {}});
    // -ln(1 - r) is the exponential of the mirrored bits.
    result.score += ExponentialNoise(~random.Bits(gram.back()));
  }
  if (result.tokens > 0) {
    const auto n = static_cast<double>(result.tokens);
    result.z = (result.score - n) / std::sqrt(n);
  }
  return result;
}

}  // namespace sampler
