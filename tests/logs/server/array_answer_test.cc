// Answers that hold whole rows as a .npy file in base64.

#include "sampler/logs/server/array_answer.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/logs/log.h"
#include "tests/logs/log_files.h"

namespace sampler::logs::array_answer_test {
namespace {

// Rows n, n + 1, ... of three tokens each; row n holds n, n + 0.5, n - 1.
std::string Array(int first, int count, const std::string& shape = "") {
  std::vector<float> values;
  for (int n = first; n < first + count; ++n) {
    const auto x = static_cast<float>(n);
    values.insert(values.end(), {x, x + 0.5f, x - 1});
  }
  return absl::Base64Escape(
      Npy("<f4", shape.empty() ? absl::StrCat("(", count, ", 3)") : shape,
          ArrayBytes<float>(values)));
}

std::string Choice(const std::string& members) {
  return absl::StrCat(R"({"request_id": "r", "choices": [{"index": 0, )",
                      members, "}]}");
}

absl::StatusOr<std::unique_ptr<const Log>> OpenText(
    const std::string& text, const OpenOptions& options = {}) {
  return Log::Open(WriteFile("answer.json", text), options);
}

void Refuse(const std::string& text, const std::string& part) {
  const auto log = OpenText(text);
  ASSERT_FALSE(log.ok()) << part;
  EXPECT_TRUE(absl::StrContains(log.status().message(), part)) << log.status();
}

TEST(ArrayAnswer, IsALogOfWholeRows) {
  for (const char* shape : {"(2, 3)", "(1, 2, 3)"}) {
    const auto log = OpenText(Choice(absl::StrCat(
        R"("token_ids": [1, 0], "logits": ")", Array(5, 2, shape), "\"")));
    ASSERT_TRUE(log.ok()) << log.status();
    const LogDescription& description = (*log)->description();
    EXPECT_EQ(description.format, Format::kServerAnswer);
    EXPECT_EQ(description.tensor, "logits");
    EXPECT_EQ(description.vocabulary_size, 3);
    EXPECT_FALSE(description.top_k);
    EXPECT_FALSE(description.masks);
    ASSERT_EQ((*log)->tokens().size(), 2u);
    EXPECT_EQ((*log)->tokens()[0], 1);
    RowBuffer buffer;
    const auto row = (*log)->Row(1, buffer);
    ASSERT_TRUE(row.ok());
    EXPECT_EQ((*row)[0], 6.0);
    EXPECT_EQ((*row)[1], 6.5);
  }
}

// The slash of base64 is escaped by some writers of JSON.
TEST(ArrayAnswer, BytesSurviveJson) {
  std::string array = Array(-3, 9);
  std::string escaped;
  for (const char c : array) {
    escaped += c == '/' ? "\\/" : std::string(1, c);
  }
  ASSERT_NE(escaped, array);
  const auto log =
      OpenText(Choice(absl::StrCat(R"("logits": ")", escaped, "\"")));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->rows(), 9);
  EXPECT_TRUE((*log)->tokens().empty());
}

TEST(ArrayAnswer, ChoicesAndLinesAreSequences) {
  const auto choice = [](int first, int count, const std::string& ids) {
    return Choice(absl::StrCat(R"("token_ids": )", ids, R"(, "logits": ")",
                               Array(first, count), "\""));
  };
  const auto log = OpenText(
      absl::StrCat(choice(0, 2, "[0, 1]"), "\n", choice(7, 1, "[2]"), "\n"));
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_EQ((*log)->sequences().size(), 2u);
  EXPECT_EQ((*log)->sequences()[1].first_row, 2);
  RowBuffer buffer;
  EXPECT_EQ((*(*log)->Row(2, buffer))[0], 7.0);
}

TEST(ArrayAnswer, TheSamplingMaskIsTheRowsMask) {
  const auto log = OpenText(Choice(absl::StrCat(
      R"("token_ids": [1, 0], "sampling_mask": {"token_ids": [1, 2, 0],
         "offsets": [0, 2, 3]}, "logits": ")",
      Array(0, 2), "\"")));
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_TRUE((*log)->description().masks);
  RowBuffer buffer;
  ASSERT_TRUE((*log)->Mask(0, buffer).ok());
  EXPECT_EQ(buffer.mask, (std::vector<std::uint32_t>{0b110}));
  ASSERT_TRUE((*log)->Mask(1, buffer).ok());
  EXPECT_EQ(buffer.mask, (std::vector<std::uint32_t>{0b001}));
}

TEST(ArrayAnswer, OtherArraysAreNoRows) {
  const std::string experts = absl::Base64Escape(
      Npy("<i4", "(2, 3)", ArrayBytes<std::int32_t>({1, 2, 3, 4, 5, 6})));
  const auto log =
      OpenText(Choice(absl::StrCat(R"("routed_experts": ")", experts,
                                   R"(", "logits": ")", Array(0, 2), "\"")));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->description().tensor, "logits");
}

TEST(ArrayAnswer, DamageIsAnError) {
  Refuse(Choice(absl::StrCat(R"("logits": ")", Array(0, 2), R"(", "scores": ")",
                             Array(0, 2), "\"")),
         "\"logits\" and \"scores\"");
  Refuse(Choice(absl::StrCat(R"("token_ids": [1], "logits": ")", Array(0, 2),
                             "\"")),
         "token_ids");
  Refuse(Choice(absl::StrCat(R"("token_ids": [1, 0.5], "logits": ")",
                             Array(0, 2), "\"")),
         "no integer");
  Refuse(Choice(absl::StrCat(R"("logits": ")", Array(0, 2, "(3, 3)"), "\"")),
         "with all their bytes");
  Refuse(Choice(R"("logits": "k05VTVBZ!!!!")"), "base64");
  Refuse(Choice(R"("logits": "k05VTVBZ")"), "choices[0].logits");
  Refuse(Choice(absl::StrCat(
             R"("sampling_mask": {"token_ids": [1, 2], "offsets": [0, 2]},
                "logits": ")",
             Array(0, 2), "\"")),
         "sampling_mask");
  // Widths that differ.
  Refuse(
      absl::StrCat(
          Choice(absl::StrCat(R"("logits": ")", Array(0, 2), "\"")), "\n",
          Choice(absl::StrCat(R"("logits": ")", Array(0, 2, "(3, 2)"), "\"")),
          "\n"),
      "those of the first answer");
  // Every prefix of a whole answer is an error, and none a crash.
  const std::string whole = Choice(
      absl::StrCat(R"("token_ids": [1, 0], "logits": ")", Array(0, 2), "\""));
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_FALSE(OpenText(whole.substr(0, size)).ok()) << size;
  }
}

}  // namespace
}  // namespace sampler::logs::array_answer_test
