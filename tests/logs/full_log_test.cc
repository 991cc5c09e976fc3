// The full set of real logs, where SAMPLER_SHARED_DIR names it.

#include <cmath>

#include "sampler/logs/survey.h"
#include "tests/logs/log_files.h"

namespace sampler::logs::full_log_test {
namespace {

std::string Data(absl::string_view name) {
  return absl::StrCat(SAMPLER_SHARED_DIR, "/data/", name);
}

Survey Take(absl::string_view name, const OpenOptions& options = {}) {
  const auto log = Log::Open(Data(name), options);
  EXPECT_TRUE(log.ok()) << log.status();
  return log.ok() ? *TakeSurvey(**log) : Survey{};
}

// llama.cpp prints 61.1474 for the run that wrote this file. It computed that
// from the unrounded logits; a code is off by at most half a step of
// 16 / 65535, and so is the mean.
TEST(FullLogTest, AliceHasThePerplexityThatLlamaCppReports) {
  for (const FloorPolicy policy : {FloorPolicy::kDrop, FloorPolicy::kKeep}) {
    OpenOptions options;
    options.floor = policy;
    const Survey survey = Take("alice.logits", options);
    EXPECT_EQ(survey.logged().rows, 60);
    EXPECT_NEAR(survey.logged().mean_nll, std::log(61.1474), 1.3e-4);
    EXPECT_EQ(survey.BestShift(), 0);
    EXPECT_EQ(survey.floor->rows_16, 60);
  }
}

TEST(FullLogTest, StoryAndCodeAreRawLogitsAtShiftZero) {
  const Survey story = Take("story.safetensors");
  EXPECT_EQ(story.rows, 64);
  EXPECT_EQ(KindName(story.kind.kind), "raw_logits");
  EXPECT_EQ(story.BestShift(), 0);
  OpenOptions options;
  options.tokens_file = Data("code.tokens.npy");
  const Survey code = Take("code.npy", options);
  EXPECT_EQ(code.rows, 32);
  EXPECT_EQ(KindName(code.kind.kind), "raw_logits");
  EXPECT_EQ(code.BestShift(), 0);
}

TEST(FullLogTest, RiversAsksWhichTensorAndScoresAreProcessed) {
  EXPECT_TRUE(Refuses(Log::Open(Data("rivers-hf.safetensors")),
                      absl::StatusCode::kInvalidArgument,
                      {"scores F32 [48, 49152]", "logits BF16 [48, 49152]"}));
  OpenOptions options;
  options.tensor = "logits";
  const Survey logits = Take("rivers-hf.safetensors", options);
  EXPECT_EQ(KindName(logits.kind.kind), "raw_logits");
  EXPECT_FALSE(logits.kind.contradicts_declared);
  EXPECT_EQ(logits.BestShift(), 0);
  EXPECT_GT(logits.tied[2], 0.2);  // bf16: ties at rank 100 are common.
  options.tensor = "scores";
  const Survey scores = Take("rivers-hf.safetensors", options);
  EXPECT_EQ(KindName(scores.kind.kind), "processed_logits");
  EXPECT_TRUE(scores.kind.contradicts_declared);
  EXPECT_EQ(scores.BestShift(), 0);
  EXPECT_EQ(scores.logged().impossible, 0);
}

}  // namespace
}  // namespace sampler::logs::full_log_test
