// Four rows over a vocabulary of five, and the integer tensors beside them.

#include "sampler/logs/formats/safetensors_tokens.h"

#include "tests/logs/log_files.h"

namespace sampler::logs::safetensors_tokens_test {
namespace {

using Ids32 = std::vector<std::int32_t>;
using Ids64 = std::vector<std::int64_t>;

Tensor I32(std::string name, const Ids32& ids) {
  return {std::move(name), "I32", absl::StrCat("[", ids.size(), "]"),
          ArrayBytes(ids)};
}

Tensor I64(std::string name, const Ids64& ids) {
  return {std::move(name), "I64", absl::StrCat("[", ids.size(), "]"),
          ArrayBytes(ids)};
}

absl::StatusOr<std::unique_ptr<const Log>> Open(std::vector<Tensor> tensors,
                                                std::string shape = "[4,5]") {
  tensors.push_back(
      {"logits", "F32", std::move(shape), std::string(4 * 5 * 4, '\0')});
  return Log::Open(WriteFile("s", Safetensors(tensors)));
}

TEST(SafetensorsTokensTest, NativeTokensNeedNoShift) {
  for (const Tensor& tokens :
       {I32("tokens", {4, 3, 2, 1}), I64("tokens", {4, 3, 2, 1})}) {
    const auto log = Open({tokens});
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_EQ(Ids((*log)->tokens()), (Ids32{4, 3, 2, 1}));
    EXPECT_TRUE((*log)->sequences()[0].prompt.empty());
  }
}

TEST(SafetensorsTokensTest, InputIdsOfOneMoreAreShiftedByOne) {
  const auto log = Open({I64("input_ids", {0, 1, 2, 3, 4})});
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(Ids((*log)->tokens()), (Ids32{1, 2, 3, 4}));
  EXPECT_EQ(Ids((*log)->sequences()[0].prompt), (Ids32{0}));
}

TEST(SafetensorsTokensTest, InputIdsOfABatchAreSplitPerSequence) {
  const auto log = Open({I32("input_ids", {0, 1, 2, 4, 3, 2})}, "[2,2,5]");
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(Ids((*log)->tokens()), (Ids32{1, 2, 3, 2}));
  EXPECT_EQ(Ids((*log)->sequences()[0].prompt), (Ids32{0}));
  EXPECT_EQ(Ids((*log)->sequences()[1].prompt), (Ids32{4}));
}

TEST(SafetensorsTokensTest, InputIdsOfTheSameLengthAreTokensWithANotice) {
  const auto log = Open({I32("input_ids", {0, 1, 2, 3})});
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(Ids((*log)->tokens()), (Ids32{0, 1, 2, 3}));
  ASSERT_EQ((*log)->description().notices.size(), 1u);
  EXPECT_TRUE(
      absl::StrContains((*log)->description().notices[0], "shift check"));
}

TEST(SafetensorsTokensTest, TokensWinOverInputIdsAndPromptOverTheFirstId) {
  const auto tokens =
      Open({I32("tokens", {1, 1, 1, 1}), I32("input_ids", {0, 1, 2, 3, 4})});
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_EQ(Ids((*tokens)->tokens()), (Ids32{1, 1, 1, 1}));
  EXPECT_EQ((*tokens)->description().notices.size(), 1u);
  const auto prompt =
      Open({I32("prompt_tokens", {3, 2}), I32("input_ids", {0, 1, 2, 3, 4})});
  ASSERT_TRUE(prompt.ok()) << prompt.status();
  EXPECT_EQ(Ids((*prompt)->tokens()), (Ids32{1, 2, 3, 4}));
  EXPECT_EQ(Ids((*prompt)->sequences()[0].prompt), (Ids32{3, 2}));
  EXPECT_EQ((*prompt)->description().notices.size(), 1u);
}

TEST(SafetensorsTokensTest, SequencesAndPromptsFollowTheirOffsets) {
  const auto log =
      Open({I64("seq_offsets", {0, 1, 4}), I32("prompt_tokens", {4, 3, 2}),
            I64("prompt_offsets", {0, 0, 3})});
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_EQ((*log)->sequences().size(), 2u);
  EXPECT_EQ((*log)->sequences()[0].rows, 1);
  EXPECT_TRUE((*log)->sequences()[0].prompt.empty());
  EXPECT_EQ((*log)->sequences()[1].first_row, 1);
  EXPECT_EQ((*log)->sequences()[1].rows, 3);
  EXPECT_EQ(Ids((*log)->sequences()[1].prompt), (Ids32{4, 3, 2}));
}

TEST(SafetensorsTokensTest, OneSequenceNeedsNoPromptOffsets) {
  const auto log = Open({I32("prompt_tokens", {4, 3})});
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(Ids((*log)->sequences()[0].prompt), (Ids32{4, 3}));
  EXPECT_TRUE(Refuses(
      Open({I32("prompt_tokens", {4, 3}), I64("seq_offsets", {0, 1, 4})}),
      absl::StatusCode::kInvalidArgument, {"prompt_offsets", "3 offsets"}));
}

TEST(SafetensorsTokensTest, RefusesOffsetsThatDoNotAscendToTheEnd) {
  for (const Ids64& offsets :
       {Ids64{}, Ids64{0}, Ids64{4}, Ids64{1, 4}, Ids64{0, 3}, Ids64{0, 5},
        Ids64{0, 3, 2, 4}, Ids64{0, -1, 4}}) {
    EXPECT_TRUE(Refuses(Open({I64("seq_offsets", offsets)}),
                        absl::StatusCode::kInvalidArgument, {"seq_offsets"}));
    EXPECT_TRUE(Refuses(Open({I32("prompt_tokens", {1, 1, 1, 1}),
                              I64("prompt_offsets", offsets)}),
                        absl::StatusCode::kInvalidArgument,
                        {"prompt_offsets"}));
  }
  EXPECT_TRUE(Refuses(Open({I32("prompt_tokens", {1, 1, 1, 1}),
                            I64("prompt_offsets", {0, 2, 4})}),
                      absl::StatusCode::kInvalidArgument, {"want 2"}));
}

// A stack of the steps of generate(), and the sequences that it returns: two
// texts of a prompt of two and three drawn ids.
TEST(SafetensorsTokensTest, ReadsTheSequencesOfGenerate) {
  std::vector<float> values;
  for (int i = 0; i < 3 * 2 * 5; ++i) values.push_back(static_cast<float>(i));
  const auto log = Log::Open(WriteFile(
      "generate", Safetensors({{"logits", "F32", "[3,2,5]", ArrayBytes(values)},
                               {"sequences", "I64", "[2,5]",
                                ArrayBytes<std::int64_t>({4, 3, 0, 1, 2,  //
                                                          2, 2, 3, 4, 0})}})));
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_EQ((*log)->sequences().size(), 2u);
  EXPECT_EQ(Ids((*log)->tokens()),
            (std::vector<std::int32_t>{0, 1, 2, 3, 4, 0}));
  EXPECT_EQ(Ids((*log)->sequences()[0].prompt),
            (std::vector<std::int32_t>{4, 3}));
  EXPECT_EQ(Ids((*log)->sequences()[1].prompt),
            (std::vector<std::int32_t>{2, 2}));
  // Row 1 of the first text is step 1, batch 0.
  RowBuffer buffer;
  EXPECT_EQ((*log)->Row(1, buffer).value()[0], 10);
  EXPECT_TRUE(Refuses(Open({I64("sequences", {1, 2, 3})}),
                      absl::StatusCode::kInvalidArgument,
                      {"\"sequences\"", "got 3 ids", "4 or more"}));
}

TEST(SafetensorsTokensTest, RefusesCountsThatFitNoRule) {
  const auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_TRUE(Refuses(Open({I32("tokens", {1, 2, 3})}), kInvalid,
                      {"\"tokens\"", "got 3 token ids", "want 4"}));
  EXPECT_TRUE(
      Refuses(Open({I32("tokens", {})}), kInvalid, {"got 0 token ids"}));
  EXPECT_TRUE(Refuses(Open({I32("input_ids", {1, 2, 3})}), kInvalid,
                      {"\"input_ids\"", "got 3 ids"}));
  // With sequences of unequal length nobody can say where an extra id belongs.
  EXPECT_TRUE(Refuses(Open({I64("seq_offsets", {0, 1, 4}),
                            I32("input_ids", {0, 0, 0, 0, 0, 0})}),
                      kInvalid, {"\"input_ids\"", "got 6 ids"}));
}

TEST(SafetensorsTokensTest, RefusesOtherTypesAndForeignIds) {
  const auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_TRUE(Refuses(Open({{"tokens", "F32", "[4]", std::string(16, '\0')}}),
                      kInvalid, {"\"tokens\"", "dtype F32", "I32 or I64"}));
  EXPECT_TRUE(Refuses(Open({I32("tokens", {0, 1, 5, 2})}), kInvalid,
                      {"tokens[2]", "token id 5", "[0, 5)"}));
  // An id that would look fine after it was cut to 32 bits.
  EXPECT_TRUE(Refuses(Open({I64("tokens", {0, 1, 2, std::int64_t{1} << 32})}),
                      kInvalid, {"tokens[3]", "4294967296"}));
  EXPECT_TRUE(Refuses(Open({I32("prompt_tokens", {0, -1})}), kInvalid,
                      {"prompt_tokens[1]", "token id -1"}));
}

TEST(SafetensorsTokensTest, SequencesAreCutToTheRowsThatAreThere) {
  const std::string bytes =
      Safetensors({I64("seq_offsets", {0, 1, 3, 4}),
                   I32("prompt_tokens", {4, 3, 2}),
                   I64("prompt_offsets", {0, 1, 2, 3}),
                   {"logits", "F32", "[4,5]", std::string(80, '\0')}});
  OpenOptions options;
  options.allow_partial = true;
  const auto log =
      Log::Open(WriteFile("s", bytes.substr(0, bytes.size() - 21)), options);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->rows(), 2);
  ASSERT_EQ((*log)->sequences().size(), 2u);
  EXPECT_EQ((*log)->sequences()[1].first_row, 1);
  EXPECT_EQ((*log)->sequences()[1].rows, 1);
  EXPECT_EQ(Ids((*log)->sequences()[1].prompt), (Ids32{3}));
}

TEST(SafetensorsTokensTest, ATruncationThatTakesTheSequencesSaysSo) {
  const std::string bytes =
      Safetensors({I32("tokens", {4, 3, 2, 1}),
                   I32("prompt_tokens", {1, 1}),
                   {"logits", "F32", "[4,5]", std::string(80, '\0')},
                   I64("prompt_offsets", {0, 1, 2}),
                   I64("seq_offsets", {0, 2, 4})});
  OpenOptions options;
  options.allow_partial = true;
  const auto log = Log::Open(
      WriteFile("s", bytes.substr(0, bytes.size() - 48 - 21)), options);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->rows(), 2);
  EXPECT_EQ(Ids((*log)->tokens()), (Ids32{4, 3}));
  EXPECT_EQ((*log)->sequences().size(), 1u);
  EXPECT_TRUE((*log)->sequences()[0].prompt.empty());
  EXPECT_EQ((*log)->description().notices.size(), 1u);
}

}  // namespace
}  // namespace sampler::logs::safetensors_tokens_test
