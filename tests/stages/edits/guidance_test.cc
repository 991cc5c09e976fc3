// guidance: its laws, its closed form, and its second row's failures.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/config.h"
#include "sampler/kernels/block.h"
#include "sampler/rows/log_softmax.h"
#include "tests/support/pipelines.h"

namespace sampler::guidance_test {
namespace {

using Row = std::vector<double>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Outcome Guide(const Row& row, const Row& second, const std::string& options) {
  return RunStages(row, R"({"type": "guidance", )" + options + "}",
                   MakeSequence(static_cast<std::int64_t>(row.size())),
                   {.unconditional = absl::MakeConstSpan(second)});
}

Row Softmax(const Row& logits) {
  double sum = 0;
  Row p;
  for (const double l : logits) {
    p.push_back(std::exp(l));
    sum += p.back();
  }
  for (double& x : p) x /= sum;
  return p;
}

TEST(Guidance, FollowsTheFormulaOnRawLogits) {
  EXPECT_EQ(
      Guide({1, 2, 4}, {0, 3, 1}, R"("scale": 1.5, "normalize": false)").logits,
      (Row{1.5, 1.5, 5.5}));
  EXPECT_EQ(
      Guide({1, 2, 4}, {0, 3, 1}, R"("scale": 0, "normalize": false)").logits,
      (Row{0, 3, 1}));
}

TEST(Guidance, HasOneDistributionWhetherNormalizedOrNot) {
  const Row row = {1, 2, -0.5};
  const Row second = {0.5, 3, 1};
  const Row a = Softmax(Guide(row, second, R"("scale": 1.4)").logits);
  const Row b =
      Softmax(Guide(row, second, R"("scale": 1.4, "normalize": false)").logits);
  // The closed form: p_i ~ p(l)_i^s p(g)_i^(1 - s).
  const Row pl = Softmax(row);
  const Row pg = Softmax(second);
  double sum = 0;
  Row closed;
  for (std::size_t i = 0; i < 3; ++i) {
    closed.push_back(std::pow(pl[i], 1.4) * std::pow(pg[i], -0.4));
    sum += closed[i];
  }
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(a[i], closed[i] / sum, 1e-14);
    EXPECT_NEAR(b[i], closed[i] / sum, 1e-14);
  }
}

TEST(Guidance, ByTheSameRowChangesNoProbability) {
  const Row row = {1.25, -2, 0.5, 3};
  for (const std::string scale : {"0", "0.3", "2", "100"}) {
    for (const std::string normalize : {"true", "false"}) {
      const Row p =
          Softmax(Guide(row, row,
                        "\"scale\": " + scale + ", \"normalize\": " + normalize)
                      .logits);
      for (std::size_t i = 0; i < row.size(); ++i) {
        EXPECT_NEAR(p[i], Softmax(row)[i], 1e-14);
      }
    }
  }
}

TEST(Guidance, KeepsARemovedTokenRemovedWhateverTheSecondRowSays) {
  for (const double g : {-kInfinity, 0.0, 1e300}) {
    EXPECT_EQ(Guide({1, -kInfinity}, {0, g}, R"("scale": 1.5)").kept(), "10");
  }
}

// A masked second row beside an unmasked first: the naive form gives NaN.
TEST(Guidance, TakesTheLimitWhereOnlyTheSecondRowIsMasked) {
  for (const std::string normalize : {"true", "false"}) {
    const std::string rest = ", \"normalize\": " + normalize;
    const Row second = {0, -kInfinity};
    EXPECT_EQ(Guide({1, 2}, second, "\"scale\": 1.5" + rest).status,
              RowStatus::kInfinite);
    EXPECT_EQ(Guide({1, 2}, second, "\"scale\": 0.5" + rest).kept(), "10");
    EXPECT_EQ(Guide({1, 2}, second, "\"scale\": 0" + rest).kept(), "10");
  }
}

TEST(Guidance, GivesTheStatusOfABadSecondRow) {
  for (const double bad : {kNan, kInfinity}) {
    EXPECT_EQ(Guide({1, 2}, {0, bad}, R"("scale": 1.5)").status,
              RowStatus::kNan);
    EXPECT_EQ(
        Guide({1, 2}, {0, bad}, R"("scale": 1.5, "normalize": false)").status,
        RowStatus::kNan);
  }
}

TEST(Guidance, WantsASecondRowOfTheRightSize) {
  const Row row = {1, 2};
  const std::string stage = R"({"type": "guidance", "scale": 2})";
  EXPECT_EQ(RunStages(row, stage, MakeSequence(2), StepInputs{}).status,
            RowStatus::kMissingInput);
  EXPECT_EQ(Guide(row, {1, 2, 3}, R"("scale": 2)").status,
            RowStatus::kWrongInput);
  // At scale 1 it wants none.
  EXPECT_EQ(RunStages(row, R"({"type": "guidance", "scale": 1})",
                      MakeSequence(2), StepInputs{})
                .logits,
            row);
}

TEST(Guidance, SaysBeforeTheFirstRowWhatItNeeds) {
  const auto check = [](double scale, const StepInputs& inputs) {
    const StageConfig guidance = {"guidance", {{"scale", scale}}};
    const auto pipeline =
        Pipeline::Create({.stages = {guidance, guidance, {"arithmetic"}}}, 2);
    return std::string(pipeline->CheckInputs(inputs).message());
  };
  EXPECT_EQ(check(1.5, {}),
            "/stages/0: guidance needs a second logits row for every step, "
            "none was given\n"
            "/stages/1: guidance needs a second logits row for every step, "
            "none was given\n"
            "/stages/2: arithmetic needs a code point in [0, 1) for every "
            "step, none was given");
  EXPECT_EQ(check(1.0, {.uniform = 0.5}), "");
  const std::vector<float> row = {1, 2};
  EXPECT_EQ(check(1.5, {.unconditional = Logits(row), .uniform = 0.5}), "");
}

TEST(Guidance, ReadsSecondRowsOfEveryType) {
  const std::vector<float> second = {0.5f, 3.0f};
  const Row exact = {0.5, 3.0};
  EXPECT_EQ(
      RunStages({1, 2}, R"({"type": "guidance", "scale": 2})", MakeSequence(2),
                {.unconditional = absl::MakeConstSpan(second)})
          .logits,
      Guide({1, 2}, exact, R"("scale": 2)").logits);
}

// Exact masses are sums of single weights, in any order.
TEST(LogNormalizer, IsThatOfEveryWeightAdded) {
  std::mt19937_64 random(3);
  for (const std::size_t size : {1u, 63u, 64u, 65u, 1000u, 1025u, 9000u}) {
    Row row(size);
    for (double& l : row) l = static_cast<double>(random() % 1000) / 100.0;
    if (size > 2) row[1] = -kInfinity;
    const double max = *std::max_element(row.begin(), row.end());
    Mass total = 0;
    for (const double l : row) total += kernels::ComputeWeight(l, max);
    const kernels::LogNormalizer found =
        LogNormalizerOf(absl::MakeConstSpan(row));
    EXPECT_EQ(found.max, max);
    EXPECT_EQ(found.log_sum, Log(ToDouble(total) * 0x1p-51));
    double sum = 0;
    for (const double l : row) sum += std::exp((l - max) - found.log_sum);
    EXPECT_NEAR(sum, 1.0, 1e-12);
  }
}

TEST(LogNormalizer, OfARowWithoutASumIsZeroOrNan) {
  for (const std::size_t size : {3u, 5000u}) {
    Row row(size, -kInfinity);
    kernels::LogNormalizer found = LogNormalizerOf(absl::MakeConstSpan(row));
    EXPECT_EQ(found.max, 0.0);
    EXPECT_EQ(found.log_sum, 0.0);
    for (const double bad : {kInfinity, kNan, -kNan}) {
      row.back() = bad;
      found = LogNormalizerOf(absl::MakeConstSpan(row));
      EXPECT_TRUE(std::isnan(found.log_sum));
    }
  }
}

// Both rows of every type, dense and as a list, against the formula by one
// value at a time.
TEST(Guidance, DoesToLongRowsWhatTheFormulaDoesToOneValue) {
  std::mt19937_64 random(9);
  for (const std::size_t size : {65u, 700u, 5000u}) {
    for (const std::string first : {"", R"({"type": "top_k", "k": 50}, )"}) {
      Row row(size);
      std::vector<float> second(size);
      for (std::size_t i = 0; i < size; ++i) {
        row[i] = static_cast<double>(random() % 100000) / 10000.0;
        second[i] = static_cast<float>(random() % 1000) / 100.0f;
        if (random() % 50 == 0) row[i] = -kInfinity;
        if (random() % 50 == 0)
          second[i] = -std::numeric_limits<float>::infinity();
      }
      const auto run = [&](const std::string& stages) {
        return RunStages(row, stages,
                         MakeSequence(static_cast<std::int64_t>(size)),
                         {.unconditional = absl::MakeConstSpan(second)})
            .logits;
      };
      const Row kept =
          first.empty() ? row : run(first.substr(0, first.size() - 2));
      const Row got = run(
          first + R"({"type": "guidance", "scale": 0.75, "normalize": false})");
      ASSERT_EQ(got.size(), size);
      for (std::size_t i = 0; i < size; ++i) {
        const double g = static_cast<double>(second[i]);
        const double want = kept[i] == -kInfinity || g == -kInfinity
                                ? -kInfinity
                                : g + 0.75 * (kept[i] - g);
        ASSERT_EQ(got[i], want) << i;
      }
    }
  }
}

}  // namespace
}  // namespace sampler::guidance_test
