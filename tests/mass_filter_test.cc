// The filter never changes an answer: its bounds hold the exact masses, and
// tokens and kept sets are the same with it and without it, on every
// instruction set.

#include "sampler/mass_filter.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/candidates.h"
#include "sampler/kernels/dispatch.h"
#include "tests/rows.h"
#include "tests/test_share.h"

namespace sampler {
namespace {

// What a set of candidates is, for comparison.
struct Kept {
  std::vector<TokenId> ids;
  std::vector<double> logits;
  TokenId drawn;
  bool operator==(const Kept&) const = default;
};

Kept Look(const Candidates& c, std::uint64_t bits) {
  Kept kept;
  kept.drawn = c.DrawAt(bits);
  c.ForEach([&](TokenId id, double logit) {
    kept.ids.push_back(id);
    kept.logits.push_back(logit);
  });
  return kept;
}

class MassFilterTest : public testing::Test {
 protected:
  void TearDown() override {
    MassFilter::Switch(true);
    kernels::UseSimdTarget(kernels::SimdTargets().front());
  }

  // Runs `f` on fresh candidates with the filter and without it; without, on
  // the row as doubles, which are never cut in place (DenseRow::RemoveBelow).
  template <typename F>
  void Compare(Logits row, std::uint64_t bits, F f) {
    std::vector<double> doubles(row.size());
    row.Load(0, row.size(), doubles.data());
    MassFilter::Switch(false);
    judged_.Begin(Logits(doubles));
    f(judged_);
    const Kept want = Look(judged_, bits);
    MassFilter::Switch(true);
    filtered_.Begin(row);
    f(filtered_);
    const Kept got = Look(filtered_, bits);
    ++comparisons_;
    ASSERT_EQ(got.ids, want.ids);
    ASSERT_EQ(got.logits, want.logits);
    ASSERT_EQ(got.drawn, want.drawn);
  }

  void Report() {
    const MassFilter::Tally& tally = MassFilter::ThreadTally();
    std::cout << comparisons_ << " comparisons; bounds settled "
              << tally.settled << ", left " << tally.undecided << "\n";
    EXPECT_GT(tally.settled, 0);
  }

  Candidates judged_;
  Candidates filtered_;
  std::mt19937_64 random_{11};
  std::int64_t comparisons_ = 0;
};

// Small enough to be many, large enough to be filtered.
std::vector<float> RandomRow(std::mt19937_64& random) {
  // Now and then so large that a nucleus goes beyond its head and a sample.
  const std::size_t more = random() % 10 == 0 ? 8000 : 300;
  const std::size_t size = MassFilter::kWorthwhile + 1 + random() % more;
  const RowKind kind = kAllRowKinds[random() % std::size(kAllRowKinds)];
  return MakeRow(kind, size, random());
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
        c.Edit(c.Head().id, [](double l) { return l - 3.0; });
        break;
      case 4:
        c.Edit(id, [](double l) { return l + 4.0; });
        break;
      default:
        break;
    }
  }
}

TEST_F(MassFilterTest, ChangesNoAnswerOnRandomRows) {
  const auto targets = kernels::SimdTargets();
  for (int round = 0; round < Share(60000); ++round) {
    ASSERT_TRUE(kernels::UseSimdTarget(targets[random_() % targets.size()]));
    const std::vector<float> row = RandomRow(random_);
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
      if (action == 4) c.KeepTopA((p + 1e-3) / 1.001, rule.min_keep);
      if (action == 5) c.KeepEta((p + 1e-3) / 1.002, rule.min_keep);
      if (action == 6) c.KeepEta(p * 1e-3 + 1e-6, rule.min_keep);
      if (action == 7 && c.Count() >= 2) {
        c.KeepWithinDeviations(4.0 * p + 0.1, Deviation::kSample,
                               rule.min_keep);
      }
      if (action == 8) {
        c.ExcludeTopChoices(
            {.threshold = p * p * p,
             .min_keep = std::max<std::int64_t>(rule.min_keep, 1)});
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
TEST_F(MassFilterTest, ChangesNoTiesAtTheEndOfLargeNuclei) {
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

// Draws and nuclei whose decision falls exactly on a token's boundary, and one
// unit beside it.
TEST_F(MassFilterTest, ChangesNoAnswerOnBoundaries) {
  Candidates all;
  for (int round = 0; round < Share(1500); ++round) {
    const std::vector<float> row = RandomRow(random_);
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
      if (Scale(middle, total) >= before) {
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
  EXPECT_GT(MassFilter::ThreadTally().undecided, 0);
}

TEST_F(MassFilterTest, HoldsTheExactTotal) {
  MassFilter filter;
  for (const absl::string_view target : kernels::SimdTargets()) {
    ASSERT_TRUE(kernels::UseSimdTarget(target));
    double widest = 0.0;
    for (int round = 0; round < Share(2000); ++round) {
      const std::vector<float> row = RandomRow(random_);
      DenseRow dense;
      dense.Reset(Logits(row));
      for (std::uint64_t i = random_() % 4; i < 3; ++i) {
        dense.Scale(1.0 / 0.9);
        dense.Set(random_() % row.size(), 3.0);
        dense.Set(dense.FirstOfMax(), dense.Max() + 2.0);
      }
      if (random_() % 2 == 0) {
        dense.RemoveBelow(dense.Value(random_() % row.size()));
      }
      Mass exact = 0;
      std::vector<double> values;
      for (std::size_t i = 0; i < row.size(); ++i) {
        values.push_back(dense.Value(i));
        exact += kernels::ComputeWeight(values[i], dense.Max());
      }
      ASSERT_TRUE(filter.SumRow(dense));
      const MassBounds of_row = filter.Total();
      ASSERT_TRUE(filter.SumList(values, dense.Max()));
      for (const MassBounds& bounds : {of_row, filter.Total()}) {
        ASSERT_LE(bounds.low, exact) << target;
        ASSERT_GE(bounds.high, exact) << target;
        widest = std::max(widest, Ratio(bounds.high - bounds.low, exact));
      }
    }
    EXPECT_LT(widest, 1e-4) << target;
  }
}

TEST_F(MassFilterTest, HoldsWhatIsMissingInAPart) {
  MassFilter filter;
  for (const absl::string_view target : kernels::SimdTargets()) {
    ASSERT_TRUE(kernels::UseSimdTarget(target));
    double widest = 0.0;
    for (int round = 0; round < Share(2000); ++round) {
      const std::vector<float> row = RandomRow(random_);
      DenseRow dense;
      dense.Reset(Logits(row));
      for (std::uint64_t i = random_() % 4; i < 3; ++i) {
        dense.Scale(1.0 / 0.9);
        dense.Set(random_() % row.size(), 3.0);
      }
      if (random_() % 2 == 0) {
        dense.RemoveBelow(dense.Value(random_() % row.size()));
      }
      // From one token's logit to another's.
      const auto any = [&] {
        const double logit = dense.Value(random_() % row.size());
        return std::max(logit, std::numeric_limits<double>::lowest());
      };
      const double low = any();
      const double high =
          random_() % 2 == 0 ? any() : std::numeric_limits<double>::infinity();
      const double p = static_cast<double>(random_() % 1001) / 1000.0;
      long double total = 0.0L;
      long double inside = 0.0L;
      std::vector<double> values;
      for (std::size_t i = 0; i < row.size(); ++i) {
        values.push_back(dense.Value(i));
        const Weight weight = kernels::ComputeWeight(values[i], dense.Max());
        total += static_cast<long double>(weight);
        if (low <= values[i] && values[i] < high) {
          inside += static_cast<long double>(weight);
        }
      }
      const long double exact = static_cast<long double>(p) * total - inside;
      ASSERT_TRUE(filter.SumRow(dense));
      ASSERT_TRUE(filter.SplitRow(dense, low, high));
      const MassFilter::Missing of_row = filter.MissingTo(p);
      ASSERT_TRUE(filter.SumList(values, dense.Max()));
      filter.SplitList(values, low, high);
      for (const auto& missing : {of_row, filter.MissingTo(p)}) {
        ASSERT_LE(missing.low, exact) << target;
        ASSERT_GE(missing.high, exact) << target;
        widest = std::max(
            widest, static_cast<double>((missing.high - missing.low) / total));
      }
    }
    EXPECT_LT(widest, 1e-4) << target;
  }
}

TEST_F(MassFilterTest, HoldsTheMeanOffset) {
  Candidates exact;
  MassFilter filter;
  for (const absl::string_view target : kernels::SimdTargets()) {
    ASSERT_TRUE(kernels::UseSimdTarget(target));
    double widest = 0.0;
    for (int round = 0; round < Share(2000); ++round) {
      const std::vector<float> row = RandomRow(random_);
      DenseRow dense;
      dense.Reset(Logits(row));
      exact.Begin(Logits(row));
      for (std::uint64_t i = random_() % 4; i < 3; ++i) {
        dense.Scale(1.0 / 0.9);
        exact.Scale(1.0 / 0.9);
        const std::size_t id = random_() % row.size();
        dense.Set(id, 3.0);
        exact.Edit(static_cast<TokenId>(id), [](double) { return 3.0; });
      }
      // The exact sums, in long double.
      long double moment = 0.0L;
      long double total = 0.0L;
      std::vector<double> values;
      for (std::size_t i = 0; i < row.size(); ++i) {
        values.push_back(dense.Value(i));
        const auto weight = static_cast<long double>(
            kernels::ComputeWeight(values[i], dense.Max()));
        if (weight == 0.0L) continue;
        total += weight;
        moment += weight * (static_cast<long double>(values[i]) - dense.Max());
      }
      const auto mean = static_cast<double>(moment / total);
      EXPECT_NEAR(exact.MeanLogit() - dense.Max(), mean,
                  1e-12 * (1.0 + std::fabs(mean) + std::fabs(dense.Max())));
      ASSERT_TRUE(filter.SumRow(dense));
      const MassFilter::Offset of_row = filter.MeanOffset();
      ASSERT_TRUE(filter.SumList(values, dense.Max()));
      for (const auto& offset : {of_row, filter.MeanOffset()}) {
        ASSERT_LE(offset.low, mean) << target;
        ASSERT_GE(offset.high, mean) << target;
        widest = std::max(widest, offset.high - offset.low);
      }
    }
    EXPECT_LT(widest, 1e-2) << target;
  }
}

TEST_F(MassFilterTest, GivesNoBoundsWhereTheyWouldBeUseless) {
  MassFilter filter;
  std::vector<double> list(1000, 1.0);
  EXPECT_TRUE(filter.SumList(list, 1.0));
  EXPECT_FALSE(filter.SumList({list.data(), 100}, 1.0));
  for (double& l : list) l = 1e6;
  EXPECT_FALSE(filter.SumList(list, 1e6));
  MassFilter::Switch(false);
  EXPECT_FALSE(MassFilter::IsOn());
  EXPECT_FALSE(filter.SumList(std::vector<double>(1000, 1.0), 1.0));
}

// A new process, because the variable is read once.
TEST(MassFilterDeathTest, IsLeftOutWhereTheEnvironmentSaysSo) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        setenv("SAMPLER_FILTER", "off", 1);
        std::exit(MassFilter::IsOn() ? 1 : 0);
      },
      testing::ExitedWithCode(0), "");
  EXPECT_EXIT(
      {
        setenv("SAMPLER_FILTER", "on", 1);
        std::exit(MassFilter::IsOn() ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace sampler
