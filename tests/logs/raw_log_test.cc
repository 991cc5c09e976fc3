// Headerless files: only the caller knows what they are.

#include "tests/logs/log_files.h"

namespace sampler::logs {
namespace {

const std::string kF32 = ArrayBytes<float>({1, 2, 3, 4, 5, 6});

OpenOptions Width(std::int64_t size) {
  OpenOptions options;
  options.vocabulary_size = size;
  return options;
}

TEST(RawLogTest, IsF32OfTheGivenWidth) {
  const auto log = Log::Open(WriteFile("raw", kF32), Width(3));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->description().format, Format::kRaw);
  EXPECT_EQ((*log)->rows(), 2);
  EXPECT_EQ(AllValues(**log), (std::vector<double>{1, 2, 3, 4, 5, 6}));
}

TEST(RawLogTest, TakesEveryElementType) {
  struct Case {
    DType dtype;
    std::string data;
  };
  for (const Case& c : std::vector<Case>{
           {DType::kF16, ArrayBytes<std::uint16_t>({0x3c00, 0x4000})},
           {DType::kBF16, ArrayBytes<std::uint16_t>({0x3f80, 0x4000})},
           {DType::kF32, ArrayBytes<float>({1, 2})},
           {DType::kF64, ArrayBytes<double>({1, 2})}}) {
    OpenOptions options = Width(2);
    options.dtype = c.dtype;
    const auto log = Log::Open(WriteFile("raw", c.data), options);
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_EQ(AllValues(**log), (std::vector<double>{1, 2}));
  }
}

// Offsets beyond 32 bits, of bytes and of elements: a sparse file, all zero but
// for its last row.
TEST(RawLogTest, ReadsTheLastRowBeyondFourGigabytes) {
  constexpr std::int64_t kSize = 262'144;
  constexpr std::int64_t kRows = 8'193;
  const std::string path = WriteFile("sparse", "");
  std::error_code error;
  std::filesystem::resize_file(path, kRows * kSize * sizeof(float), error);
  ASSERT_FALSE(error) << error.message();
  const std::string last = ArrayBytes<float>({3.5f});
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-4, std::ios::end);
  file.write(last.data(), 4);
  file.close();
  const auto log = Log::Open(path, Width(kSize));
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_EQ((*log)->rows(), kRows);
  RowBuffer buffer;
  const Logits row = (*log)->Row(kRows - 1, buffer).value();
  EXPECT_EQ(row[kSize - 2], 0.0);
  EXPECT_EQ(row[kSize - 1], 3.5);
  EXPECT_EQ((*(*log)->Row(kRows - 2, buffer))[kSize - 1], 0.0);
}

TEST(RawLogTest, RefusesASizeThatDoesNotDivide) {
  EXPECT_TRUE(Refuses(Log::Open(WriteFile("raw", kF32), Width(4)),
                      absl::StatusCode::kInvalidArgument,
                      {"got 24 bytes", "multiple of 16"}));
  OpenOptions partial = Width(4);
  partial.allow_partial = true;
  const auto log = Log::Open(WriteFile("raw", kF32), partial);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->rows(), 1);
  EXPECT_TRUE((*log)->description().partial());
  partial.vocabulary_size = 7;
  EXPECT_FALSE(Log::Open(WriteFile("raw", kF32), partial).ok());
}

TEST(RawLogTest, RefusesImpossibleWidths) {
  for (const std::int64_t width :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 31,
        std::int64_t{1} << 62}) {
    EXPECT_TRUE(Refuses(Log::Open(WriteFile("raw", kF32), Width(width)),
                        absl::StatusCode::kInvalidArgument,
                        {"vocabulary size"}));
  }
}

TEST(RawLogTest, NeedsTheWidthEvenIfTheFormatIsForced) {
  OpenOptions options;
  options.format = Format::kRaw;
  EXPECT_TRUE(Refuses(Log::Open(WriteFile("raw", kF32), options),
                      absl::StatusCode::kInvalidArgument,
                      {"no vocabulary size"}));
}

TEST(RawLogTest, AForcedFormatOverrulesTheContent) {
  const std::string npy = Npy("<f4", "(2, 3)", kF32);
  OpenOptions options = Width(2);
  options.format = Format::kRaw;
  const auto log = Log::Open(WriteFile("npy", npy), options);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->rows(), static_cast<std::int64_t>(npy.size() / 8));
}

}  // namespace
}  // namespace sampler::logs
