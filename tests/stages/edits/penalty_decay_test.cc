// Penalties that fade: full in the window, then less and less over `decay`
// tokens.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "tests/support/pipelines.h"

namespace sampler::penalty_decay_test {
namespace {

using Row = std::vector<double>;
using Tokens = std::vector<std::int32_t>;

std::string Penalty(const std::string& type, double penalty,
                    const std::string& more) {
  return absl::StrCat(R"({"type": ")", type, R"(", "penalty": )", penalty,
                      R"(, "scope": "both", )", more, "}");
}

constexpr char kOneThenFour[] = R"("window": 1, "decay": 4)";

// exllamav3: factor 1 - (distance - sustain) / decay, the largest for presence
// and repetition, the sum for frequency.
TEST(PenaltyDecay, FadesByDistance) {
  const Tokens text = {4, 3, 2, 1, 0};  // 0 is one back, 4 is five back.
  const Row row(6, 0.0);
  EXPECT_EQ(After(row, Penalty("presence_penalty", 4, kOneThenFour), text),
            (Row{-4, -3, -2, -1, 0, 0}));
  EXPECT_EQ(After(row, Penalty("frequency_penalty", 4, kOneThenFour), text),
            (Row{-4, -3, -2, -1, 0, 0}));
  EXPECT_EQ(
      After(row, Penalty("presence_penalty", 4, R"("window": 2, "decay": 2)"),
            text),
      (Row{-4, -4, -2, 0, 0, 0}));
}

TEST(PenaltyDecay, CountsOccurrencesInPart) {
  // 1 stands two and four back: 3/4 and 1/4 of an occurrence.
  const Tokens text = {1, 2, 1, 0};
  const Row row(3, 0.0);
  EXPECT_EQ(After(row, Penalty("frequency_penalty", 4, kOneThenFour), text),
            (Row{-4, -4, -2}));
  EXPECT_EQ(After(row, Penalty("presence_penalty", 4, kOneThenFour), text),
            (Row{-4, -3, -2}));
}

TEST(PenaltyDecay, WeakensWhatARepetitionPenaltyDoes) {
  const Tokens text = {0, 1, 2};  // 1 is two back: 3/4. 0: 1/2.
  const Row row = {2, -2, 2, 2};
  EXPECT_EQ(After(row, Penalty("repetition_penalty", 2, kOneThenFour), text),
            (Row{2 * .5 + 1 * .5, -2 * .25 - 4 * .75, 1, 2}));
  // exllamav2: the penalty itself falls, to 1.75 and 1.5.
  EXPECT_EQ(After(row,
                  Penalty("repetition_penalty", 2,
                          absl::StrCat(kOneThenFour, R"(, "fade": "penalty")")),
                  text),
            (Row{2 / 1.5, -2 * 1.75, 1, 2}));
}

TEST(PenaltyDecay, SparesExemptTokensAndThoseOutOfReach) {
  const Tokens text = {3, 1, 0};
  const Row row(4, 0.0);
  EXPECT_EQ(After(row,
                  Penalty("presence_penalty", 1,
                          R"("window": 1, "decay": 2, "exempt": [0])"),
                  text),
            (Row{0, -.5, 0, 0}));
}

// The scope ends it: what is left out before the window is not found again.
TEST(PenaltyDecay, StaysInItsScope) {
  const std::string stage =
      R"({"type": "presence_penalty", "penalty": 1, "scope": "output",
          "window": 1, "decay": 8})";
  EXPECT_EQ(After(Row(3, 0.0), stage, {2, 2}, {1, 0}), (Row{-1, -.875, 0}));
  const std::string ignoring = Penalty(
      "repetition_penalty", 2, R"("window": 1, "decay": 8, "ignore_first": 1)");
  EXPECT_EQ(After({1, 1, 1}, ignoring, {2, 0}), (Row{.5, 1, 1}));
}

TEST(PenaltyDecay, NeedsAWindowWhoseEndItBeginsAt) {
  const auto error = [](const std::string& stage) {
    return std::string(
        ParseConfig(absl::StrCat(R"({"version": 1, "stages": [)", stage,
                                 R"(, {"type": "categorical"}]})"))
            .status()
            .message());
  };
  for (const char* type :
       {"repetition_penalty", "frequency_penalty", "presence_penalty"}) {
    EXPECT_NE(error(Penalty(type, 1.5, R"("decay": 3)"))
                  .find("want a \"window\" beside \"decay\""),
              std::string::npos)
        << type;
  }
  EXPECT_NE(error(Penalty("repetition_penalty", 1.5, R"("fade": "penalty")"))
                .find("want a \"decay\" beside \"fade\""),
            std::string::npos);
}

}  // namespace
}  // namespace sampler::penalty_decay_test
