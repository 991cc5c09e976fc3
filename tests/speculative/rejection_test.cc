#include "sampler/speculative/rejection.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/candidates/probability_record.h"
#include "sampler/random/random.h"
#include "tests/speculative/speculative_laws.h"
#include "tests/support/chi_square.h"
#include "tests/support/pipelines.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler::speculative {
namespace {

// The share of [0, 2^64) below which `holds`, a predicate that is true up to
// some point and false from there on, holds; found by bisection.
double ShareOfCoins(auto holds) {
  if (!holds(std::uint64_t{0})) return 0.0;
  std::uint64_t low = 0;
  std::uint64_t high = ~std::uint64_t{0};
  if (holds(high)) return 1.0;
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    (holds(middle) ? low : high) = middle;
  }
  return std::ldexp(static_cast<double>(high), -64);
}

// The law of the token that a one-token draft leads to, measured on the coins.
std::vector<double> LawOfOneStep(const ProbabilityRecord& target,
                                 const ProbabilityRecord& draft,
                                 std::size_t vocabulary) {
  std::vector<double> law(vocabulary);
  double rejected = 0.0;
  for (const TokenId x : draft.ids()) {
    const double accepted = ShareOfCoins(
        [&](std::uint64_t bits) { return Accepts(target, draft, x, bits); });
    law[static_cast<std::size_t>(x)] += draft.Of(x) * accepted;
    rejected += draft.Of(x) * (1.0 - accepted);
  }
  double before = 0.0;
  for (std::size_t id = 0; id < vocabulary; ++id) {
    const double up_to = ShareOfCoins([&](std::uint64_t bits) {
      return DrawResidual(target, draft, bits) <= static_cast<TokenId>(id);
    });
    law[id] += rejected * (up_to - before);
    before = up_to;
  }
  return law;
}

void ExpectLawOfTarget(const ProbabilityRecord& target,
                       const ProbabilityRecord& draft, std::size_t vocabulary) {
  const std::vector<double> law = LawOfOneStep(target, draft, vocabulary);
  for (std::size_t id = 0; id < vocabulary; ++id) {
    EXPECT_NEAR(law[id], target.Of(static_cast<TokenId>(id)), 1e-15);
  }
}

TEST(Rejection, HasTheLawOfTheTargetExactly) {
  std::mt19937_64 random(1);
  for (int i = 0; i < Share(2000); ++i) {
    const std::size_t vocabulary = 1 + random() % 6;
    const auto weights = [&] {
      std::vector<std::uint64_t> w(vocabulary);
      for (auto& x : w) x = random() % 3 == 0 ? 0 : random() >> 13;
      w[random() % vocabulary] = kLikeliestWeight;
      return w;
    };
    ExpectLawOfTarget(Record(weights()), Record(weights()), vocabulary);
  }
}

// The published figures of a runtime that divides the other way round.
TEST(Rejection, IsNotTheInvertedRatio) {
  ExpectLawOfTarget(Record({2, 3, 5}), Record({6, 3, 1}), 3);
}

TEST(Rejection, OfEqualDistributionsNeverHappens) {
  const ProbabilityRecord p = Record({1, 5, 0, 7});
  const ProbabilityRecord same = Record({3, 15, 0, 21});
  for (const TokenId x : p.ids()) {
    for (const std::uint64_t bits : {std::uint64_t{0}, ~std::uint64_t{0}}) {
      EXPECT_TRUE(Accepts(p, same, x, bits));
    }
  }
  EXPECT_EQ(DrawResidual(p, same, 0), 0);
}

TEST(Rejection, IsCertainWhereTheTargetHasNothing) {
  const ProbabilityRecord p = Record({0, 1, 1});
  const ProbabilityRecord q = Record({1, 1, 0});
  EXPECT_FALSE(Accepts(p, q, 0, 0));  // Even at u = 0.
  EXPECT_FALSE(Accepts(p, q, 2, 0));  // The draft cannot have drawn it.
  EXPECT_FALSE(Accepts(p, q, 7, 0));  // Beyond both.
  const ProbabilityRecord disjoint = Record({0, 0, 0, 9});
  EXPECT_FALSE(Accepts(p, disjoint, 3, 0));
  EXPECT_EQ(DrawResidual(p, disjoint, ~std::uint64_t{0}), 2);
}

TEST(Rejection, OfAPointMassAcceptsWithTheTargetsProbability) {
  const ProbabilityRecord p = Record({1, 2, 5});
  EXPECT_EQ(ShareOfCoins([&](std::uint64_t bits) {
              return Accepts(p, PointMass(1), 1, bits);
            }),
            0.25);
  ExpectLawOfTarget(p, PointMass(2), 3);
}

TEST(Rejection, HasTheJointLawOfTheTarget) {
  ExpectJointLaw(VerifyByRejection, 10);
}

// Pipelines on both sides: the draft flatter and cut elsewhere, at a real
// vocabulary. The first token has the target's law.
TEST(Rejection, HoldsBetweenPipelinesAtARealVocabulary) {
  constexpr std::int64_t kSize = 32'000;
  const Pipeline target = MakePipeline(
      R"({"type": "temperature", "temperature": 0.9},
         {"type": "top_p", "p": 0.9})",
      kSize);
  const Pipeline draft = MakePipeline(
      R"({"type": "top_k", "k": 300}, {"type": "min_p", "p": 0.001})", kSize);
  const std::vector<float> row = MakeRow(RowKind::kZipf, kSize, 3);
  Workspace workspace;
  std::vector<ProbabilityRecord> p(2), q(1);
  const Sequence start = MakeSequence(kSize);
  target.Process(row, start, workspace).Record(p[0]);
  p[1] = p[0];
  draft.Process(row, start, workspace).Record(q[0]);
  std::vector<double> observed(kSize), expected(kSize);
  const int draws = Share(200'000);
  int accepted = 0;
  for (int i = 0; i < draws; ++i) {
    const Sequence s =
        MakeSequence(kSize, {}, {}, 5, static_cast<std::uint32_t>(i));
    const std::vector<TokenId> tokens = {
        DrawFrom(q[0], s.coins().Bits(Purpose::kCaller))};
    const Verdict verdict = VerifyByRejection({tokens, q, p}, s);
    accepted += static_cast<int>(verdict.accepted);
    const TokenId first = verdict.accepted == 1 ? tokens[0] : verdict.next;
    observed[static_cast<std::size_t>(first)] += 1;
  }
  for (TokenId id = 0; id < kSize; ++id) {
    expected[static_cast<std::size_t>(id)] = draws * p[0].Of(id);
  }
  const ChiSquare fit = PooledChiSquare(observed, expected);
  EXPECT_GT(fit.degrees, 100);
  EXPECT_LT(fit.statistic, ChiSquareQuantile(fit.degrees, kFalseAlarm));
  EXPECT_GT(accepted, draws / 4);
  EXPECT_LT(accepted, draws);
}

TEST(Match, GivesWhatTheTargetAloneDraws) {
  std::mt19937_64 random(6);
  const TinyModel target(4, 5, 7);
  const TinyModel draft(4, 5, 8);
  for (int i = 0; i < Share(5000); ++i) {
    const Sequence start = MakeSequence(4, {}, {}, random());
    const DraftOfModels proposal(target, draft, 3, random);
    const Verdict verdict = VerifyByMatch(proposal.view(), start);
    // The target alone, token by token.
    Sequence alone = start;
    std::vector<TokenId> text;
    while (text.size() <= verdict.accepted) {
      text.push_back(DrawFrom(target.After(text),
                              alone.coins().Bits(Purpose::kTokenDraw)));
      ASSERT_TRUE(alone.AcceptId(text.back()).ok());
    }
    for (std::size_t j = 0; j < verdict.accepted; ++j) {
      EXPECT_EQ(text[j], proposal.tokens[j]);
    }
    EXPECT_EQ(text.back(), verdict.next);
    if (verdict.accepted < 3) {
      EXPECT_NE(verdict.next, proposal.tokens[verdict.accepted]);
    }
  }
}

}  // namespace
}  // namespace sampler::speculative
