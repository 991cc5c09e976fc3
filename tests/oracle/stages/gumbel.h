// gumbel_max, gumbel_top_k: every survivor of weight > 0 is scored, the scores
// sorted; ties by id.
//
//   house    l + G, G = -ln E, E = -ln u, u = (U + 1/2) 2^-64, U of (seed,
//            stream, position, purpose 4, token id); where 1 - u < 2^-5, E is
//            the series of -ln(1 - d) to d^12
//   vllm_v2  float(l) + G, in float
//   sglang   ln p + G, in double; the column is the rank after a truncation
#ifndef SAMPLER_TESTS_ORACLE_STAGES_GUMBEL_H_
#define SAMPLER_TESTS_ORACLE_STAGES_GUMBEL_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/oracle/house.h"
#include "tests/oracle/mass.h"
#include "tests/oracle/philox.h"
#include "tests/oracle/state.h"

namespace oracle {

// -ln u.
inline double Exponential(std::uint64_t bits) {
  const std::uint64_t mirrored = 0xFFFFFFFFFFFFFFFF - bits;
  const double d = std::ldexp(static_cast<double>(mirrored) + 0.5, -64);
  if (d >= 0.03125) {
    return -L(std::ldexp(static_cast<double>(bits) + 0.5, -64));
  }
  double sum = 1.0 / 12;
  for (double k = 11; k > 0; k -= 1) sum = 1.0 / k + d * sum;
  return d * sum;
}

inline double Gumbel(std::uint64_t bits) { return -L(Exponential(bits)); }

// MurmurHash3 x86-32 of four words.
inline std::uint32_t Murmur3(const std::vector<std::uint32_t>& words,
                             std::uint32_t h) {
  const auto rotate = [](std::uint32_t x, int r) {
    return (x << r) | (x >> (32 - r));
  };
  for (std::uint32_t k : words) {
    h ^= rotate(k * 0xCC9E2D51, 15) * 0x1B873593;
    h = rotate(h, 13) * 5 + 0xE6546B64;
  }
  h ^= static_cast<std::uint32_t>(4 * words.size());
  h = (h ^ (h >> 16)) * 0x85EBCA6B;
  h = (h ^ (h >> 13)) * 0xC2B2AE35;
  return h ^ (h >> 16);
}

inline float VllmGumbel(std::uint32_t h) {
  const float high = std::ldexp(static_cast<float>(h >> 16), -16);
  const float low = std::ldexp(static_cast<float>(h & 0xFFFF) + 0.5F, -32);
  const float u = high + low;
  float minus_log;
  if (u < 0.25F) {
    float sum = 0.125F;
    for (int k = 7; k > 0; --k) sum = 1.0F / static_cast<float>(k) + u * sum;
    minus_log = u * sum;
  } else {
    const float rest = std::max(1.0F - u, std::ldexp(1.0F, -24));
    minus_log = -static_cast<float>(L(rest));
  }
  return -static_cast<float>(L(minus_log));
}

inline double SglangGumbel(std::uint32_t h) {
  double e = h == 0 ? std::numeric_limits<double>::max()
                    : -L(static_cast<double>(h) / 4294967295.0);
  e = std::max(e, std::ldexp(1.0, -32));
  return -L(e);
}

// Tokens by falling score.
inline std::vector<TokenId> RaceOrder(const State& state,
                                      const std::string& noise,
                                      const Context& context) {
  std::uint32_t position = context.Position();
  if (!context.prompt.empty()) {
    position += static_cast<std::uint32_t>(context.prompt.size()) - 1;
  }
  const double max = state.survivors.front().logit;
  const double log_sum = L(std::ldexp(ToDouble(state.total), -51));
  std::vector<std::pair<double, TokenId>> scores;  // negated, to sort
  for (std::size_t rank = 0; rank < state.survivors.size(); ++rank) {
    const Candidate& c = state.survivors[rank];
    if (c.weight == 0) continue;
    const auto id = static_cast<std::uint32_t>(c.id);
    const auto hash = [&](std::uint32_t column) {
      return Murmur3(
          {static_cast<std::uint32_t>(context.seed),
           static_cast<std::uint32_t>(context.seed >> 32), position, column},
          0);
    };
    double score;
    if (noise == "vllm_v2") {
      score = static_cast<float>(c.logit) + VllmGumbel(hash(id));
    } else if (noise == "sglang") {
      const auto column = static_cast<std::uint32_t>(rank);
      score = (c.logit - max - log_sum) +
              SglangGumbel(hash(state.original ? column : id));
    } else {
      score = c.logit + Gumbel(RandomBits(context.seed, context.stream,
                                          context.Position(),
                                          Purpose::kTokenNoise, 0, id));
    }
    scores.emplace_back(-score, c.id);
  }
  std::sort(scores.begin(), scores.end());
  std::vector<TokenId> order;
  for (const auto& [score, id] : scores) order.push_back(id);
  return order;
}

inline void GumbelMax(State& state, const nlohmann::json& options,
                      const Context& context) {
  state.token =
      RaceOrder(state, options.value("noise", "house"), context).front();
}

inline void GumbelTopK(State& state, const nlohmann::json& options,
                       const Context& context) {
  state.tokens = RaceOrder(state, options.value("noise", "house"), context);
  state.tokens.resize(
      std::min(state.tokens.size(), options.at("n").get<std::size_t>()));
  state.token = state.tokens.front();
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_GUMBEL_H_
