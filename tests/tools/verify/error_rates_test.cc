// How often `sampler verify` accuses an honest run, and how many tokens it
// takes to find a dishonest one. The tables of tools/verify/README.md are what
// this test prints:
//
//   error_rates_test --gtest_filter='*' | grep '^|'
//
// Rows: the 256 likeliest tokens of the 24 rows of the shipped story. A run
// takes them one after another under seeds of its own; every token is judged by
// all claims at once.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "sampler/logprobs.h"
#include "sampler/logs/log.h"
#include "tests/support/test_share.h"
#include "tests/tools/tool.h"
#include "tests/tools/verify/claim_game.h"

namespace sampler::tools::error_rates_test {
namespace {

constexpr std::int64_t kSize = 256;

const ModelRows& StoryRows() {
  static const auto& rows = *[] {
    auto* rows = new ModelRows;
    const auto log = logs::Log::Open(StoryLog());
    EXPECT_TRUE(log.ok());
    logs::RowBuffer buffer;
    LogprobReporter reporter;
    for (std::int64_t r = 0; r < (*log)->rows(); ++r) {
      const auto row = (*log)->Row(r, buffer);
      std::vector<Candidate> top = reporter.Raw(*row).Top(kSize);
      std::sort(top.begin(), top.end(),
                [](const auto& a, const auto& b) { return a.id < b.id; });
      std::vector<float>& kept = rows->emplace_back();
      for (const Candidate& c : top) {
        kept.push_back(static_cast<float>(c.logit));
      }
    }
    return rows;
  }();
  return rows;
}

// False alarms over honest runs: none where the rows are the very ones, and at
// most alpha of the runs where the claim allows what happened.
TEST(VerifyErrorRates, HonestRunsAreSeldomAccused) {
  const int runs = Share(10'000);
  constexpr int kTokens = 60;
  const double most = kAlpha * runs + 4.0 * std::sqrt(kAlpha * runs) + 1.0;
  PrintHead(
      absl::StrCat("honest runs, ", runs, " of ", kTokens, " tokens").c_str());
  struct Case {
    const char* name;
    const char* draw;
    double noise;
    std::vector<bool> must_hold;  // Judges whose claim is true.
  };
  for (const Case& c :
       {Case{"the very rows, inverse CDF",
             kByMass,
             0.0,
             {true, true, true, true}},
        Case{"the very rows, Gumbel", kByNoise, 0.0, {true, true, true, true}},
        Case{"logits off by 0.003, inverse CDF",
             kByMass,
             0.003,
             {false, true, true, false}},
        Case{"logits off by 0.003, Gumbel",
             kByNoise,
             0.003,
             {false, true, true, false}}}) {
    Game game({.name = c.name, .logit_noise = c.noise}, c.draw, StoryRows(),
              StoryRows());
    std::vector<int> alarms(Judges().size());
    for (int run = 0; run < runs; ++run) {
      const auto refuted = game.Play(static_cast<std::uint64_t>(run), kTokens);
      for (std::size_t j = 0; j < refuted.size(); ++j) {
        alarms[j] += refuted[j].has_value() ? 1 : 0;
      }
    }
    std::string line =
        absl::StrFormat("| %s | %.2f %% |", c.name, 100.0 * game.match_rate());
    for (std::size_t j = 0; j < alarms.size(); ++j) {
      absl::StrAppend(&line, " ", alarms[j], " |");
      if (c.must_hold[j]) {
        EXPECT_LE(alarms[j], most) << c.name << ", " << j;
      }
    }
    if (c.noise == 0.0) {
      EXPECT_EQ(alarms[0], 0);
    }
    std::printf("%s\n", line.c_str());
  }
}

// The hardest honest run that --min-match allows: every token mismatches with
// just that probability.
TEST(VerifyErrorRates, RunsAtTheLimitAreSeldomAccused) {
  const int runs = Share(10'000);
  constexpr int kTokens = 500;
  TokenCheck match;
  match.exact_match = true;
  match.margin = 0.0;
  TokenCheck other;
  other.margin = 1.0;
  other.prob = 0.1;
  int alarms = 0;
  std::mt19937_64 random(1);
  std::bernoulli_distribution mismatch(0.02);
  for (int run = 0; run < runs; ++run) {
    Evidence evidence(Claim::kSeed, {.mismatch_rate = 0.02}, kAlpha);
    for (int t = 0; t < kTokens; ++t) {
      evidence.Add(mismatch(random) ? other : match, {t, 0, t});
    }
    alarms += evidence.refuted() ? 1 : 0;
  }
  std::printf(
      "| mismatches of 2 %%, %d runs of %d tokens | 98.00 %% | - | %d "
      "| - | - |\n",
      runs, kTokens, alarms);
  EXPECT_LE(alarms, kAlpha * runs + 4.0 * std::sqrt(kAlpha * runs) + 1.0);
}

TEST(VerifyErrorRates, DishonestRunsAreFound) {
  const int runs = Share(200);
  constexpr int kTokens = 3'000;
  for (const char* draw : {kByMass, kByNoise}) {
    const bool by_mass = draw == kByMass;
    PrintHead(absl::StrCat("tokens to refute (half / nine tenths of ", runs,
                           " runs), ", by_mass ? "inverse CDF" : "Gumbel")
                  .c_str());
    for (const Scenario& scenario :
         {Scenario{.name = "another seed", .seed_offset = 1'000'000},
          Scenario{.name = "temperature 0.9 for 0.8", .temperature = "0.9"},
          Scenario{.name = "temperature 1.0 for 0.8", .temperature = "1.0"},
          Scenario{.name = "logits off by 0.3", .logit_noise = 0.3},
          Scenario{.name = "logits off by 0.1", .logit_noise = 0.1},
          Scenario{.name = "token 100 altered, of 200", .altered = 100}}) {
      Game game(scenario, draw, StoryRows(), StoryRows());
      const bool altered = scenario.altered >= 0;
      std::vector<std::vector<double>> tokens(Judges().size());
      for (int run = 0; run < runs; ++run) {
        const auto refuted =
            game.Play(static_cast<std::uint64_t>(run), altered ? 200 : kTokens);
        for (std::size_t j = 0; j < refuted.size(); ++j) {
          if (refuted[j]) tokens[j].push_back(static_cast<double>(*refuted[j]));
        }
      }
      std::string line = absl::StrFormat("| %s | %.1f %% |", scenario.name,
                                         100.0 * game.match_rate());
      for (const auto& t : tokens) {
        absl::StrAppend(&line, " ", DetectionText(t, runs), " |");
      }
      std::printf("%s\n", line.c_str());
      // The very rows: everything is found, and an altered token at once.
      EXPECT_EQ(std::ssize(tokens[0]), runs) << scenario.name;
      if (altered) {
        for (const double t : tokens[0]) EXPECT_EQ(t, 101.0);
      }
      if (scenario.seed_offset > 0) {
        EXPECT_EQ(std::ssize(tokens[1]), runs);
        EXPECT_EQ(std::ssize(tokens[2]), runs);
      }
    }
  }
}

}  // namespace
}  // namespace sampler::tools::error_rates_test
