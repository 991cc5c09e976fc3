// Sums that were made while a row was scanned: where they bound the mass, and
// where they are not used.

#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "sampler/bounds/mass_bounds.h"
#include "sampler/candidates/candidates.h"
#include "sampler/kernels/dispatch.h"
#include "sampler/rows/exact_masses.h"
#include "tests/bounds/mass_bounds_fixture.h"

namespace sampler {
namespace {

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
  const MassInterval total = bounds.sums().Total();
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

}  // namespace
}  // namespace sampler
