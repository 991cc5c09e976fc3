// Conformance of diff_sampling: rows whose drops are worked out by hand.

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/pipelines.h"

namespace sampler::diff_sampling_test {
namespace {

using Row = std::vector<double>;

std::string With(const std::string& parameters) {
  return absl::StrCat(R"({"type": "diff_sampling")",
                      parameters.empty() ? "" : ", ", parameters, "}");
}

Row OfProbabilities(const std::vector<double>& p) {
  Row row;
  for (const double each : p) row.push_back(std::log(each));
  return row;
}

TEST(DiffSampling, CutsAtTheLargestDrop) {
  // Sorted .35, .3, .23, .07, .05: drops .05, .07, .16, .02, .05.
  EXPECT_EQ(Kept(OfProbabilities({0.35, 0.3, 0.05, 0.07, 0.23}), With("")),
            "11001");
  EXPECT_EQ(Kept(OfProbabilities({0.2, 0.2, 0.2, 0.2, 0.2}), With("")),
            "11111");
  EXPECT_EQ(Kept(OfProbabilities({0.9, 0.05, 0.05}), With("")), "100");
  EXPECT_EQ(Kept({7}, With("")), "1");
}

TEST(DiffSampling, TheFirstOfEqualDropsIsTheCut) {
  // 8, 4, 4, 0 sixteenths: drops 4, 0, 4.
  EXPECT_EQ(Kept({std::log(8.0), std::log(4.0), std::log(4.0)}, With("")),
            "100");
}

TEST(DiffSampling, KeepsAtLeastTheLowerMass) {
  const Row row = OfProbabilities({0.5, 0.2, 0.15, 0.1, 0.05});
  EXPECT_EQ(Kept(row, With("")), "10000");
  EXPECT_EQ(Kept(row, With(R"("lower_mass": 0.45)")), "10000");
  // Drops behind .7: .05, .05, .05, .05, as the weights round them.
  EXPECT_EQ(Kept(OfProbabilities({0.5, 0.2, 0.19, 0.07, 0.04}),
                 With(R"("lower_mass": 0.6)")),
            "11100");
  EXPECT_EQ(Kept(row, With(R"("lower_mass": 1)")), "11111");
}

TEST(DiffSampling, KeepsWhatIsMoreLikelyThanMinP) {
  const Row row = OfProbabilities({0.5, 0.2, 0.19, 0.07, 0.04});
  EXPECT_EQ(Kept(row, With(R"("min_p": 0.39)")), "11100");
  EXPECT_EQ(Kept(row, With(R"("min_p": 0.41)")), "10000");
  EXPECT_EQ(Kept(row, With(R"("min_p": 0.01)")), "11111");
  EXPECT_EQ(Kept(row, With(R"("min_p": 1)")), "10000");
  // Both: the later place.
  EXPECT_EQ(Kept(row, With(R"("min_p": 0.41, "lower_mass": 0.6)")), "11100");
}

TEST(DiffSampling, KeepsAtLeastMinKeep) {
  EXPECT_EQ(Kept(OfProbabilities({0.9, 0.05, 0.05}), With(R"("min_keep": 2)")),
            "110");
}

// A long row whose only large drop lies far down.
TEST(DiffSampling, FindsADropFarDown) {
  Row row(3000, 0.0);
  for (std::size_t i = 1000; i < row.size(); ++i) row[i] = -20.0;
  const std::string kept = Kept(row, With(""));
  EXPECT_EQ(kept, std::string(1000, '1') + std::string(2000, '0'));
}

TEST(LogitThreshold, KeepsTheLogitsThatReachIt) {
  const auto with = [](const std::string& more) {
    return absl::StrCat(R"({"type": "logit_threshold", "threshold": 1.5)", more,
                        "}");
  };
  EXPECT_EQ(Kept({1, 1.5, 3, -2}, with("")), "0110");
  EXPECT_EQ(Kept({1, 0, -2}, with("")), "100");
  EXPECT_EQ(Kept({1, 0, -2}, with(R"(, "min_keep": 2)")), "110");
}

}  // namespace
}  // namespace sampler::diff_sampling_test
