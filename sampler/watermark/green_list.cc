#include "sampler/watermark/green_list.h"

#include <algorithm>

#include "sampler/kernels/edits/raise_chosen.h"

namespace sampler {

GreenList::GreenList(const GreenListRule& rule, const HistoryView& context)
    : scheme_(rule.scheme),
      // Below 2^64, because gamma is at most 1 - 2^-53.
      target_(absl::Uint128Low64(LeastMass(rule.gamma, Mass{1} << 64))),
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

void GreenList::Raise(double delta, absl::Span<const TokenId> ids,
                      absl::Span<double> logits) const {
  const kernels::KeyedChoice choice = {.key = random_.hash(),
                                       .place = random_.length(),
                                       .domain = random_.domain(),
                                       .below = target_};
  if (scheme_ == GreenListRule::Scheme::kLeftHash) {
    kernels::RaiseChosen(choice, delta, ids, logits);
  } else {
    kernels::RaiseSelfChosen(choice, delta, ids, logits);
  }
}

MarkEvidence FindGreenMark(const GreenListRule& rule, const MarkedText& text) {
  MarkEvidence evidence = CountAll(
      text, rule.context_width, [&](const HistoryView& context, TokenId token) {
        return GreenList(rule, context).Contains(token) ? 1.0 : 0.0;
      });
  JudgeTrials(rule.gamma, evidence.tokens, evidence);
  return evidence;
}

GreenCount CountGreen(const GreenListRule& rule,
                      absl::Span<const TokenId> tokens, std::int64_t first) {
  const auto prompt = static_cast<std::size_t>(std::clamp<std::int64_t>(
      first, 0, static_cast<std::int64_t>(tokens.size())));
  const MarkEvidence evidence =
      FindGreenMark(rule, {tokens.first(prompt), tokens.subspan(prompt)});
  return {evidence.tokens, static_cast<std::int64_t>(evidence.score),
          evidence.z};
}

}  // namespace sampler
