// Top-k pairs of any names are never whole rows; two candidates are a question;
// a tensor without a use is told of.

#include "sampler/logs/rows/tensor_roles.h"

#include <cmath>

#include "sampler/logs/survey.h"
#include "tests/logs/log_files.h"

namespace sampler::logs::tensor_roles_test {
namespace {

using Opened = absl::StatusOr<std::unique_ptr<const Log>>;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr char kWidth[] = R"({"vocab_size":"6"})";

Opened Open(const std::vector<Tensor>& tensors,
            absl::string_view metadata = kWidth,
            const OpenOptions& options = {}) {
  return Log::Open(WriteFile("roles", Safetensors(tensors, metadata)), options);
}

Tensor Floats(std::string name, std::string shape,
              const std::vector<float>& values) {
  return {std::move(name), "F32", std::move(shape), ArrayBytes(values)};
}

Tensor Indices(std::string name, std::string shape,
               const std::vector<std::int64_t>& ids,
               const std::string& dtype = "I64") {
  std::string bytes;
  for (const std::int64_t id : ids) {
    if (dtype == "I64") bytes += Bytes(id);
    if (dtype == "I32") bytes += Bytes(static_cast<std::int32_t>(id));
    if (dtype == "U16") bytes += Bytes(static_cast<std::uint16_t>(id));
  }
  return {std::move(name), dtype, std::move(shape), bytes};
}

const std::vector<std::int64_t> kIds = {4, 1, 0, 5};
const std::vector<float> kValues = {2, 1, 7, 3};
constexpr double kRemoved = -std::numeric_limits<double>::infinity();

TEST(TensorRolesTest, ValuesWithIndicesAreATopKLogByWhateverName) {
  for (const std::string dtype : {"I32", "I64", "U16"}) {
    for (const char* ids : {"indices", "token_ids", "topk_idx", "i"}) {
      for (const char* values : {"logits", "values", "v", "topk_logits"}) {
        const auto log = Open({Indices(ids, "[1,2,2]", kIds, dtype),
                               Floats(values, "[1,2,2]", kValues)});
        ASSERT_TRUE(log.ok()) << log.status();
        EXPECT_TRUE((*log)->description().top_k);
        EXPECT_EQ((*log)->vocabulary_size(), 6);
        EXPECT_EQ(AllValues(**log),
                  (std::vector<double>{kRemoved, 1, kRemoved, kRemoved, 2,
                                       kRemoved, 7, kRemoved, kRemoved,
                                       kRemoved, kRemoved, 3}));
        const auto tail = (*log)->Tail(0).value();
        ASSERT_TRUE(tail.has_value());
        EXPECT_EQ(tail->count, 4);
        EXPECT_EQ(tail->bound, 1);
        EXPECT_EQ(tail->above, 1);
        EXPECT_TRUE(std::isnan(tail->mass));
        EXPECT_TRUE(std::isnan(tail->log_sum_exp));
        EXPECT_TRUE((*log)->description().notices.empty());
      }
    }
  }
}

TEST(TensorRolesTest, NamesAndMetadataTellLogprobs) {
  const std::vector<float> logprobs = {-1, -2, -0.5f, -3};
  const auto named = Open({Indices("indices", "[2,2]", kIds),
                           Floats("topk_logprobs", "[2,2]", logprobs)});
  ASSERT_TRUE(named.ok()) << named.status();
  EXPECT_NEAR((*named)->Tail(0).value()->mass,
              1 - std::exp(-1.0) - std::exp(-2.0), 1e-12);
  const auto declared = Open(
      {Indices("indices", "[2,2]", kIds), Floats("values", "[2,2]", logprobs)},
      R"({"vocab_size":"6","kind":"raw_logprobs"})");
  ASSERT_TRUE(declared.ok()) << declared.status();
  EXPECT_EQ((*declared)->Tail(1).value()->log_sum_exp, 0);
  const auto sums = Open({Indices("indices", "[2,2]", kIds),
                          Floats("values", "[2,2]", kValues),
                          Floats("logsumexp", "[2]", {4, 8})});
  ASSERT_TRUE(sums.ok()) << sums.status();
  EXPECT_EQ((*sums)->Tail(0).value()->log_sum_exp, 4);
  EXPECT_NEAR((*sums)->Tail(0).value()->mass,
              1 - std::exp(-2.0) - std::exp(-3.0), 1e-12);
}

TEST(TensorRolesTest, TheVocabularySizeIsAskedFor) {
  const std::vector<Tensor> tensors = {Indices("indices", "[2,2]", kIds),
                                       Floats("logits", "[2,2]", kValues)};
  EXPECT_TRUE(
      Refuses(Open(tensors, ""), kInvalid, {"vocab_size", "--vocab-size"}));
  OpenOptions options;
  options.vocabulary_size = 9;
  const auto log = Open(tensors, "", options);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->vocabulary_size(), 9);
  // Naming the values does not make whole rows of them.
  options.tensor = "logits";
  const auto named = Open(tensors, "", options);
  ASSERT_TRUE(named.ok()) << named.status();
  EXPECT_TRUE((*named)->description().top_k);
}

TEST(TensorRolesTest, FillingAndRepeatedEntriesCountForNothing) {
  const auto log = Open({Indices("indices", "[2,3]", {4, 1, -1, 0, 0, 5}),
                         Floats("values", "[2,3]", {2, 1, 0, 7, 7, 3})});
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->Tail(0).value()->count, 4);
  EXPECT_EQ((*log)->Tail(1).value()->count, 4);
  EXPECT_EQ((*log)->description().notices.size(), 2u);
  EXPECT_TRUE(Refuses(Open({Indices("indices", "[1,2]", {3, 3}),
                            Floats("values", "[1,2]", {1, 2})}),
                      kInvalid, {"token id 3 again"}));
  EXPECT_TRUE(Refuses(Open({Indices("indices", "[1,2]", {3, 6}),
                            Floats("values", "[1,2]", {1, 2})}),
                      kInvalid, {"token id 6", "[0, 6)"}));
  EXPECT_TRUE(Refuses(Open({Indices("indices", "[1,2]", {3, 4}),
                            Floats("values", "[1,2]", {1, NAN})}),
                      kInvalid, {"NaN"}));
  EXPECT_TRUE(Refuses(
      Open({Indices("indices", "[2,0]", {}), Floats("values", "[2,0]", {})}),
      kInvalid, {"K >= 1"}));
}

TEST(TensorRolesTest, PairsHaveAxesAndTokensLikeWholeRows) {
  const auto log = Open({Indices("indices", "[2,1,2]", kIds),
                         Floats("logits", "[2,1,2]", kValues),
                         Indices("tokens", "[2]", {1, 5})});
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->sequences().size(), 1u);
  EXPECT_TRUE(Refuses(Open({Indices("indices", "[2,1,2]", kIds),
                            Floats("logits", "[2,1,2]", kValues)}),
                      kInvalid, {"--axes"}));
}

TEST(TensorRolesTest, IndicesThatFitNoValuesAreRefused) {
  EXPECT_TRUE(Refuses(Open({Indices("indices", "[2,2]", kIds),
                            Floats("logits", "[1,2,2]", kValues)}),
                      kInvalid, {"\"indices\"", "[2, 2]", "[1, 2, 2]"}));
  EXPECT_TRUE(Refuses(Open({Indices("topk_ids", "[2,2]", kIds),
                            Floats("logits", "[2,3]", {1, 2, 3, 4, 5, 6})}),
                      kInvalid, {"\"topk_ids\""}));
}

TEST(TensorRolesTest, TwoCandidatesAreAQuestion) {
  const Tensor ids = Indices("indices", "[2,2]", kIds);
  const Tensor rows = Floats("logits", "[2,3]", {1, 2, 3, 4, 5, 6});
  const Tensor values = Floats("values", "[2,2]", kValues);
  EXPECT_TRUE(Refuses(Open({ids, values, rows}), kInvalid,
                      {"could be the logits", "--tensor NAME"}));
  EXPECT_TRUE(Refuses(Open({ids, values, Floats("scores", "[2,2]", kValues)}),
                      kInvalid, {"could be the values", "--tensor NAME"}));
  EXPECT_TRUE(
      Refuses(Open({rows, Floats("scores", "[2,3]", {1, 2, 3, 4, 5, 6})}),
              kInvalid, {"could be the logits"}));
  // The tensor called so against a wider one.
  EXPECT_TRUE(
      Refuses(Open({rows, Floats("hidden", "[2,4]", {1, 2, 3, 4, 5, 6, 7, 8})}),
              kInvalid, {"logits F32 [2, 3]", "hidden F32 [2, 4]"}));
  OpenOptions options;
  options.tensor = "logits";
  const auto chosen = Open(
      {rows, Floats("hidden", "[2,4]", {1, 2, 3, 4, 5, 6, 7, 8})}, "", options);
  ASSERT_TRUE(chosen.ok()) << chosen.status();
  EXPECT_EQ((*chosen)->vocabulary_size(), 3);
}

TEST(TensorRolesTest, WhatIsNotReadIsToldOf) {
  const auto log = Open(
      {Floats("logits", "[2,3]", {1, 2, 3, 4, 5, 6}),
       Indices("labels", "[2]", {0, 1}), Floats("weights", "[2,1]", {1, 1})},
      "");
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_TRUE((*log)->tokens().empty());
  ASSERT_EQ((*log)->description().notices.size(), 1u);
  EXPECT_EQ((*log)->description().notices[0],
            "tensors are not read: labels I64 [2], weights F32 [2, 1]");
}

TEST(TensorRolesTest, TokensOfAnyIntegersAreRead) {
  const Tensor rows = Floats("logits", "[2,3]", {1, 2, 3, 4, 5, 6});
  for (const auto& [dtype, bytes] :
       std::vector<std::pair<std::string, std::string>>{
           {"U8", ArrayBytes<std::uint8_t>({2, 1})},
           {"I8", ArrayBytes<std::int8_t>({2, 1})},
           {"U16", ArrayBytes<std::uint16_t>({2, 1})},
           {"I16", ArrayBytes<std::int16_t>({2, 1})},
           {"U32", ArrayBytes<std::uint32_t>({2, 1})},
           {"U64", ArrayBytes<std::uint64_t>({2, 1})}}) {
    const auto log = Open({rows, {"tokens", dtype, "[2]", bytes}}, "");
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_EQ(Ids((*log)->tokens()), (std::vector<std::int32_t>{2, 1}));
  }
}

TEST(TensorRolesTest, AnUnknownNormaliserIsNoNumber) {
  const auto log = Open({Indices("indices", "[2,2]", kIds),
                         Floats("logits", "[2,2]", kValues),
                         Indices("tokens", "[2]", {4, 2})});
  ASSERT_TRUE(log.ok()) << log.status();
  const auto survey = TakeSurvey(**log);
  ASSERT_TRUE(survey.ok()) << survey.status();
  EXPECT_EQ(survey->logged().rows, 0);
  EXPECT_EQ(survey->logged().mean_nll, 0);
  EXPECT_EQ(survey->tail->censored, 1);
}

}  // namespace
}  // namespace sampler::logs::tensor_roles_test
