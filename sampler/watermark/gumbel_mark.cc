#include "sampler/watermark/gumbel_mark.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sampler/arithmetic/numeric.h"
#include "sampler/arithmetic/tail.h"
#include "sampler/random/gumbel.h"
#include "sampler/watermark/vllm_mark.h"

namespace sampler {
namespace {

// -ln(1 - u) of an engine's u, whose complement is exact in double.
double Term(double u) { return -Log(1.0 - u); }

MarkEvidence FindHouseMark(const GumbelMarkRule& rule, const MarkedText& text) {
  return CountAll(
      text, rule.context_width, [&](const HistoryView& context, TokenId token) {
        // -ln(1 - u) is the exponential of the mirrored bits.
        return ExponentialNoise(~GumbelMarkRandom(rule, context).Bits(token));
      });
}

// The mean of two keys' terms, `alpha` the weight of the second's.
struct KeyPair {
  std::uint64_t a;
  std::uint64_t b;
  double alpha;

  double Term(std::int64_t width, absl::Span<const TokenId> before,
              TokenId token) const {
    const auto of = [&](std::uint64_t key) {
      const VllmMarkRandom random(key, width, before);
      return sampler::Term(static_cast<double>(random.Uniform(token)));
    };
    if (alpha == 0.0) return of(a);
    if (alpha == 1.0) return of(b);
    return of(a) * (1.0 - alpha) + of(b) * alpha;
  }
};

KeyPair KeysOf(const GumbelMarkRule& rule) {
  const auto key = static_cast<std::uint64_t>(rule.key);
  if (rule.variant == GumbelMarkRule::Variant::kVllm) return {key, key, 0.0};
  const VllmDualKeys keys = DeriveVllmKeys(key);
  return {keys.a, keys.b, rule.alpha};
}

MarkEvidence FindVllmMark(const GumbelMarkRule& rule,
                          absl::Span<const TokenId> output) {
  const auto width = static_cast<std::size_t>(rule.context_width);
  const KeyPair keys = KeysOf(rule);
  MarkEvidence evidence;
  SeenRuns seen;
  for (std::size_t i = 0; i < output.size(); ++i) {
    const absl::Span<const TokenId> before = output.first(i);
    // A context with fewer tokens than `width` has its -1 at the front, so it
    // is the only one of its length.
    const auto context = before.last(std::min(width, i));
    if (!seen.Add({context.begin(), context.end()})) {
      ++evidence.repeated;
    } else {
      Count(i, keys.Term(rule.context_width, before, output[i]), evidence);
    }
  }
  return evidence;
}

MarkEvidence FindSglangMark(const GumbelMarkRule& rule,
                            const MarkedText& text) {
  const auto width = static_cast<std::size_t>(rule.context_width);
  const SglangMarkKeys keys = rule.sglang_keys();
  MarkEvidence evidence;
  SeenRuns seen;
  for (std::size_t i = 0; i < text.output.size(); ++i) {
    const bool context_is_known = !text.prompt.empty() || i >= width;
    if (!context_is_known || evidence.tokens == rule.most_contexts) {
      ++evidence.left_out;
      continue;
    }
    const HistoryView context = text.Before(i, width);
    if (!seen.Add(RunOf(context))) {
      ++evidence.repeated;
    } else {
      const SglangMarkRandom random(keys, context);
      Count(i, Term(random.Uniform(text.output[i])), evidence);
    }
  }
  return evidence;
}

// The p value of a weighted sum of two exponentials a token, and vLLM's: that
// of the gamma law with the same mean and variance.
void JudgeTwoKeys(double alpha, MarkEvidence& evidence) {
  if (evidence.tokens == 0) return;
  const auto n = static_cast<double>(evidence.tokens);
  const double variance = (1.0 - alpha) * (1.0 - alpha) + alpha * alpha;
  const double fitted = LogGammaTail(n / variance, evidence.score / variance);
  evidence.engine_p_value = Exp(fitted);
  evidence.z = (evidence.score - n) / std::sqrt(n * variance);
  // So close to one key alone the two laws are one.
  evidence.log_p_value =
      LogTwoGammasTail(evidence.tokens, alpha, evidence.score).value_or(fitted);
  evidence.p_value = Exp(evidence.log_p_value);
}

}  // namespace

SglangMarkKeys GumbelMarkRule::sglang_keys() const {
  SglangMarkKeys keys = {.a = static_cast<std::uint64_t>(key),
                         .share_of_a = mixing_probability};
  if (key_b.has_value()) keys.b = static_cast<std::uint64_t>(*key_b);
  return keys;
}

KeyedRandom GumbelMarkRandom(const GumbelMarkRule& rule,
                             const HistoryView& context) {
  KeyedRandom random(rule.key, WatermarkDomain::kGumbel);
  for (std::size_t i = 0; i < context.size(); ++i) random.Append(context[i]);
  return random;
}

MarkEvidence FindGumbelMark(const GumbelMarkRule& rule,
                            const MarkedText& text) {
  MarkEvidence evidence;
  switch (rule.variant) {
    case GumbelMarkRule::Variant::kHouse:
      evidence = FindHouseMark(rule, text);
      break;
    case GumbelMarkRule::Variant::kVllm:
      evidence = FindVllmMark(rule, text.output);
      break;
    case GumbelMarkRule::Variant::kVllmDual:
      evidence = FindVllmMark(rule, text.output);
      JudgeTwoKeys(rule.alpha, evidence);
      return evidence;
    case GumbelMarkRule::Variant::kSglang:
      evidence = FindSglangMark(rule, text);
      break;
  }
  JudgeExponentials(evidence);
  return evidence;
}

MarkEvidence ScoreGumbelMark(const GumbelMarkRule& rule,
                             absl::Span<const TokenId> tokens,
                             std::int64_t first) {
  const auto prompt = static_cast<std::size_t>(std::clamp<std::int64_t>(
      first, 0, static_cast<std::int64_t>(tokens.size())));
  return FindGumbelMark(rule, {tokens.first(prompt), tokens.subspan(prompt)});
}

}  // namespace sampler
