#include "sampler/history/token_counts.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/history/history.h"
#include "tests/support/test_share.h"

namespace sampler::token_counts_test {
namespace {

using Tokens = std::vector<TokenId>;
using Counts = std::map<TokenId, std::uint32_t>;

// Fails where a token is listed twice.
Counts Fast(TokenCounts& counts, const HistoryView& view) {
  Counts result;
  const CountedTokens counted = counts.Of(view);
  EXPECT_EQ(counted.tokens.size(), counted.counts.size());
  for (std::size_t i = 0; i < counted.tokens.size(); ++i) {
    EXPECT_TRUE(result.emplace(counted.tokens[i], counted.counts[i]).second)
        << counted.tokens[i];
  }
  return result;
}

Counts Slow(const HistoryView& view) {
  Counts result;
  for (std::size_t i = 0; i < view.size(); ++i) ++result[view[i]];
  return result;
}

// Views of one history in random order, several of them and some twice in a
// step; and a history that changes in its place between steps.
TEST(TokenCounts, CountEveryDistinctTokenOfAnyView) {
  std::mt19937_64 random(2);
  TokenCounts counts;
  Tokens prompt(20), output(20);
  for (int step = 0; step < Share(500); ++step) {
    counts.Begin(50);
    for (auto& t : prompt) t = static_cast<TokenId>(random() % 50);
    for (auto& t : output) t = static_cast<TokenId>(random() % 50);
    const absl::Span<const TokenId> first = prompt;
    const absl::Span<const TokenId> second = output;
    for (int i = 0; i < 8; ++i) {
      const HistoryView view = HistoryView{first.first(random() % 3 * 10),
                                           second.first(random() % 3 * 10)}
                                   .Last(random() % 3 * 10);
      ASSERT_EQ(Fast(counts, view), Slow(view));
    }
  }
}

// A text as it is written: tokens come one by one, some are taken back, a few
// or many, and others come in their place; a window slides along, across the
// end of the prompt; another text comes in between. Few different tokens, so
// that texts repeat themselves and a view resembles itself a few tokens later.
TEST(TokenCounts, FollowATextAsItMoves) {
  std::mt19937_64 random(3);
  for (int text = 0; text < Share(60); ++text) {
    const auto alphabet = 1 + random() % 40;
    const auto token = [&] {
      return static_cast<TokenId>(random() % alphabet);
    };
    Tokens prompt(random() % 60);
    std::generate(prompt.begin(), prompt.end(), token);
    History history(prompt);
    const History other(Tokens{0, 0, 0, 1, 1});
    const auto window = random() % 4 == 0
                            ? std::optional<std::int64_t>()
                            : static_cast<std::int64_t>(random() % 90);
    const Scope scope = random() % 3 == 0 ? Scope::kOutput : Scope::kBoth;
    TokenCounts counts;
    for (int step = 0; step < 300; ++step) {
      counts.Begin(40);
      const HistoryView view = history.View(scope, window);
      ASSERT_EQ(Fast(counts, view), Slow(view)) << text << " " << step;
      if (random() % 50 == 0) {
        const HistoryView others = other.View(Scope::kBoth, {});
        ASSERT_EQ(Fast(counts, others), Slow(others));
      }
      const std::size_t most = random() % 20 == 0 ? 60 : 10;
      if (random() % 8 == 0) {
        history.Rollback(
            std::min<std::size_t>(random() % most, history.output().size()));
      }
      for (auto n = random() % 20 == 0 ? random() % 20 : 1; n > 0; --n) {
        history.Accept(token());
      }
    }
  }
}

// A view that has moved by a token differs from what it was only at its ends:
// what else changes has to be noticed.
TEST(TokenCounts, NoticeATokenThatChangesAnywhere) {
  Tokens text(40);
  for (std::size_t i = 0; i < text.size(); ++i) {
    text[i] = static_cast<TokenId>(i % 7);
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (std::size_t split : {std::size_t{0}, std::size_t{17}, text.size()}) {
      TokenCounts counts;
      for (const TokenId value : {TokenId{1}, TokenId{8}, TokenId{2}}) {
        Tokens changed = text;
        changed[at] = value;
        const absl::Span<const TokenId> all = changed;
        const HistoryView view = {all.first(split), all.subspan(split)};
        counts.Begin(10);
        ASSERT_EQ(Fast(counts, view), Slow(view)) << at << " " << split;
      }
    }
  }
}

TEST(TokenCounts, KeepTheirRoomWhenASmallerVocabularyAsks) {
  TokenCounts counts;
  counts.Begin(10);
  counts.Begin(2);
  const Tokens tokens = {9};
  EXPECT_EQ(Fast(counts, {tokens, {}}), (Counts{{9, 1}}));
}

}  // namespace
}  // namespace sampler::token_counts_test
