// Conformance of the stages that reshape a distribution as a whole.

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler::stages_shape_test {
namespace {

using Row = std::vector<double>;

constexpr double kGone = -std::numeric_limits<double>::infinity();

Row LogitsAfter(const Row& row, const std::string& stages) {
  const Outcome outcome = RunStages(row, stages);
  EXPECT_EQ(outcome.status, RowStatus::kOk);
  return outcome.logits;
}

// ---- quadratic --------------------------------------------------------------

std::string Quadratic(double factor, double curve) {
  return absl::StrCat(R"({"type": "quadratic", "factor": )", factor,
                      R"(, "curve": )", curve, "}");
}

TEST(Quadratic, IsItsClosedForm) {
  const Row row = {2, 1, 0, -2, kGone};  // d = 0, -1, -2, -4.
  EXPECT_EQ(LogitsAfter(row, Quadratic(0.25, 1)), (Row{2, 1.75, 1, -2, kGone}));
  EXPECT_EQ(LogitsAfter(row, Quadratic(0.25, 2)),
            (Row{2, 1.75, 0.5, -8, kGone}));
  EXPECT_EQ(LogitsAfter(row, Quadratic(0.25, 3)),
            (Row{2, 1.75, 0, -14, kGone}));
  EXPECT_EQ(LogitsAfter(row, R"({"type": "quadratic", "factor": 0.25})"),
            LogitsAfter(row, Quadratic(0.25, 1)));
}

TEST(Quadratic, KeepsTheOrderAndTheHead) {
  std::mt19937_64 random(1);
  for (const double curve : {1.0, 1.3, 2.0, 3.0}) {
    for (int round = 0; round < Share(50); ++round) {
      Row row(2 + random() % 50);
      for (double& v : row) v = static_cast<double>(random() % 640) / 32.0;
      const Row out = LogitsAfter(row, Quadratic(0.3, curve));
      for (std::size_t i = 0; i < row.size(); ++i) {
        for (std::size_t j = 0; j < row.size(); ++j) {
          ASSERT_EQ(row[i] < row[j], out[i] < out[j]);
        }
      }
      ASSERT_EQ(*std::max_element(row.begin(), row.end()),
                *std::max_element(out.begin(), out.end()));
    }
  }
}

TEST(Quadratic, DropsWhatOverflows) {
  // d^2, d^3 or d itself overflows, and no term of coefficient 0 makes a NaN.
  for (const double curve : {1.0, 2.0, 3.0}) {
    for (const double low : {-1e200, -1.7e308}) {
      const Row row = {1.7e308, 1.7e308, low};
      EXPECT_EQ(LogitsAfter(row, Quadratic(0.3, curve)),
                (Row{1.7e308, 1.7e308, kGone}));
      EXPECT_EQ(LogitsAfter({3, low}, Quadratic(0.3, curve)), (Row{3, kGone}));
    }
  }
  // d^3 overflows alone, where only d^2 counts.
  EXPECT_EQ(LogitsAfter({0, -1e120}, Quadratic(1, 1)), (Row{0, -1e240}));
}

TEST(Quadratic, DoesNotCompound) {
  // One row after another, as in a batch: the factor is the same each time.
  const Pipeline pipeline = MakePipeline(Quadratic(0.25, 1), 2);
  const Sequence sequence = MakeSequence(2);
  Workspace workspace;
  const Row row = {2, 0};
  for (int i = 0; i < 5; ++i) {
    const Distribution d =
        pipeline.Process(absl::Span<const double>(row), sequence, workspace);
    d.ForEach([](TokenId id, double logit) {
      EXPECT_EQ(logit, id == 0 ? 2.0 : 1.0);
    });
  }
}

// ---- dynamic_temperature ----------------------------------------------------

std::string Dynamic(double low, double high, const std::string& more = "") {
  return absl::StrCat(R"({"type": "dynamic_temperature", "low": )", low,
                      R"(, "high": )", high, more.empty() ? "" : ", ", more,
                      "}");
}

std::string At(const std::string& t) {
  return R"({"type": "temperature", "temperature": )" + t + "}";
}

TEST(DynamicTemperature, IsHighOnAFlatRowAndLowOnASureOne) {
  // H / ln n is 1 to the last bit or two for a flat row.
  const Row flat = {3, 3, 3, 3};
  const Row out = LogitsAfter(flat, Dynamic(0.5, 2));
  for (const double v : out) EXPECT_NEAR(v, 1.5, 1e-14);
  const Row sure = {3, -80, -90};
  EXPECT_EQ(LogitsAfter(sure, Dynamic(0.5, 2)), LogitsAfter(sure, At("0.5")));
  // An exponent of 0 has it at high, whatever the entropy.
  EXPECT_EQ(LogitsAfter(sure, Dynamic(0.5, 2, R"("exponent": 0)")),
            LogitsAfter(sure, At("2")));
  // Entropy ln 2 of ln 4, masked tokens aside: T = .5 + 1.5 / 2, and with an
  // exponent of 2 .5 + 1.5 / 4.
  const Row half = {4, 4, -90, -90, kGone};
  EXPECT_NEAR(LogitsAfter(half, Dynamic(0.5, 2))[0], 4 / 1.25, 1e-14);
  EXPECT_NEAR(LogitsAfter(half, Dynamic(0.5, 2, R"("exponent": 2)"))[0],
              4 / 0.875, 1e-14);
}

TEST(DynamicTemperature, CountsMaskedTokensOnlyIfAsked) {
  // Masked tokens in ln n make llama.cpp colder: H = ln 2 of ln 2 or ln 8.
  const Row row = {4, 4, kGone, kGone, kGone, kGone, kGone, kGone};
  EXPECT_NEAR(LogitsAfter(row, Dynamic(0.5, 2))[0], 2, 1e-14);
  EXPECT_NEAR(LogitsAfter(row, Dynamic(0.5, 2, R"("count": "all")"))[0], 4.0,
              1e-14);
  EXPECT_NEAR(
      LogitsAfter({4, 4, -90, kGone}, Dynamic(0.5, 2, R"("count": "all")"))[0],
      4 / 1.25, 1e-14);
}

TEST(DynamicTemperature, IsGreedyAtZeroAndLeavesOneCandidateAlone) {
  EXPECT_EQ(LogitsAfter({3, -80, -90}, Dynamic(0, 2)), (Row{3, kGone, kGone}));
  EXPECT_EQ(LogitsAfter({3, 3, 1}, Dynamic(0, 0)), (Row{3, kGone, kGone}));
  EXPECT_EQ(LogitsAfter({3, kGone}, Dynamic(0.5, 2)), (Row{3, kGone}));
  EXPECT_EQ(LogitsAfter({3, kGone}, Dynamic(0, 0)), (Row{3, kGone}));
}

TEST(DynamicTemperature, RisesWithTheEntropy) {
  double last = 0.0;
  for (const double gap : {20.0, 8.0, 4.0, 2.0, 1.0, 0.5, 0.0}) {
    const double t = 10.0 / LogitsAfter({10, 10 - gap}, Dynamic(0.5, 2))[0];
    EXPECT_GT(t, last);
    last = t;
  }
}

TEST(DynamicTemperature, LooksAtWhatIsLeft) {
  // After top-k 2 the row is flat, before it is not.
  const Row row = {3, 3, 0, 0, 0};
  const std::string top_2 = R"({"type": "top_k", "k": 2})";
  EXPECT_NEAR(LogitsAfter(row, top_2 + "," + Dynamic(0.5, 2))[0], 1.5, 1e-14);
  EXPECT_GT(LogitsAfter(row, Dynamic(0.5, 2) + "," + top_2)[0], 1.6);
}

}  // namespace
}  // namespace sampler::stages_shape_test
