// epsilon_cutoff, eta_cutoff, top_a, p_less, p_less_norm: the candidates whose
// own weight w is large enough, of the total S and the squares Q = sum w^2.
//
//   epsilon_cutoff  w >= target(epsilon)
//   eta_cutoff      w >= target(min(epsilon, sqrt(epsilon) * E(-H)))
//   top_a           w * S >= ceil(a * 2^102)
//   p_less          w * S >= Q
//   p_less_norm     w * S * (V - 1) + S^2 >= V * Q; V = 1 is neutral
//
// epsilon = 0 and a = 0 are neutral. Too few: the first of the total order.
//
// Tested by: tests/oracle/oracle_threshold_test.cc.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_WEIGHT_CUTOFFS_H_
#define SAMPLER_TESTS_ORACLE_STAGES_WEIGHT_CUTOFFS_H_

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/oracle/house.h"
#include "tests/oracle/mass.h"
#include "tests/oracle/moments.h"
#include "tests/oracle/stages/keep.h"
#include "tests/oracle/state.h"

namespace oracle {

template <typename Judge>
void KeepJudged(State& state, const nlohmann::json& options, Judge stays) {
  BeginTruncation(state);
  std::vector<Candidate> ranking = state.survivors;
  const auto end = std::stable_partition(ranking.begin(), ranking.end(), stays);
  KeepPrefix(state, ranking, static_cast<std::size_t>(end - ranking.begin()),
             options, LogitOf);
}

inline void EpsilonCutoff(State& state, const nlohmann::json& options,
                          const Context&) {
  const double epsilon = options.at("epsilon").get<double>();
  if (epsilon == 0) return;
  const Mass target = Target(epsilon, state.total);
  KeepJudged(state, options,
             [=](const Candidate& c) { return c.weight >= target; });
}

inline void EtaCutoff(State& state, const nlohmann::json& options,
                      const Context&) {
  const double epsilon = options.at("epsilon").get<double>();
  if (epsilon == 0) return;
  const double entropy = Entropy(state.survivors, state.total);
  const double eta = std::min(epsilon, std::sqrt(epsilon) * E(-entropy));
  const Mass target = Target(eta, state.total);
  KeepJudged(state, options,
             [=](const Candidate& c) { return c.weight >= target; });
}

inline void TopA(State& state, const nlohmann::json& options, const Context&) {
  const double a = options.at("a").get<double>();
  if (a == 0) return;
  const Fraction f = ExactFraction(a);
  const Mass threshold = f.e <= 102       ? Mass{f.m} << (102 - f.e)
                         : f.e - 102 < 64 ? ((f.m - 1) >> (f.e - 102)) + 1
                                          : 1;
  const Mass total = state.total;
  KeepJudged(state, options,
             [=](const Candidate& c) { return c.weight * total >= threshold; });
}

inline Mass SquaredMass(const State& state) {
  Mass sum = 0;
  for (const Candidate& c : state.survivors) sum += Mass{c.weight} * c.weight;
  return sum;
}

inline void PLess(State& state, const nlohmann::json& options, const Context&) {
  const Mass squares = SquaredMass(state);
  const Mass total = state.total;
  KeepJudged(state, options,
             [=](const Candidate& c) { return c.weight * total >= squares; });
}

// A number of 256 bits as digits of 32, the least significant last, so that
// arrays compare as numbers do.
using Digits = std::array<std::uint64_t, 8>;

inline void AddProduct(Digits& sum, Mass a, Mass b) {
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      const auto x = static_cast<std::uint64_t>((a >> (32 * i)) & 0xFFFFFFFF);
      const auto y = static_cast<std::uint64_t>((b >> (32 * j)) & 0xFFFFFFFF);
      std::uint64_t carry = x * y;
      for (std::size_t k = i + j; carry != 0 && k < sum.size(); ++k) {
        std::uint64_t& digit = sum[sum.size() - 1 - k];
        digit += carry & 0xFFFFFFFF;
        carry = (carry >> 32) + (digit >> 32);
        digit &= 0xFFFFFFFF;
      }
    }
  }
}

inline void PLessNorm(State& state, const nlohmann::json& options,
                      const Context&) {
  const auto v = static_cast<Mass>(state.vocabulary_size);
  if (v == 1) return;
  const Mass total = state.total;
  Digits right = {};
  AddProduct(right, v, SquaredMass(state));
  KeepJudged(state, options, [=](const Candidate& c) {
    Digits left = {};
    AddProduct(left, c.weight * total, v - 1);
    AddProduct(left, total, total);
    return left >= right;
  });
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_WEIGHT_CUTOFFS_H_
