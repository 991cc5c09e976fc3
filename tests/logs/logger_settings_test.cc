// What a logger is told of its sequences stands in the log, whatever happens on
// the way.

#include <limits>

#include "sampler/config.h"
#include "sampler/logs/journal/journal.h"
#include "sampler/logs/journal/recover.h"
#include "sampler/logs/logger.h"
#include "sampler/logs/sequence_settings.h"
#include "tests/logs/log_files.h"

namespace sampler::logs::logger_settings_test {
namespace {

constexpr std::int64_t kSize = 4;
const std::vector<float> kRow = {1, 2, 3, 4};

Pipeline Warm(double temperature) {
  return *Pipeline::Create(
      {.stages = {{"temperature", {{"temperature", temperature}}},
                  {"categorical"}}},
      kSize);
}

std::string NewPath(const char* name) {
  const std::string path = WriteFile(name, "");
  std::filesystem::remove(path);
  std::filesystem::remove(path + ".partial");
  return path;
}

// Three sequences, of which the middle one is not told of.
void LogAll(Logger& logger) {
  const Pipeline pipelines[] = {Warm(0.5), Warm(0.5), Warm(2.0)};
  for (std::uint32_t s = 0; s < 3; ++s) {
    Sequence sequence = *pipelines[s].NewSequence(
        {.seed = std::numeric_limits<std::uint64_t>::max() - s, .stream = 5});
    sequence.set_clock(s);
    if (s != 1) {
      ASSERT_TRUE(logger.Describe(s, SettingsOf(pipelines[s], sequence)).ok());
    }
    ASSERT_TRUE(logger.Append(s, Logits(kRow), 3).ok());
  }
}

void Check(const std::string& path) {
  const auto log = Log::Open(path);
  ASSERT_TRUE(log.ok()) << log.status();
  ASSERT_EQ((*log)->sequences().size(), 3u);
  const auto first = (*log)->sequences()[0].drawn_with;
  const auto last = (*log)->sequences()[2].drawn_with;
  EXPECT_FALSE((*log)->sequences()[1].drawn_with.has_value());
  ASSERT_TRUE(first.has_value() && last.has_value());
  EXPECT_EQ(first->seed, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(last->seed, std::numeric_limits<std::uint64_t>::max() - 2);
  EXPECT_EQ(first->stream, 5u);
  EXPECT_EQ(last->clock, 2);
  ASSERT_EQ((*log)->description().configs.size(), 2u);
  EXPECT_TRUE(*ParseConfig((*log)->description().configs[0]) ==
              Warm(0.5).config());
  EXPECT_EQ(last->config, 1);
  EXPECT_TRUE((*log)->description().notices.empty());
}

TEST(LoggerSettings, StandInTheLog) {
  for (const std::int64_t top_k : {0, 2}) {
    const std::string path = NewPath("settings");
    auto logger =
        Logger::Create(path, {.vocabulary_size = kSize, .top_k = top_k});
    ASSERT_TRUE(logger.ok()) << logger.status();
    LogAll(*logger);
    ASSERT_TRUE(logger->Finish().ok());
    Check(path);
  }
}

TEST(LoggerSettings, AreRecovered) {
  const std::string path = NewPath("lost");
  {
    auto logger = Logger::Create(path, {.vocabulary_size = kSize});
    ASSERT_TRUE(logger.ok()) << logger.status();
    LogAll(*logger);
  }
  const std::string found = NewPath("found");
  const auto recovered = RecoverLog(path + ".partial", found, Overwrite::kNo);
  ASSERT_TRUE(recovered.ok()) << recovered.status();
  EXPECT_EQ(recovered->rows, 3);
  Check(found);
}

TEST(LoggerSettings, OfSeveralCallsTheLastCounts) {
  const std::string path = NewPath("twice");
  auto logger = Logger::Create(path, {.vocabulary_size = kSize});
  ASSERT_TRUE(logger.ok()) << logger.status();
  ASSERT_TRUE(logger->Describe(0, {.seed = 1}).ok());
  ASSERT_TRUE(logger->Append(0, Logits(kRow), 3).ok());
  ASSERT_TRUE(logger->Describe(0, {.seed = 2, .stream = 9}).ok());
  ASSERT_TRUE(logger->Finish().ok());
  const auto log = Log::Open(path);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->sequences()[0].drawn_with,
            (DrawnWith{.seed = 2, .stream = 9}));
}

TEST(LoggerSettings, ThatNoReaderTakesAreRefused) {
  const std::string path = NewPath("refused");
  auto logger = Logger::Create(path, {.vocabulary_size = kSize});
  ASSERT_TRUE(logger.ok()) << logger.status();
  for (const SequenceSettings& wrong :
       std::vector<SequenceSettings>{{.config = "{"},
                                     {.config = "[1]"},
                                     {.config = "\xff"},
                                     {.config = "{\"a\":\"\xff\"}"},
                                     {.clock = -1}}) {
    EXPECT_EQ(logger->Describe(0, wrong).code(),
              absl::StatusCode::kInvalidArgument)
        << wrong.config;
  }
  logger->Discard();
  EXPECT_EQ(logger->Describe(0, {}).code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace sampler::logs::logger_settings_test
