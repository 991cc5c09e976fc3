// Opening: recognised by content.

#include "sampler/logs/log.h"

#include "tests/logs/log_files.h"

namespace sampler::logs {
namespace {

TEST(LogTest, HasFourParts) {
  const std::string path = WriteFile("f", "PAR1");
  const auto log = Log::Open(path);
  ASSERT_FALSE(log.ok());
  EXPECT_EQ(
      log.status().message(),
      absl::StrCat(
          path,
          ": format, byte 0: got Parquet, want a supported "
          "format (safetensors, .npy, .npz, llama.cpp "
          "_logits_, a server's answer or raw); python3 -c \"import numpy, "
          "pyarrow.parquet as "
          "p; numpy.save('out.npy', numpy.array(p.read_table("
          "'in.parquet')['logits'].to_pylist(), 'f4'))\""));
}

TEST(LogTest, RefusesEmptyMissingAndDirectory) {
  EXPECT_TRUE(Refuses(Log::Open(WriteFile("f", "")),
                      absl::StatusCode::kInvalidArgument, {"an empty file"}));
  EXPECT_TRUE(Refuses(Log::Open("/no/such/log"), absl::StatusCode::kNotFound,
                      {"/no/such/log"}));
  EXPECT_TRUE(Refuses(Log::Open(testing::TempDir()),
                      absl::StatusCode::kInvalidArgument, {"directory"}));
}

TEST(LogTest, GoesByContentAndNotByName) {
  const std::string npy = Npy("<f4", "(1,)", ArrayBytes<float>({1}));
  const auto log = Log::Open(WriteFile("log.safetensors", npy));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->description().format, Format::kNpy);
  EXPECT_EQ((*log)->description().file_bytes,
            static_cast<std::int64_t>(npy.size()));
}

TEST(LogTest, AWidthOrTypeThatTheFileContradictsIsRefused) {
  const std::string path =
      WriteFile("n", Npy("<f4", "(1, 2)", ArrayBytes<float>({1, 2})));
  OpenOptions options;
  options.vocabulary_size = 3;
  EXPECT_TRUE(Refuses(Log::Open(path, options),
                      absl::StatusCode::kInvalidArgument,
                      {"vocabulary size: got 2, want 3"}));
  options.vocabulary_size = 2;
  EXPECT_TRUE(Log::Open(path, options).ok());
  options.dtype = DType::kF16;
  EXPECT_TRUE(Refuses(Log::Open(path, options),
                      absl::StatusCode::kInvalidArgument,
                      {"dtype: got f32, want f16"}));
}

TEST(LogTest, ATensorNameIsRefusedWhereThereAreNoNames) {
  OpenOptions options;
  options.tensor = "logits";
  EXPECT_TRUE(Refuses(
      Log::Open(WriteFile("n", Npy("<f4", "(1,)", ArrayBytes<float>({1}))),
                options),
      absl::StatusCode::kInvalidArgument, {"\"logits\"", "npy"}));
}

TEST(LogTest, ShortSignaturesAreNumbersWhereRawInputIsExpected) {
  OpenOptions options;
  options.vocabulary_size = 1;
  options.dtype = DType::kBF16;
  for (const absl::string_view bytes : {"\x1f\x8b", "\x80\x02", "[]", "{}"}) {
    const auto log = Log::Open(WriteFile("r", std::string(bytes)), options);
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_EQ((*log)->description().format, Format::kRaw);
  }
}

TEST(LogTest, FormatsHaveNames) {
  EXPECT_EQ(FormatName(Format::kSafetensors), "safetensors");
  EXPECT_EQ(FormatName(Format::kNpy), "npy");
  EXPECT_EQ(FormatName(Format::kNpz), "npz");
  EXPECT_EQ(FormatName(Format::kLlamaLogits), "llama.cpp _logits_");
  EXPECT_EQ(FormatName(Format::kServerAnswer), "server answer");
  EXPECT_EQ(FormatName(Format::kRaw), "raw");
}

TEST(LogTest, OnlyFloorFormatsHaveAFloor) {
  const auto log =
      Log::Open(WriteFile("n", Npy("<f4", "(1,)", ArrayBytes<float>({1}))));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_FALSE((*log)->Floor(0)->has_value());
}

}  // namespace
}  // namespace sampler::logs
