#include "sampler/logs/formats/npy.h"

#include <limits>

#include "tests/logs/log_files.h"

namespace sampler::logs::npy_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const std::vector<double> kValues = {1, -2, 0.5, -kInfinity, 3, 1024};

// kValues in each element type.
const std::string kF32 = ArrayBytes<float>(
    {1, -2, 0.5f, -std::numeric_limits<float>::infinity(), 3, 1024});
const std::string kF64 = ArrayBytes<double>(kValues);
const std::string kF16 =
    ArrayBytes<std::uint16_t>({0x3c00, 0xc000, 0x3800, 0xfc00, 0x4200, 0x6400});
const std::string kBF16 =
    ArrayBytes<std::uint16_t>({0x3f80, 0xc000, 0x3f00, 0xff80, 0x4040, 0x4480});

TEST(NpyTest, ReadsTheGoldenFileOfNumpy) {
  std::string bytes =
      absl::StrCat("\x93NUMPY", absl::string_view("\1\0\x76\0", 4),
                   "{'descr': '<f4', 'fortran_order': False, "
                   "'shape': (1, 2), }");
  bytes.resize(127, ' ');
  bytes += std::string("\n\0\0\x80\x3f\0\0\x80\xff", 9);
  ASSERT_EQ(bytes.size(), 136u);
  const auto log = Log::Open(WriteFile("npy", bytes));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->description().format, Format::kNpy);
  EXPECT_EQ((*log)->rows(), 1);
  EXPECT_EQ((*log)->vocabulary_size(), 2);
  EXPECT_EQ(AllValues(**log), (std::vector<double>{1, -kInfinity}));
}

TEST(NpyTest, ReadsEveryElementTypeInEitherByteOrder) {
  struct Case {
    std::string descr;
    DType dtype;
    std::string data;
  };
  for (const Case& c :
       std::vector<Case>{{"<f4", DType::kF32, kF32},
                         {"<f2", DType::kF16, kF16},
                         {"<f8", DType::kF64, kF64},
                         {">f4", DType::kF32, Reversed(kF32, 4)},
                         {">f2", DType::kF16, Reversed(kF16, 2)},
                         {">f8", DType::kF64, Reversed(kF64, 8)},
                         {"|V2", DType::kBF16, kBF16},
                         {"<V2", DType::kBF16, kBF16}}) {
    SCOPED_TRACE(c.descr);
    const auto log =
        Log::Open(WriteFile("npy", Npy(c.descr, "(2, 3)", c.data)));
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_EQ((*log)->description().dtype, c.dtype);
    EXPECT_EQ(AllValues(**log), kValues);
    EXPECT_EQ((*log)->description().notices.empty(), c.dtype != DType::kBF16);
  }
}

TEST(NpyTest, SixteenBitIntegersAreBf16OnlyIfTheCallerSaysSo) {
  for (const absl::string_view descr : {"<u2", "<i2"}) {
    const std::string path = WriteFile("npy", Npy(descr, "(2, 3)", kBF16));
    EXPECT_TRUE(Refuses(Log::Open(path), absl::StatusCode::kInvalidArgument,
                        {"descr", "say dtype bf16"}));
    OpenOptions options;
    options.dtype = DType::kBF16;
    const auto log = Log::Open(path, options);
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_EQ(AllValues(**log), kValues);
  }
}

TEST(NpyTest, ShapesBecomeRowsAndSequences) {
  struct Case {
    std::string shape;
    std::int64_t rows;
    std::int64_t width;
    std::int64_t sequences;
  };
  for (const Case& c : std::vector<Case>{{"(6,)", 1, 6, 1},
                                         {"(3, 2)", 3, 2, 1},
                                         {"(1, 3, 2)", 3, 2, 1},
                                         {"(1, 1, 3, 2)", 3, 2, 1},
                                         {"(3, 1, 2, 1)", 6, 1, 3},
                                         {"(3, 2, 1)", 6, 1, 3}}) {
    SCOPED_TRACE(c.shape);
    const auto log = Log::Open(WriteFile("npy", Npy("<f4", c.shape, kF32)));
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_EQ((*log)->rows(), c.rows);
    EXPECT_EQ((*log)->vocabulary_size(), c.width);
    const auto sequences = (*log)->sequences();
    ASSERT_EQ(std::ssize(sequences), c.sequences);
    for (std::int64_t s = 0; s < c.sequences; ++s) {
      const LogSequence& sequence = sequences[static_cast<std::size_t>(s)];
      EXPECT_EQ(sequence.first_row, s * c.rows / c.sequences);
      EXPECT_EQ(sequence.rows, c.rows / c.sequences);
    }
    EXPECT_EQ(AllValues(**log), kValues);
  }
}

TEST(NpyTest, RefusesFortranOrderWithTheRemedy) {
  EXPECT_TRUE(
      Refuses(Log::Open(WriteFile("npy", Npy("<f4", "(3, 2)", kF32, "True"))),
              absl::StatusCode::kInvalidArgument,
              {"fortran_order", "ascontiguousarray"}));
}

TEST(NpyTest, RefusesElementsThatAreNoLogits) {
  for (const absl::string_view descr : {"|O", "<i4", "<c8", "|S4", "f4", "",
                                        "<", "|f4", ">V2", "<f16", "|u1"}) {
    EXPECT_TRUE(Refuses(Log::Open(WriteFile("npy", Npy(descr, "(2, 3)", kF32))),
                        absl::StatusCode::kInvalidArgument, {"descr"}))
        << descr;
  }
  EXPECT_TRUE(Refuses(Log::Open(WriteFile("npy", Npy("|O", "(2, 3)", kF32))),
                      absl::StatusCode::kInvalidArgument, {"pickle"}));
}

TEST(NpyTest, RefusesHostileShapes) {
  for (const absl::string_view shape :
       {"()", "(0,)", "(0, 3)", "(3, 0)", "(1, 0, 3)", "(2, 2, 2, 6)",
        "(4611686018427387904, 2)", "(9223372036854775807,)",
        "(4294967296, 4294967296)", "(0, 9223372036854775807, 3)",
        "(1, 2147483648)"}) {
    EXPECT_TRUE(Refuses(Log::Open(WriteFile("npy", Npy("<f4", shape, kF32))),
                        absl::StatusCode::kInvalidArgument, {"got", "want"}))
        << shape;
  }
}

TEST(NpyTest, RefusesBytesAfterTheArray) {
  EXPECT_TRUE(Refuses(Log::Open(WriteFile("npy", Npy("<f4", "(2, 2)", kF32))),
                      absl::StatusCode::kInvalidArgument,
                      {"got 24 bytes", "want 16"}));
}

TEST(NpyTest, EveryPrefixGivesItsWholeRowsOrAnError) {
  CheckEveryPrefix(Npy("<f4", "(3, 2)", kF32), 6, 128, 8);
  CheckEveryPrefix(Npy(">f8", "(2, 3, 1)", Reversed(kF64, 8)), 6, 128, 8);
}

}  // namespace
}  // namespace sampler::logs::npy_test
