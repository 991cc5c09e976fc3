// Bounds never change an answer: they hold the exact masses, and
// tokens and kept sets are the same with them and without, on every
// instruction set.

#include "sampler/bounds/mass_bounds.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/arithmetic/numeric.h"
#include "sampler/bounds/bounds_use.h"
#include "sampler/bounds/tuning.h"
#include "sampler/candidates/candidates.h"
#include "sampler/kernels/dispatch.h"
#include "sampler/rows/exact_masses.h"
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

class MassBoundsTest : public testing::Test {
 protected:
  MassBoundsTest() { judged_.bounds().SetUse(BoundsUse::kNever); }
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

  static void Set(CandidateSet& set, TokenId id, double logit) {
    set.Edit(id, [=](double) { return logit; });
  }
  TokenId AnyId(const std::vector<float>& row) {
    return static_cast<TokenId>(random_() % row.size());
  }
  // Bounds of the same candidates as a list.
  MassBounds& OfList(const std::vector<double>& logits) {
    std::vector<TokenId> ids(logits.size());
    std::iota(ids.begin(), ids.end(), 0);
    list_.ResetTo(ids, logits);
    EXPECT_TRUE(bounds_of_list_.HaveMean());
    return bounds_of_list_;
  }

  CandidateSet list_;
  MassBounds bounds_of_list_{list_};
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

// Small enough to be many, large enough for bounds.
std::vector<float> RandomRow(std::mt19937_64& random) {
  // Now and then so large that a nucleus goes beyond its head and a sample.
  const std::size_t more = random() % 10 == 0 ? 8000 : 300;
  const std::size_t size = tuning::kFewCandidates + 1 + random() % more;
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

TEST_F(MassBoundsTest, ChangesNoAnswerOnRandomRows) {
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
TEST_F(MassBoundsTest, ChangesNoTiesAtTheEndOfLargeNuclei) {
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
TEST_F(MassBoundsTest, ChangesNoTiesAtTheEndsOfLargeRings) {
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
TEST_F(MassBoundsTest, ChangesNoAnswerOnBoundaries) {
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

TEST_F(MassBoundsTest, HoldsTheExactTotal) {
  CandidateSet set;
  MassBounds bounds(set);
  for (const absl::string_view target : kernels::SimdTargets()) {
    ASSERT_TRUE(kernels::UseSimdTarget(target));
    double widest = 0.0;
    for (int round = 0; round < Share(2000); ++round) {
      const std::vector<float> row = RandomRow(random_);
      set.Begin(Logits(row));
      for (std::uint64_t i = random_() % 4; i < 3; ++i) {
        set.Scale(1.0 / 0.9);
        Set(set, AnyId(row), 3.0);
        Set(set, set.Likeliest().id, set.Max() + 2.0);
      }
      if (random_() % 2 == 0) {
        set.CutInPlace(set.LogitOfSlot(random_() % row.size()));
      }
      Mass exact = 0;
      std::vector<double> values;
      for (std::size_t i = 0; i < row.size(); ++i) {
        values.push_back(set.LogitOfSlot(i));
        exact += kernels::ComputeWeight(values[i], set.Max());
      }
      ASSERT_TRUE(bounds.Have());
      const MassInterval of_row = bounds.Total();
      for (const MassInterval& total : {of_row, OfList(values).Total()}) {
        ASSERT_LE(total.low, exact) << target;
        ASSERT_GE(total.high, exact) << target;
        widest = std::max(widest, Ratio(total.high - total.low, exact));
      }
    }
    EXPECT_LT(widest, 1e-4) << target;
  }
}

TEST_F(MassBoundsTest, HoldsWhatIsMissingInAPart) {
  CandidateSet set;
  MassBounds bounds(set);
  for (const absl::string_view target : kernels::SimdTargets()) {
    ASSERT_TRUE(kernels::UseSimdTarget(target));
    double widest = 0.0;
    for (int round = 0; round < Share(2000); ++round) {
      const std::vector<float> row = RandomRow(random_);
      set.Begin(Logits(row));
      for (std::uint64_t i = random_() % 4; i < 3; ++i) {
        set.Scale(1.0 / 0.9);
        Set(set, AnyId(row), 3.0);
      }
      if (random_() % 2 == 0) {
        set.CutInPlace(set.LogitOfSlot(random_() % row.size()));
      }
      // From one token's logit to another's.
      const auto any = [&] {
        const double logit = set.LogitOfSlot(random_() % row.size());
        return std::max(logit, std::numeric_limits<double>::lowest());
      };
      const double low = any();
      const double high =
          random_() % 2 == 0 ? any() : std::numeric_limits<double>::infinity();
      const LogitRange inner = {low, high};
      // At times the same, at times all there is.
      LogitRange outer = inner;
      if (random_() % 2 == 0) outer.low = std::min(low, any());
      if (random_() % 2 == 0) outer.high = std::max(high, any());
      if (random_() % 9 == 0) outer = {kLowestLogit};
      const double p = static_cast<double>(random_() % 1001) / 1000.0;
      long double total = 0.0L;
      long double inside = 0.0L;
      long double between = 0.0L;
      std::vector<TokenId> listed;
      std::vector<double> values;
      for (std::size_t i = 0; i < row.size(); ++i) {
        values.push_back(set.LogitOfSlot(i));
        const Weight weight = kernels::ComputeWeight(values[i], set.Max());
        total += static_cast<long double>(weight);
        if (inner.Contains(values[i])) {
          inside += static_cast<long double>(weight);
        } else if (outer.Contains(values[i])) {
          between += static_cast<long double>(weight);
          listed.push_back(static_cast<TokenId>(i));
        }
      }
      const long double exact = static_cast<long double>(p) * total - inside;
      ASSERT_TRUE(bounds.Have());
      CandidateList found;
      ASSERT_TRUE(bounds.Split(inner, outer, found));
      ASSERT_EQ(std::vector<TokenId>(found.ids().begin(), found.ids().end()),
                listed);
      for (std::size_t i = 0; i < listed.size(); ++i) {
        ASSERT_EQ(found.logits()[i],
                  values[static_cast<std::size_t>(listed[i])]);
      }
      const auto in_list = static_cast<Mass>(between);
      const MassBounds::Missing of_row = bounds.MissingTo(p, in_list);
      MassBounds& of_list = OfList(values);
      ASSERT_TRUE(of_list.Split(inner, outer, found));
      ASSERT_EQ(found.size(), listed.size());
      // With what is inside and listed known, only the rest is uncertain.
      const auto known = static_cast<Mass>(inside + between);
      const auto all = static_cast<Mass>(total);
      for (const MassInterval& around :
           {bounds.TotalAround(known), of_list.TotalAround(known)}) {
        ASSERT_LE(around.low, all) << target;
        ASSERT_GE(around.high, all) << target;
        ASSERT_GE(around.low, known) << target;
        // Terms of weight 0 count 2^-52 each.
        ASSERT_LT(ToDouble(around.high - around.low),
                  1e-4 * ToDouble(all - known) +
                      2.0 * static_cast<double>(row.size()) + 2.0)
            << target;
      }
      for (const auto& missing : {of_row, of_list.MissingTo(p, in_list)}) {
        ASSERT_LE(missing.low, exact) << target;
        ASSERT_GE(missing.high, exact) << target;
        widest = std::max(
            widest, static_cast<double>((missing.high - missing.low) / total));
      }
    }
    EXPECT_LT(widest, 1e-4) << target;
  }
}

// Without another pass, bounds are of what was inside, and of what has joined
// it.
TEST_F(MassBoundsTest, FollowsASetThatIsCutInPlace) {
  CandidateSet set;
  MassBounds bounds(set);
  ExactMasses masses(set);
  int followed = 0;
  for (const absl::string_view target : kernels::SimdTargets()) {
    ASSERT_TRUE(kernels::UseSimdTarget(target));
    for (int round = 0; round < Share(1000); ++round) {
      const std::vector<float> row = RandomRow(random_);
      set.Begin(Logits(row));
      for (std::uint64_t i = random_() % 4; i < 3; ++i) {
        set.Scale(1.0 / 0.9);
        Set(set, AnyId(row), 3.0);
      }
      const auto any = [&] {
        return std::max(kLowestLogit, set.LogitOfSlot(random_() % row.size()));
      };
      const double one = any();
      const double other = any();
      const LogitRange inside = {std::max(one, other)};
      const LogitRange listed = {std::min(one, other)};
      ASSERT_TRUE(bounds.Have());
      CandidateList list;
      ASSERT_TRUE(bounds.Split(inside, listed, list));
      std::vector<Weight> weights;
      for (const double logit : list.logits()) {
        weights.push_back(kernels::ComputeWeight(logit, set.Max()));
      }
      // From some logit in the list on.
      const double cut = list.size() == 0
                             ? inside.low
                             : list.logits()[random_() % list.size()];
      bounds.JoinInside(list.ids(), weights, [&](std::size_t i) {
        return list.logits()[i] < cut ? 1 : 0;
      });
      if (!set.CutInPlace(cut)) continue;
      bounds.Follow();
      ++followed;
      const MassInterval total = bounds.Total();
      ASSERT_LE(total.low, masses.Total()) << target;
      ASSERT_GE(total.high, masses.Total()) << target;
      ASSERT_LT(Ratio(total.high - total.low, masses.Total()), 1e-4);
      // Places in the running mass: that of the last token before a chunk.
      const std::uint64_t bits = random_();
      const MassBounds::Place place = bounds.Find(bits);
      Mass before = 0;
      for (std::size_t slot = 0; slot < place.chunk * kernels::kChunkSize;
           ++slot) {
        before += kernels::ComputeWeight(set.LogitOfSlot(slot), set.Max());
      }
      const double exact =
          ToDouble(PlaceOfBits(bits, masses.Total())) - ToDouble(before);
      const double slack = 1.0 + 1e-15 * ToDouble(before);
      ASSERT_LE(place.low, exact + slack) << target;
      ASSERT_GE(place.high, exact - slack) << target;
    }
  }
  EXPECT_GT(followed, Share(500));
}

TEST_F(MassBoundsTest, HoldsTheMeanOffset) {
  Candidates exact;
  CandidateSet set;
  MassBounds bounds(set);
  for (const absl::string_view target : kernels::SimdTargets()) {
    ASSERT_TRUE(kernels::UseSimdTarget(target));
    double widest = 0.0;
    for (int round = 0; round < Share(2000); ++round) {
      const std::vector<float> row = RandomRow(random_);
      set.Begin(Logits(row));
      exact.Begin(Logits(row));
      for (std::uint64_t i = random_() % 4; i < 3; ++i) {
        set.Scale(1.0 / 0.9);
        exact.Scale(1.0 / 0.9);
        const TokenId id = AnyId(row);
        Set(set, id, 3.0);
        exact.Edit(id, [](double) { return 3.0; });
      }
      // The exact sums, in long double.
      long double moment = 0.0L;
      long double total = 0.0L;
      std::vector<double> values;
      for (std::size_t i = 0; i < row.size(); ++i) {
        values.push_back(set.LogitOfSlot(i));
        const auto weight = static_cast<long double>(
            kernels::ComputeWeight(values[i], set.Max()));
        if (weight == 0.0L) continue;
        total += weight;
        moment += weight * (static_cast<long double>(values[i]) - set.Max());
      }
      const auto mean = static_cast<double>(moment / total);
      EXPECT_NEAR(exact.MeanLogit() - set.Max(), mean,
                  1e-12 * (1.0 + std::fabs(mean) + std::fabs(set.Max())));
      ASSERT_TRUE(bounds.HaveMean());
      const MassBounds::Offset of_row = bounds.MeanOffset();
      for (const auto& offset : {of_row, OfList(values).MeanOffset()}) {
        ASSERT_LE(offset.low, mean) << target;
        ASSERT_GE(offset.high, mean) << target;
        widest = std::max(widest, offset.high - offset.low);
      }
    }
    EXPECT_LT(widest, 1e-2) << target;
  }
}

// How wide the bounds of the total are, of `row` after `change`, if the row
// before was summed up times `habit` (0: it was not), and so this one while it
// was scanned. The total lies within them.
template <typename F>
double WidthAfterScan(const std::vector<float>& row, double habit, F change) {
  CandidateSet set;
  MassBounds bounds(set);
  ExactMasses masses(set);
  const auto begin = [&] {
    set.Begin(Logits(row), [&](Logits of, double* maxima) {
      return bounds.Scan(of, maxima);
    });
  };
  if (habit != 0.0) {
    begin();
    if (habit != 1.0) set.Scale(habit);
    EXPECT_TRUE(bounds.Have());
  }
  begin();
  change(set);
  EXPECT_TRUE(bounds.Have());
  const MassInterval total = bounds.Total();
  EXPECT_LE(total.low, masses.Total());
  EXPECT_GE(total.high, masses.Total());
  return ToDouble(total.high - total.low) / ToDouble(total.high);
}

// Sums of a scan have a guessed center. Where that is far below the maximum
// their bound is wider, which tells whether they were used.
TEST_F(MassBoundsTest, TakesTheSumsOfAScanWhereTheyAreOfTheSet) {
  std::vector<float> row(5000, 1.0f);
  row[4000] = 19.0f;
  const auto nothing = [](CandidateSet&) {};
  const auto scaled = [](CandidateSet& set) { set.Scale(0.5); };
  for (const absl::string_view target : kernels::SimdTargets()) {
    ASSERT_TRUE(kernels::UseSimdTarget(target));
    const double plain = WidthAfterScan(row, 0.0, nothing);
    const double plain_scaled = WidthAfterScan(row, 0.0, scaled);
    EXPECT_GT(WidthAfterScan(row, 1.0, nothing), 2.0 * plain);
    EXPECT_GT(WidthAfterScan(row, 0.5, scaled), 1.2 * plain_scaled);
    // Of another scale, of edits, of a cut row and of a new one they are not.
    EXPECT_EQ(WidthAfterScan(row, 1.0, scaled), plain_scaled);
    EXPECT_LT(
        WidthAfterScan(row, 1.0, [](CandidateSet& set) { Set(set, 7, 1.5); }),
        1.1 * plain);
    EXPECT_LT(WidthAfterScan(
                  row, 1.0,
                  [](CandidateSet& set) { EXPECT_TRUE(set.CutInPlace(1.0)); }),
              1.1 * plain);
    EXPECT_EQ(WidthAfterScan(
                  row, 1.0, [&](CandidateSet& set) { set.Begin(Logits(row)); }),
              plain);
  }
}

// A center that is out of reach of a float's range makes no sums.
TEST_F(MassBoundsTest, MistrustsAGuessThatIsFarOff) {
  std::vector<float> row(5000, -70.0f);
  row[4000] = 19.0f;
  const auto nothing = [](CandidateSet&) {};
  EXPECT_EQ(WidthAfterScan(row, 1.0, nothing),
            WidthAfterScan(row, 0.0, nothing));
  std::fill_n(row.begin(), 2000, -std::numeric_limits<float>::infinity());
  EXPECT_EQ(WidthAfterScan(row, 1.0, nothing),
            WidthAfterScan(row, 0.0, nothing));
}

TEST_F(MassBoundsTest, GivesNoBoundsWhereTheyWouldBeUseless) {
  CandidateSet set;
  MassBounds bounds(set);
  std::vector<double> row(1000, 1.0);
  set.Begin(Logits(row));
  EXPECT_TRUE(bounds.Have());
  bounds.SetUse(BoundsUse::kNever);
  EXPECT_FALSE(bounds.Have());
  bounds.SetUse(BoundsUse::kTry);
  EXPECT_TRUE(bounds.Have());
  set.Begin(Logits(row.data(), DType::kF64, 100));
  EXPECT_FALSE(bounds.Have());
  for (double& l : row) l = 1e6;
  set.Begin(Logits(row));
  EXPECT_FALSE(bounds.Have());
}

}  // namespace
}  // namespace sampler
