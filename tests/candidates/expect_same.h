// Every question to a set of candidates, asked beside its definition.

#ifndef SAMPLER_TESTS_CANDIDATES_EXPECT_SAME_H_
#define SAMPLER_TESTS_CANDIDATES_EXPECT_SAME_H_

#include <algorithm>
#include <bit>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/candidates/candidates.h"
#include "sampler/candidates/probability_record.h"
#include "tests/candidates/naive_candidates.h"
#include "tests/candidates/random_rows.h"

namespace sampler {

inline Mass ToMass(oracle::Mass mass) {
  return absl::MakeUint128(static_cast<std::uint64_t>(mass >> 64),
                           static_cast<std::uint64_t>(mass));
}

inline std::uint64_t Bits(double x) { return std::bit_cast<std::uint64_t>(x); }

// Every question, in an order that differs from round to round, so that what
// is remembered meets what is not.
inline void ExpectSame(const Candidates& c, const NaiveCandidates& naive,
                       std::mt19937_64& random, const std::string& what) {
  ASSERT_EQ(c.status(), naive.status()) << what;
  if (c.status() != RowStatus::kOk) return;
  const std::vector<TokenId> ranked = naive.Ranked();
  const int first = static_cast<int>(random() % 4);
  for (int i = 0; i < 4; ++i) {
    switch ((first + i) % 4) {
      case 0:
        ASSERT_EQ(c.Count(), naive.Count()) << what;
        ASSERT_EQ(c.Likeliest().id, ranked[0]) << what;
        ASSERT_EQ(c.Max(), naive.Max()) << what;
        break;
      case 1:
        ASSERT_EQ(c.TotalMass(), ToMass(naive.Total())) << what;
        break;
      case 2:
        ASSERT_EQ(Bits(c.Entropy()), Bits(naive.Entropy())) << what;
        ASSERT_EQ(Bits(c.MeanLogit()), Bits(naive.MeanLogit())) << what;
        for (const Deviation d : {Deviation::kPopulation, Deviation::kSample}) {
          if (c.Count() < 2) continue;
          ASSERT_EQ(Bits(c.LogitDeviation(d)), Bits(naive.LogitDeviation(d)))
              << what;
        }
        break;
      case 3:
        for (TokenId id = -1; id <= naive.Size(); ++id) {
          ASSERT_EQ(c.Logit(id).has_value(), naive.Has(id)) << what << id;
          ASSERT_EQ(c.WeightOf(id), naive.WeightOf(id)) << what;
          if (naive.Has(id)) {
            ASSERT_EQ(*c.Logit(id), naive.Logit(id)) << what << ", id " << id;
          } else {
            ASSERT_EQ(c.Rank(id), 0) << what;
          }
        }
        break;
    }
  }
  // Order.
  const std::size_t some = random() % ranked.size();
  ASSERT_EQ(c.Rank(ranked[some]), static_cast<std::int64_t>(some) + 1) << what;
  const std::int64_t tops[] = {
      -1, 0, 1, static_cast<std::int64_t>(some), c.Count(), c.Count() + 5};
  for (const std::int64_t n : tops) {
    const std::vector<Candidate> top = c.Top(n);
    ASSERT_EQ(static_cast<std::int64_t>(top.size()),
              std::clamp<std::int64_t>(n, 0, c.Count()))
        << what;
    for (std::size_t i = 0; i < top.size(); ++i) {
      ASSERT_EQ(top[i].id, ranked[i]) << what;
      ASSERT_EQ(top[i].logit, naive.Logit(ranked[i])) << what;
    }
  }
  ASSERT_EQ(c.WeightedCount(),
            std::count_if(ranked.begin(), ranked.end(),
                          [&](TokenId id) { return naive.WeightOf(id) > 0; }))
      << what;
  const auto in_order = c.TopWeighted(static_cast<std::int64_t>(some) + 1);
  ASSERT_EQ(in_order.size(), some + 1) << what;
  for (std::size_t i = 0; i <= some; ++i) {
    ASSERT_EQ(in_order[i].id, ranked[i]) << what;
    ASSERT_EQ(in_order[i].logit, naive.Logit(ranked[i])) << what;
    ASSERT_EQ(in_order[i].weight, naive.WeightOf(ranked[i])) << what;
  }
  const double least = RandomFraction(random);
  const oracle::Mass least_mass = oracle::Target(least, naive.Total());
  std::vector<TokenId> heavy;
  for (TokenId id = 0; id < naive.Size(); ++id) {
    if (!naive.Has(id)) continue;
    if (naive.WeightOf(id) >= least_mass) heavy.push_back(id);
  }
  const auto listed = c.WithProbabilityAtLeast(least);
  ASSERT_EQ(listed.size(), heavy.size()) << what;
  for (std::size_t i = 0; i < heavy.size(); ++i) {
    ASSERT_EQ(listed[i].id, heavy[i]) << what;
    ASSERT_EQ(listed[i].logit, naive.Logit(heavy[i])) << what;
    ASSERT_EQ(listed[i].weight, naive.WeightOf(heavy[i])) << what;
  }
  ProbabilityRecord record;
  c.Record(record);
  for (TokenId id = -1; id <= naive.Size(); ++id) {
    ASSERT_EQ(record.Of(id), oracle::ToDouble(naive.WeightOf(id)) /
                                 oracle::ToDouble(naive.Total()))
        << what;
  }
  // Survivors in id order, and the walks along the masses.
  std::vector<TokenId> ids;
  c.ForEach([&](TokenId id, double logit) {
    EXPECT_EQ(logit, naive.Logit(id));
    ids.push_back(id);
  });
  std::vector<TokenId> sorted = ranked;
  std::sort(sorted.begin(), sorted.end());
  ASSERT_EQ(ids, sorted) << what;
  for (const auto& [order, by_rank] :
       {std::pair(sorted, false), std::pair(ranked, true)}) {
    Mass running = 0;
    for (const TokenId id : order) {
      const Mass w = naive.WeightOf(id);
      if (w == 0) continue;
      for (const Mass place : {running, running + w - 1}) {
        ASSERT_EQ(by_rank ? c.AtMassByRank(place) : c.AtMass(place), id)
            << what << ", mass " << place;
      }
      running += w;
    }
  }
}

}  // namespace sampler

#endif  // SAMPLER_TESTS_CANDIDATES_EXPECT_SAME_H_
