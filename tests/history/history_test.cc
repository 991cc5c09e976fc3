#include "sampler/history/history.h"

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/test_share.h"

namespace sampler::history_test {
namespace {

using Tokens = std::vector<std::int32_t>;

Tokens ToVector(const HistoryView& view) {
  Tokens tokens;
  for (std::size_t i = 0; i < view.size(); ++i) tokens.push_back(view[i]);
  return tokens;
}

// The view by its definition on plain vectors.
Tokens SlowView(const Tokens& prompt, const Tokens& output, Scope scope,
                std::optional<std::int64_t> window, std::int64_t ignore_first) {
  Tokens tokens;
  if (scope != Scope::kOutput) {
    for (std::size_t i = 0; i < prompt.size(); ++i) {
      if (static_cast<std::int64_t>(i) >= ignore_first) {
        tokens.push_back(prompt[i]);
      }
    }
  }
  if (scope != Scope::kPrompt) {
    tokens.insert(tokens.end(), output.begin(), output.end());
  }
  while (window.has_value() &&
         static_cast<std::int64_t>(tokens.size()) > *window) {
    tokens.erase(tokens.begin());
  }
  return tokens;
}

TEST(History, ViewsEqualAPlainVectorOverRandomTraces) {
  std::mt19937_64 random(1);
  for (int trace = 0; trace < Share(100); ++trace) {
    Tokens prompt(random() % 8);
    for (auto& t : prompt) t = static_cast<std::int32_t>(random() % 5);
    History history(prompt);
    Tokens output;
    for (int step = 0; step < 40; ++step) {
      if (random() % 3 != 0) {
        output.push_back(static_cast<std::int32_t>(random() % 5));
        history.Accept(output.back());
      } else {
        const std::size_t n = random() % (output.size() + 1);
        output.resize(output.size() - n);
        history.Rollback(n);
      }
      ASSERT_EQ(Tokens(history.prompt().begin(), history.prompt().end()),
                prompt);
      ASSERT_EQ(Tokens(history.output().begin(), history.output().end()),
                output);
      const auto n = static_cast<std::int64_t>(prompt.size() + output.size());
      for (const Scope scope : {Scope::kPrompt, Scope::kOutput, Scope::kBoth}) {
        for (const std::int64_t ignore :
             {std::int64_t{0}, std::int64_t{1},
              static_cast<std::int64_t>(prompt.size()), n + 7,
              std::numeric_limits<std::int64_t>::max()}) {
          EXPECT_EQ(ToVector(history.View(scope, std::nullopt, ignore)),
                    SlowView(prompt, output, scope, std::nullopt, ignore));
          for (const std::int64_t window :
               {std::int64_t{0}, std::int64_t{1},
                static_cast<std::int64_t>(output.size()),
                static_cast<std::int64_t>(output.size()) + 1, n, n + 1,
                std::numeric_limits<std::int64_t>::max()}) {
            EXPECT_EQ(ToVector(history.View(scope, window, ignore)),
                      SlowView(prompt, output, scope, window, ignore));
          }
        }
      }
    }
  }
}

TEST(HistoryView, EndsAcrossTheBoundaryOfItsPieces) {
  const Tokens prompt = {1, 2, 3};
  const Tokens output = {4, 5};
  const HistoryView view = {prompt, output};
  EXPECT_EQ(ToVector(view.Last(0)), Tokens());
  EXPECT_EQ(ToVector(view.Last(1)), Tokens({5}));
  EXPECT_EQ(ToVector(view.Last(3)), Tokens({3, 4, 5}));
  EXPECT_EQ(ToVector(view.Last(5)), Tokens({1, 2, 3, 4, 5}));
  EXPECT_EQ(ToVector(view.Last(9)), Tokens({1, 2, 3, 4, 5}));
  EXPECT_TRUE(view.EndsWith({}));
  EXPECT_TRUE(view.EndsWith({5}));
  EXPECT_TRUE(view.EndsWith({3, 4, 5}));
  EXPECT_TRUE(view.EndsWith({1, 2, 3, 4, 5}));
  EXPECT_FALSE(view.EndsWith({0, 1, 2, 3, 4, 5}));
  EXPECT_FALSE(view.EndsWith({4}));
  EXPECT_FALSE(view.EndsWith({2, 4, 5}));
  EXPECT_TRUE(HistoryView{}.EndsWith({}));
  EXPECT_FALSE(HistoryView{}.EndsWith({1}));
}

TEST(History, CopiesAreIndependentAndShareThePrompt) {
  History a({1, 2, 3});
  a.Accept(4);
  History b = a;
  EXPECT_EQ(a.prompt().data(), b.prompt().data());
  b.Accept(5);
  a.Rollback(1);
  EXPECT_EQ(Tokens(a.output().begin(), a.output().end()), Tokens());
  EXPECT_EQ(Tokens(b.output().begin(), b.output().end()), Tokens({4, 5}));
}

TEST(History, OutlivesTheHistoryItWasCopiedFrom) {
  std::optional<History> original(std::in_place, Tokens{7, 8});
  const History copy = *original;
  original.reset();
  EXPECT_EQ(Tokens(copy.prompt().begin(), copy.prompt().end()), Tokens({7, 8}));
}

}  // namespace
}  // namespace sampler::history_test
