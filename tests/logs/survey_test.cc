#include "sampler/logs/survey.h"

#include <cmath>
#include <limits>

#include "tests/logs/log_files.h"

namespace sampler::logs::survey_test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::int32_t kWidth = 8;

// `rows` rows of 8 tokens; row r clearly prefers token r % 7 (7 divides no
// shift of interest).
std::vector<float> PreferringRows(std::int32_t rows) {
  std::vector<float> values(static_cast<std::size_t>(rows * kWidth), 0.0f);
  for (std::int32_t r = 0; r < rows; ++r) {
    values[static_cast<std::size_t>(r * kWidth + r % 7)] = 5;
  }
  return values;
}

// The token that each row prefers, `shift` rows late.
std::vector<std::int32_t> PreferredTokens(std::int32_t rows,
                                          std::int32_t shift) {
  std::vector<std::int32_t> tokens;
  for (std::int32_t r = 0; r < rows; ++r) tokens.push_back((r - shift + 7) % 7);
  return tokens;
}

Survey Take(const std::vector<float>& values,
            const std::vector<std::int32_t>& tokens = {},
            const SurveyOptions& options = {}) {
  const auto rows = values.size() / kWidth;
  std::vector<Tensor> tensors = {{"logits", "F32",
                                  absl::StrCat("[", rows, ",", kWidth, "]"),
                                  ArrayBytes(values)}};
  if (!tokens.empty()) {
    tensors.push_back(
        {"tokens", "I32", absl::StrCat("[", rows, "]"), ArrayBytes(tokens)});
  }
  const auto log = Log::Open(WriteFile("s", Safetensors(tensors)));
  EXPECT_TRUE(log.ok()) << log.status();
  return *TakeSurvey(**log, options);
}

TEST(SurveyTest, CountsBrokenValuesWithTheirFirstRow) {
  std::vector<float> values = PreferringRows(6);
  values[2 * kWidth] = kNan;
  values[4 * kWidth] = kNan;
  values[3 * kWidth + 1] = kInfinity;
  values[1 * kWidth + 2] = -kInfinity;
  for (int i = 0; i < kWidth; ++i) {
    values[static_cast<std::size_t>(5 * kWidth + i)] = -kInfinity;
  }
  const Survey survey = Take(values);
  EXPECT_EQ(survey.rows, 6);
  EXPECT_EQ(survey.nan.count, 2);
  EXPECT_EQ(survey.nan.first_row, 2);
  EXPECT_EQ(survey.positive_infinity.count, 1);
  EXPECT_EQ(survey.positive_infinity.first_row, 3);
  EXPECT_EQ(survey.negative_infinity.count, 9);
  EXPECT_EQ(survey.negative_infinity.first_row, 1);
  EXPECT_EQ(survey.broken_rows.count, 4);
  EXPECT_EQ(survey.broken_rows.first_row, 2);
  EXPECT_FALSE(survey.shifts.has_value());
  EXPECT_FALSE(survey.floor.has_value());
  EXPECT_EQ(Take(PreferringRows(2)).nan.first_row, -1);
}

TEST(SurveyTest, FindsTheShiftOfTheTokens) {
  for (const std::int32_t shift : {-1, 0, 1}) {
    const Survey survey = Take(PreferringRows(30), PreferredTokens(30, shift));
    ASSERT_TRUE(survey.shifts.has_value());
    EXPECT_EQ(survey.BestShift(), shift);
    // -ln of the share of the preferred token, e^5 : 7.
    const double expected = std::log(std::exp(5.0) + 7) - 5;
    const ShiftScore& best =
        (*survey.shifts)[static_cast<std::size_t>(shift + 1)];
    EXPECT_EQ(best.shift, shift);
    EXPECT_NEAR(best.mean_nll, expected, 1e-12);
    EXPECT_NEAR(best.perplexity(), std::exp(expected), 1e-12);
    EXPECT_EQ(best.rows, shift == 0 ? 30 : 29);
  }
}

TEST(SurveyTest, BelowTwentyFourRowsTheShiftCannotBeChecked) {
  EXPECT_EQ(Take(PreferringRows(24), PreferredTokens(24, 1)).BestShift(), 1);
  const Survey survey = Take(PreferringRows(23), PreferredTokens(23, 1));
  EXPECT_FALSE(survey.BestShift().has_value());
  EXPECT_EQ(survey.logged().rows, 23);  // The scores are there all the same.
}

TEST(SurveyTest, ShiftsDoNotReachIntoAnotherSequence) {
  const auto log = Log::Open(WriteFile(
      "s", Safetensors(
               {{"seq_offsets", "I64", "[4]",
                 ArrayBytes<std::int64_t>({0, 1, 4, 9})},
                {"logits", "F32", "[9,8]", ArrayBytes(PreferringRows(9))},
                {"tokens", "I32", "[9]", ArrayBytes(PreferredTokens(9, 0))}})));
  ASSERT_TRUE(log.ok()) << log.status();
  const auto survey = TakeSurvey(**log);
  ASSERT_TRUE(survey.ok());
  EXPECT_EQ((*survey->shifts)[0].rows, 6);
  EXPECT_EQ((*survey->shifts)[1].rows, 9);
  EXPECT_EQ((*survey->shifts)[2].rows, 6);
}

TEST(SurveyTest, ImpossibleTokensAreCountedAndMakeThePerplexityInfinite) {
  std::vector<float> values = PreferringRows(30);
  values[4 * kWidth + 4] = -kInfinity;
  const Survey survey = Take(values, PreferredTokens(30, 0));
  EXPECT_EQ(survey.logged().impossible, 1);
  EXPECT_TRUE(std::isinf(survey.logged().perplexity()));
  EXPECT_TRUE(std::isfinite(survey.logged().mean_nll));
}

TEST(SurveyTest, BrokenRowsHaveNoScore) {
  std::vector<float> values = PreferringRows(30);
  values[4 * kWidth] = kNan;
  EXPECT_EQ(Take(values, PreferredTokens(30, 0)).logged().rows, 29);
}

TEST(SurveyTest, ProbabilitiesAreScoredAsTheyAre) {
  std::vector<float> values;
  for (int r = 0; r < 3; ++r) {
    values.insert(values.end(), {0.5f, 0.25f, 0.25f, 0, 0, 0, 0, 0});
  }
  const Survey survey = Take(values, {0, 1, 3});
  EXPECT_EQ(KindName(survey.kind.kind), "probs");
  EXPECT_EQ(survey.logged().impossible, 1);
  EXPECT_NEAR(survey.logged().mean_nll, 1.5 * std::log(2), 1e-12);
  EXPECT_NEAR(survey.mean_entropy, 1.5 * std::log(2), 1e-12);
}

TEST(SurveyTest, SamplesRowsFromTheFirstToTheLast) {
  SurveyOptions options;
  options.top_tokens = 2;
  const auto rows = [&](std::int32_t total, int sampled) {
    options.sampled_rows = sampled;
    std::vector<std::int64_t> result;
    for (const SampledRow& row :
         Take(PreferringRows(total), {}, options).sampled) {
      EXPECT_EQ(row.top.size(), 2u);
      EXPECT_EQ(row.top[0].id, row.row % 7);
      EXPECT_GT(row.entropy, 0);
      result.push_back(row.row);
    }
    return result;
  };
  using Rows = std::vector<std::int64_t>;
  EXPECT_EQ(rows(9, 5), (Rows{0, 2, 4, 6, 8}));
  EXPECT_EQ(rows(11, 4), (Rows{0, 3, 6, 10}));
  EXPECT_EQ(rows(3, 5), (Rows{0, 1, 2}));
  EXPECT_EQ(rows(3, 1), (Rows{0}));
  EXPECT_EQ(rows(3, 0), (Rows{}));
  EXPECT_EQ(rows(1, 5), (Rows{0}));
}

TEST(SurveyTest, SharesOfTiesAreOfRows) {
  std::vector<float> values = PreferringRows(4);
  values[7] = 5;  // Row 0 has two tokens at its maximum.
  EXPECT_EQ(Take(values).tied, (std::array<double, 3>{0.25, 0, 0}));
}

TEST(SurveyTest, RefusesNegativeOptions) {
  const auto log =
      Log::Open(WriteFile("n", Npy("<f4", "(1,)", ArrayBytes<float>({1}))));
  ASSERT_TRUE(log.ok());
  EXPECT_TRUE(Refuses(TakeSurvey(**log, {-1, 5}),
                      absl::StatusCode::kInvalidArgument, {"sampled_rows -1"}));
  EXPECT_FALSE(TakeSurvey(**log, {5, -1}).ok());
}

// Two rows with a floor (windows of 16 and 24 nats) and one without.
class FloorSurveyTest : public testing::TestWithParam<FloorPolicy> {};

TEST_P(FloorSurveyTest, CountsWindowsMassAndCensoredTokens) {
  const std::vector<std::uint16_t> codes = {0, 65535, 0, 65000};
  const LlamaRow row16{16.0f / 65535, -16.25f, codes};
  const LlamaRow row24{24.0f / 65535, -24.25f, codes};
  const LlamaRow narrow{4.0f / 65535, -5, codes};
  // n_ctx 7: prompt 0 1 2 3, then one token per row: a floor, a value, and the
  // true minimum of the narrow row.
  OpenOptions options;
  options.floor = GetParam();
  const auto log =
      Log::Open(WriteFile("kld", LlamaLogits(7, 4, 1, {0, 1, 2, 3, 2, 1, 0},
                                             {row16, row24, narrow})),
                options);
  ASSERT_TRUE(log.ok()) << log.status();
  const auto survey = TakeSurvey(**log);
  ASSERT_TRUE(survey.ok());
  ASSERT_TRUE(survey->floor.has_value());
  EXPECT_EQ(survey->floor->rows_16, 1);
  EXPECT_EQ(survey->floor->rows_24, 1);
  EXPECT_EQ(survey->floor->rows_other, 1);
  EXPECT_EQ(survey->floor->tokens, 4);
  EXPECT_NEAR(survey->floor->largest_mass, 2 * std::exp(-16.25), 1e-15);
  EXPECT_NEAR(survey->floor->mean_mass,
              2 * (std::exp(-16.25) + std::exp(-24.25)) / 3, 1e-15);
  EXPECT_EQ(survey->floor->censored, 1);
  // The file's own normalisation is taken as it is, not made anew.
  EXPECT_NEAR(survey->logged().mean_nll, (16.25 + 0.25 + 5) / 3, 1e-5);
  EXPECT_EQ(survey->logged().impossible, 0);
  EXPECT_EQ(survey->negative_infinity.count, 0);
  EXPECT_EQ(KindName(survey->kind.kind), "raw_logprobs");
}

INSTANTIATE_TEST_SUITE_P(EitherPolicy, FloorSurveyTest,
                         testing::Values(FloorPolicy::kDrop,
                                         FloorPolicy::kKeep));

}  // namespace
}  // namespace sampler::logs::survey_test
