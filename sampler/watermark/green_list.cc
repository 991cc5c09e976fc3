#include "sampler/watermark/green_list.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "sampler/candidate.h"

namespace sampler {

GreenList::GreenList(const GreenListRule& rule, const HistoryView& context)
    : scheme_(rule.scheme),
      target_(LeastMass(rule.gamma, Mass{1} << 64)),
      random_(rule.key, WatermarkDomain::kGreenList) {
  for (std::size_t i = 0; i < context.size(); ++i) random_.Append(context[i]);
}

bool GreenList::Contains(TokenId token) const {
  if (scheme_ == GreenListRule::Scheme::kLeftHash) {
    return random_.Bits(token) < target_;
  }
  KeyedRandom own = random_;
  own.Append(token);
  return own.Bits(token) < target_;
}

GreenCount CountGreen(const GreenListRule& rule,
                      absl::Span<const TokenId> tokens, std::int64_t first) {
  const auto width = static_cast<std::size_t>(rule.context_width);
  GreenCount count;
  std::set<std::vector<TokenId>> seen;
  for (std::size_t i = std::max(width, static_cast<std::size_t>(first));
       i < tokens.size(); ++i) {
    const auto gram = tokens.subspan(i - width, width + 1);
    if (!seen.insert({gram.begin(), gram.end()}).second) continue;
    ++count.tokens;
    const GreenList list(rule, {gram.first(width), {}});
    if (list.Contains(gram.back())) ++count.green;
  }
  if (count.tokens > 0) {
    const auto n = static_cast<double>(count.tokens);
    count.z = (static_cast<double>(count.green) - rule.gamma * n) /
              std::sqrt(n * rule.gamma * (1.0 - rule.gamma));
  }
  return count;
}

}  // namespace sampler
