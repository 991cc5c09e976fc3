#include "sampler/logs/formats/safetensors.h"

#include "tests/logs/log_files.h"

namespace sampler::logs::safetensors_test {
namespace {

const std::vector<double> kValues = {1, -2, 0.5, 4, 3, 1024};
const std::string kF32 = ArrayBytes<float>({1, -2, 0.5f, 4, 3, 1024});
const std::string kF64 = ArrayBytes<double>(kValues);
const std::string kF16 =
    ArrayBytes<std::uint16_t>({0x3c00, 0xc000, 0x3800, 0x4400, 0x4200, 0x6400});
const std::string kBF16 =
    ArrayBytes<std::uint16_t>({0x3f80, 0xc000, 0x3f00, 0x4080, 0x4040, 0x4480});

absl::StatusOr<std::unique_ptr<const Log>> Open(
    const std::vector<Tensor>& tensors, const OpenOptions& options = {}) {
  return Log::Open(WriteFile("safetensors", Safetensors(tensors)), options);
}

TEST(SafetensorsTest, ReadsEveryFloatTypeAtAnyAlignment) {
  struct Case {
    std::string name;
    DType dtype;
    std::string data;
  };
  for (const Case& c : std::vector<Case>{{"F32", DType::kF32, kF32},
                                         {"F16", DType::kF16, kF16},
                                         {"BF16", DType::kBF16, kBF16},
                                         {"F64", DType::kF64, kF64}}) {
    for (std::size_t pad = 0; pad < 8; ++pad) {
      const auto log = Open(
          {{"pad", "U8", absl::StrCat("[", pad, "]"), std::string(pad, '\1')},
           {"logits", c.name, "[2,3]", c.data}});
      ASSERT_TRUE(log.ok()) << log.status();
      EXPECT_EQ((*log)->description().format, Format::kSafetensors);
      EXPECT_EQ((*log)->description().tensor, "logits");
      EXPECT_EQ((*log)->description().dtype, c.dtype);
      EXPECT_EQ(AllValues(**log), kValues);
      EXPECT_TRUE((*log)->tokens().empty());
    }
  }
}

TEST(SafetensorsTest, ABatchIsOneSequencePerEntry) {
  const auto one = Open({{"logits", "F32", "[1,2,3]", kF32}});
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ((*one)->sequences().size(), 1u);
  EXPECT_EQ((*one)->rows(), 2);
  OpenOptions options;
  options.axes = Axes::kBatchFirst;
  const auto two = Log::Open(
      WriteFile("s", Safetensors({{"logits", "F32", "[2,1,3]", kF32}})),
      options);
  ASSERT_TRUE(two.ok()) << two.status();
  ASSERT_EQ((*two)->sequences().size(), 2u);
  EXPECT_EQ((*two)->sequences()[1].first_row, 1);
  EXPECT_EQ((*two)->sequences()[1].rows, 1);
}

TEST(SafetensorsTest, MetadataIsPassedOn) {
  const auto log =
      Log::Open(WriteFile("s", Safetensors({{"logits", "F32", "[2,3]", kF32}},
                                           R"({"kind":"raw","model":"m"})")));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->description().metadata.at("kind"), "raw");
  EXPECT_EQ((*log)->description().metadata.at("model"), "m");
}

TEST(SafetensorsTest, TakesTheOnlyTensorWithTheLargestLastAxis) {
  const auto log = Open({{"hidden", "F32", "[6,1]", kF32},
                         {"wide", "F32", "[2,3]", kF32},
                         {"bias", "F32", "[6]", kF32},
                         {"ids", "I32", "[1,6]", kF32}});
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->description().tensor, "wide");
}

TEST(SafetensorsTest, SeveralCandidatesAreListedAndTheUserChooses) {
  const std::vector<Tensor> tensors = {{"scores", "F32", "[2,3]", kF32},
                                       {"logits", "BF16", "[2,3]", kBF16}};
  EXPECT_TRUE(
      Refuses(Open(tensors), absl::StatusCode::kInvalidArgument,
              {"scores F32 [2, 3]", "logits BF16 [2, 3]", "--tensor NAME"}));
  OpenOptions options;
  options.tensor = "logits";
  const auto log = Open(tensors, options);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->description().dtype, DType::kBF16);
  options.tensor = "logit";
  EXPECT_TRUE(Refuses(Open(tensors, options),
                      absl::StatusCode::kInvalidArgument,
                      {"no such tensor", "scores F32 [2, 3]"}));
}

TEST(SafetensorsTest, RefusesANamedTensorThatHoldsNoLogits) {
  OpenOptions options;
  options.tensor = "t";
  for (const auto& [dtype, shape] :
       std::vector<std::pair<std::string, std::string>>{
           {"I32", "[2,3]"}, {"F32", "[6]"}, {"F32", "[2,2,2,3]"}}) {
    const std::string data =
        shape == "[2,2,2,3]" ? kF32 + kF32 + kF32 + kF32 : kF32;
    EXPECT_TRUE(Refuses(Open({{"t", dtype, shape, data}}, options),
                        absl::StatusCode::kInvalidArgument,
                        {"tensor \"t\"", dtype}));
  }
}

TEST(SafetensorsTest, LeavesOutMoreAxesOfOneThanItHasNamesFor) {
  const auto log = Open({{"logits", "F32", "[1,1,2,3]", kF32}});
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->rows(), 2);
  EXPECT_EQ((*log)->description().vocabulary_size, 3);
}

TEST(SafetensorsTest, SaysWhatIsThereIfNothingIsLogits) {
  EXPECT_TRUE(Refuses(Open({{"w", "I8", "[24]", kF32}}),
                      absl::StatusCode::kInvalidArgument, {"w I8 [24]"}));
  EXPECT_TRUE(Refuses(Log::Open(WriteFile("s", Safetensors("{}", ""))),
                      absl::StatusCode::kInvalidArgument, {"got none"}));
}

TEST(SafetensorsTest, RefusesEmptyLogs) {
  for (const absl::string_view shape : {"[0,3]", "[3,0]", "[0,1,3]"}) {
    EXPECT_TRUE(Refuses(Open({{"logits", "F32", std::string(shape), ""}}),
                        absl::StatusCode::kInvalidArgument, {"got 0"}))
        << shape;
  }
}

TEST(SafetensorsTest, RefusesBytesAfterTheData) {
  EXPECT_TRUE(
      Refuses(Log::Open(WriteFile(
                  "s", Safetensors({{"logits", "F32", "[2,3]", kF32}}) + "x")),
              absl::StatusCode::kInvalidArgument, {"got 25 bytes", "want 24"}));
}

TEST(SafetensorsTest, EveryPrefixGivesItsWholeRowsOrAnError) {
  const std::string tokens = ArrayBytes<std::int32_t>({0, 1, 2});
  const std::string bytes = Safetensors(
      {{"tokens", "I32", "[3]", tokens},
       {"logits", "F32", "[3,2]", kF32},
       {"prompt_tokens", "I32", "[3]", ArrayBytes<std::int32_t>({0, 1, 0})},
       {"x", "U8", "[1]", "x"}});
  // Ids must be below the width of two.
  const std::string good = Safetensors(
      {{"tokens", "I32", "[3]", ArrayBytes<std::int32_t>({0, 1, 1})},
       {"logits", "F32", "[3,2]", kF32},
       {"prompt_tokens", "I32", "[3]", ArrayBytes<std::int32_t>({0, 1, 0})},
       {"x", "U8", "[1]", "x"}});
  EXPECT_TRUE(Refuses(Log::Open(WriteFile("s", bytes)),
                      absl::StatusCode::kInvalidArgument, {"tokens[2]"}));
  CheckEveryPrefix(good, 9, good.size() - 1 - 12 - 24, 8);
}

TEST(SafetensorsTest, TensorsBehindATruncationAreLeftOutWithANotice) {
  const std::string bytes =
      Safetensors({{"logits", "F32", "[2,3]", kF32},
                   {"tokens", "I32", "[2]", ArrayBytes<std::int32_t>({0, 1})}});
  const std::string path = WriteFile("s", bytes.substr(0, bytes.size() - 1));
  EXPECT_TRUE(Refuses(Log::Open(path), absl::StatusCode::kDataLoss,
                      {"all 2 rows intact", "31 bytes", "32 bytes"}));
  OpenOptions options;
  options.allow_partial = true;
  const auto log = Log::Open(path, options);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->rows(), 2);
  EXPECT_TRUE((*log)->tokens().empty());
  ASSERT_EQ((*log)->description().notices.size(), 1u);
  EXPECT_TRUE(absl::StrContains((*log)->description().notices[0],
                                "\"tokens\" lies behind"));
}

}  // namespace
}  // namespace sampler::logs::safetensors_test
