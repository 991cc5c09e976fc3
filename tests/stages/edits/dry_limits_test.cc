// The limits of DRY: how long a match, how many places, when enough is found;
// and Aphrodite's rule, against its search restated.

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "sampler/arithmetic/numeric.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler::dry_limits_test {
namespace {

using Row = std::vector<double>;
using Tokens = std::vector<std::int32_t>;
using Map = std::map<int, double>;

constexpr std::size_t kSize = 10;

Map Penalties(const std::string& options, const Tokens& text) {
  const Row row = After(
      Row(kSize, 0.0), absl::StrCat(R"({"type": "dry", )", options, "}"), text);
  Map penalties;
  for (std::size_t id = 0; id < kSize; ++id) {
    if (row[id] != 0.0) penalties[static_cast<int>(id)] = -row[id];
  }
  return penalties;
}

// 2^(R - 1).
const std::string kPlain = R"("multiplier": 1, "base": 2, "allowed_length": 1)";

TEST(DryLimits, CutMatchesShort) {
  const Tokens text = {1, 2, 3, 9, 1, 2, 3};
  EXPECT_EQ(Penalties(kPlain, text), (Map{{9, 4}}));
  EXPECT_EQ(Penalties(kPlain + R"(, "max_ngram": 3)", text), (Map{{9, 4}}));
  EXPECT_EQ(Penalties(kPlain + R"(, "max_ngram": 2)", text), (Map{{9, 2}}));
  EXPECT_EQ(Penalties(kPlain + R"(, "max_ngram": 1)", text), (Map{{9, 1}}));
  // Shorter than allowed_length: nothing is long enough.
  EXPECT_EQ(Penalties(R"("multiplier": 1, "max_ngram": 1)", text), Map());
}

TEST(DryLimits, LookAtTheLatestPlaces) {
  // 3 stands before 7, then 8, then 9.
  const Tokens text = {2, 3, 7, 1, 3, 8, 0, 3, 9, 2, 3};
  EXPECT_EQ(Penalties(kPlain, text), (Map{{7, 2}, {8, 1}, {9, 1}}));
  EXPECT_EQ(Penalties(kPlain + R"(, "max_occurrences": 2)", text),
            (Map{{8, 1}, {9, 1}}));
  EXPECT_EQ(Penalties(kPlain + R"(, "max_occurrences": 1)", text),
            (Map{{9, 1}}));
  EXPECT_EQ(Penalties(kPlain + R"(, "max_occurrences": 3)", text),
            (Map{{7, 2}, {8, 1}, {9, 1}}));
}

TEST(DryLimits, StopWhereAMatchIsLongEnough) {
  const Tokens text = {1, 2, 3, 7, 2, 3, 8, 0, 3, 9, 1, 2, 3};
  EXPECT_EQ(Penalties(kPlain, text), (Map{{7, 4}, {8, 2}, {9, 1}}));
  EXPECT_EQ(Penalties(kPlain + R"(, "early_exit": 3)", text),
            (Map{{7, 4}, {8, 2}, {9, 1}}));
  EXPECT_EQ(Penalties(kPlain + R"(, "early_exit": 2)", text),
            (Map{{8, 2}, {9, 1}}));
  EXPECT_EQ(Penalties(kPlain + R"(, "early_exit": 1)", text), (Map{{9, 1}}));
}

// What Aphrodite finds: the length of the repetition by token. Its own loop
// counts matches without the last token.
std::map<int, int> AphroditeSearch(const Tokens& text,
                                   const std::set<std::int32_t>& breakers,
                                   int allowed, int max_ngram,
                                   int max_occurrences, int early_exit) {
  const int size = static_cast<int>(text.size());
  const auto at = [&](int i) { return text[static_cast<std::size_t>(i)]; };
  if (size < 2 || breakers.contains(at(size - 1))) return {};
  std::vector<int> endpoints;
  for (int i = 0; i + 1 < size; ++i) {
    if (at(i) == at(size - 1)) endpoints.push_back(i);
  }
  if (static_cast<int>(endpoints.size()) > max_occurrences) {
    endpoints.erase(endpoints.begin(), endpoints.end() - max_occurrences);
  }
  int most = 0;
  for (int i = 0; i < std::min(size, max_ngram + 1); ++i) {
    most = i;
    if (breakers.contains(at(size - 1 - i))) break;
  }
  if (most <= allowed) return {};
  std::map<int, int> found;
  std::reverse(endpoints.begin(), endpoints.end());
  for (const int place : endpoints) {
    int length = 0;
    for (int back = 1; back <= std::min(place, most); ++back) {
      if (breakers.contains(at(place - back)) ||
          at(place - back) != at(size - 1 - back)) {
        break;
      }
      length = back;
    }
    if (length == 0) continue;
    int& longest = found[at(place + 1)];
    longest = std::max(longest, length + 1);
    if (length + 1 >= early_exit) break;
  }
  return found;
}

TEST(DryLimits, AreAphroditesUnderItsRule) {
  std::mt19937_64 random(1);
  int found = 0;
  for (int round = 0; round < Share(4000); ++round) {
    Tokens text(random() % 30);
    const std::uint64_t symbols = 2 + random() % 2;
    for (auto& t : text) t = static_cast<std::int32_t>(random() % symbols);
    const std::set<std::int32_t> breakers =
        random() % 2 == 0
            ? std::set<std::int32_t>{}
            : std::set<std::int32_t>{static_cast<std::int32_t>(random() % 4)};
    const auto below = [&](int n) {
      return 1 + static_cast<int>(random() % static_cast<std::uint64_t>(n));
    };
    const int allowed = below(4);
    const int ngram = below(8);
    const int occurrences = below(5);
    const int early_exit = below(5);
    Map want;
    for (const auto& [token, length] : AphroditeSearch(
             text, breakers, allowed, ngram, occurrences, early_exit)) {
      want[token] = Pow(2.0, length - allowed);
    }
    found += want.empty() ? 0 : 1;
    const std::string lists =
        absl::StrJoin(breakers, ", ", [](std::string* out, std::int32_t token) {
          absl::StrAppend(out, "[", token, "]");
        });
    ASSERT_EQ(Penalties(absl::StrCat(
                            R"("multiplier": 1, "base": 2, "rule": "aphrodite",
                         "exempt_breakers": false, "allowed_length": )",
                            allowed, R"(, "max_ngram": )", ngram + 1,
                            R"(, "max_occurrences": )", occurrences,
                            R"(, "early_exit": )", early_exit,
                            R"(, "breakers": [)", lists, "]"),
                        text),
              want)
        << absl::StrJoin(text, " ");
  }
  EXPECT_GT(found, Share(400));
}

}  // namespace
}  // namespace sampler::dry_limits_test
