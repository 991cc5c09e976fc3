#include "sampler/logs/files/token_file.h"

#include "tests/logs/log_files.h"

namespace sampler::logs {
namespace {

using Ids64 = std::vector<std::int64_t>;

TEST(TokenFileTest, ReadsTheSameIdsFromEveryForm) {
  const Ids64 ids = {7, 0, 49151};
  for (const auto& [name, bytes] :
       std::vector<std::pair<std::string, std::string>>{
           {"a.npy",
            Npy("<i4", "(3,)", ArrayBytes<std::int32_t>({7, 0, 49151}))},
           {"a.npy",
            Npy("<u4", "(3,)", ArrayBytes<std::int32_t>({7, 0, 49151}))},
           {"a.npy", Npy("<i8", "(1, 3)", ArrayBytes<std::int64_t>(ids))},
           {"a.npy", Npy("<u8", "(3,)", ArrayBytes<std::int64_t>(ids))},
           {"a.txt", "7 0\n49151\r\n"},
           {"a.json", " [7, 0, 49151]\n"},
           {"a.bin", ArrayBytes<std::int32_t>({7, 0, 49151})}}) {
    const auto read = ReadTokenFile(WriteFile(name, bytes));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->ids, ids) << name;
  }
}

TEST(TokenFileTest, GoesByContentAndNotByName) {
  const auto json = ReadTokenFile(WriteFile("ids.txt", "[1, 2]"));
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(json->ids, (Ids64{1, 2}));
  const auto text = ReadTokenFile(WriteFile("ids.bin", "1 2"));
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(text->ids, (Ids64{1, 2}));
}

TEST(TokenFileTest, BinaryMustBeNamedBin) {
  EXPECT_TRUE(
      Refuses(ReadTokenFile(WriteFile("ids", ArrayBytes<std::int32_t>({1}))),
              absl::StatusCode::kInvalidArgument, {"binary data", ".bin"}));
  EXPECT_TRUE(Refuses(ReadTokenFile(WriteFile("a.bin", std::string(6, '\1'))),
                      absl::StatusCode::kInvalidArgument, {"6 bytes"}));
}

TEST(TokenFileTest, SaysWhichEntryIsNoId) {
  for (const absl::string_view text :
       {"1 2 x", "1 2 3.5", "1 2 9223372036854775808", "1 2 0x10", "1 2 010",
        "1 2 +3"}) {
    EXPECT_TRUE(Refuses(ReadTokenFile(WriteFile("t.txt", std::string(text))),
                        absl::StatusCode::kInvalidArgument, {"token 2"}))
        << text;
  }
  for (const absl::string_view text :
       {"[1, 2, \"x\"]", "[1, 2, 3.5]", "[1, 2, null]", "[1, 2, [3]]",
        "[1, 2, 18446744073709551615]", "[1, 2, true]"}) {
    EXPECT_TRUE(Refuses(ReadTokenFile(WriteFile("t.json", std::string(text))),
                        absl::StatusCode::kInvalidArgument, {"token 2"}))
        << text;
  }
}

TEST(TokenFileTest, RefusesTextBehindAZeroByte) {
  std::string text = "[1, 2]";
  text += '\0';
  EXPECT_FALSE(ReadTokenFile(WriteFile("t.json", text)).ok());
  EXPECT_FALSE(ReadTokenFile(WriteFile("t.json", text + "[3]")).ok());
}

TEST(TokenFileTest, RefusesMalformedAndEmptyFiles) {
  for (const absl::string_view text : {"[1, 2", "[1 2]", "[", "[1] 2"}) {
    EXPECT_TRUE(Refuses(ReadTokenFile(WriteFile("t.json", std::string(text))),
                        absl::StatusCode::kInvalidArgument, {"malformed JSON"}))
        << text;
  }
  for (const absl::string_view text : {"", " \n", "[]"}) {
    EXPECT_TRUE(Refuses(ReadTokenFile(WriteFile("t.txt", std::string(text))),
                        absl::StatusCode::kInvalidArgument, {"no token ids"}))
        << text;
  }
  EXPECT_TRUE(Refuses(ReadTokenFile("/no/such/file"),
                      absl::StatusCode::kNotFound, {"/no/such/file"}));
}

TEST(TokenFileTest, RefusesArraysThatAreNoIds) {
  const std::string data = ArrayBytes<std::int32_t>({1, 2});
  EXPECT_TRUE(Refuses(ReadTokenFile(WriteFile("n", Npy("<f4", "(2,)", data))),
                      absl::StatusCode::kInvalidArgument, {"descr", "<i4"}));
  EXPECT_TRUE(Refuses(ReadTokenFile(WriteFile("n", Npy("<i4", "(3,)", data))),
                      absl::StatusCode::kDataLoss, {"[3]", "at most 2"}));
  EXPECT_TRUE(
      Refuses(ReadTokenFile(WriteFile("n", Npy("<i4", "(2, 1)", data, "True"))),
              absl::StatusCode::kInvalidArgument, {"fortran_order"}));
  EXPECT_TRUE(Refuses(ReadTokenFile(WriteFile(
                          "n", Npy("<i8", "(4611686018427387904, 4)", data))),
                      absl::StatusCode::kDataLoss, {"truncated"}));
  EXPECT_TRUE(Refuses(
      ReadTokenFile(WriteFile("n", Npy("<u8", "(1,)", std::string(8, '\xff')))),
      absl::StatusCode::kInvalidArgument, {"token 0", "2^63"}));
}

class LogWithTokenFileTest : public testing::Test {
 protected:
  // Two rows over a vocabulary of three.
  absl::StatusOr<std::unique_ptr<const Log>> Open(const std::string& tokens,
                                                  const std::string& prompt) {
    OpenOptions options;
    if (!tokens.empty()) options.tokens_file = WriteFile("tokens", tokens);
    if (!prompt.empty()) {
      options.prompt_tokens_file = WriteFile("prompt", prompt);
    }
    return Log::Open(
        WriteFile("npy",
                  Npy("<f4", shape_, ArrayBytes<float>({1, 2, 3, 4, 5, 6}))),
        options);
  }

  std::string shape_ = "(2, 3)";
};

TEST_F(LogWithTokenFileTest, TokensAndPromptBelongToTheLog) {
  const auto log = Open("2 0", "1 1 2");
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(Ids((*log)->tokens()), (std::vector<std::int32_t>{2, 0}));
  ASSERT_EQ((*log)->sequences().size(), 1u);
  EXPECT_EQ(Ids((*log)->sequences()[0].prompt),
            (std::vector<std::int32_t>{1, 1, 2}));
}

TEST_F(LogWithTokenFileTest, RefusesAnotherCountThanRows) {
  EXPECT_TRUE(Refuses(Open("2", ""), absl::StatusCode::kInvalidArgument,
                      {"got 1 token ids", "want 2"}));
  EXPECT_TRUE(Refuses(Open("2 0 1", ""), absl::StatusCode::kInvalidArgument,
                      {"got 3 token ids", "want 2"}));
}

TEST_F(LogWithTokenFileTest, RefusesIdsOutsideTheVocabularyByIndexAndId) {
  EXPECT_TRUE(Refuses(Open("2 3", ""), absl::StatusCode::kInvalidArgument,
                      {"tokens[1]", "token id 3", "[0, 3)"}));
  EXPECT_TRUE(Refuses(Open("-2 2", ""), absl::StatusCode::kInvalidArgument,
                      {"tokens[0]", "token id -2"}));
  EXPECT_TRUE(Refuses(Open("", "0 4294967296"),
                      absl::StatusCode::kInvalidArgument,
                      {"prompt_tokens[1]", "token id 4294967296"}));
}

TEST_F(LogWithTokenFileTest, OnePromptFileNeedsOneSequence) {
  shape_ = "(2, 3, 1)";
  EXPECT_TRUE(Refuses(Open("", "0"), absl::StatusCode::kInvalidArgument,
                      {"2 sequences", "prompt_offsets"}));
  // And says so, where the axes do not.
  shape_ = "(2, 1, 3)";
  const auto log = Open("", "1");
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->sequences().size(), 1u);
}

}  // namespace
}  // namespace sampler::logs
