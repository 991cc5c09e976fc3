#include "sampler/importers/token_texts.h"

#include <gtest/gtest.h>

#include "tests/importers/imports.h"

namespace sampler::importers {
namespace {

// ids:                 0    1     2      3     4     5      6       7
const ListedTexts kTexts({"a", "b", "ab", "abc", "", "\n", "x\n", "bc"});

TEST(TokenTexts, FindsTokensThatContainAText) {
  EXPECT_EQ(TokensContaining(kTexts, "\n"), (TokenIds{5, 6}));
  EXPECT_EQ(TokensContaining(kTexts, "bc"), (TokenIds{3, 7}));
  EXPECT_EQ(TokensContaining(kTexts, "q"), TokenIds{});
  EXPECT_EQ(TokensContaining(kTexts, ""), TokenIds{});
}

TEST(TokenTexts, SpellsInTheLongestTokens) {
  EXPECT_EQ(Spell(kTexts, "abcab"), (TokenIds{3, 2}));
  EXPECT_EQ(Spell(kTexts, "aab"), (TokenIds{0, 2}));
  EXPECT_EQ(Spell(kTexts, "abq"), TokenIds{}) << "q has no token";
}

TEST(TokenTexts, BreakersBeginInsideTokens) {
  EXPECT_EQ(BreakerSequences(kTexts, "\n"), (std::vector<TokenIds>{{5}, {6}}));
  // "abc" as a whole, after "a" and after "ab"; a rest "c" has no token.
  EXPECT_EQ(BreakerSequences(kTexts, "abc"),
            (std::vector<TokenIds>{{0, 7}, {3}}));
  EXPECT_EQ(BreakerSequences(kTexts, ""), std::vector<TokenIds>{});
}

TEST(TokenTexts, BreakersAreCutAsInLlamaCpp) {
  const ListedTexts texts({"a"});
  const auto sequences = BreakerSequences(texts, std::string(60, 'a'));
  // Forty characters: every head is "a" alone, and the rest is cut to 20.
  ASSERT_EQ(sequences.size(), 1u);
  EXPECT_EQ(sequences[0].size(), 21u);
}

}  // namespace
}  // namespace sampler::importers
