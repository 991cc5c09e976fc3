// Bounds never change an answer: tokens and kept sets are the same with them
// and without, on every instruction set.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/bounds/bounds_use.h"
#include "sampler/bounds/mass_bounds.h"
#include "sampler/candidates/candidates.h"
#include "sampler/kernels/dispatch.h"
#include "tests/bounds/bounded_rows.h"
#include "tests/support/rows.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

// What a set of candidates is, for comparison.
struct Kept {
  std::vector<TokenId> ids;
  std::vector<double> logits;
  TokenId drawn;
  Mass mass;  // Remembered from a truncation, where that has weighed them.
  double entropy;
  bool operator==(const Kept&) const = default;
};

Kept Look(const Candidates& c, std::uint64_t bits) {
  Kept kept;
  kept.drawn = c.DrawAt(bits);
  kept.mass = c.TotalMass();
  kept.entropy = c.Entropy();
  c.ForEach([&](TokenId id, double logit) {
    kept.ids.push_back(id);
    kept.logits.push_back(logit);
  });
  return kept;
}

class BoundedAnswers : public testing::Test {
 protected:
  BoundedAnswers() { judged_.bounds().SetUse(BoundsUse::kNever); }
  void TearDown() override {
    kernels::UseSimdTarget(kernels::SimdTargets().front());
  }

  // Runs `f` on fresh candidates with bounds and without; without, on the row
  // as doubles, which are never cut in place (DenseRow::RemoveBelow).
  template <typename F>
  void Compare(Logits row, std::uint64_t bits, F f) {
    std::vector<double> doubles(row.size());
    row.Load(0, row.size(), doubles.data());
    judged_.Begin(Logits(doubles));
    f(judged_);
    const Kept want = Look(judged_, bits);
    bounded_.Begin(row);
    f(bounded_);
    const Kept got = Look(bounded_, bits);
    ++comparisons_;
    ASSERT_EQ(got.ids, want.ids);
    ASSERT_EQ(got.logits, want.logits);
    ASSERT_EQ(got.drawn, want.drawn);
    ASSERT_EQ(got.mass, want.mass);
    ASSERT_EQ(got.entropy, want.entropy);
  }

  void Report() {
    const BoundsTally& tally = bounded_.bounds().tally();
    std::cout << comparisons_ << " comparisons; bounds settled "
              << tally.settled << ", left " << tally.undecided << "\n";
    EXPECT_GT(tally.settled, 0);
  }

  Candidates judged_;
  Candidates bounded_;
  std::mt19937_64 random_{11};
  std::int64_t comparisons_ = 0;
};

// A rule that falls with the entropy.
void KeepEta(Candidates& c, double epsilon, std::int64_t min_keep) {
  c.KeepWeights(
      [=](const Totals& t) {
        return LeastMass(
            std::min(epsilon, std::sqrt(epsilon) * Exp(-t.entropy)), t.mass);
      },
      {.needs = Needs::kEntropy, .min_keep = min_keep});
}

void RandomChanges(Candidates& c, std::mt19937_64 random) {
  for (int i = 0; i < 3; ++i) {
    const auto id = static_cast<TokenId>(random() % 500);
    switch (random() % 6) {
      case 0:
        c.Scale(1.0 / 0.7);
        break;
      case 1:
        c.Scale(0.3);
        break;
      case 2:
        c.Edit(id, [](double l) { return l * 1.3 - 0.5; });
        break;
      case 3:
        c.Edit(c.Likeliest().id, [](double l) { return l - 3.0; });
        break;
      case 4:
        c.Edit(id, [](double l) { return l + 4.0; });
        break;
      default:
        break;
    }
  }
}

TEST_F(BoundedAnswers, ChangesNoAnswerOnRandomRows) {
  const auto targets = kernels::SimdTargets();
  for (int round = 0; round < Share(60000); ++round) {
    ASSERT_TRUE(kernels::UseSimdTarget(targets[random_() % targets.size()]));
    const std::vector<float> row = RandomBoundedRow(random_);
    const std::uint64_t seed = random_();
    const std::uint64_t bits =
        random_() % 8 == 0 ? ~std::uint64_t{0} * (random_() % 2) : random_();
    const double p = static_cast<double>(random_() % 1001) / 1000.0;
    const std::uint64_t action = random_() % 12;
    MassRule rule;
    if (random_() % 3 == 0) rule.ties = Ties::kKeepAll;
    if (random_() % 3 == 0) rule.equality = Equality::kContinue;
    if (random_() % 3 == 0) rule.crossing = Crossing::kExclude;
    if (random_() % 3 == 0) rule.tie_order = TieOrder::kHighId;
    if (random_() % 3 == 0) rule.min_keep = static_cast<int>(random_() % 60);
    Compare(Logits(row), bits, [&](Candidates& c) {
      RandomChanges(c, std::mt19937_64(seed));
      if (seed % 5 == 0) c.KeepAbove(c.Max() - 30.0);
      if (action == 1) c.KeepMass(p, rule);
      if (action == 2) c.KeepProbability(p * p * p * p, rule.min_keep);
      if (action == 3) c.KeepProbability(p * 1e-3, rule.min_keep);
      if (action == 4) {
        // Falls with the mass.
        c.KeepWeights(
            [&](const Totals& t) {
              return DivideUp(
                  LeastMass((p + 1e-3) / 1.001, Mass{1} << 72) << 30, t.mass);
            },
            {.min_keep = rule.min_keep});
      }
      if (action == 5) KeepEta(c, (p + 1e-3) / 1.002, rule.min_keep);
      if (action == 6) KeepEta(c, p * 1e-3 + 1e-6, rule.min_keep);
      if (action == 7 && c.Count() >= 2) {
        c.KeepWithinDeviations(4.0 * p + 0.1, Deviation::kSample,
                               rule.min_keep);
      }
      if (action == 8) {
        // All but one of them, or none: somebody stays.
        auto heavy = c.WithProbabilityAtLeast(p * p * p);
        if (!heavy.empty()) heavy.remove_suffix(1);
        c.RemoveAll(heavy);
      }
      if (action >= 9) c.KeepTypical(p, rule);
      if (seed % 7 == 0) c.Scale(1.0 / 0.9);
      if (seed % 3 == 0) c.KeepMass(0.9, rule);
    });
    if (HasFatalFailure()) return;
  }
  Report();
}

// Large nuclei that end among tied tokens, few or many, of a row that is cut in
// place.
TEST_F(BoundedAnswers, ChangesNoTiesAtTheEndOfLargeNuclei) {
  for (int round = 0; round < Share(300); ++round) {
    // Of so many blocks that their maxima tell where the head ends.
    std::vector<float> row(40000 + random_() % 4000);
    const std::uint64_t distinct =
        std::vector<std::uint64_t>{300, 5000, 50000}[random_() % 3];
    for (float& l : row) {
      l = static_cast<float>(random_() % distinct) /
          static_cast<float>(distinct);
    }
    const double p = static_cast<double>(300 + random_() % 700) / 1000.0;
    MassRule rule;
    if (random_() % 4 == 0) rule.ties = Ties::kKeepAll;
    if (random_() % 3 == 0) rule.crossing = Crossing::kExclude;
    if (random_() % 2 == 0) rule.tie_order = TieOrder::kHighId;
    const bool scaled = random_() % 2 == 0;
    Compare(Logits(row), random_(), [&](Candidates& c) {
      if (scaled) c.Scale(1.0 / 0.7);
      c.KeepMass(p, rule);
    });
    if (HasFatalFailure()) return;
  }
  Report();
}

// The same of typical tokens: most lie near the likeliest, a tail below, and
// some too likely to be typical.
TEST_F(BoundedAnswers, ChangesNoTiesAtTheEndsOfLargeRings) {
  for (int round = 0; round < Share(300); ++round) {
    std::vector<float> row(20000 + random_() % 4000);
    const std::uint64_t distinct =
        std::vector<std::uint64_t>{300, 5000, 1 << 20}[random_() % 3];
    for (float& l : row) {
      const float u = static_cast<float>(random_() % distinct) /
                      static_cast<float>(distinct);
      l = -5.0f * u * u * u;
    }
    const std::uint64_t likely = random_() % 4 * (random_() % 50);
    for (std::uint64_t i = 0; i < likely; ++i) {
      row[random_() % row.size()] = static_cast<float>(random_() % 64) / 32.0f;
    }
    const double p = static_cast<double>(600 + random_() % 400) / 1000.0;
    MassRule rule;
    if (random_() % 4 == 0) rule.ties = Ties::kKeepAll;
    if (random_() % 8 == 0) rule.min_keep = 30;
    const bool scaled = random_() % 2 == 0;
    Compare(Logits(row), random_(), [&](Candidates& c) {
      if (scaled) c.Scale(1.0 / 0.7);
      c.KeepTypical(p, rule);
    });
    if (HasFatalFailure()) return;
  }
  Report();
}

// Draws and nuclei whose decision falls exactly on a token's boundary, and one
// unit beside it.
TEST_F(BoundedAnswers, ChangesNoAnswerOnBoundaries) {
  Candidates all;
  for (int round = 0; round < Share(1500); ++round) {
    const std::vector<float> row = RandomBoundedRow(random_);
    all.Begin(Logits(row));
    const Mass total = all.TotalMass();
    const auto id = static_cast<TokenId>(random_() % row.size());
    const double own = Ratio(all.WeightOf(id), total);
    Mass before = 0;
    for (TokenId i = 0; i < id; ++i) before += all.WeightOf(i);
    // bits = ceil(before 2^64 / total) is the first that falls past `before`.
    std::uint64_t low = 0;
    std::uint64_t high = ~std::uint64_t{0};
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (PlaceOfBits(middle, total) >= before) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    for (const std::uint64_t bits : {low - 1, low, low + 1}) {
      Compare(Logits(row), bits, [](Candidates&) {});
    }
    Mass above = 0;
    const double logit = *all.Logit(id);
    all.ForEach([&](TokenId other, double l) {
      if (l > logit || (l == logit && other <= id)) {
        above += all.WeightOf(other);
      }
    });
    double p = Ratio(above, total);
    for (int i = 0; i < 2; ++i) p = std::nextafter(p, 0.0);
    for (int i = 0; i < 5; ++i, p = std::nextafter(p, 2.0)) {
      if (p > 1.0) break;
      Compare(Logits(row), low, [&](Candidates& c) { c.KeepMass(p); });
    }
    // The same in the order of typicality.
    const double center = all.MeanLogit();
    const double distance = std::fabs(logit - center);
    Mass nearer = 0;
    all.ForEach([&](TokenId other, double l) {
      const double d = std::fabs(l - center);
      if (d < distance || (d == distance && l > logit) ||
          (l == logit && other <= id)) {
        nearer += all.WeightOf(other);
      }
    });
    p = Ratio(nearer, total);
    for (int i = 0; i < 2; ++i) p = std::nextafter(p, 0.0);
    for (int i = 0; i < 5; ++i, p = std::nextafter(p, 2.0)) {
      if (p > 1.0) break;
      Compare(Logits(row), low, [&](Candidates& c) { c.KeepTypical(p); });
    }
    p = own;
    for (int i = 0; i < 2; ++i) p = std::nextafter(p, 0.0);
    for (int i = 0; i < 5; ++i, p = std::nextafter(p, 2.0)) {
      if (p > 1.0) break;
      Compare(Logits(row), low, [&](Candidates& c) { c.KeepProbability(p); });
    }
    if (HasFatalFailure()) return;
  }
  Report();
  EXPECT_GT(bounded_.bounds().tally().undecided, 0);
}

}  // namespace
}  // namespace sampler
