// end_ramp and top_p's decay: rules that move with the length of the text.

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "tests/support/pipelines.h"

namespace sampler::end_ramp_test {
namespace {

using Row = std::vector<double>;

constexpr char kRamp[] =
    R"({"type": "end_ramp", "limit": 10, "length": 4, "bias": 2,
        "eos_ids": [1]})";

double EndAfter(std::size_t tokens) {
  const Sequence sequence =
      MakeSequence(3, {0}, std::vector<std::int32_t>(tokens, 2));
  const Row logits = RunStages({1, -5, 2}, kRamp, sequence).logits;
  EXPECT_EQ(logits[0], 1);
  EXPECT_EQ(logits[2], 2);
  return logits[1];
}

TEST(EndRamp, GrowsAsFewTokensRemain) {
  EXPECT_EQ(EndAfter(0), -5);
  EXPECT_EQ(EndAfter(6), -5);  // 4 remain.
  EXPECT_EQ(EndAfter(7), -4.5);
  EXPECT_EQ(EndAfter(8), -4);
  EXPECT_EQ(EndAfter(9), -3.5);
  EXPECT_EQ(EndAfter(10), -3);
  EXPECT_EQ(EndAfter(12), -3);
}

TEST(EndRamp, LeavesARemovedTokenRemoved) {
  const Sequence sequence =
      MakeSequence(3, {}, std::vector<std::int32_t>(9, 2));
  const Outcome outcome = RunStages(
      {1, 2, 3},
      absl::StrCat(R"({"type": "suppress_tokens", "ids": [1]}, )", kRamp),
      sequence);
  EXPECT_EQ(outcome.kept(), "101");
}

TEST(EndRamp, WantsARampThatFitsTheText) {
  const auto config = ParseConfig(R"({"version": 1, "stages": [
          {"type": "end_ramp", "limit": 3, "length": 4, "bias": 1,
           "eos_ids": [1]}, {"type": "categorical"}]})");
  EXPECT_NE(config.status().message().find("want \"length\" <= \"limit\""),
            std::string::npos);
}

// Of eight even tokens p keeps ceil(8 p).
std::size_t KeptAfter(const std::string& stage,
                      const std::vector<std::int32_t>& output) {
  std::size_t kept = 0;
  for (const char c :
       RunStages(Row(8, 0.0), stage, MakeSequence(8, {5}, output)).kept()) {
    kept += c == '1' ? 1 : 0;
  }
  return kept;
}

TEST(TopPDecay, FallsFromTokenToTokenToTheLeast) {
  const std::string stage =
      R"({"type": "top_p", "p": 1, "decay": 0.5, "least": 0.2})";
  EXPECT_EQ(KeptAfter(stage, {}), 8u);
  EXPECT_EQ(KeptAfter(stage, {1}), 4u);
  EXPECT_EQ(KeptAfter(stage, {1, 1}), 2u);
  EXPECT_EQ(KeptAfter(stage, {1, 1, 1}), 2u);  // 0.2 of 8.
  EXPECT_EQ(KeptAfter(stage, std::vector<std::int32_t>(500, 1)), 2u);
}

TEST(TopPDecay, BeginsAgainAfterItsToken) {
  const std::string stage =
      R"({"type": "top_p", "p": 1, "decay": 0.5, "reset_id": 7})";
  EXPECT_EQ(KeptAfter(stage, {1, 1}), 2u);
  EXPECT_EQ(KeptAfter(stage, {1, 1, 7}), 8u);
  EXPECT_EQ(KeptAfter(stage, {7, 1, 7, 1}), 4u);
}

TEST(TopPDecay, IsTheSameAfterARollback) {
  const Pipeline pipeline = MakePipeline(
      R"({"type": "top_p", "p": 1, "decay": 0.5, "reset_id": 7})", 8);
  Workspace workspace;
  Sequence sequence = MakeSequence(8, {}, {1, 2, 3, 4});
  ASSERT_TRUE(sequence.Rollback(3).ok());
  const Row row(8, 0.0);
  EXPECT_EQ(pipeline.Process(absl::Span<const double>(row), sequence, workspace)
                .Count(),
            4);
}

TEST(TopPDecay, SaysWhatHasNoEffect) {
  const auto error = [](const std::string& more) {
    return std::string(
        ParseConfig(absl::StrCat(
                        R"({"version": 1, "stages": [{"type": "top_p",
                            "p": 0.5)",
                        more, R"(}, {"type": "categorical"}]})"))
            .status()
            .message());
  };
  EXPECT_NE(error(R"(, "least": 0.1)").find("no effect without"),
            std::string::npos);
  EXPECT_NE(error(R"(, "reset_id": 1)").find("no effect without"),
            std::string::npos);
  EXPECT_NE(error(R"(, "decay": 0.9, "least": 0.7)").find("\"least\" <= "),
            std::string::npos);
}

}  // namespace
}  // namespace sampler::end_ramp_test
