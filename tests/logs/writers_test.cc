// The writers of whole logs: what they write is what the readers read.

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sampler/logs/formats/llama_logits_writer.h"
#include "sampler/logs/formats/npy_writer.h"
#include "sampler/logs/formats/safetensors_writer.h"
#include "sampler/logs/journal/row_encoder.h"
#include "sampler/logs/log_contents.h"
#include "tests/logs/log_files.h"

namespace sampler::logs {
namespace {

std::string FileBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::unique_ptr<const Log> OpenOrDie(const std::string& path,
                                     const OpenOptions& options = {}) {
  auto log = Log::Open(path, options);
  EXPECT_TRUE(log.ok()) << log.status();
  return *std::move(log);
}

// A log of rows over three tokens, as sequences of `lengths`, with tokens 0, 2,
// 1, ... and a prompt of `prompt` tokens each.
std::unique_ptr<const Log> Source(const std::vector<float>& values,
                                  const std::vector<std::int64_t>& lengths,
                                  std::int32_t prompt) {
  static int count = 0;  // An open log must not be written over.
  std::vector<std::int64_t> rows = {0};
  std::vector<std::int64_t> prompts = {0};
  std::vector<std::int32_t> tokens;
  std::vector<std::int32_t> before;
  for (const std::int64_t length : lengths) {
    rows.push_back(rows.back() + length);
    prompts.push_back(prompts.back() + prompt);
    for (std::int32_t i = 0; i < prompt; ++i) before.push_back((i + 1) % 3);
  }
  for (std::int32_t i = 0; i < rows.back(); ++i) tokens.push_back(i * 2 % 3);
  const auto shape = [](const auto& v) {
    return absl::StrCat("[", v.size(), "]");
  };
  return OpenOrDie(WriteFile(
      absl::StrCat("source", count++),
      Safetensors(
          {{"logits", "F32", absl::StrCat("[", rows.back(), ", 3]"),
            ArrayBytes(values)},
           {"tokens", "I32", shape(tokens), ArrayBytes(tokens)},
           {"seq_offsets", "I64", shape(rows), ArrayBytes(rows)},
           {"prompt_tokens", "I32", shape(before), ArrayBytes(before)},
           {"prompt_offsets", "I64", shape(prompts), ArrayBytes(prompts)}},
          "{\"model\":\"m\"}")));
}

// Values that every type holds.
const std::vector<float> kValues = {1, 0, -20, 0.5, 2.5, -1, 3, 2, 1};

TEST(SafetensorsWriter, WritesWhatTheReaderReads) {
  const auto log = Source(kValues, {2, 1}, 2);
  for (const DType dtype :
       {DType::kF64, DType::kF32, DType::kF16, DType::kBF16}) {
    LogContents contents = ContentsOf(*log);
    contents.dtype = dtype;
    DenseEncoder encoder(dtype);
    RowBuffer buffer;
    const std::string path = FreshPath("safetensors");
    const absl::Status written = WriteDenseSafetensors(
        path, Overwrite::kNo, contents,
        [&](std::int64_t n) { return encoder.Encode(*log->Row(n, buffer)); });
    ASSERT_TRUE(written.ok()) << written;
    const auto copy = OpenOrDie(path);
    EXPECT_EQ(copy->description().dtype, dtype);
    EXPECT_EQ(copy->description().metadata, log->description().metadata);
    EXPECT_EQ(AllValues(*copy), AllValues(*log));
    EXPECT_EQ(Ids(copy->tokens()), Ids(log->tokens()));
    ASSERT_EQ(copy->sequences().size(), 2u);
    for (std::size_t s = 0; s < 2; ++s) {
      EXPECT_EQ(copy->sequences()[s].rows, log->sequences()[s].rows);
      EXPECT_EQ(Ids(copy->sequences()[s].prompt),
                Ids(log->sequences()[s].prompt));
    }
    std::filesystem::remove(path);
  }
}

TEST(SafetensorsWriter, RefusesContentsThatNoLogHas) {
  const std::string path = FreshPath("contents");
  LogContents contents;
  contents.vocabulary_size = 1;
  const float value = 1;
  const auto row =
      [&](std::int64_t) -> absl::StatusOr<absl::Span<const unsigned char>> {
    return absl::MakeConstSpan(reinterpret_cast<const unsigned char*>(&value),
                               4);
  };
  const auto write = [&] {
    return WriteDenseSafetensors(path, Overwrite::kNo, contents, row).code();
  };
  EXPECT_EQ(write(), absl::StatusCode::kInvalidArgument);  // No row.
  contents.sequence_offsets = {0, 2};
  contents.tokens = {0};
  EXPECT_EQ(write(), absl::StatusCode::kInvalidArgument);
  contents.tokens = {0, 0};
  contents.prompt_tokens = {0};
  EXPECT_EQ(write(), absl::StatusCode::kInvalidArgument);
  contents.prompt_offsets = {0, 1};
  contents.vocabulary_size = 2;  // Other rows than these.
  EXPECT_EQ(write(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(std::filesystem::exists(path));
  contents.vocabulary_size = 1;
  EXPECT_EQ(write(), absl::StatusCode::kOk);
}

TEST(NpyWriter, WritesWhatTheReaderReads) {
  const auto log = Source(kValues, {2, 1}, 2);
  for (const DType dtype :
       {DType::kF64, DType::kF32, DType::kF16, DType::kBF16}) {
    LogContents contents = ContentsOf(*log);
    contents.dtype = dtype;
    DenseEncoder encoder(dtype);
    RowBuffer buffer;
    const std::string path = FreshPath("npy");
    ASSERT_TRUE(WriteNpy(path, Overwrite::kNo, contents, [&](std::int64_t n) {
                  return encoder.Encode(*log->Row(n, buffer));
                }).ok());
    const auto copy = OpenOrDie(path);
    EXPECT_EQ(copy->description().format, Format::kNpy);
    EXPECT_EQ(copy->description().dtype, dtype);
    EXPECT_EQ(AllValues(*copy), AllValues(*log));
    std::filesystem::remove(path);
  }
}

// Byte for byte as numpy.save writes array([[1, -inf]], '<f4').
TEST(NpyWriter, WritesTheGoldenFile) {
  const std::string path = FreshPath("golden.npy");
  LogContents contents;
  contents.vocabulary_size = 2;
  contents.sequence_offsets = {0, 1};
  const float row[] = {1, -INFINITY};
  ASSERT_TRUE(
      WriteNpy(
          path, Overwrite::kNo, contents,
          [&](std::int64_t) -> absl::StatusOr<absl::Span<const unsigned char>> {
            return absl::MakeConstSpan(
                reinterpret_cast<const unsigned char*>(row), 8);
          })
          .ok());
  EXPECT_EQ(FileBytes(path),
            Npy("<f4", "(1, 2)", BytesOfHex("0000803f000080ff")));
}

// The rows of the golden file of llama_logits_test.cc, which llama.cpp's own
// arithmetic gives.
TEST(LlamaLogitsWriter, CodesTheGoldenRows) {
  const auto log = Source({1, 0, -20, 0.5, 2.5, -1}, {2}, 3);
  const std::string path = FreshPath("golden.kld");
  const auto losses = WriteLlamaLogits(path, Overwrite::kNo, *log);
  ASSERT_TRUE(losses.ok()) << losses.status();
  const std::string bytes = FileBytes(path);
  const std::string rows = BytesOfHex(
      "800080398f8182c1ffffffef00000000"
      "e0006038accd69c0b66dffff00000000");
  EXPECT_EQ(bytes.substr(bytes.size() - rows.size()), rows);
  EXPECT_EQ(bytes.substr(0, 20),
            absl::StrCat("_logits_", Bytes(5), Bytes(3), Bytes(1)));
  EXPECT_EQ(losses->floored, 1);
  EXPECT_EQ(losses->removed, 0);
  EXPECT_EQ(losses->cut, 0);
  EXPECT_EQ(losses->filled, 0);
  const auto copy = OpenOrDie(path);
  EXPECT_EQ(Ids(copy->tokens()), Ids(log->tokens()));
  EXPECT_EQ(Ids(copy->sequences()[0].prompt), Ids(log->sequences()[0].prompt));
}

TEST(LlamaLogitsWriter, StaysWithinHalfAStep) {
  std::vector<float> values;
  for (int i = 0; i < 300; ++i) {
    values.push_back(std::sin(static_cast<float>(i)) * 7);
  }
  const auto log = Source(values, {100}, 101);
  const std::string path = FreshPath("step.kld");
  ASSERT_TRUE(WriteLlamaLogits(path, Overwrite::kNo, *log).ok());
  const auto copy = OpenOrDie(path);
  const std::vector<double> decoded = AllValues(*copy);
  for (std::size_t r = 0; r < 300; r += 3) {
    double sum = 0;
    for (std::size_t i = r; i < r + 3; ++i) {
      sum += std::exp(static_cast<double>(values[i]));
    }
    for (std::size_t i = r; i < r + 3; ++i) {
      EXPECT_NEAR(decoded[i], static_cast<double>(values[i]) - std::log(sum),
                  16.0 / 65535 / 2 + 2e-6);
    }
  }
}

TEST(LlamaLogitsWriter, MakesAChunkOfEverySequence) {
  const auto log =
      Source({1, 0, 2, 3, 1, 0, 1, 1, 1, 0, -INFINITY, 2}, {2, 2}, 5);
  const std::string path = FreshPath("chunks.kld");
  const auto losses = WriteLlamaLogits(path, Overwrite::kNo, *log);
  ASSERT_TRUE(losses.ok()) << losses.status();
  EXPECT_EQ(losses->cut, 4);
  EXPECT_EQ(losses->removed, 1);
  const auto copy = OpenOrDie(path);
  ASSERT_EQ(copy->sequences().size(), 2u);
  EXPECT_EQ(Ids(copy->tokens()), Ids(log->tokens()));
  // The last three of 1 2 0 1 2.
  EXPECT_EQ(Ids(copy->sequences()[1].prompt),
            (std::vector<std::int32_t>{0, 1, 2}));
}

TEST(LlamaLogitsWriter, FillsShortPromptsInFront) {
  const auto log = Source({1, 0, 2, 3, 1, 0}, {2}, 1);
  const std::string path = FreshPath("filled.kld");
  EXPECT_EQ(WriteLlamaLogits(path, Overwrite::kNo, *log)->filled, 2);
  EXPECT_EQ(Ids(OpenOrDie(path)->sequences()[0].prompt),
            (std::vector<std::int32_t>{1, 1, 1}));
}

TEST(LlamaLogitsWriter, RefusesWhatTheFormatCannotHold) {
  const std::string path = FreshPath("unfit.kld");
  const auto refuses = [&](const Log& log, const std::string& part) {
    return Refuses(WriteLlamaLogits(path, Overwrite::kNo, log),
                   absl::StatusCode::kInvalidArgument, {"unfit.kld", part});
  };
  EXPECT_TRUE(refuses(*Source(kValues, {2, 1}, 0), "different lengths"));
  EXPECT_TRUE(refuses(*Source({1, NAN, 2}, {1}, 0), "row 0"));
  EXPECT_TRUE(refuses(*Source({1, INFINITY, 2}, {1}, 0), "row 0"));
  EXPECT_TRUE(
      refuses(*Source({-INFINITY, -INFINITY, -INFINITY}, {1}, 0), "row 0"));
  const auto bare = OpenOrDie(
      WriteFile("bare", Npy("<f4", "(1, 2)", ArrayBytes<float>({1, 2}))));
  EXPECT_TRUE(refuses(*bare, "tokens"));
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace sampler::logs
