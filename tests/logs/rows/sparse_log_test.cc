#include "sampler/logs/rows/sparse_log.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "sampler/logs/logger.h"
#include "sampler/logs/survey.h"
#include "tests/logs/log_files.h"
#include "tests/logs/rows/sparse_file.h"

namespace sampler::logs::sparse_log_test {
namespace {

constexpr double kRemoved = -std::numeric_limits<double>::infinity();

TEST(SparseLog, SpreadsTheListedTokens) {
  const auto log = Log::Open(WriteSparse("sparse", {}));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->rows(), 2);
  EXPECT_EQ((*log)->vocabulary_size(), 5);
  EXPECT_EQ(Ids((*log)->tokens()), (std::vector<std::int32_t>{3, 1}));
  EXPECT_EQ(AllValues(**log),
            (std::vector<double>{kRemoved, 2.5, kRemoved, 3.5, kRemoved, 7,
                                 6.75, 6, kRemoved, kRemoved}));
}

TEST(SparseLog, TakesTheLogitsWhereTheyAre) {
  SparseFile file;
  file.logits = {3.4f, 2.4f, 1, 2, 3};
  const auto log = Log::Open(WriteSparse("logits", file));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(AllValues(**log)[1], static_cast<double>(2.4f));
}

TEST(SparseLog, IsOneOfLogprobsWithoutLogsumexp) {
  SparseFile file;
  file.log_sum_exps.clear();
  const auto log = Log::Open(WriteSparse("logprobs", file));
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(AllValues(**log)[3], -0.5);
  EXPECT_EQ((*(*log)->Tail(0))->log_sum_exp, 0);
  const auto survey = TakeSurvey(**log);
  ASSERT_TRUE(survey.ok());
  EXPECT_EQ(KindName(survey->kind.kind), "raw_logprobs");
}

TEST(SparseLog, RefusesWhatCannotBe) {
  struct Case {
    const char* says;
    std::function<void(SparseFile&)> spoil;
  };
  const Case cases[] = {
      {"offsets[0]",
       [](SparseFile& f) {
         f.offsets = {1, 2, 5};
       }},
      {"offsets[1]",
       [](SparseFile& f) {
         f.offsets = {0, 2, 4};
       }},
      {"offsets[1]",
       [](SparseFile& f) {
         f.offsets = {0, 2, 1};
       }},
      {"offsets[0]",
       [](SparseFile& f) {
         f.offsets = {0, 1LL << 62, 5};
       }},
      {"token id 5", [](SparseFile& f) { f.ids[4] = 5; }},
      {"token id -1", [](SparseFile& f) { f.ids[0] = -1; }},
      {"token id 1 again", [](SparseFile& f) { f.ids[2] = 1; }},
      {"NaN", [](SparseFile& f) { f.logprobs[1] = NAN; }},
      {"logsumexp[1]", [](SparseFile& f) { f.log_sum_exps[1] = INFINITY; }},
      {"shape [5]", [](SparseFile& f) { f.logprobs.pop_back(); }},
      {"shape [2]", [](SparseFile& f) { f.log_sum_exps.pop_back(); }},
      {"logprobs", [](SparseFile& f) { f.logprobs.clear(); }},
      {"vocab_size", [](SparseFile& f) { f.metadata = "{}"; }},
      {"vocab_size",
       [](SparseFile& f) { f.metadata = "{\"vocab_size\":\"9999999\"}"; }},
      {"tokens", [](SparseFile& f) { f.tokens = {1}; }},
      {"rows",
       [](SparseFile& f) {
         f.offsets = {0};
         f.log_sum_exps.clear();
       }},
      {"rows",
       [](SparseFile& f) {
         f.offsets = {};
         f.log_sum_exps.clear();
       }},
  };
  for (const Case& c : cases) {
    SparseFile file;
    c.spoil(file);
    EXPECT_TRUE(Refuses(Log::Open(WriteSparse("wrong", file)),
                        absl::StatusCode::kInvalidArgument, {c.says}));
  }
}

TEST(SparseLog, TakesTheVocabularySizeOfTheCaller) {
  SparseFile file;
  file.metadata = "{}";
  OpenOptions options;
  options.vocabulary_size = 7;
  const auto log = Log::Open(WriteSparse("width", file), options);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->vocabulary_size(), 7);
}

TEST(SparseLog, SaysWhichVocabularySizeItFound) {
  SparseFile file;
  file.metadata = "{}";
  EXPECT_TRUE(Refuses(Log::Open(WriteSparse("none", file)),
                      absl::StatusCode::kInvalidArgument, {"got none, want"}));
  for (const char* const size :
       {"-1", "0", "1e3", "", "99999999999999999999"}) {
    file.metadata = absl::StrCat("{\"vocab_size\":\"", size, "\"}");
    EXPECT_TRUE(Refuses(Log::Open(WriteSparse("size", file)),
                        absl::StatusCode::kInvalidArgument,
                        {absl::StrCat("got \"", size, "\", want")}));
  }
}

TEST(SparseLog, RefusesEveryPrefix) {
  const std::string path = WriteSparse("whole", {});
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
}  // namespace sampler::logs::sparse_log_test
