// Tensors numbered by step, read as one; and masks that list ids.

#include "sampler/logs/rows/tensor_series.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sampler/logs/log.h"
#include "tests/logs/log_files.h"

namespace sampler::logs::tensor_series_test {
namespace {

constexpr std::int64_t kWidth = 5;

// Row `n`, which no other row equals.
std::vector<float> RowOf(int n) {
  std::vector<float> row(kWidth);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = static_cast<float>(10 * n) + static_cast<float>(i);
  }
  return row;
}

// `count` tensors of `rows` rows each, in the order in which a writer that
// sorts names puts them: logits_0, logits_1, logits_10, logits_11, logits_2.
std::vector<Tensor> Steps(int count, int rows, const std::string& shape,
                          int from = 0) {
  std::vector<Tensor> steps;
  for (int n = 0; n < count; ++n) {
    std::vector<float> values;
    for (int r = 0; r < rows; ++r) {
      const std::vector<float> row = RowOf(n * rows + r);
      values.insert(values.end(), row.begin(), row.end());
    }
    steps.push_back({absl::StrCat("logits_", n + from), "F32", shape,
                     ArrayBytes<float>(values)});
  }
  std::sort(steps.begin(), steps.end(),
            [](const Tensor& a, const Tensor& b) { return a.name < b.name; });
  return steps;
}

absl::StatusOr<std::unique_ptr<const Log>> OpenBytes(
    const std::string& bytes, const OpenOptions& options = {}) {
  const std::string path = WriteFile("series.safetensors", bytes);
  return Log::Open(path, options);
}

OpenOptions WithAxes(Axes axes) {
  OpenOptions options;
  options.axes = axes;
  return options;
}

OpenOptions WithTensor(const std::string& name) {
  OpenOptions options;
  options.tensor = name;
  return options;
}

void ExpectRows(const Log& log, const std::vector<int>& rows) {
  ASSERT_EQ(log.rows(), std::ssize(rows));
  RowBuffer buffer;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const auto row = log.Row(static_cast<std::int64_t>(r), buffer);
    ASSERT_TRUE(row.ok()) << row.status();
    const std::vector<float> want = RowOf(rows[r]);
    for (std::size_t i = 0; i < want.size(); ++i) {
      EXPECT_EQ((*row)[i], static_cast<double>(want[i])) << r;
    }
  }
}

TEST(TensorSeries, IsReadInTheOrderOfItsNumbers) {
  for (const char* shape : {"[5]", "[1,5]"}) {
    for (const int from : {0, 1}) {
      const auto log = OpenBytes(Safetensors(Steps(12, 1, shape, from)));
      ASSERT_TRUE(log.ok()) << log.status();
      ExpectRows(**log, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
      EXPECT_EQ((*log)->sequences().size(), 1u);
      EXPECT_EQ((*log)->description().tensor, "logits");
      EXPECT_TRUE(absl::StrContains((*log)->description().notices.at(0),
                                    absl::StrCat("12 tensors, logits_", from)));
    }
  }
}

TEST(TensorSeries, OfBatchesAsksWhatItsAxesAre) {
  const std::string bytes = Safetensors(Steps(3, 2, "[2,5]"));
  const auto asked = OpenBytes(bytes);
  ASSERT_FALSE(asked.ok());
  EXPECT_TRUE(absl::StrContains(asked.status().message(),
                                "tbv for 2 sequences of 3 rows"))
      << asked.status();
  // Steps of two texts, or three texts of two rows.
  const auto steps = OpenBytes(bytes, WithAxes(Axes::kStepsFirst));
  ASSERT_TRUE(steps.ok()) << steps.status();
  ExpectRows(**steps, {0, 2, 4, 1, 3, 5});
  const auto texts = OpenBytes(bytes, WithAxes(Axes::kBatchFirst));
  ASSERT_TRUE(texts.ok()) << texts.status();
  ExpectRows(**texts, {0, 1, 2, 3, 4, 5});
  EXPECT_EQ((*texts)->sequences().size(), 3u);
  // The tokens' shape tells.
  std::vector<Tensor> tensors = Steps(3, 2, "[2,5]");
  tensors.push_back(
      {"tokens", "I64", "[2,3]", ArrayBytes<std::int64_t>({0, 1, 2, 3, 4, 0})});
  const auto told = OpenBytes(Safetensors(tensors));
  ASSERT_TRUE(told.ok()) << told.status();
  ExpectRows(**told, {0, 2, 4, 1, 3, 5});
}

TEST(TensorSeries, ANamedOneIsReadAlone) {
  const auto log =
      OpenBytes(Safetensors(Steps(3, 2, "[2,5]")), WithTensor("logits_1"));
  ASSERT_TRUE(log.ok()) << log.status();
  ExpectRows(**log, {2, 3});
  EXPECT_TRUE(
      OpenBytes(Safetensors(Steps(3, 1, "[1,5]")), WithTensor("logits")).ok());
}

TEST(TensorSeries, WithAGapIsNone) {
  std::vector<Tensor> gap = Steps(4, 1, "[1,5]");
  gap.erase(gap.begin() + 1);
  const auto log = OpenBytes(Safetensors(gap));
  ASSERT_FALSE(log.ok());
  EXPECT_TRUE(absl::StrContains(log.status().message(), "logits_3"))
      << log.status();
  std::vector<Tensor> shapes = Steps(2, 1, "[1,5]");
  shapes[1] = {"logits_1", "F32", "[2,5]",
               ArrayBytes<float>(std::vector<float>(10))};
  EXPECT_FALSE(OpenBytes(Safetensors(shapes)).ok());
  // One number twice: logits_1 and logits_01.
  std::vector<Tensor> twice = Steps(2, 1, "[1,5]");
  twice.push_back(
      {"logits_01", "F32", "[1,5]", ArrayBytes<float>(std::vector<float>(5))});
  EXPECT_FALSE(OpenBytes(Safetensors(twice)).ok());
}

TEST(TensorSeries, TwoAreAQuestion) {
  std::vector<Tensor> both = Steps(3, 1, "[1,5]");
  for (int n = 0; n < 3; ++n) {
    both.push_back({absl::StrCat("scores_", n), "F32", "[1,5]",
                    ArrayBytes<float>(RowOf(50 + n))});
  }
  const auto log = OpenBytes(Safetensors(both));
  ASSERT_FALSE(log.ok());
  EXPECT_TRUE(absl::StrContains(log.status().message(), "--tensor NAME"));
  const auto scores = OpenBytes(Safetensors(both), WithTensor("scores"));
  ASSERT_TRUE(scores.ok()) << scores.status();
  ExpectRows(**scores, {50, 51, 52});
}

// What is there of a truncated file are the steps before the first that is not.
TEST(TensorSeries, IsReadAsFarAsItGoes) {
  std::string bytes = Safetensors(Steps(12, 1, "[1,5]"));
  bytes.resize(bytes.size() - 4 * kWidth - 3);  // Of logits_9 and logits_8.
  EXPECT_FALSE(OpenBytes(bytes).ok());
  OpenOptions options;
  options.allow_partial = true;
  const auto log = OpenBytes(bytes, options);
  ASSERT_TRUE(log.ok()) << log.status();
  ExpectRows(**log, {0, 1, 2, 3, 4, 5, 6, 7});
}

// ---- Masks that list ids ------------------------------------------------

std::vector<Tensor> Masked(const std::string& stem,
                           const std::vector<std::int64_t>& starts,
                           const std::vector<std::int32_t>& ids) {
  std::vector<float> values;
  for (int n = 0; n < 3; ++n) {
    const std::vector<float> row = RowOf(n);
    values.insert(values.end(), row.begin(), row.end());
  }
  return {{"logits", "F32", "[3,5]", ArrayBytes<float>(values)},
          {stem + "_token_ids", "I32", absl::StrCat("[", ids.size(), "]"),
           ArrayBytes<std::int32_t>(ids)},
          {stem + "_offsets", "I64", absl::StrCat("[", starts.size(), "]"),
           ArrayBytes<std::int64_t>(starts)}};
}

TEST(ListedMasks, AllowTheirIds) {
  for (const char* stem : {"sampling_mask", "mask"}) {
    const auto log =
        OpenBytes(Safetensors(Masked(stem, {0, 2, 2, 5}, {4, 1, 0, 2, 3})));
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_TRUE((*log)->description().masks);
    const std::uint32_t want[] = {0b10010, 0, 0b01101};
    RowBuffer buffer;
    for (std::int64_t row = 0; row < 3; ++row) {
      const auto mask = (*log)->Mask(row, buffer);
      ASSERT_TRUE(mask.ok()) << mask.status();
      ASSERT_TRUE(mask->has_value());
      EXPECT_EQ(buffer.mask, (std::vector<std::uint32_t>{want[row]}));
    }
  }
}

// vLLM's names, which a list of likeliest tokens has too: with logprobs.
TEST(ListedMasks, MayHaveVllmsNamesBesideWholeRows) {
  std::vector<Tensor> tensors = Masked("mask", {0, 2, 2, 5}, {4, 1, 0, 2, 3});
  tensors[1].name = "token_ids";
  tensors[2].name = "offsets";
  const auto log = OpenBytes(Safetensors(tensors));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_TRUE((*log)->description().masks);
  EXPECT_TRUE((*log)->description().notices.empty());
  RowBuffer buffer;
  ASSERT_TRUE((*log)->Mask(2, buffer).ok());
  EXPECT_EQ(buffer.mask, std::vector<std::uint32_t>{0b01101});
  tensors.push_back(
      {"logprobs", "F32", "[5]", ArrayBytes<float>({-1, -2, -3, -4, -5})});
  const auto other = OpenBytes(Safetensors(tensors));
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_FALSE((*other)->description().masks);
  EXPECT_TRUE(absl::StrContains((*other)->description().notices.at(0),
                                "tensors are not read"));
}

// TensorRT-LLM has an axis of beams.
TEST(UnitAxes, AreLeftOutBeyondThree) {
  for (const char* shape : {"[1,1,3,5]", "[1,1,1,3,5]", "[1,3,1,5]"}) {
    std::vector<Tensor> tensors = Masked("mask", {0, 2, 2, 5}, {4, 1, 0, 2, 3});
    tensors.resize(1);
    tensors[0].shape = shape;
    const auto log =
        OpenBytes(Safetensors(tensors), WithAxes(Axes::kStepsFirst));
    ASSERT_TRUE(log.ok()) << shape << log.status();
    ExpectRows(**log, {0, 1, 2});
  }
}

TEST(ListedMasks, ThatDoNotFitAreErrors) {
  const auto refuse = [](const std::vector<Tensor>& tensors,
                         const std::string& part) {
    const auto log = OpenBytes(Safetensors(tensors));
    ASSERT_FALSE(log.ok()) << part;
    EXPECT_TRUE(absl::StrContains(log.status().message(), part))
        << log.status();
  };
  refuse(Masked("mask", {0, 2, 5}, {4, 1, 0, 2, 3}), "one more than rows");
  refuse(Masked("mask", {0, 3, 2, 5}, {4, 1, 0, 2, 3}), "ascend");
  refuse(Masked("mask", {0, 2, 2, 4}, {4, 1, 0, 2, 3}), "ascend from 0 to 5");
  std::vector<Tensor> alone = Masked("mask", {0, 2, 2, 5}, {4, 1, 0, 2, 3});
  alone.pop_back();
  refuse(alone, "mask_offsets");
  std::vector<Tensor> both = Masked("mask", {0, 2, 2, 5}, {4, 1, 0, 2, 3});
  both.push_back({"masks", "U8", "[3,5]", std::string(15, '\1')});
  refuse(both, "leave the other out");
  const auto outside =
      OpenBytes(Safetensors(Masked("mask", {0, 2, 2, 5}, {4, 1, 0, 5, 3})));
  ASSERT_TRUE(outside.ok());
  RowBuffer buffer;
  EXPECT_TRUE((*outside)->Mask(0, buffer).ok());
  EXPECT_TRUE(absl::StrContains((*outside)->Mask(2, buffer).status().message(),
                                "token id 5"));
}

}  // namespace
}  // namespace sampler::logs::tensor_series_test
