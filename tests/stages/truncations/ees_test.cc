// Conformance of ees. Rows stay clear of every boundary, or meet it exactly.

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/support/pipelines.h"

namespace sampler::ees_test {
namespace {

using Row = std::vector<double>;

constexpr char kStage[] = R"({"type": "ees"})";

std::string KeepingAtLeast(int min_keep) {
  return absl::StrCat(R"({"type": "ees", "min_keep": )", min_keep, "}");
}

Row OfProbabilities(const std::vector<double>& p) {
  Row row;
  for (const double each : p) row.push_back(std::log(each));
  return row;
}

// By hand: P_2 = 0.8 and H_2 = ln 2 / ln 2 = 1 stay; P_3 = 0.9 and H_3 =
// (0.9 ln 0.9 - 0.8 ln 0.4 - 0.1 ln 0.1) / 0.9 / ln 3 = 0.8786 do not.
TEST(Ees, CutsWhereCertaintyPassesTheRelativeEntropy) {
  EXPECT_EQ(Kept(OfProbabilities({0.4, 0.1, 0.4, 0.1}), kStage), "1010");
}

TEST(Ees, KeepsTheLikeliestAloneWhereItIsAlmostCertain) {
  EXPECT_EQ(Kept(OfProbabilities({0.05, 0.9, 0.05}), kStage), "010");
}

TEST(Ees, KeepsEqualTokensAndNoneWithoutWeight) {
  EXPECT_EQ(Kept(Row(100, 1.5), kStage), std::string(100, '1'));
  EXPECT_EQ(Kept({0, 0, -40, -50}, kStage), "1100");
  EXPECT_EQ(Kept({3}, kStage), "1");
}

TEST(Ees, Readmits) {
  const Row row = OfProbabilities({0.9, 0.04, 0.03, 0.03});
  EXPECT_EQ(Kept(row, KeepingAtLeast(3)), "1110");
  EXPECT_EQ(Kept(row, KeepingAtLeast(9)), "1111");
}

}  // namespace
}  // namespace sampler::ees_test
