// Whatever a logger finishes, the readers open: metadata and sequences of every
// size are an error at once, or in the log.

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sampler/logs/formats/safetensors_header.h"
#include "sampler/logs/logger.h"
#include "tests/logs/log_files.h"

namespace sampler::logs::logger_limits_test {
namespace {

constexpr std::int64_t kSize = 4;

absl::StatusOr<Logger> Create(
    const std::string& path,
    const std::map<std::string, std::string>& metadata) {
  return Logger::Create(path, {.vocabulary_size = kSize, .metadata = metadata});
}

const std::vector<float> kRow = {1, 2, 3, 4};

TEST(LoggerLimits, MetadataThatNoReaderTakesIsRefusedAtOnce) {
  const std::string path = FreshPath("huge");
  // As JSON a quote has two bytes, a control character six.
  const std::map<std::string, std::string> too_large[] = {
      {{"a", std::string(100'000'001, 'x')}},
      {{"a", std::string(50'000'000, '"')}},
      {{"a", std::string(17'000'000, '\x01')}},
      {{std::string(60'000'000, 'n'), std::string(50'000'000, 'x')}}};
  for (const auto& metadata : too_large) {
    EXPECT_TRUE(Refuses(Create(path, metadata),
                        absl::StatusCode::kInvalidArgument,
                        {"metadata", "bytes as JSON", "want at most"}));
    EXPECT_FALSE(std::filesystem::exists(path + ".partial"));
  }
}

TEST(LoggerLimits, MetadataOfTheLargestSizeIsReadAndSequencesThatFit) {
  const std::string path = FreshPath("large");
  // {"a":"..."}
  auto logger = Create(path, {{"a", std::string(99'000'000 - 8, 'x')}});
  ASSERT_TRUE(logger.ok()) << logger.status();
  // Half a megabyte is there for the numbers of sequences.
  std::uint32_t logged = 0;
  absl::Status status;
  while (status.ok() && logged < 100'000) {
    status = logger->Append(4'000'000'000u + logged, kRow, 1);
    logged += status.ok() ? 1 : 0;
  }
  EXPECT_TRUE(Fails(status, absl::StatusCode::kOutOfRange, {"sequences"}));
  EXPECT_EQ(logged, 500'000u / 11);
  EXPECT_TRUE(Fails(logger->AddPrompt(3'000'000'000u, {1}),
                    absl::StatusCode::kOutOfRange, {"sequences"}));
  // Known ones go on.
  EXPECT_TRUE(logger->Append(4'000'000'000u, kRow, 2).ok());
  const absl::Status finished = logger->Finish();
  ASSERT_TRUE(finished.ok()) << finished;
  const auto log = Log::Open(path);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->sequences().size(), logged);
  EXPECT_EQ((*log)->rows(), logged + 1);
  EXPECT_TRUE(Refuses(
      Create(FreshPath("larger"), {{"a", std::string(99'000'000 - 7, 'x')}}),
      absl::StatusCode::kInvalidArgument, {"99000001 bytes"}));
}

TEST(LoggerLimits, CountedSequencesNeedNoRoom) {
  const std::string path = FreshPath("counted");
  auto logger = Create(path, {{"a", std::string(99'000'000 - 8, 'x')}});
  ASSERT_TRUE(logger.ok()) << logger.status();
  // As a list they would take a megabyte.
  for (std::uint32_t s = 0; s < 150'000; ++s) {
    ASSERT_TRUE(logger->AddPrompt(s, {1}).ok()) << s;
  }
  logger->Discard();
}

TEST(LoggerLimits, NamesThatWouldBeReplacedAreRefused) {
  for (const char* name : {"vocab_size", "source_precision", "sequences",
                           "top_k", "forced_token", "missing_rows"}) {
    EXPECT_TRUE(Refuses(Create(FreshPath("reserved"), {{name, "7"}}),
                        absl::StatusCode::kInvalidArgument,
                        {name, "writes this one itself"}));
  }
  // Two of these would be one name in the log.
  EXPECT_TRUE(Refuses(Create(FreshPath("bytes"), {{"a\xff", "1"}}),
                      absl::StatusCode::kInvalidArgument, {"UTF-8"}));
}

TEST(LoggerLimits, EveryOtherNameAndTextIsRead) {
  const std::string path = FreshPath("names");
  const std::map<std::string, std::string> metadata = {
      {"", "empty"},
      {"__metadata__", "{\"x\": 1}"},
      {std::string("\0\n\x1b\"\\", 5), std::string("\0\n\x1b\"\\", 5)},
      {"dtype", "F32"},
      {"kind", "nonsense"},
      {"logits", "[1, 2]"},
      {"\xe2\x80\xae", "\xf0\x9f\x98\x80"}};
  for (const std::int64_t top_k : {0, 2}) {
    std::filesystem::remove(path);
    auto logger = Logger::Create(
        path, {.vocabulary_size = kSize, .top_k = top_k, .metadata = metadata});
    ASSERT_TRUE(logger.ok()) << logger.status();
    ASSERT_TRUE(logger->Append(0, kRow, 1).ok());
    ASSERT_TRUE(logger->Finish().ok());
    const auto log = Log::Open(path);
    ASSERT_TRUE(log.ok()) << log.status();
    for (const auto& [name, value] : metadata) {
      EXPECT_EQ((*log)->description().metadata.at(name), value);
    }
  }
}

TEST(LoggerLimits, SequencesWithoutRowsAreRead) {
  const std::string path = FreshPath("empty");
  auto logger = Create(path, {});
  ASSERT_TRUE(logger->AddPrompt(0, {1, 2}).ok());
  ASSERT_TRUE(logger->AddPrompt(7, {}).ok());
  ASSERT_TRUE(logger->Append(5, kRow, 3).ok());
  ASSERT_TRUE(logger->AddPrompt(9, {3}).ok());
  ASSERT_TRUE(logger->Finish().ok());
  const auto log = Log::Open(path);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->rows(), 1);
  EXPECT_EQ((*log)->description().metadata.at("sequences"), "0 5 7 9");
}

TEST(LoggerLimits, RowsAfterAFailedFinishAreInTheLog) {
  const std::string path = FreshPath("again");
  auto logger = Create(path, {});
  ASSERT_TRUE(logger->Append(0, kRow, 1).ok());
  WriteFile("again", "came meanwhile");
  EXPECT_EQ(logger->Finish().code(), absl::StatusCode::kAlreadyExists);
  ASSERT_TRUE(logger->Append(0, kRow, 2).ok());
  EXPECT_EQ(logger->Finish().code(), absl::StatusCode::kAlreadyExists);
  std::filesystem::remove(path);
  ASSERT_TRUE(logger->Append(0, kRow, 3).ok());
  ASSERT_TRUE(logger->Finish().ok());
  EXPECT_EQ(Ids((*Log::Open(path))->tokens()),
            (std::vector<std::int32_t>{1, 2, 3}));
  EXPECT_FALSE(std::filesystem::exists(path + ".partial"));
}

}  // namespace
}  // namespace sampler::logs::logger_limits_test
