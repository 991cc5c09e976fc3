// The numbers of one token of draws by noise against their definitions: the
// noise as the oracle restates it.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/oracle/stages/gumbel.h"
#include "tests/tools/verify/checked_rows.h"
#include "tests/tools/verify/row_views.h"
#include "tools/verify/token_check.h"

namespace sampler::tools::noise_check_test {
namespace {

constexpr long double kInfinity = std::numeric_limits<long double>::infinity();

// Scores by the oracle's noise.
std::vector<long double> Scores(const std::vector<float>& row,
                                const std::vector<long double>& p,
                                long double t, std::uint64_t seed,
                                const std::string& noise, bool truncated) {
  std::vector<long double> scores(row.size(), -kInfinity);
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (p[i] == 0.0L) continue;
    const auto id = static_cast<std::uint32_t>(i);
    // Two prompt tokens and two output tokens: the last is at place 3.
    const auto hash = [&](std::uint32_t column) {
      return oracle::Murmur3(
          {static_cast<std::uint32_t>(seed),
           static_cast<std::uint32_t>(seed >> 32), 3, column},
          0);
    };
    std::uint32_t rank = 0;
    for (std::size_t j = 0; j < row.size(); ++j) {
      rank += row[j] > row[i] || (row[j] == row[i] && j < i) ? 1 : 0;
    }
    if (noise == "vllm_v2") {
      scores[i] = static_cast<float>(static_cast<double>(row[i]) /
                                     static_cast<double>(t)) +
                  oracle::VllmGumbel(hash(id));
    } else if (noise == "sglang") {
      scores[i] = std::log(p[i]) +
                  static_cast<long double>(
                      oracle::SglangGumbel(hash(truncated ? rank : id)));
    } else {
      scores[i] = row[i] / t +
                  static_cast<long double>(oracle::Gumbel(oracle::RandomBits(
                      seed, 2, 2, oracle::Purpose::kTokenNoise, 0, id)));
    }
  }
  return scores;
}

struct NoiseCase {
  std::string noise;
  std::size_t k;  // kSize: nothing is cut.
};

class NoiseDraws : public testing::TestWithParam<NoiseCase> {};

TEST_P(NoiseDraws, AreJudgedByTheGapOfScores) {
  const auto& [noise, k] = GetParam();
  const std::string cut =
      k < kSize ? absl::StrCat(R"({"type": "top_k", "k": )", k, "},") : "";
  RowChecks checks(
      absl::StrCat(R"({"type": "temperature", "temperature": 0.5},)", cut,
                   R"({"type": "gumbel_max", "noise": ")", noise, R"("})"),
      kSize, {.sigma = 0.2});
  std::mt19937_64 random(2);
  for (int trial = 0; trial < 100; ++trial) {
    const std::vector<float> row = RandomLogits(random);
    const std::uint64_t seed = random();
    const Sequence sequence = SequenceOf(seed);
    const auto p = Kept(row, 0.5L, k);
    const auto scores = Scores(row, p, 0.5L, seed, noise, k < kSize);
    const long double best = *std::max_element(scores.begin(), scores.end());
    for (std::size_t token = 0; token < kSize; ++token) {
      const auto check =
          checks.Check(row, sequence, static_cast<TokenId>(token));
      ASSERT_NE(check, nullptr);
      EXPECT_EQ(check->exact_match, scores[token] == best);
      const long double margin = (best - scores[token]) * 0.5L;
      EXPECT_TRUE(std::isnan(check->cgs));
      if (std::isinf(margin)) {
        EXPECT_EQ(check->margin, static_cast<double>(kInfinity));
        EXPECT_EQ(check->gumbel_rank, static_cast<double>(kInfinity));
        continue;
      }
      EXPECT_NEAR(check->margin, static_cast<double>(margin), 2e-6);
      EXPECT_EQ(check->gumbel_rank,
                std::count_if(scores.begin(), scores.end(),
                              [&](auto s) { return s > scores[token]; }));
      EXPECT_NEAR(check->gls,
                  static_cast<double>(
                      LogNormal(margin / (std::sqrt(2.0L) * 0.2L), kInfinity)),
                  1e-4 * std::max(1.0, std::fabs(check->gls)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Engines, NoiseDraws,
    testing::Values(NoiseCase{"house", kSize}, NoiseCase{"house", 6},
                    NoiseCase{"vllm_v2", 6}, NoiseCase{"sglang", kSize},
                    NoiseCase{"sglang", 6}),
    [](const auto& info) {
      return absl::StrCat(info.param.noise, "_", info.param.k);
    });

}  // namespace
}  // namespace sampler::tools::noise_check_test
