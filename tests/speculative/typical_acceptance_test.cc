#include "sampler/speculative/typical_acceptance.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/random/random.h"
#include "sampler/speculative/rejection.h"
#include "tests/speculative/speculative_laws.h"

namespace sampler::speculative {
namespace {

// Tokens of a draft that stay, all places having this target distribution.
std::size_t Accepted(const std::vector<std::uint64_t>& target,
                     const std::vector<TokenId>& tokens,
                     const TypicalAcceptance& rule = {}) {
  const std::vector<ProbabilityRecord> p(tokens.size() + 1, Record(target));
  return VerifyByTypicality({tokens, {}, p}, MakeSequence(8), rule).accepted;
}

TEST(TypicalAcceptance, ComparesWithTheSmallerThreshold) {
  // H = ln 4: delta / 4 = 0.075 < 0.09.
  EXPECT_EQ(Accepted({1, 1, 1, 1}, {0, 3, 2}), 3u);
  // p = 1/16 is below both thresholds of a peaked row.
  EXPECT_EQ(Accepted({15, 1}, {0, 0, 1, 0}), 2u);
  // One unit to each side of epsilon = 1/8, H small enough.
  EXPECT_EQ(Accepted({125, 875}, {0}, {0.125, 1.0}), 0u);
  EXPECT_EQ(Accepted({126, 874}, {0}, {0.125, 1.0}), 1u);
}

TEST(TypicalAcceptance, TakesTheEntropyInNats) {
  // Uniform over 8: exp(-H) = 1/8, so delta = 1 asks for p > 1/8 (not more
  // likely than itself), and a little less lets it pass.
  const std::vector<std::uint64_t> uniform(8, 5);
  EXPECT_EQ(Accepted(uniform, {4}, {0.9, 1.001}), 0u);
  EXPECT_EQ(Accepted(uniform, {4}, {0.9, 0.999}), 1u);
}

TEST(TypicalAcceptance, NeverTakesAnImpossibleToken) {
  EXPECT_EQ(Accepted({0, 1}, {0}, {0.0, 0.0}), 0u);
}

TEST(TypicalAcceptance, IsFollowedByTheTargetsOwnDraw) {
  const std::vector<ProbabilityRecord> p = {Record({1, 1, 6}),
                                            Record({3, 1, 1})};
  const std::vector<TokenId> tokens = {2};
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Sequence s = MakeSequence(3, {}, {}, seed);
    const Verdict verdict = VerifyByTypicality({tokens, {}, p}, s);
    EXPECT_EQ(verdict.accepted, 1u);
    EXPECT_EQ(verdict.next,
              DrawFrom(p[1], CoinsAt(s, 1).Bits(Purpose::kTokenDraw)));
  }
}

}  // namespace
}  // namespace sampler::speculative
