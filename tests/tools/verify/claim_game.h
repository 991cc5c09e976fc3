// A game of a prover and a verifier, for the tables of error rates: the prover
// draws a run of tokens, and every claim judges it token by token.
//
// Rows are taken one after another, beginning anew at the end. A prover may
// have rows of its own (another model's), and noise on them.

#ifndef SAMPLER_TESTS_TOOLS_VERIFY_CLAIM_GAME_H_
#define SAMPLER_TESTS_TOOLS_VERIFY_CLAIM_GAME_H_

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "tests/tools/verify/row_views.h"
#include "tools/verify/evidence.h"

namespace sampler::tools {

using ModelRows = std::vector<std::vector<float>>;

inline constexpr double kAlpha = 0.001;
inline constexpr double kSigma = 0.01;
inline constexpr char kCut[] = R"({"type": "temperature", "temperature": %s},
    {"type": "top_k", "k": 40}, {"type": "top_p", "p": 0.95},)";

inline std::string Chain(const char* temperature, const char* draw) {
  return absl::StrReplaceAll(kCut, {{"%s", temperature}}) + draw;
}
inline constexpr char kByMass[] = R"({"type": "categorical"})";
inline constexpr char kByNoise[] = R"({"type": "gumbel_max"})";

// The claims that a run is judged by.
struct Judge {
  const char* name;
  Claim claim;
  Tolerance tolerance;
};

inline const std::vector<Judge>& Judges() {
  static const auto& judges = *new std::vector<Judge>{
      {"exact", Claim::kSeed, {}},
      {"--min-match 0.98", Claim::kSeed, {.mismatch_rate = 0.02}},
      {"--min-match 0.995 --sigma 0.01",
       Claim::kSeed,
       {.mismatch_rate = 0.005, .sigma = kSigma}},
      {"--claim law", Claim::kLaw, {}}};
  return judges;
}

// What a prover does otherwise than it says.
struct Scenario {
  const char* name;
  const char* temperature = "0.8";
  std::uint64_t seed_offset = 0;
  double logit_noise = 0.0;  // Of its rows, beside the verifier's.
  int altered = -1;          // This token is another draw.
};

// Plays one run of `tokens` and returns, for every judge, after how many tokens
// it refuted.
class Game {
 public:
  // All rows of both have one width; they must outlive the game.
  Game(const Scenario& scenario, const char* draw, const ModelRows& rows,
       const ModelRows& provers_rows)
      : scenario_(scenario),
        rows_(rows),
        provers_rows_(provers_rows),
        prover_(Chain(scenario.temperature, draw), width()),
        verifier_(Chain("0.8", draw), width(),
                  {.sigma = kSigma, .temper = true}) {}

  std::vector<std::optional<std::int64_t>> Play(std::uint64_t run, int tokens) {
    std::mt19937_64 random(run);
    std::normal_distribution<double> noise(0.0, scenario_.logit_noise);
    std::vector<Evidence> evidence;
    for (const Judge& judge : Judges()) {
      evidence.emplace_back(judge.claim, judge.tolerance, kAlpha);
    }
    Sequence drawn = MakeSequence(width(), {}, {}, run + scenario_.seed_offset);
    Sequence claimed = MakeSequence(width(), {}, {}, run);
    for (int t = 0; t < tokens; ++t) {
      const std::size_t r = (static_cast<std::size_t>(t) + run) % rows_.size();
      const std::vector<float>& row = rows_[r];
      std::vector<float> provers = provers_rows_[r];
      if (scenario_.logit_noise > 0.0) {
        for (float& v : provers) v += static_cast<float>(noise(random));
      }
      TokenId token = prover_.Draw(provers, drawn);
      if (t == scenario_.altered) token = Another(row, token, random);
      const auto check = verifier_.Check(row, claimed, token);
      matches_ += check->exact_match ? 1 : 0;
      ++tokens_;
      bool over = true;
      for (Evidence& e : evidence) {
        e.Add(*check, {t, 0, t});
        over &= e.refuted();
      }
      if (over) break;
      EXPECT_TRUE(drawn.AcceptId(token).ok());
      EXPECT_TRUE(claimed.AcceptId(token).ok());
    }
    std::vector<std::optional<std::int64_t>> refuted;
    for (const Evidence& e : evidence) {
      refuted.push_back(e.refuted() ? std::optional(e.tokens_to_refute())
                                    : std::nullopt);
    }
    return refuted;
  }

  double match_rate() const { return matches_ / std::max(1.0, tokens_); }

 private:
  std::int64_t width() const { return std::ssize(rows_[0]); }

  // A draw from the chain that is not `token`.
  TokenId Another(const std::vector<float>& row, TokenId token,
                  std::mt19937_64& random) {
    for (;;) {
      const TokenId other =
          prover_.Draw(row, MakeSequence(width(), {}, {}, random()));
      if (other != token) return other;
      // A row with one survivor has no other draw.
      if (random() % 64 == 0) {
        return static_cast<TokenId>((token + 1) % width());
      }
    }
  }

  const Scenario scenario_;
  const ModelRows& rows_;
  const ModelRows& provers_rows_;
  RowChecks prover_;
  RowChecks verifier_;
  double matches_ = 0;
  double tokens_ = 0;
};

inline void PrintHead(const char* first) {
  std::string line = absl::StrCat("| ", first, " | match rate |");
  std::string rule = "|---|---:|";
  for (const Judge& judge : Judges()) {
    absl::StrAppend(&line, " ", judge.name, " |");
    rule += "---:|";
  }
  std::printf("%s\n%s\n", line.c_str(), rule.c_str());
}

// "12 / 30": half and nine tenths of the runs are refuted after so many tokens.
inline std::string DetectionText(std::vector<double> tokens, int runs) {
  std::sort(tokens.begin(), tokens.end());
  const auto at = [&](double share) {
    const auto index = static_cast<std::size_t>(std::ceil(share * runs)) - 1;
    return index < tokens.size() ? absl::StrCat(tokens[index])
                                 : std::string("-");
  };
  return absl::StrCat(at(0.5), " / ", at(0.9));
}

}  // namespace sampler::tools

#endif  // SAMPLER_TESTS_TOOLS_VERIFY_CLAIM_GAME_H_
