// greedy and categorical: the two stages that end in a token.
//
//   greedy       the head of the total order; nothing else survives
//   categorical  r = floor(U * S / 2^64); the first survivor, by id (or by
//                rank), whose running mass exceeds r
//
// Tested by: tests/oracle/oracle_pieces_test.cc.
#ifndef SAMPLER_TESTS_ORACLE_STAGES_DRAWS_H_
#define SAMPLER_TESTS_ORACLE_STAGES_DRAWS_H_

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/oracle/mass.h"
#include "tests/oracle/philox.h"
#include "tests/oracle/state.h"

namespace oracle {

// floor(U * S / 2^64) by schoolbook multiplication in digits of 32 bits.
inline Mass ScaledDraw(std::uint64_t bits, Mass total) {
  std::array<std::uint64_t, 7> digits = {};
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      const std::uint64_t a = (bits >> (32 * i)) & 0xFFFFFFFF;
      const auto b =
          static_cast<std::uint64_t>((total >> (32 * j)) & 0xFFFFFFFF);
      std::uint64_t carry = a * b;
      for (std::size_t k = i + j; carry != 0 && k < digits.size(); ++k) {
        const std::uint64_t sum = digits[k] + (carry & 0xFFFFFFFF);
        digits[k] = sum & 0xFFFFFFFF;
        carry = (carry >> 32) + (sum >> 32);
      }
    }
  }
  Mass result = 0;
  for (std::size_t k = 6; k-- > 2;) result = (result << 32) + digits[k];
  return result;
}

// The candidate at r of the masses in the order given; 0 <= r < their sum.
inline TokenId AtMass(const std::vector<Candidate>& walk, Mass r) {
  Mass running = 0;
  for (const Candidate& c : walk) {
    running += c.weight;
    if (running > r) return c.id;
  }
  return -1;
}

inline void Categorical(State& state, const nlohmann::json& options,
                        const Context& context) {
  const std::uint64_t bits =
      RandomBits(context.seed, context.stream, context.Position(),
                 Purpose::kTokenDraw, /*ordinal=*/0, /*index=*/0);
  std::vector<Candidate> walk = state.survivors;
  if (options.value("order", "id") == "id") {
    std::sort(
        walk.begin(), walk.end(),
        [](const Candidate& a, const Candidate& b) { return a.id < b.id; });
  }
  state.token = AtMass(walk, ScaledDraw(bits, state.total));
  state.u = std::ldexp(static_cast<double>(bits >> 11), -53);
}

inline void Greedy(State& state, const nlohmann::json&, const Context&) {
  state.survivors.resize(1);
  state.token = state.survivors.front().id;
}

}  // namespace oracle

#endif  // SAMPLER_TESTS_ORACLE_STAGES_DRAWS_H_
