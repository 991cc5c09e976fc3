// A head holds every candidate down to its floor, weighed, and reaches the mass
// that it was asked for.

#include "sampler/bounds/head.h"

#include <cmath>
#include <optional>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/kernels/block.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

Mass TotalOf(const CandidateSet& set) {
  Mass total = 0;
  set.ForEachReaching(kLowestLogit, [&](TokenId, double logit) {
    total += kernels::ComputeWeight(logit, set.Max());
  });
  return total;
}

void ExpectAllDownTo(const CandidateSet& set, const Head& head) {
  std::vector<TokenId> ids;
  Mass mass = 0;
  set.ForEachReaching(head.floor, [&](TokenId id, double logit) {
    ids.push_back(id);
    mass += kernels::ComputeWeight(logit, set.Max());
  });
  ASSERT_EQ(std::vector<TokenId>(head.list.list->ids().begin(),
                                 head.list.list->ids().end()),
            ids);
  ASSERT_EQ(head.list.weights.size(), ids.size());
  ASSERT_EQ(head.mass, mass);
}

TEST(Head, HoldsTheMassAskedFor) {
  std::mt19937_64 random(9);
  MassSketch sketch;
  SelectionScratch scratch;
  int found = 0;
  int rounds = 0;
  for (const RowKind kind : kAllRowKinds) {
    for (int round = 0; round < Share(60); ++round) {
      const std::vector<float> row =
          MakeRow(kind, 600 + random() % 20000, random());
      CandidateSet set;
      set.Begin(Logits(row));
      if (round % 3 == 1) set.Scale(1.7);
      if (round % 3 == 2) set.ToList(kLowestLogit);
      const Mass total = TotalOf(set);
      for (const double p : {0.1, 0.5, 0.95}) {
        const Mass least = LeastMass(p, total);
        const std::optional<Head> head =
            FindHead(set, least, LeastMass(p + 0.15 * (1.0 - p), total), sketch,
                     scratch);
        ++rounds;
        if (!head.has_value()) continue;
        ++found;
        ASSERT_GE(head->mass, least);
        ExpectAllDownTo(set, *head);
      }
    }
  }
  EXPECT_GT(found, rounds / 4);
}

TEST(Head, IsFoundWhereFewTokensShareABlock) {
  // Maxima show one of them: half of the mass.
  std::vector<float> row(20000, 0.0f);
  row[100] = 30.0f;
  row[101] = 30.0f;
  CandidateSet set;
  set.Begin(Logits(row));
  MassSketch sketch;
  SelectionScratch scratch;
  const Mass total = TotalOf(set);
  const std::optional<Head> head = FindHead(
      set, LeastMass(0.9, total), LeastMass(0.915, total), sketch, scratch);
  ASSERT_TRUE(head.has_value());
  ExpectAllDownTo(set, *head);
}

TEST(Head, IsNotSoughtWhereItWouldBeMostOfTheRow) {
  std::mt19937_64 random(2);
  std::vector<float> row(50000);
  for (float& logit : row) logit = static_cast<float>(random() % 1000) * 1e-3f;
  CandidateSet set;
  set.Begin(Logits(row));
  MassSketch sketch;
  SelectionScratch scratch;
  const Mass total = TotalOf(set);
  EXPECT_FALSE(FindHead(set, LeastMass(0.9, total), LeastMass(0.915, total),
                        sketch, scratch)
                   .has_value());
}

}  // namespace
}  // namespace sampler
