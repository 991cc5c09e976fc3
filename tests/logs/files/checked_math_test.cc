// The law: a result is the exact one or none at all.

#include "sampler/logs/files/checked_math.h"

#include <limits>

#include "gtest/gtest.h"
#include "sampler/logs/files/little_endian.h"

namespace sampler::logs {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

TEST(CheckedMathTest, GivesExactResultsUpToTheLimit) {
  EXPECT_EQ(CheckedMultiply(kMax, 1), kMax);
  EXPECT_EQ(CheckedMultiply(0, kMax), 0);
  EXPECT_EQ(CheckedAdd(kMax - 1, 1), kMax);
  EXPECT_EQ(CheckedProduct({3, 4, 5}), 60);
  EXPECT_EQ(CheckedProduct({}), 1);
}

TEST(CheckedMathTest, IsEmptyBeyondTheLimit) {
  EXPECT_FALSE(CheckedMultiply(std::int64_t{1} << 32, std::int64_t{1} << 31));
  EXPECT_FALSE(CheckedAdd(kMax, 1));
  EXPECT_FALSE(CheckedProduct({std::int64_t{1} << 62, 2}));
}

TEST(CheckedMathTest, IsEmptyForNegativeArguments) {
  EXPECT_FALSE(CheckedMultiply(-1, 3));
  EXPECT_FALSE(CheckedMultiply(-2, -3));
  EXPECT_FALSE(CheckedAdd(5, -1));
  EXPECT_FALSE(CheckedProduct({-2, -3}));
}

TEST(CheckedMathTest, ZeroDoesNotHideAnOverflowInTheSameShape) {
  EXPECT_EQ(CheckedProduct({7, 0, 9}), 0);
  EXPECT_FALSE(CheckedProduct({kMax, kMax, 0}));
  EXPECT_FALSE(CheckedProduct({0, -1}));
}

TEST(LittleEndianTest, LoadsFromUnalignedBytes) {
  const unsigned char bytes[] = {0xff, 0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0x80};
  EXPECT_EQ(LoadLittle<std::uint32_t>(bytes + 1), 0x12345678u);
  EXPECT_EQ(LoadLittle<std::uint16_t>(bytes + 1), 0x5678u);
  EXPECT_EQ(LoadLittle<std::int64_t>(bytes + 1),
            std::numeric_limits<std::int64_t>::min() + 0x12345678);
  EXPECT_EQ(LoadLittle<std::int32_t>(bytes + 5),
            std::numeric_limits<std::int32_t>::min());
}

}  // namespace
}  // namespace sampler::logs
