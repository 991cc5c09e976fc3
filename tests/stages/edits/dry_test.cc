// Conformance of dry.

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/history/breakers.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler::dry_test {
namespace {

using Row = std::vector<double>;
using Tokens = std::vector<std::int32_t>;

constexpr std::size_t kSize = 10;

// What is subtracted from each token that something is subtracted from.
std::map<int, double> Penalties(const std::string& options, Tokens prompt,
                                const Tokens& output = {}) {
  const Row row =
      After(Row(kSize, 0.0), absl::StrCat(R"({"type": "dry", )", options, "}"),
            std::move(prompt), output);
  std::map<int, double> penalties;
  for (std::size_t id = 0; id < kSize; ++id) {
    if (row[id] != 0.0) penalties[static_cast<int>(id)] = -row[id];
  }
  return penalties;
}

using Map = std::map<int, double>;

// Base 1: the penalty is 1 wherever there is one.
const std::string kFlat = R"("multiplier": 1, "base": 1)";
// multiplier 1, base 2, from one token on: 2^(R - 1), exact for few tokens.
const std::string kPlain = R"("multiplier": 1, "base": 2, "allowed_length": 1)";

double Power(int length) { return Pow(2.0, length - 1.0); }

TEST(Dry, PenalisesTheTokenThatWouldContinueARepetition) {
  const Tokens h = {1, 2, 3, 9, 1, 2, 3};
  // R(9) = 3: multiplier * base^(3 - 2).
  const Map penalties = Penalties(R"("multiplier": 0.8)", h);
  ASSERT_EQ(penalties.size(), 1u);
  EXPECT_NEAR(penalties.at(9), 0.8 * 1.75, 1e-15);
  EXPECT_EQ(Penalties(kFlat + R"(, "allowed_length": 3)", h), (Map{{9, 1}}));
  EXPECT_EQ(Penalties(kFlat + R"(, "allowed_length": 4)", h), Map());
  EXPECT_EQ(Penalties(kPlain, h), (Map{{9, Power(3)}}));
}

TEST(Dry, TakesTheLongestOfSeveralRepetitions) {
  // 3 was followed by 7, 2 3 by 9, then by 7.
  EXPECT_EQ(Penalties(kPlain, {3, 7, 2, 3, 9, 0, 2, 3}),
            (Map{{7, Power(1)}, {9, Power(2)}}));
  EXPECT_EQ(Penalties(kPlain, {3, 7, 2, 3, 9, 2, 3, 7, 2, 3}),
            (Map{{7, Power(2)}, {9, Power(4)}}));
  // Overlapping repetitions.
  EXPECT_EQ(Penalties(kPlain, {5, 5, 5, 5}), (Map{{5, Power(3)}}));
}

TEST(Dry, NeedsMoreTextThanTheAllowedLength) {
  EXPECT_EQ(Penalties(kFlat, {5, 5}), Map());
  EXPECT_EQ(Penalties(kFlat, {5, 5, 5}), (Map{{5, 1}}));
  EXPECT_EQ(Penalties(kPlain, {}), Map());
  EXPECT_EQ(Penalties(kFlat + R"(, "allowed_length": 9223372036854775807)",
                      {5, 5, 5}),
            Map());
}

TEST(Dry, LooksAtItsScopeAndWindow) {
  const Tokens prompt = {1, 2, 9, 1, 2, 8};
  const Tokens output = {7, 1, 2};
  EXPECT_EQ(Penalties(kFlat, prompt, output), (Map{{8, 1}, {9, 1}}));
  EXPECT_EQ(Penalties(kFlat + R"(, "scope": "output")", prompt, output), Map());
  EXPECT_EQ(Penalties(kFlat + R"(, "scope": "prompt")", {1, 2, 9, 1, 2}, {7}),
            (Map{{9, 1}}));
  EXPECT_EQ(Penalties(kFlat + R"(, "window": 6)", prompt, output),
            (Map{{8, 1}}));
  EXPECT_EQ(Penalties(kFlat + R"(, "window": 5)", prompt, output), Map());
}

TEST(Dry, EndsARepetitionAtABreaker) {
  const Tokens h = {1, 2, 3, 4, 9, 1, 2, 3, 4};
  const auto with = [&](const std::string& breakers) {
    return Penalties(kPlain + R"(, "breakers": )" + breakers, h);
  };
  EXPECT_EQ(with("[]"), (Map{{9, Power(4)}}));
  EXPECT_EQ(with("[[0]]"), (Map{{9, Power(4)}}));  // Absent.
  // Inside: what stands after it.
  EXPECT_EQ(with("[[2]]"), (Map{{9, Power(2)}}));
  EXPECT_EQ(with("[[1, 2]]"), (Map{{9, Power(2)}}));
  EXPECT_EQ(with("[[1], [3]]"), (Map{{9, Power(1)}}));
  // At the end nothing is left of the repetition.
  EXPECT_EQ(with("[[4]]"), Map());
  EXPECT_EQ(with("[[3, 4]]"), Map());
  // The last place where one begins counts, there the longest.
  EXPECT_EQ(with("[[2, 3], [2]]"), (Map{{9, Power(1)}}));
  EXPECT_EQ(with("[[2], [2, 3]]"), (Map{{9, Power(1)}}));
  EXPECT_EQ(with("[[1, 2, 3, 4], [2]]"), (Map{{9, Power(2)}}));
  // Begins but does not fit, or goes on otherwise.
  EXPECT_EQ(with("[[4, 1]]"), (Map{{9, Power(4)}}));
  EXPECT_EQ(with("[[3, 5], [3, 4, 5]]"), (Map{{9, Power(4)}}));
}

// Ids of which one might be taken for another by their lowest bits.
TEST(Breakers, AreFoundByTheirWholeIds) {
  for (std::int32_t id = 3; id < 200'000; id *= 2) {
    const Breakers breakers({Tokens{id, 5}, Tokens{id}});
    const Breakers others({Tokens{7 * id}, Tokens{id, 6}});
    const Tokens text = {id, 5, 2 * id, 1, id + 4096, 5};
    EXPECT_EQ(breakers.TokensAfterLast({text, {}}), 4u) << id;
    EXPECT_EQ(others.TokensAfterLast({text, {}}), 6u) << id;
  }
}

// koboldcpp penalises breakers; llama.cpp does not.
TEST(Dry, SparesBreakersUnlessTold) {
  const Tokens h = {1, 2, 9, 1, 2};
  const std::string breakers = kFlat + R"(, "breakers": [[9], [9, 1, 3]])";
  EXPECT_EQ(Penalties(breakers, h), Map());
  EXPECT_EQ(Penalties(breakers + R"(, "exempt_breakers": false)", h),
            (Map{{9, 1}}));
  // A longer sequence that begins with a token is no breaker of that token.
  EXPECT_EQ(Penalties(kFlat + R"(, "breakers": [[9, 3], [8]])", h),
            (Map{{9, 1}}));
}

TEST(Dry, CapsItsExponentWhereAFloatWouldOverflow) {
  // floor(88.7228391 / ln 1e10) = 3.
  const Tokens h(20, 5);
  const std::string options =
      R"("multiplier": 1, "base": 1e10, "allowed_length": )";
  const double cap = Pow(1e10, 3.0);
  EXPECT_NEAR(cap, 1e30, 1e17);
  for (const int allowed : {1, 10, 16}) {
    EXPECT_EQ(Penalties(absl::StrCat(options, allowed), h), (Map{{5, cap}}));
  }
  EXPECT_EQ(Penalties(absl::StrCat(options, 17), h),
            (Map{{5, Pow(1e10, 2.0)}}));
  // Bases at and next to 1 have no cap to speak of.
  for (const std::string base : {"1", "1.0000000000000002"}) {
    EXPECT_NEAR(Penalties(R"("multiplier": 1, "base": )" + base, h).at(5), 1.0,
                1e-13);
  }
}

TEST(Dry, NeverRevivesWhatIsGone) {
  EXPECT_EQ(After({1, kGone, 1}, R"({"type": "dry", "multiplier": 1,
                                     "allowed_length": 1})",
                  {0, 1, 0, 2, 0})[1],
            kGone);
}

// Against the definition, comparing every place with the end, on texts as long
// as real ones and with symbols so few that they repeat all the time.
TEST(Dry, EqualsItsDefinitionOnLongTexts) {
  std::mt19937_64 random(1);
  for (int round = 0; round < Share(40); ++round) {
    const std::uint64_t symbols = 2 + random() % 3;
    Tokens h(1 + random() % 4096);
    for (auto& t : h) t = static_cast<std::int32_t>(random() % symbols);
    if (round % 3 == 0) {  // A period.
      for (std::size_t i = 7; i < h.size(); ++i) h[i] = h[i - 7];
    }
    std::map<int, std::size_t> longest;
    for (std::size_t i = 0; i + 1 < h.size(); ++i) {
      std::size_t m = 0;
      while (m <= i && h[i - m] == h[h.size() - 1 - m]) ++m;
      std::size_t& most = longest[h[i + 1]];
      most = std::max(most, m);
    }
    Map expected;
    if (h.size() > 2) {
      for (const auto& [token, m] : longest) {
        if (m < 2) continue;
        expected[token] =
            Pow(1.125, std::min(static_cast<double>(m) - 2.0,
                                std::floor(88.7228391 / Log(1.125))));
      }
    }
    const std::size_t split = random() % (h.size() + 1);
    const auto middle = h.begin() + static_cast<std::ptrdiff_t>(split);
    ASSERT_EQ(Penalties(R"("multiplier": 1, "base": 1.125)",
                        Tokens(h.begin(), middle), Tokens(middle, h.end())),
              expected);
  }
}

// Nothing is derived from the history and kept.
TEST(Dry, FollowsRollbacksAndSnapshotsExactly) {
  const std::string stage = R"({"type": "dry", "multiplier": 1})";
  const Row row(kSize, 0.0);
  Sequence sequence = MakeSequence(kSize, {1, 2, 3}, {1, 2});
  const Row before = RunStages(row, stage, sequence).logits;
  EXPECT_EQ(before[3], -1.0);
  for (const std::int32_t token : {3, 1, 2, 3}) {
    ASSERT_TRUE(sequence.AcceptId(token).ok());
  }
  EXPECT_NE(RunStages(row, stage, sequence).logits, before);
  ASSERT_TRUE(sequence.Rollback(4).ok());
  EXPECT_EQ(RunStages(row, stage, sequence).logits, before);
  EXPECT_EQ(
      RunStages(row, stage, *Sequence::Restore(sequence.Snapshot())).logits,
      before);
}

}  // namespace
}  // namespace sampler::dry_test
