// Distributions, drafts and their laws for tests of speculative decoding.

#ifndef SAMPLER_TESTS_SPECULATIVE_SPECULATIVE_LAWS_H_
#define SAMPLER_TESTS_SPECULATIVE_SPECULATIVE_LAWS_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/speculative/draft.h"
#include "tests/support/chi_square.h"
#include "tests/support/pipelines.h"
#include "tests/support/test_share.h"

namespace sampler::speculative {

// Chance that a statistical test here fails for a correct library, each.
inline constexpr double kFalseAlarm = 1e-9;

// A record of these weights by id; 0 leaves an id out.
inline ProbabilityRecord Record(const std::vector<std::uint64_t>& weights) {
  std::vector<TokenId> ids;
  std::vector<Weight> kept;
  Mass total = 0;
  for (std::size_t id = 0; id < weights.size(); ++id) {
    if (weights[id] == 0) continue;
    ids.push_back(static_cast<TokenId>(id));
    kept.push_back(weights[id]);
    total += weights[id];
  }
  ProbabilityRecord record;
  record.Set(ids, kept, total);
  return record;
}

// A token of `record`, by the standard library's engine.
inline TokenId DrawToken(const ProbabilityRecord& record,
                         std::mt19937_64& random) {
  std::vector<double> weights;
  for (const Weight w : record.weights()) {
    weights.push_back(static_cast<double>(w));
  }
  std::discrete_distribution<std::size_t> distribution(weights.begin(),
                                                       weights.end());
  return record.ids()[distribution(random)];
}

// A model: the distribution after every prefix of up to `depth` tokens over a
// tiny vocabulary, at random; some tokens are impossible.
class TinyModel {
 public:
  TinyModel(std::size_t vocabulary, std::size_t depth, std::uint64_t seed)
      : vocabulary_(vocabulary) {
    std::mt19937_64 random(seed);
    std::size_t prefixes = 1;
    for (std::size_t d = 0, level = 1; d < depth; ++d) {
      level *= vocabulary;
      prefixes += level;
    }
    for (std::size_t i = 0; i < prefixes; ++i) {
      std::vector<std::uint64_t> weights(vocabulary);
      while (true) {
        std::uint64_t sum = 0;
        for (auto& w : weights) {
          w = random() % 4 == 0 ? 0 : 1 + random() % 1000;
          sum += w;
        }
        if (sum > 0) break;
      }
      after_.push_back(Record(weights));
    }
  }

  const ProbabilityRecord& After(const std::vector<TokenId>& prefix) const {
    std::size_t index = 0;
    for (const TokenId token : prefix) {
      index = index * vocabulary_ + static_cast<std::size_t>(token) + 1;
    }
    return after_[index];
  }

  // Probability of a text.
  double Of(const std::vector<TokenId>& text) const {
    double p = 1.0;
    std::vector<TokenId> prefix;
    for (const TokenId token : text) {
      p *= After(prefix).Of(token);
      prefix.push_back(token);
    }
    return p;
  }

 private:
  std::size_t vocabulary_;
  std::vector<ProbabilityRecord> after_;
};

// A draft of n tokens by `draft`, with the distributions of both.
struct DraftOfModels {
  DraftOfModels(const TinyModel& target, const TinyModel& draft, std::size_t n,
                std::mt19937_64& random) {
    for (std::size_t i = 0; i < n; ++i) {
      q.push_back(draft.After(tokens));
      p.push_back(target.After(tokens));
      tokens.push_back(DrawToken(q.back(), random));
    }
    p.push_back(target.After(tokens));
  }
  Draft view() const { return {tokens, q, p}; }

  std::vector<TokenId> tokens;
  std::vector<ProbabilityRecord> q;
  std::vector<ProbabilityRecord> p;
};

// Counts texts of three tokens over a vocabulary of four, and compares with
// their probabilities under the target.
class LawOfTexts {
 public:
  LawOfTexts(const TinyModel& target, int draws)
      : target_(target), draws_(draws), observed_(64) {}

  // `text` as far as it came, continued by the target itself.
  void Observe(std::vector<TokenId> text, std::mt19937_64& random) {
    while (text.size() < 3) {
      text.push_back(DrawToken(target_.After(text), random));
    }
    observed_[static_cast<std::size_t>(text[0] * 16 + text[1] * 4 + text[2])] +=
        1;
  }

  void Expect() const {
    std::vector<double> expected(64);
    for (TokenId t = 0; t < 64; ++t) {
      const auto i = static_cast<std::size_t>(t);
      expected[i] = draws_ * target_.Of({t / 16, t / 4 % 4, t % 4});
      if (expected[i] == 0.0) {
        EXPECT_EQ(observed_[i], 0.0);
      }
    }
    const ChiSquare fit = PooledChiSquare(observed_, expected);
    EXPECT_LT(fit.statistic, ChiSquareQuantile(fit.degrees, kFalseAlarm));
  }

 private:
  const TinyModel& target_;
  int draws_;
  std::vector<double> observed_;
};

// The joint law of the first three tokens, drafts of two.
template <typename Verify>
inline void ExpectJointLaw(Verify verify, std::uint64_t seed) {
  const int draws = Share(200'000);
  std::mt19937_64 random(seed);
  for (std::uint64_t models = 0; models < 4; ++models) {
    const TinyModel target(4, 4, seed + 2 * models);
    const TinyModel draft(4, 4, seed + 2 * models + 1);
    LawOfTexts law(target, draws);
    for (int i = 0; i < draws; ++i) {
      const DraftOfModels proposal(target, draft, 2, random);
      const Verdict verdict =
          verify(proposal.view(), MakeSequence(4, {}, {}, random()));
      std::vector<TokenId> text(
          proposal.tokens.begin(),
          proposal.tokens.begin() +
              static_cast<std::ptrdiff_t>(verdict.accepted));
      text.push_back(verdict.next);
      law.Observe(std::move(text), random);
    }
    law.Expect();
  }
}

}  // namespace sampler::speculative

#endif  // SAMPLER_TESTS_SPECULATIVE_SPECULATIVE_LAWS_H_
