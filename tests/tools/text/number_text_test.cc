#include "tools/text/number_text.h"

#include <cmath>
#include <limits>

#include "gtest/gtest.h"

namespace sampler::tools {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
const double kLowestF32 =
    static_cast<double>(std::numeric_limits<float>::lowest());

TEST(NumberText, FitsItsColumns) {
  EXPECT_EQ(NumberText(-35.09375, 4, 9), "-35.0938");
  EXPECT_EQ(NumberText(-1234.5678, 3, 7), "-1234.6");
  EXPECT_EQ(NumberText(-1234567.8, 3, 7), "-1e+06");
  EXPECT_EQ(NumberText(kLowestF32, 3, 12), "-3.40282e+38");
  EXPECT_EQ(NumberText(235385266837019985.4, 4, 13), "2.353853e+17");
  EXPECT_EQ(NumberText(kInf, 4, 9), "inf");
  EXPECT_EQ(NumberText(-kInf, 4, 9), "-inf");
  EXPECT_EQ(NumberText(std::nan(""), 4, 9), "-");
  for (const double x : {1e-320, 1.5, -40.0, 1e9, -1e15, 3.4e38, -3.4e38, 1e300,
                         -1.7e308, kLowestF32}) {
    for (const int decimals : {0, 3, 4}) {
      for (std::size_t columns = 9; columns < 20; ++columns) {
        EXPECT_LE(NumberText(x, decimals, columns).size(), columns) << x;
      }
    }
  }
}

TEST(NumberText, ShowsUnlikelyTokensInSevenColumns) {
  EXPECT_EQ(ProbabilityText(0.47412), "0.4741");
  EXPECT_EQ(ProbabilityText(1.0 / 6.0), "0.1667");
  EXPECT_EQ(ProbabilityText(4.2e-18), "4.2e-18");
  EXPECT_EQ(ProbabilityText(3.9e-308), "4e-308");
  EXPECT_EQ(ProbabilityText(5e-324), "5e-324");
  EXPECT_EQ(ProbabilityText(0.0), "0.0000");
}

// A share that is not all never reads as all, and not as nothing either.
TEST(NumberText, RoundsNoShareToNothingOrAll) {
  EXPECT_EQ(PercentText(0.875), "87.5 %");
  EXPECT_EQ(PercentText(1.0), "100.0 %");
  EXPECT_EQ(PercentText(0.0), "0.0 %");
  EXPECT_EQ(PercentText(0.9997), ">99.9 %");
  EXPECT_EQ(PercentText(0.0003), "<0.1 %");
  EXPECT_EQ(PercentText(std::nan("")), "-");
}

TEST(NumberText, SaysPerplexitiesThatNoDoubleHolds) {
  EXPECT_EQ(PerplexityText(0.0), "1.0000");
  EXPECT_EQ(PerplexityText(40.0), "2.353853e+17");
  EXPECT_EQ(PerplexityText(750.25), "e^750.2");
  EXPECT_EQ(PerplexityText(3.4e38), "e^3.400e+38");
  EXPECT_EQ(PerplexityText(kInf), "infinite");
}

TEST(NumberText, CellsNeverTouch) {
  EXPECT_EQ(Cell("12", 5), "   12");
  EXPECT_EQ(Cell("12345", 5), " 12345");
  EXPECT_EQ(CellColumns("1,048,576", 7), 10u);
  EXPECT_EQ(CellColumns("7", 7), 7u);
}

}  // namespace
}  // namespace sampler::tools
