// The shipped logs of a real model (tests/data).

#include <cmath>

#include "sampler/logs/survey.h"
#include "tests/logs/log_files.h"

namespace sampler::logs::real_log_test {
namespace {

std::string Data(absl::string_view name) {
  return absl::StrCat(SAMPLER_TEST_DATA, "/", name);
}

TEST(RealLogTest, StoryIsWhatItsRunSays) {
  const auto log = Log::Open(Data("story-f16.safetensors"));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->rows(), 24);
  EXPECT_EQ((*log)->vocabulary_size(), 49152);
  EXPECT_EQ((*log)->description().dtype, DType::kF16);
  EXPECT_EQ((*log)->description().metadata.at("temperature"), "0.8");
  EXPECT_EQ((*log)->tokens().size(), 24u);
  EXPECT_EQ((*log)->sequences()[0].prompt.size(), 22u);
  const auto survey = TakeSurvey(**log);
  ASSERT_TRUE(survey.ok());
  EXPECT_EQ(KindName(survey->kind.kind), "raw_logits");
  EXPECT_FALSE(survey->kind.mixed);
  EXPECT_EQ(survey->broken_rows.count, 0);
  EXPECT_EQ(survey->BestShift(), 0);
  // Drawn by a sampler of this model: far likelier than a token of another row.
  EXPECT_LT(survey->logged().mean_nll, 2.5);
  EXPECT_GT((*survey->shifts)[0].mean_nll, 6);
  EXPECT_GT((*survey->shifts)[2].mean_nll, 6);
}

TEST(RealLogTest, AliceIsOneChunkOfLlamaCpp) {
  const auto log = Log::Open(Data("alice-1.logits"));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->rows(), 15);
  EXPECT_EQ((*log)->sequences().size(), 1u);
  EXPECT_EQ((*log)->sequences()[0].prompt.size(), 17u);
  const auto survey = TakeSurvey(**log);
  ASSERT_TRUE(survey.ok());
  EXPECT_EQ(KindName(survey->kind.kind), "raw_logprobs");
  EXPECT_EQ(survey->floor->rows_16, 15);
  EXPECT_EQ(survey->floor->censored, 0);
  EXPECT_FALSE(survey->BestShift().has_value());  // Too short.
  EXPECT_LT(survey->logged().mean_nll + 3, (*survey->shifts)[0].mean_nll);
  EXPECT_LT(survey->logged().mean_nll + 3, (*survey->shifts)[2].mean_nll);
}

}  // namespace
}  // namespace sampler::logs::real_log_test
