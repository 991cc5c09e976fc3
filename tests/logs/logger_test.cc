#include "sampler/logs/logger.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "sampler/logs/journal/recover.h"
#include "tests/logs/log_files.h"

namespace sampler::logs::logger_test {
namespace {

constexpr std::int64_t kSize = 50;

std::vector<float> RowOf(std::uint32_t sequence, int n) {
  std::vector<float> row(kSize);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = std::sin(static_cast<float>(i) * 1.7f + static_cast<float>(n) +
                      10.0f * static_cast<float>(sequence)) *
             9.0f;
  }
  return row;
}

std::int32_t TokenOf(std::uint32_t sequence, int n) {
  return static_cast<std::int32_t>(
      (sequence * 7 + static_cast<std::uint32_t>(n) * 3) % kSize);
}

// Logs `lengths[i]` rows of sequence i, interleaved; the prompt of sequence i
// has i tokens.
absl::Status LogAll(Logger& logger, const std::vector<int>& lengths) {
  for (std::uint32_t s = 0; s < lengths.size(); ++s) {
    absl::Status status = logger.AddPrompt(s, std::vector<std::int32_t>(s, 5));
    if (!status.ok()) return status;
  }
  for (int n = 0; n < *std::max_element(lengths.begin(), lengths.end()); ++n) {
    for (std::uint32_t s = 0; s < lengths.size(); ++s) {
      if (n >= lengths[s]) continue;
      absl::Status status = logger.Append(s, RowOf(s, n), TokenOf(s, n));
      if (!status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

TEST(Logger, WritesWhatTheReadersRead) {
  const std::string path = FreshPath("dense");
  auto logger = Logger::Create(
      path, {.vocabulary_size = kSize, .metadata = {{"model", "m\xff\""}}});
  ASSERT_TRUE(logger.ok()) << logger.status();
  ASSERT_TRUE(LogAll(*logger, {3, 1, 4}).ok());
  EXPECT_EQ(logger->rows(), 8);
  const absl::Status finished = logger->Finish();
  ASSERT_TRUE(finished.ok()) << finished;
  EXPECT_FALSE(std::filesystem::exists(path + ".partial"));

  const auto log = Log::Open(path);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->description().metadata.at("kind"), "raw");
  EXPECT_EQ((*log)->description().metadata.at("vocab_size"), "50");
  EXPECT_EQ((*log)->description().metadata.at("source_precision"), "f32");
  EXPECT_EQ((*log)->description().metadata.at("model"), "m\xef\xbf\xbd\"");
  EXPECT_EQ((*log)->description().metadata.count("sequences"), 0u);
  const std::vector<int> lengths = {3, 1, 4};
  ASSERT_EQ((*log)->sequences().size(), 3u);
  RowBuffer buffer;
  for (std::uint32_t s = 0; s < 3; ++s) {
    const LogSequence& sequence = (*log)->sequences()[s];
    ASSERT_EQ(sequence.rows, lengths[s]);
    EXPECT_EQ(Ids(sequence.prompt), std::vector<std::int32_t>(s, 5));
    for (int n = 0; n < lengths[s]; ++n) {
      const std::int64_t row = sequence.first_row + n;
      EXPECT_EQ((*log)->tokens()[static_cast<std::size_t>(row)], TokenOf(s, n));
      const Logits logits = (*log)->Row(row, buffer).value();
      const std::vector<float> expected = RowOf(s, n);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(logits[i], static_cast<double>(expected[i]));
      }
    }
  }
}

TEST(Logger, RoundsToTheTypeOfTheLog) {
  for (const DType dtype : {DType::kF16, DType::kBF16}) {
    const std::string path = FreshPath(DTypeName(dtype));
    auto logger =
        Logger::Create(path, {.vocabulary_size = kSize, .dtype = dtype});
    ASSERT_TRUE(LogAll(*logger, {2}).ok());
    ASSERT_TRUE(logger->Finish().ok());
    const auto log = Log::Open(path);
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_EQ((*log)->description().dtype, dtype);
    const std::vector<double> values = AllValues(**log);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto exact =
          static_cast<double>(RowOf(0, static_cast<int>(i / kSize))[i % kSize]);
      EXPECT_NEAR(values[i], exact, std::fabs(exact) / 256 + 1e-6);
    }
  }
}

TEST(Logger, SaysWhatSequenceNumbersWere) {
  const std::string path = FreshPath("numbers");
  auto logger = Logger::Create(path, {.vocabulary_size = kSize});
  ASSERT_TRUE(logger->Append(9, RowOf(9, 0), 1).ok());
  ASSERT_TRUE(logger->Append(4, RowOf(4, 0), 2).ok());
  ASSERT_TRUE(logger->Finish().ok());
  const auto log = Log::Open(path);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->description().metadata.at("sequences"), "4 9");
  EXPECT_EQ(Ids((*log)->tokens()), (std::vector<std::int32_t>{2, 1}));
}

TEST(Logger, RefusesWhatCannotBeReplayed) {
  const std::string path = FreshPath("misuse");
  auto logger =
      Logger::Create(path, {.vocabulary_size = 4, .dtype = DType::kF16});
  ASSERT_TRUE(logger.ok());
  const std::vector<float> row = {1, 2, 3, 4};
  const std::vector<float> shorter = {1, 2, 3};
  const std::vector<float> large = {1, 2, 70'000, 4};
  EXPECT_TRUE(Fails(logger->Finish(), absl::StatusCode::kFailedPrecondition,
                    {"got no row"}));
  EXPECT_TRUE(Fails(logger->Append(0, shorter, 0),
                    absl::StatusCode::kInvalidArgument,
                    {"row: got 3 logits, want 4"}));
  for (const std::int32_t token : {-1, 4}) {
    EXPECT_TRUE(Fails(logger->Append(0, row, token),
                      absl::StatusCode::kOutOfRange, {"token", "[0, 4)"}));
    EXPECT_TRUE(Fails(logger->AddPrompt(0, {0, token}),
                      absl::StatusCode::kOutOfRange, {"tokens[1]", "[0, 4)"}));
  }
  EXPECT_TRUE(Fails(logger->Append(0, large, 0), absl::StatusCode::kOutOfRange,
                    {"logits[2]: got 70000", "f16"}));
  EXPECT_EQ(logger->rows(), 0);
  ASSERT_TRUE(logger->Append(0, row, 3).ok());
  ASSERT_TRUE(logger->Sync().ok());
  ASSERT_TRUE(logger->Finish().ok());
  for (const absl::Status& late :
       {logger->Append(0, row, 3), logger->AddPrompt(0, {1}), logger->Sync(),
        logger->Finish()}) {
    EXPECT_TRUE(Fails(late, absl::StatusCode::kFailedPrecondition,
                      {"misuse", "finished"}));
  }
  EXPECT_EQ((*Log::Open(path))->rows(), 1);
}

TEST(Logger, RefusesOptionsOutOfRange) {
  const std::string path = FreshPath("options");
  for (const LoggerOptions& options :
       {LoggerOptions{.vocabulary_size = 0},
        LoggerOptions{.vocabulary_size = (1 << 20) + 1},
        LoggerOptions{.vocabulary_size = 4, .top_k = 5},
        LoggerOptions{.vocabulary_size = 4, .top_k = -1},
        LoggerOptions{.vocabulary_size = 4, .dtype = DType::kF64}}) {
    EXPECT_TRUE(Refuses(Logger::Create(path, options),
                        absl::StatusCode::kInvalidArgument, {"want"}));
  }
  EXPECT_TRUE(
      Refuses(Logger::Create("/no/such/folder/log", {.vocabulary_size = 4}),
              absl::StatusCode::kNotFound, {"/no/such/folder/log"}));
  EXPECT_FALSE(std::filesystem::exists(path + ".partial"));
}

TEST(Logger, ReplacesNothingUnasked) {
  const std::string path = WriteFile("old", "an older log");
  EXPECT_TRUE(Refuses(Logger::Create(path, {.vocabulary_size = kSize}),
                      absl::StatusCode::kAlreadyExists, {"old"}));
  auto logger = Logger::Create(
      path, {.vocabulary_size = kSize, .overwrite = Overwrite::kYes});
  ASSERT_TRUE(logger.ok());
  EXPECT_TRUE(Refuses(
      Logger::Create(path,
                     {.vocabulary_size = kSize, .overwrite = Overwrite::kYes}),
      absl::StatusCode::kAlreadyExists, {"old.partial", "recover it"}));
  ASSERT_TRUE(LogAll(*logger, {1}).ok());
  ASSERT_TRUE(logger->Finish().ok());
  EXPECT_TRUE(Log::Open(path).ok());
}

TEST(Logger, LosesNoRowToAFullDisk) {
  const std::string path = FreshPath("full");
  auto logger = Logger::Create(path, {.vocabulary_size = kSize});
  ASSERT_TRUE(logger.ok());
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit limit = {1000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &limit);
  const absl::Status status = LogAll(*logger, {20});
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_FALSE(status.ok());
  const std::int64_t rows = logger->rows();
  EXPECT_GT(rows, 0);
  // Room again, but a row is missing: the error stays.
  EXPECT_EQ(logger->Append(0, RowOf(0, 30), 1), status);
  EXPECT_EQ(logger->Finish(), status);
  EXPECT_FALSE(std::filesystem::exists(path));
  const auto recovered = RecoverLog(path + ".partial", path, Overwrite::kNo);
  ASSERT_TRUE(recovered.ok()) << recovered.status();
  EXPECT_EQ(recovered->rows, rows);
  EXPECT_EQ(recovered->ignored_bytes, 0);
  EXPECT_EQ((*Log::Open(path))->rows(), rows);
}

TEST(Logger, LeavesTheJournalWhereFinishFails) {
  const std::string path = FreshPath("blocked");
  auto logger = Logger::Create(path, {.vocabulary_size = kSize});
  ASSERT_TRUE(LogAll(*logger, {2}).ok());
  WriteFile("blocked", "came meanwhile");
  EXPECT_TRUE(
      Fails(logger->Finish(), absl::StatusCode::kAlreadyExists, {"blocked"}));
  std::filesystem::remove(path);
  ASSERT_TRUE(logger->Finish().ok());
  EXPECT_EQ((*Log::Open(path))->rows(), 2);
}

TEST(Logger, IsNamedByTheReadersUntilItIsFinished) {
  const std::string path = FreshPath("unfinished");
  auto logger = Logger::Create(path, {.vocabulary_size = kSize});
  ASSERT_TRUE(LogAll(*logger, {2}).ok());
  EXPECT_TRUE(Refuses(Log::Open(path + ".partial"),
                      absl::StatusCode::kInvalidArgument,
                      {"not finished", "--recover"}));
  logger->Discard();
  EXPECT_FALSE(std::filesystem::exists(path + ".partial"));
  EXPECT_TRUE(Fails(logger->Finish(), absl::StatusCode::kFailedPrecondition,
                    {"finished"}));
}

TEST(Logger, TakesRowsFromManyThreads) {
  const std::string path = FreshPath("threads");
  auto logger = Logger::Create(path, {.vocabulary_size = kSize});
  ASSERT_TRUE(logger.ok());
  std::vector<std::thread> threads;
  for (std::uint32_t s = 0; s < 4; ++s) {
    threads.emplace_back([&logger, s] {
      for (int n = 0; n < 50; ++n) {
        EXPECT_TRUE(logger->Append(s, RowOf(s, n), TokenOf(s, n)).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(logger->Finish().ok());
  const auto log = Log::Open(path);
  ASSERT_TRUE(log.ok()) << log.status();
  for (std::uint32_t s = 0; s < 4; ++s) {
    for (int n = 0; n < 50; ++n) {
      EXPECT_EQ((*log)->tokens()[50 * s + static_cast<std::size_t>(n)],
                TokenOf(s, n));
    }
  }
}

TEST(Logger, KeepsRowsThatNoSamplerTakes) {
  // A dense log is a record of what happened, bad rows included.
  const std::string path = FreshPath("nan");
  auto logger = Logger::Create(path, {.vocabulary_size = 3});
  ASSERT_TRUE(logger->Append(0, std::vector<float>{1, NAN, INFINITY}, 0).ok());
  ASSERT_TRUE(logger->Finish().ok());
  const std::vector<double> values = AllValues(**Log::Open(path));
  EXPECT_TRUE(std::isnan(values[1]));
  EXPECT_EQ(values[2], std::numeric_limits<double>::infinity());
  const std::string sparse = FreshPath("nan-sparse");
  auto top = Logger::Create(sparse, {.vocabulary_size = 3, .top_k = 1});
  EXPECT_TRUE(Fails(top->Append(0, std::vector<float>{1, NAN, 2}, 0),
                    absl::StatusCode::kInvalidArgument, {"status nan"}));
}

}  // namespace
}  // namespace sampler::logs::logger_test
