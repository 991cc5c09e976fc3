#include "sampler/logs/rows/row_survey.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace sampler::logs::row_survey_test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

RowStatistics Measure(const std::vector<float>& row) {
  RowSurveyor surveyor;
  return surveyor.Measure(absl::MakeConstSpan(row));
}

TEST(RowSurveyTest, MeasuresTheSoftmax) {
  // Probabilities 1/2, 1/4, 1/4 and a removed token.
  const RowStatistics row = Measure({std::log(2.0f) + 3, 3, 3, -kInfinity});
  EXPECT_FALSE(row.broken());
  EXPECT_EQ(row.negative_infinities, 1);
  EXPECT_NEAR(row.log_sum_exp, 3 + std::log(4), 1e-6);
  EXPECT_NEAR(row.entropy, 1.5 * std::log(2), 1e-6);
  EXPECT_EQ(row.minimum, 3);
  EXPECT_EQ(row.at_minimum, 2);
}

TEST(RowSurveyTest, DoesNotOverflow) {
  const RowStatistics row = Measure({3e38f, 3e38f, -3e38f});
  EXPECT_FALSE(row.broken());
  EXPECT_NEAR(row.entropy, std::log(2), 1e-12);
}

// From the maximum, not from the logsumexp: that is the maximum itself here.
TEST(RowSurveyTest, LogprobsSurviveALargeMaximum) {
  constexpr float m = std::numeric_limits<float>::lowest();
  const std::vector<float> row(6, m);
  RowSurveyor surveyor;
  const RowStatistics statistics = surveyor.Measure(absl::MakeConstSpan(row));
  EXPECT_EQ(statistics.log_sum_exp, statistics.maximum);
  EXPECT_NEAR(statistics.Logprob(m), -std::log(6.0), 1e-15);
  for (const TopToken& token : surveyor.Top(6, statistics)) {
    EXPECT_NEAR(token.probability, 1.0 / 6.0, 1e-15);
    EXPECT_EQ(token.logprob, statistics.Logprob(m));
  }
}

TEST(RowSurveyTest, CountsBrokenValues) {
  const RowStatistics row =
      Measure({kNan, 1, kInfinity, -kInfinity, kNan, -kInfinity});
  EXPECT_TRUE(row.broken());
  EXPECT_EQ(row.nans, 2);
  EXPECT_EQ(row.positive_infinities, 1);
  EXPECT_EQ(row.negative_infinities, 2);
  EXPECT_TRUE(Measure({-kInfinity, -kInfinity}).broken());
}

TEST(RowSurveyTest, FindsTiesAcrossARank) {
  std::vector<float> row(200);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = -static_cast<float>(i);
  }
  EXPECT_EQ(Measure(row).ties, (std::array<bool, 3>{false, false, false}));
  row[40] = row[39];
  EXPECT_EQ(Measure(row).ties, (std::array<bool, 3>{false, true, false}));
  row[1] = row[0];
  row[100] = row[99];
  EXPECT_EQ(Measure(row).ties, (std::array<bool, 3>{true, true, true}));
  // A tie inside the kept set decides nothing.
  row[1] = row[2];
  EXPECT_FALSE(Measure(row).ties[0]);
}

TEST(RowSurveyTest, RowsShorterThanARankHaveNoTieThere) {
  EXPECT_EQ(Measure({1, 1}).ties, (std::array<bool, 3>{true, false, false}));
  EXPECT_EQ(Measure({1}).ties, (std::array<bool, 3>{false, false, false}));
  EXPECT_FALSE(Measure({1, -kInfinity, -kInfinity}).ties[0]);
}

TEST(RowSurveyTest, TopIsByValueThenById) {
  const std::vector<float> row = {1, 3, 2, 3, 0};
  RowSurveyor surveyor;
  const RowStatistics statistics = surveyor.Measure(absl::MakeConstSpan(row));
  const std::vector<TopToken> top = surveyor.Top(3, statistics);
  ASSERT_EQ(top.size(), 3u);
  EXPECT_EQ(top[0].id, 1);
  EXPECT_EQ(top[1].id, 3);
  EXPECT_EQ(top[2].id, 2);
  EXPECT_NEAR(top[0].probability, std::exp(3 - statistics.log_sum_exp), 1e-15);
  EXPECT_EQ(surveyor.Top(99, statistics).size(), 5u);
  EXPECT_TRUE(surveyor.Top(0, statistics).empty());
}

TEST(RowSurveyTest, ProbabilitiesAreMeasuredByTheirLogarithms) {
  const std::vector<float> row = {0.5f, 0.25f, 0, 0.25f};
  RowSurveyor surveyor;
  RowStatistics statistics = surveyor.Measure(absl::MakeConstSpan(row));
  surveyor.TakeLogarithms(statistics);
  EXPECT_NEAR(statistics.log_sum_exp, 0, 1e-15);
  EXPECT_NEAR(statistics.entropy, 1.5 * std::log(2), 1e-15);
  EXPECT_NEAR(surveyor.Top(1, statistics)[0].probability, 0.5, 1e-15);
}

}  // namespace
}  // namespace sampler::logs::row_survey_test
