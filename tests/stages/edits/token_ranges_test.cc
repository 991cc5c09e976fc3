// Ranges and limits of ids, exempt ids, and minimum lengths that yield.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "tests/support/pipelines.h"

namespace sampler::token_ranges_test {
namespace {

using Row = std::vector<double>;

std::string Suppress(const std::string& parameters) {
  return absl::StrCat(R"({"type": "suppress_tokens", )", parameters, "}");
}

std::string Allow(const std::string& parameters) {
  return absl::StrCat(R"({"type": "allow_tokens", )", parameters, "}");
}

std::string ErrorOf(const std::string& stage) {
  return ParseConfig(absl::StrCat(R"({"version": 1, "stages": [)", stage,
                                  R"(, {"type": "categorical"}]})"),
                     10)
      .status()
      .ToString();
}

TEST(TokenRanges, AreBannedWithTheIds) {
  const Row row(8, 1.0);
  EXPECT_EQ(Kept(row, Suppress(R"("ranges": [[2, 4]])")), "11000111");
  EXPECT_EQ(Kept(row, Suppress(R"("ids": [0], "ranges": [[2, 2], [6, 7]])")),
            "01011100");
  // One list or several that overlap.
  EXPECT_EQ(Kept(row, Suppress(R"("ranges": [[1, 4], [3, 6]])")), "10000001");
  EXPECT_EQ(Kept(row, Suppress(R"("ids": [3], "ranges": [])")), "11101111");
}

TEST(TokenRanges, AreAllowedWithTheIds) {
  const Row row(8, 1.0);
  EXPECT_EQ(Kept(row, Allow(R"("ranges": [[2, 4]])")), "00111000");
  EXPECT_EQ(Kept(row, Allow(R"("ids": [0], "ranges": [[6, 7]])")), "10000011");
}

TEST(TokenRanges, OfALongRowAfterATruncationToo) {
  Row row(70000, 0.0);
  std::string expected;
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = i % 3 == 0 ? 1.0 : 0.0;
    const bool banned = (i >= 100 && i <= 30000) || i >= 65000;
    expected += i % 3 == 0 && !banned ? '1' : '0';
  }
  const std::string cut = R"({"type": "min_p", "p": 0.9}, )";
  const std::string ban =
      Suppress(R"("ranges": [[100, 30000]], "from_id": 65000)");
  EXPECT_EQ(Kept(row, cut + ban), expected);
  EXPECT_EQ(Kept(row, ban + R"(, {"type": "min_p", "p": 0.9})"), expected);
}

TEST(FromId, BansEveryIdFromThereOn) {
  const Row row(70, 1.0);
  for (const std::size_t from : {1u, 5u, 31u, 32u, 33u, 64u, 70u, 1000u}) {
    const std::string kept =
        Kept(row, Suppress(absl::StrCat("\"from_id\": ", from)));
    const std::size_t stay = std::min<std::size_t>(from, 70);
    EXPECT_EQ(kept, std::string(stay, '1') + std::string(70 - stay, '0'));
  }
  EXPECT_EQ(Kept(Row(4, 1.0), Suppress(R"("from_id": 3, "ids": [0, 3])")),
            "0110");
}

TEST(TokenRanges, Errors) {
  EXPECT_NE(ErrorOf(Suppress(R"("ranges": [[1, 2], [4, 3]])"))
                .find("got a bad range at 1, want [from, to], from <= to"),
            std::string::npos);
  EXPECT_NE(ErrorOf(Suppress(R"("ranges": [[1]])")).find("a bad range at 0"),
            std::string::npos);
  EXPECT_NE(ErrorOf(Allow(R"("ranges": [[3, 10]])")).find("in [0, 10)"),
            std::string::npos);
  EXPECT_NE(
      ErrorOf(R"({"type": "allow_tokens"})").find("want \"ids\" or \"ranges\""),
      std::string::npos);
  EXPECT_NE(ErrorOf(Suppress(R"("from_id": 0)")).find("want an integer >= 1"),
            std::string::npos);
}

TEST(MinTokens, YieldsToAStopTokenThatIsTheOnlyOneLeft) {
  const Row row = {1, 2, 3};
  const std::string stage =
      R"({"type": "min_tokens", "n": 5, "stop_ids": [1, 2], "yield": true})";
  EXPECT_EQ(Kept(row, stage), "100");
  EXPECT_EQ(Kept(row, R"({"type": "suppress_tokens", "ids": [0]}, )" + stage),
            "011");
  EXPECT_EQ(
      Kept(row, R"({"type": "suppress_tokens", "ids": [0, 1]}, )" + stage),
      "001");
}

TEST(Penalties, LeaveExemptTokensAlone) {
  const Row row = {1, 2, -3, 4};
  const Sequence sequence = MakeSequence(4, {0, 1}, {2, 2, 3});
  const auto left = [&](const std::string& stage) {
    return RunStages(row, stage, sequence).logits;
  };
  EXPECT_EQ(left(R"({"type": "repetition_penalty", "penalty": 2,
                     "exempt": [1, 2]})"),
            (Row{0.5, 2, -3, 2}));
  EXPECT_EQ(left(R"({"type": "frequency_penalty", "penalty": 1,
                     "exempt": [3]})"),
            (Row{1, 2, -5, 4}));
  EXPECT_EQ(left(R"({"type": "presence_penalty", "penalty": 1,
                     "exempt": [2]})"),
            (Row{1, 2, -3, 3}));
}

}  // namespace
}  // namespace sampler::token_ranges_test
