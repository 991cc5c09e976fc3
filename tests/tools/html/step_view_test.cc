// An explained step as HTML: where cuts stand, and what is summed up.

#include "tools/html/step_view.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/config.h"
#include "sampler/pipeline.h"
#include "tests/tools/tool.h"

namespace sampler::tools {
namespace {

// The probabilities e^-i of eight tokens, the likeliest being the last.
const std::vector<float>& Row() {
  static const auto& row =
      *new std::vector<float>{-7, -6, -5, -4, -3, -2, -1, 0};
  return row;
}

std::string Bars(const std::string& stages, std::int64_t top,
                 std::optional<TokenId> logged = std::nullopt) {
  const auto config =
      ParseConfig(absl::StrCat(R"({"version": 1, "stages": [)", stages, "]}"));
  EXPECT_TRUE(config.ok()) << config.status();
  const auto pipeline = Pipeline::Create(*config, 8);
  EXPECT_TRUE(pipeline.ok()) << pipeline.status();
  const auto sequence = pipeline->NewSequence({.seed = 1});
  EXPECT_TRUE(sequence.ok());
  return StepView(Explain(*pipeline, Row(), *sequence,
                          {.top = top,
                           .tokens = {},
                           .logged = logged,
                           .inputs = {},
                           .listed = {}}),
                  TokenText());
}

// The text between two parts.
std::string Between(const std::string& text, const std::string& from,
                    const std::string& to) {
  const std::size_t begin = text.find(from);
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find(to, begin) - begin);
}

// Ids, and "|" where a line says that stages cut.
std::string Order(const std::string& html) {
  std::string order;
  std::size_t at = html.find("<table class=\"bars\"");
  while (true) {
    const std::size_t id = html.find("<td class=\"n i\">", at);
    const std::size_t cut = html.find("<tr class=\"cut\">", at);
    const std::size_t next = std::min(id, cut);
    if (next == std::string::npos) return order;
    order += next == cut ? '|' : html[next + 16];
    at = next + 1;
  }
}

constexpr char kDraw[] = R"({"type": "categorical"})";

TEST(StepView, ALineStandsWhereAStageCuts) {
  const std::string html = Bars(
      absl::StrCat(R"({"type": "top_k", "k": 5}, {"type": "min_p", "p": 0.1},)",
                   kDraw),
      8);
  EXPECT_EQ(Order(html), "765|43|210");
  EXPECT_TRUE(Says(html, "min_p 5 &rarr; 3"));
  EXPECT_TRUE(Says(html, "top_k 8 &rarr; 5"));
  EXPECT_FALSE(absl::StrContains(html, "not listed above"));
  EXPECT_FALSE(absl::StrContains(html, "class=\"rest\""));
  EXPECT_TRUE(Says(html, "top_k: rank 6 &gt; 5"));
}

TEST(StepView, StagesThatCutAtOnePlaceShareALine) {
  const std::string html =
      Bars(absl::StrCat(R"({"type": "top_k", "k": 3}, {"type": "top_k", "k": 2},
                      {"type": "typical_p", "p": 1},)",
                        kDraw),
           8);
  EXPECT_EQ(Order(html), "76|5|43210");
}

TEST(StepView, ACutAmongWhatIsNotListedIsSaid) {
  const std::string html =
      Bars(absl::StrCat(R"({"type": "top_k", "k": 6},)", kDraw), 3);
  EXPECT_EQ(Order(html), "765|");
  EXPECT_TRUE(Says(html, "not listed above: top_k 8 &rarr; 6"));
  EXPECT_TRUE(Says(html, "5 more, 3 kept, 2 removed"));
}

// xtc removes from the top: no line says that ranks below it are gone.
TEST(StepView, WhatIsNotCutByRankHasNoLine) {
  const std::string html = Bars(
      absl::StrCat(R"({"type": "xtc", "threshold": 0.05, "probability": 1},)",
                   kDraw),
      8);
  EXPECT_EQ(Order(html), "76543210");
  EXPECT_TRUE(Says(html, "xtc: "));
}

TEST(StepView, ALoggedTokenOutsideTheListStandsInItsPlace) {
  const std::string html =
      Bars(absl::StrCat(R"({"type": "top_k", "k": 2},)", kDraw), 3, TokenId{1});
  EXPECT_EQ(Order(html), "76|51");
  EXPECT_TRUE(Says(html, "<tr class=\"gap\">"));
  EXPECT_TRUE(Says(html, "logged ="));
  EXPECT_TRUE(Says(html, "4 more, removed"));
}

TEST(StepView, TheRestWeighsWhatIsNotListed) {
  const std::string html = Bars(kDraw, 2);
  const std::string rest = Between(html, "<tr class=\"rest\">", "</tr>");
  // 1 - p of the two likeliest, raw as final: nothing is cut.
  EXPECT_TRUE(Says(rest, "6 more, kept"));
  EXPECT_TRUE(Says(rest, "0.1350"));
  EXPECT_TRUE(Says(html, "6 others"));
}

TEST(StepView, ADrawWithoutOneNumberSaysHow) {
  const std::string greedy = Bars(R"({"type": "greedy"})", 3);
  EXPECT_FALSE(absl::StrContains(greedy, "class=\"cum\""));
  EXPECT_TRUE(Says(greedy, "Draw: no random number used."));
  const std::string noise = Bars(R"({"type": "gumbel_max"})", 3);
  EXPECT_TRUE(Says(noise, "a random number for every candidate"));
}

TEST(StepView, ARowWithoutADistributionSaysSo) {
  const std::string html = Bars(absl::StrCat(
                                    R"({"type": "allow_tokens", "ids": [0]},
                  {"type": "suppress_tokens", "ids": [0]},)",
                                    kDraw),
                                3);
  EXPECT_TRUE(Says(html, "there is nothing to draw from"));
  EXPECT_FALSE(absl::StrContains(html, "class=\"cum\""));
}

}  // namespace
}  // namespace sampler::tools
