// Which axis counts the sequences: said, told by shapes, or asked for.

#include "sampler/logs/rows/row_layout.h"

#include <utility>

#include "tests/logs/log_files.h"

namespace sampler::logs::row_layout_test {
namespace {

using Opened = absl::StatusOr<std::unique_ptr<const Log>>;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// Rows of two tokens; row r of the file is [r, -r].
std::string Rows(std::int64_t rows) {
  std::vector<float> values;
  for (std::int64_t r = 0; r < rows; ++r) {
    values.push_back(static_cast<float>(r));
    values.push_back(-static_cast<float>(r));
  }
  return ArrayBytes(values);
}

Tensor Integers(std::string name, std::string shape,
                const std::vector<std::int32_t>& ids) {
  return {std::move(name), "I32", std::move(shape), ArrayBytes(ids)};
}

Opened Open(std::int64_t first, std::int64_t second,
            std::vector<Tensor> tensors, const OpenOptions& options = {},
            absl::string_view metadata = "") {
  tensors.push_back({"logits", "F32",
                     absl::StrCat("[", first, ",", second, ",2]"),
                     Rows(first * second)});
  return Log::Open(WriteFile("layout", Safetensors(tensors, metadata)),
                   options);
}

OpenOptions Said(Axes axes) {
  OpenOptions options;
  options.axes = axes;
  return options;
}

// The file's row that each row of the log is.
std::vector<int> Order(const Log& log) {
  std::vector<int> order;
  RowBuffer buffer;
  for (std::int64_t r = 0; r < log.rows(); ++r) {
    order.push_back(static_cast<int>((*log.Row(r, buffer))[0]));
  }
  return order;
}

std::vector<std::int64_t> Lengths(const Log& log) {
  std::vector<std::int64_t> lengths;
  for (const LogSequence& s : log.sequences()) lengths.push_back(s.rows);
  return lengths;
}

using Lengths64 = std::vector<std::int64_t>;

TEST(RowLayoutTest, AStackOfTheStepsOfOneTextIsOneSequence) {
  // One axis of ids, one sequence of ids, input_ids of one more: all say so.
  for (const Tensor& tokens : {Integers("tokens", "[3]", {0, 1, 1}),
                               Integers("tokens", "[1,3]", {0, 1, 1}),
                               Integers("input_ids", "[4]", {1, 0, 1, 1}),
                               Integers("input_ids", "[1,4]", {1, 0, 1, 1})}) {
    const auto log = Open(3, 1, {tokens});
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_EQ(Lengths(**log), (Lengths64{3})) << tokens.name << tokens.shape;
    EXPECT_EQ(Ids((*log)->tokens()), (std::vector<std::int32_t>{0, 1, 1}));
    ASSERT_EQ((*log)->description().notices.size(), 1u);
    EXPECT_TRUE(absl::StrContains((*log)->description().notices[0],
                                  "read as [T, B, V], 1 sequence of 3 rows"));
  }
}

TEST(RowLayoutTest, OneRowOfEachTextIsSaidByItsTokensToo) {
  const auto log =
      Open(3, 1, {Integers("input_ids", "[3,2]", {1, 0, 0, 1, 1, 1})});
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(Lengths(**log), (Lengths64{1, 1, 1}));
  const auto offsets = Open(
      3, 1,
      {{"seq_offsets", "I64", "[4]", ArrayBytes<std::int64_t>({0, 1, 2, 3})}});
  ASSERT_TRUE(offsets.ok()) << offsets.status();
  EXPECT_EQ(Lengths(**offsets), (Lengths64{1, 1, 1}));
}

TEST(RowLayoutTest, WithoutAWordTheFileIsAQuestion) {
  const std::vector<std::string> question = {"[3, 1, V]", "--axes tbv",
                                             "--axes btv"};
  EXPECT_TRUE(Refuses(Open(3, 1, {}), kInvalid, question));
  EXPECT_TRUE(Refuses(Open(3, 1, {Integers("tokens", "[3,1]", {0, 1, 1})}),
                      kInvalid, question));
  EXPECT_TRUE(
      Refuses(Log::Open(WriteFile("a.npy", Npy("<f4", "(3, 1, 2)", Rows(3)))),
              kInvalid, question));
}

TEST(RowLayoutTest, TheAnswerSettlesIt) {
  const auto steps = Open(3, 1, {}, Said(Axes::kStepsFirst));
  ASSERT_TRUE(steps.ok()) << steps.status();
  EXPECT_EQ(Lengths(**steps), (Lengths64{3}));
  EXPECT_TRUE((*steps)->description().notices.empty());
  const auto batch = Open(3, 1, {Integers("tokens", "[3,1]", {0, 1, 1})},
                          Said(Axes::kBatchFirst));
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(Lengths(**batch), (Lengths64{1, 1, 1}));
  const auto metadata = Open(3, 1, {}, {}, R"({"axes":"tbv"})");
  ASSERT_TRUE(metadata.ok()) << metadata.status();
  EXPECT_EQ(Lengths(**metadata), (Lengths64{3}));
  EXPECT_TRUE(Refuses(Open(3, 1, {}, {}, R"({"axes":"vtb"})"), kInvalid,
                      {"metadata \"axes\"", "\"vtb\""}));
}

TEST(RowLayoutTest, StepsFirstIsReadSequenceAfterSequence) {
  const std::vector<int> by_sequence = {0, 2, 4, 1, 3, 5};
  // Tokens like the rows, and tokens as [B, T].
  for (const Tensor& tokens :
       {Integers("tokens", "[3,2]", {0, 1, 0, 1, 1, 0}),
        Integers("tokens", "[6]", {0, 1, 0, 1, 1, 0}),
        Integers("tokens", "[2,3]", {0, 0, 1, 1, 1, 0})}) {
    const auto log = Open(3, 2, {tokens}, Said(Axes::kStepsFirst));
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_EQ(Order(**log), by_sequence);
    EXPECT_EQ(Lengths(**log), (Lengths64{3, 3}));
    EXPECT_EQ(Ids((*log)->tokens()),
              (std::vector<std::int32_t>{0, 0, 1, 1, 1, 0}))
        << tokens.shape;
  }
  // Tokens as [B, T] say it alone.
  const auto told =
      Open(3, 2, {Integers("tokens", "[2,3]", {0, 0, 1, 1, 1, 0})});
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(Order(**told), by_sequence);
}

TEST(RowLayoutTest, BatchFirstIsAGuessThatIsTold) {
  const auto guessed = Open(3, 2, {});
  ASSERT_TRUE(guessed.ok()) << guessed.status();
  EXPECT_EQ(Order(**guessed), (std::vector<int>{0, 1, 2, 3, 4, 5}));
  ASSERT_EQ((*guessed)->description().notices.size(), 1u);
  EXPECT_TRUE(absl::StrContains((*guessed)->description().notices[0],
                                "3 sequences of 2 rows"));
  const auto told =
      Open(3, 2, {Integers("tokens", "[3,2]", {0, 0, 1, 1, 1, 0})});
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_TRUE((*told)->description().notices.empty());
  const auto one = Open(1, 3, {});
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(Lengths(**one), (Lengths64{3}));
  EXPECT_TRUE((*one)->description().notices.empty());
}

TEST(RowLayoutTest, ATokenFileSpeaksByItsShape) {
  const std::string log = WriteFile("a.npy", Npy("<f4", "(3, 1, 2)", Rows(3)));
  OpenOptions options;
  const std::string ids = ArrayBytes<std::int32_t>({0, 1, 1});
  for (const auto& [shape, bytes] :
       std::vector<std::pair<std::string, std::string>>{{"(3,)", ids},
                                                        {"(1, 3)", ids}}) {
    options.tokens_file = WriteFile("t.npy", Npy("<i4", shape, bytes));
    const auto opened = Log::Open(log, options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(Lengths(**opened), (Lengths64{3}));
  }
  options.tokens_file = WriteFile("t.txt", "0 1 1");
  ASSERT_TRUE(Log::Open(log, options).ok());
  options.tokens_file = WriteFile("t.npy", Npy("<i4", "(3, 1)", ids));
  EXPECT_TRUE(Refuses(Log::Open(log, options), kInvalid, {"--axes"}));
}

TEST(RowLayoutTest, TokensOfAnotherShapeAreRefused) {
  EXPECT_TRUE(
      Refuses(Open(3, 2, {Integers("tokens", "[2,3]", {0, 0, 0, 0, 0, 0})},
                   Said(Axes::kBatchFirst)),
              kInvalid, {"shape [2, 3]", "[3, 2]"}));
  // Six rows of one sequence are not two of three.
  const std::string flat =
      Safetensors({Integers("tokens", "[2,3]", {0, 0, 0, 0, 0, 0}),
                   {"logits", "F32", "[6,2]", Rows(6)}});
  EXPECT_TRUE(Refuses(Log::Open(WriteFile("flat", flat)), kInvalid,
                      {"shape [2, 3]", "6 ids"}));
  EXPECT_TRUE(Refuses(Open(3, 1, {Integers("tokens", "[5]", {0, 0, 0, 0, 0})}),
                      kInvalid, {"--axes"}));
}

TEST(RowLayoutTest, AnAnswerWithoutAQuestionIsRefused) {
  const OpenOptions options = Said(Axes::kStepsFirst);
  EXPECT_TRUE(Refuses(
      Log::Open(WriteFile("a.npy", Npy("<f4", "(3, 2)", Rows(3))), options),
      kInvalid, {"axes: got tbv"}));
  OpenOptions raw = options;
  raw.vocabulary_size = 2;
  EXPECT_TRUE(
      Refuses(Log::Open(WriteFile("raw", Rows(3)), raw), kInvalid, {"axes"}));
}

// Of a truncated stack of steps, complete steps of all sequences are there.
TEST(RowLayoutTest, ATruncatedStackGivesItsCompleteSteps) {
  const std::string whole =
      Safetensors({Integers("tokens", "[2,3]", {0, 0, 1, 1, 1, 0}),
                   {"logits", "F32", "[3,2,2]", Rows(6)}});
  OpenOptions options;
  options.allow_partial = true;
  const auto log =
      Log::Open(WriteFile("cut", whole.substr(0, whole.size() - 8)), options);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(Order(**log), (std::vector<int>{0, 2, 1, 3}));
  EXPECT_EQ(Lengths(**log), (Lengths64{2, 2}));
  EXPECT_EQ(Ids((*log)->tokens()), (std::vector<std::int32_t>{0, 0, 1, 1}));
}

TEST(RowLayoutTest, LabelMasksAreRowsWithoutALoggedToken) {
  const auto log = Open(1, 4, {Integers("tokens", "[1,4]", {-100, 1, -1, 0})});
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(Ids((*log)->tokens()),
            (std::vector<std::int32_t>{kNoToken, 1, kNoToken, 0}));
  ASSERT_EQ((*log)->description().notices.size(), 1u);
  EXPECT_TRUE(absl::StrContains(
      (*log)->description().notices[0],
      "2 tokens are a label mask (-100 or -1), the first in row 0"));
  const auto all = Open(1, 2, {Integers("tokens", "[2]", {-100, -100})});
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_TRUE((*all)->tokens().empty());
  EXPECT_TRUE(Refuses(Open(1, 2, {Integers("tokens", "[2]", {-2, 0})}),
                      kInvalid, {"token id -2", "label mask"}));
}

}  // namespace
}  // namespace sampler::logs::row_layout_test
