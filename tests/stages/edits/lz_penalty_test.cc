// Conformance of lz_penalty.

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/pipelines.h"

namespace sampler::lz_penalty_test {
namespace {

using Row = std::vector<double>;
using Tokens = std::vector<std::int32_t>;

std::string Lz(const std::string& options) {
  return absl::StrCat(R"({"type": "lz_penalty", "strength": 1, )", options,
                      "}");
}

// How far back each token is taken to stand, from the penalty it gets.
std::map<int, int> Distances(const std::string& options, const Tokens& text,
                             std::size_t vocabulary = 10) {
  const Row row = After(Row(vocabulary, 0.0), Lz(options), {}, text);
  std::map<int, int> distances;
  for (std::size_t id = 0; id < vocabulary; ++id) {
    if (row[id] == 0.0) continue;
    const double d = static_cast<double>(vocabulary) * std::exp2(row[id]);
    EXPECT_NEAR(d, std::round(d), 1e-9);
    distances[static_cast<int>(id)] = static_cast<int>(std::lround(d));
  }
  return distances;
}

// The first text of the authors' own tests: nothing matches, and each token's
// last place counts.
TEST(LzPenalty, SavesTheBitsOfADistance) {
  const Tokens text = {1, 2, 3, 4, 2, 3, 4, 5};
  EXPECT_EQ(Distances(R"("buffer": 3)", text),
            (std::map<int, int>{{2, 4}, {3, 3}, {4, 2}, {5, 1}}));
  const Row row = After(Row(10, 0.0), Lz(R"("buffer": 3)"), {}, text);
  EXPECT_NEAR(row[5], -std::log2(10.0), 1e-12);
  EXPECT_NEAR(row[4], -(std::log2(10.0) - 1), 1e-12);
  EXPECT_EQ(row[1], 0);  // Among the first three.
}

TEST(LzPenalty, TakesTheLongestMatchAndOfThoseTheLatest) {
  // 7 follows 1 2 3 six back, and stands five back after another token.
  EXPECT_EQ(
      Distances(R"("buffer": 3)", {1, 2, 3, 5, 1, 2, 3, 7, 7, 9, 1, 2, 3}, 20)
          .at(7),
      6);
  // 5 follows 1 2 3 twice.
  EXPECT_EQ(
      Distances(R"("buffer": 3)", {1, 2, 3, 5, 0, 1, 2, 3, 5, 9, 1, 2, 3}, 20)
          .at(5),
      5);
  // 5 follows 1 2 3, and later 0 2 3: matches of three and two tokens. Of two
  // tokens a buffer of two sees no more.
  const Tokens text = {1, 2, 3, 5, 0, 2, 3, 5, 9, 1, 2, 3};
  EXPECT_EQ(Distances(R"("buffer": 3)", text, 20).at(5), 9);
  EXPECT_EQ(Distances(R"("buffer": 2)", text, 20).at(5), 5);
}

TEST(LzPenalty, NeedsATextLongerThanTheBuffer) {
  EXPECT_EQ(Distances(R"("buffer": 4)", {1, 1, 1, 1}), (std::map<int, int>{}));
  EXPECT_EQ(Distances(R"("buffer": 3)", {1, 1, 1, 1}),
            (std::map<int, int>{{1, 1}}));
}

TEST(LzPenalty, LooksAtItsScopeAndWindow) {
  const Tokens text = {4, 5, 6, 7, 8, 9};
  EXPECT_EQ(Distances(R"("buffer": 1, "window": 3)", text),
            (std::map<int, int>{{8, 2}, {9, 1}}));
  EXPECT_EQ(After(Row(4, 0.0), Lz(R"("buffer": 1)"), {0, 0, 0}, {1}),
            Row(4, 0.0));
  EXPECT_EQ(
      After(Row(4, 0.0), Lz(R"("buffer": 1, "scope": "both")"), {0, 0}, {1}),
      (Row{-1, -2, 0, 0}));
}

// A token as far back as the vocabulary is large costs as much as any.
TEST(LzPenalty, SavesNothingFarBack) {
  EXPECT_EQ(Distances(R"("buffer": 1)", {0, 2, 0, 0, 0, 0}, 4),
            (std::map<int, int>{{0, 1}}));
}

TEST(LzPenalty, IsScaledByItsStrength) {
  const std::string half =
      R"({"type": "lz_penalty", "strength": -0.5, "buffer": 1})";
  EXPECT_EQ(After(Row(4, 1.0), half, {}, {0, 1}), (Row{1, 2, 1, 1}));
}

}  // namespace
}  // namespace sampler::lz_penalty_test
