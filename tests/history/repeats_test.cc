// Repeats against its definition, and in linear time.

#include "sampler/history/repeats.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/test_share.h"

namespace sampler::repeats_test {
namespace {

using Tokens = std::vector<std::int32_t>;

std::map<std::int32_t, std::uint32_t> Slow(const HistoryView& text,
                                           const HistoryView& pattern,
                                           std::size_t at_least) {
  std::map<std::int32_t, std::uint32_t> longest;
  for (std::size_t j = 0; j < text.size(); ++j) {
    std::uint32_t m = 0;
    while (m < j && m < pattern.size() &&
           text[j - 1 - m] == pattern[pattern.size() - 1 - m]) {
      ++m;
    }
    if (m < at_least) continue;
    std::uint32_t& most = longest[text[j]];
    most = std::max(most, m);
  }
  return longest;
}

std::map<std::int32_t, std::uint32_t> Fast(Repeats& repeats,
                                           const HistoryView& text,
                                           const HistoryView& pattern,
                                           std::size_t at_least,
                                           std::int64_t vocabulary_size) {
  std::map<std::int32_t, std::uint32_t> longest;
  repeats.ForEach(text, pattern, at_least, vocabulary_size,
                  [&](std::int32_t token, std::uint32_t length) {
                    EXPECT_TRUE(longest.emplace(token, length).second);
                  });
  return longest;
}

TEST(Repeats, EqualTheirDefinitionOnTextsOfFewSymbols) {
  std::mt19937_64 random(1);
  Repeats repeats;  // Reused, as in a workspace.
  for (int round = 0; round < Share(5000); ++round) {
    const std::uint64_t symbols = 1 + random() % 3;
    Tokens prompt(random() % 25), output(random() % 25), other(random() % 12);
    for (Tokens* tokens : {&prompt, &output, &other}) {
      for (auto& t : *tokens) t = static_cast<std::int32_t>(random() % symbols);
    }
    const HistoryView text = {prompt, output};
    for (const HistoryView& pattern : {text, text.Last(random() % 30),
                                       HistoryView{other, {}}, HistoryView{}}) {
      for (const std::size_t at_least : {0u, 1u, 2u, 7u}) {
        ASSERT_EQ(Fast(repeats, text, pattern, at_least, 3),
                  Slow(text, pattern, at_least));
      }
    }
  }
}

// Long enough for the loops that compare many tokens at once, and for matches
// within matches: periods, each with a few tokens changed.
TEST(Repeats, EqualTheirDefinitionOnLongTextsThatRepeat) {
  std::mt19937_64 random(2);
  Repeats repeats;
  for (int round = 0; round < Share(1000); ++round) {
    const std::size_t period = 1 + random() % 120;
    Tokens prompt(random() % 200), output(random() % 200);
    std::size_t place = 0;
    for (Tokens* tokens : {&prompt, &output}) {
      for (auto& t : *tokens) {
        t = static_cast<std::int32_t>(place++ % period % 50);
        if (random() % 100 == 0) t = static_cast<std::int32_t>(random() % 50);
      }
    }
    const HistoryView text = {prompt, output};
    for (const HistoryView& pattern :
         {text, text.Last(random() % 400), HistoryView{prompt, {}}}) {
      for (const std::size_t at_least : {0u, 1u, 2u, 40u}) {
        ASSERT_EQ(Fast(repeats, text, pattern, at_least, 50),
                  Slow(text, pattern, at_least));
      }
    }
  }
}

TEST(Repeats, FindTheLongestOfSeveral) {
  // 1 2 3 is followed by 9, 2 3 by 8, 3 by 7 and 9.
  const Tokens text = {3, 7, 2, 3, 8, 1, 2, 3, 9, 3, 9, 1, 2, 3};
  Repeats repeats;
  const auto longest = Fast(repeats, {text, {}}, {text, {}}, 0, 10);
  EXPECT_EQ(longest.at(9), 3u);
  EXPECT_EQ(longest.at(8), 2u);
  EXPECT_EQ(longest.at(7), 1u);
  EXPECT_EQ(longest.at(1), 0u);
}

// Every place where the pattern's last token stands, the latest first.
TEST(Repeats, TellEveryPlace) {
  std::mt19937_64 random(3);
  Repeats repeats;
  for (int round = 0; round < Share(2000); ++round) {
    Tokens prompt(random() % 20), output(random() % 20);
    for (Tokens* tokens : {&prompt, &output}) {
      for (auto& t : *tokens) t = static_cast<std::int32_t>(random() % 3);
    }
    const HistoryView text = {prompt, output};
    const HistoryView pattern = text.Last(1 + random() % 6);
    std::vector<std::vector<std::uint32_t>> want;
    for (std::size_t j = text.size(); j-- > 1;) {
      std::uint32_t m = 0;
      while (m < j && m < pattern.size() &&
             text[j - 1 - m] == pattern[pattern.size() - 1 - m]) {
        ++m;
      }
      if (m == 0) continue;
      want.push_back({static_cast<std::uint32_t>(text[j]), m,
                      static_cast<std::uint32_t>(text.size() - j)});
    }
    std::vector<std::vector<std::uint32_t>> got;
    for (const RepeatMatch& match : repeats.Matches(text, pattern)) {
      got.push_back({static_cast<std::uint32_t>(match.next), match.length,
                     match.distance});
    }
    ASSERT_EQ(got, want);
  }
}

TEST(Repeats, EndWhereTheirLimitsAre) {
  const Tokens text = {1, 2, 3, 7, 2, 3, 8, 0, 3, 9, 1, 2, 3};
  Repeats repeats;
  const auto found = [&](const RepeatLimits& limits) {
    std::map<std::int32_t, std::uint32_t> longest;
    repeats.ForEach(
        {text, {}}, {text, {}}, 1, 10,
        [&](std::int32_t token, std::uint32_t length) {
          longest[token] = length;
        },
        limits);
    return longest;
  };
  using Map = std::map<std::int32_t, std::uint32_t>;
  EXPECT_EQ(found({}), (Map{{7, 3}, {8, 2}, {9, 1}}));
  EXPECT_EQ(found({.places = 2}), (Map{{8, 2}, {9, 1}}));
  EXPECT_EQ(found({.places = 0}), Map());
  EXPECT_EQ(found({.enough = 2}), (Map{{8, 2}, {9, 1}}));
  EXPECT_EQ(found({.enough = 4}), (Map{{7, 3}, {8, 2}, {9, 1}}));
}

// Whoever compares every place with the end needs n^2 / 2 steps here: text-
// generation-webui's scan, which had to cap its matches at 50 for that reason.
TEST(Repeats, TakeLinearTimeOnTheTextThatRepeatsMost) {
  const Tokens text(1'000'000, 5);
  Repeats repeats;
  const auto longest = Fast(repeats, {text, {}}, {text, {}}, 1, 6);
  EXPECT_EQ(longest.size(), 1u);
  EXPECT_EQ(longest.at(5), 999'999u);
}

}  // namespace
}  // namespace sampler::repeats_test
