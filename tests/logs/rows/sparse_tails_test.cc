// What the rows of a top-k log leave out.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "sampler/logs/rows/sparse_log.h"
#include "sampler/logs/survey.h"
#include "tests/logs/log_files.h"
#include "tests/logs/rows/sparse_file.h"

namespace sampler::logs {
namespace {

TEST(SparseLog, SaysWhatRowsLeaveOut) {
  const auto log = Log::Open(WriteSparse("tail", {}));
  const TailInfo tail = **(*log)->Tail(1);
  EXPECT_EQ(tail.count, 2);
  EXPECT_NEAR(tail.mass, 1 - std::exp(-1.0) - std::exp(-1.25) - std::exp(-2.0),
              1e-12);
  EXPECT_EQ(tail.bound, 6);
  EXPECT_EQ(tail.above, 2);
  EXPECT_EQ(tail.log_sum_exp, 8);
}

// A forced token is no bound: what is left out lies below the likeliest alone.
TEST(SparseLog, KnowsTheForcedToken) {
  SparseFile file;
  file.metadata =
      "{\"vocab_size\":\"5\",\"top_k\":\"2\",\"forced_token\":\"true\"}";
  auto log = Log::Open(WriteSparse("forced", file));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*(*log)->Tail(1))->bound, 6.75);
  EXPECT_EQ((*(*log)->Tail(1))->above, 1);
  EXPECT_EQ((*(*log)->Tail(0))->bound, 2.5);
  file.metadata = "{\"vocab_size\":\"5\",\"forced_token\":\"true\"}";
  log = Log::Open(WriteSparse("forced", file));
  EXPECT_EQ((*(*log)->Tail(1))->bound, 6.75);
  EXPECT_EQ((*(*log)->Tail(0))->bound, 3.5);
}

// Fewer entries than asked for: there were no others.
TEST(SparseLog, KnowsRowsThatAreComplete) {
  SparseFile file;
  file.metadata = "{\"vocab_size\":\"5\",\"top_k\":\"3\"}";
  const auto log = Log::Open(WriteSparse("complete", file));
  EXPECT_EQ((*(*log)->Tail(0))->count, 0);
  EXPECT_EQ((*(*log)->Tail(1))->count, 2);
}

// A kept set as a sampler leaves it: probabilities that sum to 1, in whatever
// type they are stored. Nothing is missing, so the others were removed.
TEST(SparseLog, KnowsKeptSetsThatAreComplete) {
  SparseFile file;
  file.log_sum_exps.clear();
  const float half = std::log(0.5f);
  const float fifth = std::log(0.2f);
  file.logprobs = {half, half, half, std::log(0.3f), fifth};
  auto log = Log::Open(WriteSparse("kept", file));
  ASSERT_TRUE(log.ok()) << log.status();
  for (const std::int64_t row : {0, 1}) {
    EXPECT_EQ((*(*log)->Tail(row))->count, 0);
    EXPECT_EQ((*(*log)->Tail(row))->mass, 0.0);
    EXPECT_EQ((*(*log)->Tail(row))->listed, row == 0 ? 2 : 3);
  }
  const auto survey = TakeSurvey(**log);
  ASSERT_TRUE(survey.ok());
  EXPECT_EQ(KindName(survey->kind.kind), "processed_logprobs");
  EXPECT_EQ(survey->tail->mean_listed, 2.5);
  EXPECT_EQ(survey->tail->censored, 0);
  // One that lacks a hundredth of a percent is not complete, nor is one whose
  // log says that the likeliest two were listed of it.
  file.logprobs[4] = std::log(0.1999f);
  log = Log::Open(WriteSparse("lacking", file));
  EXPECT_EQ((*(*log)->Tail(0))->count, 0);
  EXPECT_EQ((*(*log)->Tail(1))->count, 2);
  file.metadata = "{\"vocab_size\":\"5\",\"top_k\":\"2\"}";
  log = Log::Open(WriteSparse("declared", file));
  EXPECT_EQ((*(*log)->Tail(0))->count, 3);
}

// bf16 keeps three digits of a log-probability.
TEST(SparseLog, AllowsForTheStoredPrecision) {
  const auto bf16 = [](float x) {
    // The next larger magnitude: the probabilities sum to 0.9988.
    return static_cast<std::uint16_t>((std::bit_cast<std::uint32_t>(x) >> 16) +
                                      1);
  };
  const std::vector<std::uint16_t> logprobs = {bf16(std::log(0.6f)),
                                               bf16(std::log(0.4f))};
  const std::vector<std::int64_t> offsets = {0, 2};
  const std::vector<std::int32_t> ids = {4, 0};
  const auto log = Log::Open(WriteFile(
      "bf16", Safetensors({{"offsets", "I64", "[2]", ArrayBytes(offsets)},
                           {"token_ids", "I32", "[2]", ArrayBytes(ids)},
                           {"logprobs", "BF16", "[2]", ArrayBytes(logprobs)}},
                          "{\"vocab_size\":\"5\"}")));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*(*log)->Tail(0))->count, 0);
}

TEST(SparseLog, IsSurveyedByTheFullRow) {
  SparseFile file;
  file.tokens = {3, 4};
  const auto log = Log::Open(WriteSparse("survey", file));
  const auto survey = TakeSurvey(**log);
  ASSERT_TRUE(survey.ok());
  EXPECT_EQ(KindName(survey->kind.kind), "raw_logits");
  EXPECT_EQ(survey->negative_infinity.count, 0);
  // 0.5 of the first token, and at least the 2 of the least listed one.
  EXPECT_NEAR(survey->logged().mean_nll, (0.5 + 2.0) / 2, 1e-12);
  ASSERT_TRUE(survey->tail.has_value());
  EXPECT_EQ(survey->tail->censored, 1);
  EXPECT_EQ(survey->tail->mean_listed, 2.5);
  EXPECT_NEAR(survey->tail->largest_mass, 0.2103, 1e-4);
}

}  // namespace
}  // namespace sampler::logs
