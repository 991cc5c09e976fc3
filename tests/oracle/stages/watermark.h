// kgw_watermark, gumbel_watermark: numbers of (key, context, token).
//
//   hash = key; for each context token: hash = Philox(key hash; token, place,
//   0, domain);  bits(x) = Philox(key hash; x, width, 1, domain)
//
//   kgw      l += delta where bits < gamma * 2^64 (selfhash: x is appended to
//            the context first); domain 1
//   gumbel   the race of gumbel_max with these bits, domain 2; with the seed's
//            noise where the context is short, or repeated. Variants of engines
//            are in watermark_engines.h
#ifndef SAMPLER_TESTS_ORACLE_STAGES_WATERMARK_H_
#define SAMPLER_TESTS_ORACLE_STAGES_WATERMARK_H_

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/oracle/philox.h"
#include "tests/oracle/state.h"

namespace oracle {

inline std::uint64_t KeyedBits(std::int64_t key,
                               const std::vector<TokenId>& context, TokenId x,
                               std::uint32_t domain) {
  auto hash = static_cast<std::uint64_t>(key);
  for (std::uint32_t i = 0; i <= context.size(); ++i) {
    const bool last = i == context.size();
    const TokenId token = last ? x : context[i];
    const PhiloxCounter out =
        Philox({static_cast<std::uint32_t>(token), i, last ? 1U : 0U, domain},
               {static_cast<std::uint32_t>(hash & 0xFFFFFFFF),
                static_cast<std::uint32_t>(hash >> 32)});
    hash = out[0] + (std::uint64_t{out[1]} << 32);
  }
  return hash;
}

// The last `width` of the first `length` tokens; empty if there are fewer.
inline std::vector<TokenId> ContextAt(const std::vector<TokenId>& text,
                                      std::size_t length, std::size_t width) {
  if (length < width) return {};
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(length);
  return {end - static_cast<std::ptrdiff_t>(width), end};
}

inline std::vector<TokenId> WholeText(const Context& context) {
  std::vector<TokenId> text = context.prompt;
  text.insert(text.end(), context.output.begin(), context.output.end());
  return text;
}

inline void KgwWatermark(State& state, const nlohmann::json& options,
                         const Context& context) {
  const double delta = options.value("delta", 2.0);
  if (delta == 0) return;
  const std::vector<TokenId> text = WholeText(context);
  const std::vector<TokenId> last = ContextAt(
      text, text.size(), options.value("context_width", std::size_t{1}));
  if (last.empty()) return;
  const auto key = options.value("key", std::int64_t{15485863});
  // bits < ceil(gamma * 2^64) iff bits / 2^64 < gamma.
  const Mass bound = Target(options.value("gamma", 0.25), Mass{1} << 64);
  const bool self = options.value("scheme", "lefthash") == "selfhash";
  for (Candidate& c : state.survivors) {
    std::vector<TokenId> own = last;
    if (self) own.push_back(c.id);
    if (KeyedBits(key, own, c.id, 1) < bound) c.logit += delta;
  }
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_WATERMARK_H_
