#include "sampler/logs/rows/sparse_log.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "sampler/logs/logger.h"
#include "sampler/logs/survey.h"
#include "tests/logs/log_files.h"

namespace sampler::logs {
namespace {

constexpr double kRemoved = -std::numeric_limits<double>::infinity();

// Two rows of a vocabulary of five; the first lists 1 and 3, the second 0 to 2.
struct File {
  std::vector<std::int64_t> offsets = {0, 2, 5};
  std::vector<std::int32_t> ids = {3, 1, 0, 1, 2};
  std::vector<float> logprobs = {-0.5f, -1.5f, -1.0f, -1.25f, -2.0f};
  std::vector<float> log_sum_exps = {4, 8};
  std::vector<float> logits;
  std::vector<std::int32_t> tokens = {3, 1};
  std::string metadata = "{\"vocab_size\":\"5\"}";
};

std::string Write(absl::string_view name, const File& file) {
  const auto count = [](const auto& values) {
    return absl::StrCat("[", values.size(), "]");
  };
  std::vector<Tensor> tensors = {
      {"offsets", "I64", count(file.offsets), ArrayBytes(file.offsets)},
      {"tokens", "I32", count(file.tokens), ArrayBytes(file.tokens)},
      {"token_ids", "I32", count(file.ids), ArrayBytes(file.ids)}};
  const auto add = [&](const char* column, const std::vector<float>& values) {
    if (values.empty()) return;
    tensors.push_back({column, "F32", count(values), ArrayBytes(values)});
  };
  add("logprobs", file.logprobs);
  add("logsumexp", file.log_sum_exps);
  add("logits", file.logits);
  return WriteFile(name, Safetensors(tensors, file.metadata));
}

TEST(SparseLog, SpreadsTheListedTokens) {
  const auto log = Log::Open(Write("sparse", {}));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->rows(), 2);
  EXPECT_EQ((*log)->vocabulary_size(), 5);
  EXPECT_EQ(Ids((*log)->tokens()), (std::vector<std::int32_t>{3, 1}));
  EXPECT_EQ(AllValues(**log),
            (std::vector<double>{kRemoved, 2.5, kRemoved, 3.5, kRemoved, 7,
                                 6.75, 6, kRemoved, kRemoved}));
}

TEST(SparseLog, TakesTheLogitsWhereTheyAre) {
  File file;
  file.logits = {3.4f, 2.4f, 1, 2, 3};
  const auto log = Log::Open(Write("logits", file));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(AllValues(**log)[1], static_cast<double>(2.4f));
}

TEST(SparseLog, IsOneOfLogprobsWithoutLogsumexp) {
  File file;
  file.log_sum_exps.clear();
  const auto log = Log::Open(Write("logprobs", file));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(AllValues(**log)[3], -0.5);
  EXPECT_EQ((*(*log)->Tail(0))->log_sum_exp, 0);
  const auto survey = TakeSurvey(**log);
  ASSERT_TRUE(survey.ok());
  EXPECT_EQ(KindName(survey->kind.kind), "raw_logprobs");
}

TEST(SparseLog, SaysWhatRowsLeaveOut) {
  const auto log = Log::Open(Write("tail", {}));
  const TailInfo tail = **(*log)->Tail(1);
  EXPECT_EQ(tail.count, 2);
  EXPECT_NEAR(tail.mass, 1 - std::exp(-1.0) - std::exp(-1.25) - std::exp(-2.0),
              1e-12);
  EXPECT_EQ(tail.bound, 6);
  EXPECT_EQ(tail.above, 2);
  EXPECT_EQ(tail.log_sum_exp, 8);
}

// A forced token is no bound: what is left out lies below the likeliest alone.
TEST(SparseLog, KnowsTheForcedToken) {
  File file;
  file.metadata =
      "{\"vocab_size\":\"5\",\"top_k\":\"2\",\"forced_token\":\"true\"}";
  auto log = Log::Open(Write("forced", file));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*(*log)->Tail(1))->bound, 6.75);
  EXPECT_EQ((*(*log)->Tail(1))->above, 1);
  EXPECT_EQ((*(*log)->Tail(0))->bound, 2.5);
  file.metadata = "{\"vocab_size\":\"5\",\"forced_token\":\"true\"}";
  log = Log::Open(Write("forced", file));
  EXPECT_EQ((*(*log)->Tail(1))->bound, 6.75);
  EXPECT_EQ((*(*log)->Tail(0))->bound, 3.5);
}

// Fewer entries than asked for: there were no others.
TEST(SparseLog, KnowsRowsThatAreComplete) {
  File file;
  file.metadata = "{\"vocab_size\":\"5\",\"top_k\":\"3\"}";
  const auto log = Log::Open(Write("complete", file));
  EXPECT_EQ((*(*log)->Tail(0))->count, 0);
  EXPECT_EQ((*(*log)->Tail(1))->count, 2);
}

// A kept set as a sampler leaves it: probabilities that sum to 1, in whatever
// type they are stored. Nothing is missing, so the others were removed.
TEST(SparseLog, KnowsKeptSetsThatAreComplete) {
  File file;
  file.log_sum_exps.clear();
  const float half = std::log(0.5f);
  const float fifth = std::log(0.2f);
  file.logprobs = {half, half, half, std::log(0.3f), fifth};
  auto log = Log::Open(Write("kept", file));
  ASSERT_TRUE(log.ok()) << log.status();
  for (const std::int64_t row : {0, 1}) {
    EXPECT_EQ((*(*log)->Tail(row))->count, 0);
    EXPECT_EQ((*(*log)->Tail(row))->mass, 0.0);
    EXPECT_EQ((*(*log)->Tail(row))->listed, row == 0 ? 2 : 3);
  }
  const auto survey = TakeSurvey(**log);
  ASSERT_TRUE(survey.ok());
  EXPECT_EQ(KindName(survey->kind.kind), "processed_logprobs");
  EXPECT_EQ(survey->tail->mean_listed, 2.5);
  EXPECT_EQ(survey->tail->censored, 0);
  // One that lacks a hundredth of a percent is not complete, nor is one whose
  // log says that the likeliest two were listed of it.
  file.logprobs[4] = std::log(0.1999f);
  log = Log::Open(Write("lacking", file));
  EXPECT_EQ((*(*log)->Tail(0))->count, 0);
  EXPECT_EQ((*(*log)->Tail(1))->count, 2);
  file.metadata = "{\"vocab_size\":\"5\",\"top_k\":\"2\"}";
  log = Log::Open(Write("declared", file));
  EXPECT_EQ((*(*log)->Tail(0))->count, 3);
}

// bf16 keeps three digits of a log-probability.
TEST(SparseLog, AllowsForTheStoredPrecision) {
  const auto bf16 = [](float x) {
    // The next larger magnitude: the probabilities sum to 0.9988.
    return static_cast<std::uint16_t>((std::bit_cast<std::uint32_t>(x) >> 16) +
                                      1);
  };
  const std::vector<std::uint16_t> logprobs = {bf16(std::log(0.6f)),
                                               bf16(std::log(0.4f))};
  const std::vector<std::int64_t> offsets = {0, 2};
  const std::vector<std::int32_t> ids = {4, 0};
  const auto log = Log::Open(WriteFile(
      "bf16", Safetensors({{"offsets", "I64", "[2]", ArrayBytes(offsets)},
                           {"token_ids", "I32", "[2]", ArrayBytes(ids)},
                           {"logprobs", "BF16", "[2]", ArrayBytes(logprobs)}},
                          "{\"vocab_size\":\"5\"}")));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*(*log)->Tail(0))->count, 0);
}

TEST(SparseLog, IsSurveyedByTheFullRow) {
  File file;
  file.tokens = {3, 4};
  const auto log = Log::Open(Write("survey", file));
  const auto survey = TakeSurvey(**log);
  ASSERT_TRUE(survey.ok());
  EXPECT_EQ(KindName(survey->kind.kind), "raw_logits");
  EXPECT_EQ(survey->negative_infinity.count, 0);
  // 0.5 of the first token, and at least the 2 of the least listed one.
  EXPECT_NEAR(survey->logged().mean_nll, (0.5 + 2.0) / 2, 1e-12);
  ASSERT_TRUE(survey->tail.has_value());
  EXPECT_EQ(survey->tail->censored, 1);
  EXPECT_EQ(survey->tail->mean_listed, 2.5);
  EXPECT_NEAR(survey->tail->largest_mass, 0.2103, 1e-4);
}

TEST(SparseLog, RefusesWhatCannotBe) {
  struct Case {
    const char* says;
    std::function<void(File&)> spoil;
  };
  const Case cases[] = {
      {"offsets[0]",
       [](File& f) {
         f.offsets = {1, 2, 5};
       }},
      {"offsets[1]",
       [](File& f) {
         f.offsets = {0, 2, 4};
       }},
      {"offsets[1]",
       [](File& f) {
         f.offsets = {0, 2, 1};
       }},
      {"offsets[0]",
       [](File& f) {
         f.offsets = {0, 1LL << 62, 5};
       }},
      {"token id 5", [](File& f) { f.ids[4] = 5; }},
      {"token id -1", [](File& f) { f.ids[0] = -1; }},
      {"token id 1 again", [](File& f) { f.ids[2] = 1; }},
      {"NaN", [](File& f) { f.logprobs[1] = NAN; }},
      {"logsumexp[1]", [](File& f) { f.log_sum_exps[1] = INFINITY; }},
      {"shape [5]", [](File& f) { f.logprobs.pop_back(); }},
      {"shape [2]", [](File& f) { f.log_sum_exps.pop_back(); }},
      {"logprobs", [](File& f) { f.logprobs.clear(); }},
      {"vocab_size", [](File& f) { f.metadata = "{}"; }},
      {"vocab_size",
       [](File& f) { f.metadata = "{\"vocab_size\":\"9999999\"}"; }},
      {"tokens", [](File& f) { f.tokens = {1}; }},
      {"rows",
       [](File& f) {
         f.offsets = {0};
         f.log_sum_exps.clear();
       }},
      {"rows",
       [](File& f) {
         f.offsets = {};
         f.log_sum_exps.clear();
       }},
  };
  for (const Case& c : cases) {
    File file;
    c.spoil(file);
    EXPECT_TRUE(Refuses(Log::Open(Write("wrong", file)),
                        absl::StatusCode::kInvalidArgument, {c.says}));
  }
}

TEST(SparseLog, TakesTheVocabularySizeOfTheCaller) {
  File file;
  file.metadata = "{}";
  OpenOptions options;
  options.vocabulary_size = 7;
  const auto log = Log::Open(Write("width", file), options);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->vocabulary_size(), 7);
}

TEST(SparseLog, RefusesEveryPrefix) {
  const std::string path = Write("whole", {});
  std::string bytes;
  {
    std::ifstream file(path, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(file), {});
  }
  for (std::size_t size = 9; size < bytes.size(); ++size) {
    OpenOptions options;
    options.allow_partial = size % 2 == 0;
    EXPECT_TRUE(
        Refuses(Log::Open(WriteFile("prefix", bytes.substr(0, size)), options),
                absl::StatusCode::kDataLoss, {"prefix"}));
  }
}

// What the logger writes: the first k of the total order, ties by id, then the
// drawn token; logits bit for bit, and the logsumexp of the full row.
TEST(SparseLog, HoldsTheRowsOfTheLogger) {
  const std::string path = WriteFile("logged", "");
  std::filesystem::remove(path);
  auto logger = Logger::Create(path, {.vocabulary_size = 6, .top_k = 3});
  ASSERT_TRUE(logger.ok());
  const std::vector<float> row = {1.1f, 2.5f, 2.5f, -INFINITY, 2.5f, 2.5f};
  const std::vector<float> cut = {-INFINITY, 1.0f,      -INFINITY,
                                  -INFINITY, -INFINITY, 2.0f};
  ASSERT_TRUE(logger->Append(0, row, 0).ok());
  ASSERT_TRUE(logger->Append(0, row, 2).ok());
  ASSERT_TRUE(logger->Append(0, cut, 5).ok());
  ASSERT_TRUE(logger->Finish().ok());
  const auto log = Log::Open(path);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->description().metadata.at("top_k"), "3");
  EXPECT_EQ((*log)->description().metadata.at("forced_token"), "true");
  const double forced = static_cast<double>(1.1f);
  EXPECT_EQ(
      AllValues(**log),
      (std::vector<double>{forced, 2.5, 2.5, kRemoved, 2.5, kRemoved, kRemoved,
                           2.5, 2.5, kRemoved, 2.5, kRemoved, kRemoved, 1.0,
                           kRemoved, kRemoved, kRemoved, 2.0}));
  const double full = std::log(4 * std::exp(2.5) + std::exp(forced));
  for (std::int64_t n = 0; n < 2; ++n) {
    const TailInfo tail = **(*log)->Tail(n);
    EXPECT_NEAR(tail.log_sum_exp, full, 1e-6);
    EXPECT_EQ(tail.bound, 2.5);
    EXPECT_EQ(tail.above, 0);  // A tie reaches into what is left out.
    EXPECT_NEAR(tail.mass,
                (n == 0 ? 0 : std::exp(forced - full)) + std::exp(2.5 - full),
                1e-6);
  }
  EXPECT_EQ((*(*log)->Tail(2))->count, 0);
  const auto survey = TakeSurvey(**log);
  ASSERT_TRUE(survey.ok());
  EXPECT_NEAR(survey->logged().mean_nll,
              (full - forced + full - 2.5 + std::log1p(std::exp(-1))) / 3,
              1e-6);
}

}  // namespace
}  // namespace sampler::logs
