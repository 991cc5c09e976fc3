#include "tools/html/transcript.h"

#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/logs/log.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

const double kNone = std::nan("");

TEST(Colouring, EveryValueHasOneOfSevenColours) {
  for (const Colouring& colouring :
       {ByProbability("r", "p", "p"), ByEntropy("e", "e", "e"),
        ByCount("k", "k", "k"), ByShare("v", "v", "v")}) {
    ASSERT_EQ(colouring.limits.size(), kColours - 1);
    std::vector<bool> seen(kColours);
    double before = -1;
    for (const double limit : colouring.limits) {
      EXPECT_GT(limit, before);
      before = limit;
      seen[ColourOf(colouring, std::nextafter(limit, 0))] = true;
      seen[ColourOf(colouring, limit)] = true;
    }
    for (const bool colour : seen) EXPECT_TRUE(colour);
    const std::size_t zero = ColourOf(colouring, 0);
    const std::size_t most =
        ColourOf(colouring, std::numeric_limits<double>::infinity());
    EXPECT_EQ(zero, colouring.strong_is_low ? kColours - 1 : 0);
    EXPECT_EQ(most, colouring.strong_is_low ? 0 : kColours - 1);
  }
  const Colouring truth = ByTruth("q", "cut", "no", "yes");
  EXPECT_EQ(ColourOf(truth, 0), 0u);
  EXPECT_EQ(ColourOf(truth, 1), kColours - 1);
}

class TranscriptTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string path =
        MakeLog(std::vector<std::vector<float>>(5, {1.0f, 2.0f, 0.0f}),
                {0, 1, 2, 0, 1}, {}, "", {0, 3, 5});
    auto log = logs::Log::Open(path);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }

  std::string Of(const std::vector<TranscriptStep>& steps) const {
    return Transcript(colourings_, steps, *log_, text_);
  }

  const std::vector<Colouring> colourings_ = {
      ByProbability("r", "raw p", "title"), ByTruth("q", "cut", "no", "yes")};
  const TokenText text_ =
      TokenText(std::vector<std::optional<std::string>>{"<b>", " two", "\n"});
  std::unique_ptr<const logs::Log> log_;
};

TEST_F(TranscriptTest, LinksEveryTokenToItsStep) {
  const std::string html = Of({{{0, 0, 0}, 0, false, {0.95, 0.0}},
                               {{1, 0, 1}, 1, true, {0.0001, 1.0}},
                               {{2, 0, 2}, -1, false, {kNone, kNone}}});
  EXPECT_TRUE(Says(html,
                   "<a class=\"t r0 q0\" href=\"#s0\" title=\"row 0, id 0, raw "
                   "p 0.95\">&lt;b&gt;</a>"));
  EXPECT_TRUE(Says(html, "<a class=\"t cut r6 q6\" href=\"#s1\""));
  EXPECT_TRUE(Says(html, ", cut by the chain\"> two</a>"));
  EXPECT_TRUE(Says(html, "<a class=\"t\" href=\"#s2\" title=\"row 2\">"));
}

TEST_F(TranscriptTest, ShowsWhereRowsAreLeftOut) {
  const std::string html = Of({{{1, 0, 1}, 1, false, {0.5, 0}},
                               {{3, 1, 0}, 0, false, {0.5, 0}},
                               {{4, 1, 1}, 1, false, {0.5, 0}}});
  // Before row 1, and nowhere else: row 3 begins a sequence.
  const std::size_t gap = html.find("class=\"gap\"");
  EXPECT_LT(gap, html.find("#s1"));
  EXPECT_EQ(html.find("class=\"gap\"", gap + 1), std::string::npos);
  EXPECT_TRUE(Says(html, "<b>0</b>"));
  EXPECT_TRUE(Says(html, "<b>1</b>"));
}

TEST_F(TranscriptTest, EveryChoiceHasALegendAndItsRules) {
  const std::string html = Of({{{0, 0, 0}, 0, false, {0.5, 0}}});
  const std::string style = ColouringStyle(colourings_);
  for (const char* key : {"r", "q"}) {
    EXPECT_TRUE(Says(html, absl::StrCat("id=\"by-", key, "\"")));
    EXPECT_TRUE(Says(html, absl::StrCat("for=\"by-", key, "\"")));
    EXPECT_TRUE(Says(html, absl::StrCat("legend g", key)));
    EXPECT_TRUE(
        Says(style, absl::StrCat("#by-", key, ":checked~.text .", key, "6")));
  }
  EXPECT_TRUE(Says(html, "below 0.001"));
  EXPECT_TRUE(Says(html, "0.9 or more"));
}

TEST_F(TranscriptTest, ChartsBreakAtGapsAndSequences) {
  const std::vector<TranscriptStep> steps = {{{0, 0, 0}, 0, false, {}},
                                             {{1, 0, 1}, 0, false, {}},
                                             {{2, 0, 2}, 0, false, {}},
                                             {{3, 1, 0}, 0, false, {}}};
  const std::string html =
      Strips({{.title = "t", .lines = {{"a", {1.0, 2.0, kNone, 4.0}}}}}, steps);
  EXPECT_TRUE(Says(html, "d=\"M0 45.0H10L10 30.0H20M30 0.0H40\""));
  for (const TranscriptStep& step : steps) {
    EXPECT_TRUE(Says(html, absl::StrCat("href=\"#s", step.place.row, "\"")));
  }
  const std::string log_scale = Strips(
      {{.title = "t", .lines = {{"a", {1, 10, 100, 0}}}, .logarithmic = true}},
      steps);
  EXPECT_TRUE(Says(log_scale, "M0 60.0H10L10 30.0H20L20 0.0H30M30 60.0H40"));
  EXPECT_EQ(Strips({}, {}), "");
}

}  // namespace
}  // namespace sampler::tools
