// Bounds hold the exact masses, on every instruction set. That they change no
// answer is tested in bounded_answers_test.cc.

#include "sampler/bounds/mass_bounds.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/bounds/bounds_use.h"
#include "sampler/candidates/candidates.h"
#include "sampler/kernels/dispatch.h"
#include "sampler/rows/exact_masses.h"
#include "tests/bounds/bounded_rows.h"
#include "tests/bounds/mass_bounds_fixture.h"
#include "tests/support/test_share.h"

namespace sampler {
namespace {

TEST_F(MassBoundsTest, HoldsTheExactTotal) {
  CandidateSet set;
  MassBounds bounds(set);
  for (const absl::string_view target : kernels::SimdTargets()) {
    ASSERT_TRUE(kernels::UseSimdTarget(target));
    double widest = 0.0;
    for (int round = 0; round < Share(2000); ++round) {
      const std::vector<float> row = BeginAtRandom(set);
      if (random_() % 2 == 0) Set(set, set.Likeliest().id, set.Max() + 2.0);
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
      const MassInterval of_row = bounds.sums().Total();
      for (const MassInterval& total :
           {of_row, OfList(values).sums().Total()}) {
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
      const std::vector<float> row = BeginAtRandom(set);
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
      ASSERT_TRUE(bounds.split().Split(inner, outer, found));
      ASSERT_EQ(std::vector<TokenId>(found.ids().begin(), found.ids().end()),
                listed);
      for (std::size_t i = 0; i < listed.size(); ++i) {
        ASSERT_EQ(found.logits()[i],
                  values[static_cast<std::size_t>(listed[i])]);
      }
      const auto in_list = static_cast<Mass>(between);
      const SplitSums::Missing of_row = bounds.split().MissingTo(p, in_list);
      SplitSums& of_list = OfList(values).split();
      ASSERT_TRUE(of_list.Split(inner, outer, found));
      ASSERT_EQ(found.size(), listed.size());
      // With what is inside and listed known, only the rest is uncertain.
      const auto known = static_cast<Mass>(inside + between);
      const auto all = static_cast<Mass>(total);
      for (const MassInterval& around :
           {bounds.split().TotalAround(known), of_list.TotalAround(known)}) {
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
      const std::vector<float> row = BeginAtRandom(set);
      const auto any = [&] {
        return std::max(kLowestLogit, set.LogitOfSlot(random_() % row.size()));
      };
      const double one = any();
      const double other = any();
      const LogitRange inside = {std::max(one, other)};
      const LogitRange listed = {std::min(one, other)};
      ASSERT_TRUE(bounds.Have());
      CandidateList list;
      ASSERT_TRUE(bounds.split().Split(inside, listed, list));
      std::vector<Weight> weights;
      for (const double logit : list.logits()) {
        weights.push_back(kernels::ComputeWeight(logit, set.Max()));
      }
      // From some logit in the list on.
      const double cut = list.size() == 0
                             ? inside.low
                             : list.logits()[random_() % list.size()];
      bounds.split().JoinInside(list.ids(), weights, [&](std::size_t i) {
        return list.logits()[i] < cut ? 1 : 0;
      });
      if (!set.CutInPlace(cut)) continue;
      bounds.Follow();
      ++followed;
      const MassInterval total = bounds.sums().Total();
      ASSERT_LE(total.low, masses.Total()) << target;
      ASSERT_GE(total.high, masses.Total()) << target;
      ASSERT_LT(Ratio(total.high - total.low, masses.Total()), 1e-4);
      // Places in the running mass: that of the last token before a chunk.
      const std::uint64_t bits = random_();
      const ChunkSums::Place place = bounds.sums().Find(bits);
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
      const std::vector<float> row = RandomBoundedRow(random_);
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
      const ChunkSums::Offset of_row = bounds.sums().MeanOffset();
      for (const auto& offset : {of_row, OfList(values).sums().MeanOffset()}) {
        ASSERT_LE(offset.low, mean) << target;
        ASSERT_GE(offset.high, mean) << target;
        widest = std::max(widest, offset.high - offset.low);
      }
    }
    EXPECT_LT(widest, 1e-2) << target;
  }
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
