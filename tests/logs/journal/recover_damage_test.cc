// Journals with damage in the middle: every intact row is in the log, bit for
// bit, and what is missing is told.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sampler/logs/journal/recover.h"
#include "sampler/logs/logger.h"
#include "tests/logs/journal/journal_files.h"
#include "tests/logs/log_files.h"

namespace sampler::logs {
namespace {

constexpr std::int64_t kSize = 20;
constexpr std::uint32_t kSequences = 3;
constexpr int kRows = 30;  // Of all sequences.

std::vector<float> RowOf(int n) {
  std::vector<float> row(kSize);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = static_cast<float>((static_cast<int>(i) * 37 + n * 11) % 101);
  }
  return row;
}

// Row n belongs to sequence n % 3 and has the token n % 20.
std::string Journal(std::int64_t top_k) {
  const std::string path = FreshPath("run");
  auto logger =
      Logger::Create(path, {.vocabulary_size = kSize, .top_k = top_k});
  EXPECT_TRUE(logger.ok()) << logger.status();
  for (std::uint32_t s = 0; s < kSequences; ++s) {
    EXPECT_TRUE(logger->AddPrompt(s, {1, 2, 3}).ok());
    EXPECT_TRUE(logger->AddPrompt(s, {4}).ok());
  }
  for (int n = 0; n < kRows; ++n) {
    EXPECT_TRUE(logger
                    ->Append(static_cast<std::uint32_t>(n) % kSequences,
                             RowOf(n), n % static_cast<int>(kSize))
                    .ok());
  }
  std::string bytes = ReadFile(path + ".partial");
  logger->Discard();
  return bytes;
}

struct Recovered {
  RecoveredLog report;
  std::set<int> rows;  // Those that are there, checked bit for bit.
};

Recovered Recover(const std::string& bytes, std::int64_t top_k) {
  const std::string out = FreshPath("out");
  const auto report =
      RecoverLog(WriteFile("damaged", bytes), out, Overwrite::kNo);
  EXPECT_TRUE(report.ok()) << report.status();
  if (!report.ok()) return {};
  Recovered recovered = {*report, {}};
  const auto log = Log::Open(out);
  EXPECT_TRUE(log.ok()) << log.status();
  EXPECT_EQ((*log)->rows(), report->rows);
  RowBuffer buffer;
  const auto numbers = (*log)->description().metadata.find("sequences");
  EXPECT_EQ(numbers, (*log)->description().metadata.end());
  for (std::size_t s = 0; s < (*log)->sequences().size(); ++s) {
    const LogSequence& sequence = (*log)->sequences()[s];
    int last = -1;
    for (std::int64_t i = 0; i < sequence.rows; ++i) {
      const std::int64_t at = sequence.first_row + i;
      const Logits logits = (*log)->Row(at, buffer).value();
      int n = static_cast<int>(s);
      const auto matches = [&] {
        const std::vector<float> row = RowOf(n);
        for (std::size_t id = 0; id < row.size(); ++id) {
          const bool held = top_k == 0 || !std::isinf(logits[id]);
          if (held && logits[id] != static_cast<double>(row[id])) return false;
        }
        return (*log)->tokens()[static_cast<std::size_t>(at)] == n % kSize;
      };
      while (n < kRows && !matches()) n += kSequences;
      EXPECT_LT(n, kRows) << "a row that nobody logged";
      EXPECT_GT(n, last) << "out of order";
      last = n;
      recovered.rows.insert(n);
    }
  }
  return recovered;
}

class RecoverDamageTest : public testing::TestWithParam<std::int64_t> {};

TEST_P(RecoverDamageTest, AnUndamagedJournalSaysSo) {
  const Recovered recovered = Recover(Journal(GetParam()), GetParam());
  EXPECT_EQ(recovered.rows.size(), static_cast<std::size_t>(kRows));
  EXPECT_TRUE(recovered.report.undamaged);
  EXPECT_FALSE(recovered.report.is_being_written);
}

TEST_P(RecoverDamageTest, OneFlippedBitCostsAtMostOneRecordAndIsTold) {
  const std::string bytes = Journal(GetParam());
  for (std::size_t at = 0; at < bytes.size(); at += 29) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at / 29 % 8));
    const Recovered recovered = Recover(damaged, GetParam());
    ASSERT_GE(recovered.rows.size(), static_cast<std::size_t>(kRows - 1)) << at;
    ASSERT_FALSE(recovered.report.undamaged) << at;
    ASSERT_TRUE(!recovered.report.holes.empty() ||
                recovered.report.ignored_bytes > 0);
    for (const JournalHole& hole : recovered.report.holes) {
      ASSERT_LE(hole.begin, static_cast<std::int64_t>(at));
      ASSERT_GT(hole.begin + hole.bytes, static_cast<std::int64_t>(at));
    }
    // What is missing is said by sequence and place, unless nothing follows.
    std::set<int> missing;
    for (const MissingRows& gap : recovered.report.missing) {
      if (gap.prompt) continue;
      ASSERT_EQ(gap.count, 1);
      missing.insert(static_cast<int>(gap.first * kSequences + gap.sequence));
    }
    for (const int n : missing) ASSERT_EQ(recovered.rows.count(n), 0u);
    for (int n = 0; n < kRows - static_cast<int>(kSequences); ++n) {
      ASSERT_EQ(recovered.rows.count(n) + missing.count(n), 1u) << n;
    }
  }
}

TEST_P(RecoverDamageTest, AnyDamageGivesOnlyRowsThatWereLogged) {
  const std::string bytes = Journal(GetParam());
  std::mt19937 engine(static_cast<std::uint32_t>(5 + GetParam()));
  for (int trial = 0; trial < 60; ++trial) {
    std::string damaged = bytes;
    // Beyond the options, whose two copies are not both to be hit.
    const std::size_t at = 600 + engine() % (bytes.size() - 600);
    const std::size_t count = 1 + engine() % 300;
    switch (engine() % 4) {
      case 0:
        damaged.erase(at, count);
        break;
      case 1:
        damaged.insert(at, count, static_cast<char>(engine()));
        break;
      case 2:
        std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(at),
                    std::min(count, damaged.size() - at), '\0');
        break;
      default:
        damaged.resize(at);
    }
    const Recovered recovered = Recover(damaged, GetParam());
    EXPECT_EQ(static_cast<std::int64_t>(recovered.rows.size()),
              recovered.report.rows);
    if (testing::Test::HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(DenseAndTopK, RecoverDamageTest,
                         testing::Values(0, 4));

TEST(RecoverDamage, TheLogItselfSaysWhichRowsAreMissing) {
  const std::string bytes = Journal(/*top_k=*/0);
  constexpr std::size_t kRecord = 40 + 4 * kSize;
  std::string damaged = bytes;
  // Rows 12 to 18 of 30: places 4 to 6 of sequence 0, 4 and 5 of the others.
  for (std::size_t row = 12; row < 19; ++row) {
    damaged[damaged.size() - (kRows - row) * kRecord + 50] ^= 1;
  }
  const std::string out = FreshPath("out");
  const auto report =
      RecoverLog(WriteFile("damaged", damaged), out, Overwrite::kNo);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->rows, kRows - 7);
  ASSERT_EQ(report->holes.size(), 1u);
  EXPECT_EQ(report->holes[0].rows_before, 12);
  const auto log = Log::Open(out);
  ASSERT_TRUE(log.ok());
  EXPECT_EQ((*log)->description().metadata.at("missing_rows"),
            "1:4-5 2:4-5 0:4-6");
}

// Whenever it happens: an error, or the log of a journal that was read before.
TEST(RecoverDamage, AJournalThatIsTruncatedMeanwhileIsAnErrorNotASignal) {
  const std::string path = FreshPath("large");
  auto logger = Logger::Create(path, {.vocabulary_size = 50'000});
  ASSERT_TRUE(logger.ok());
  const std::vector<float> row(50'000, 1.5F);
  for (int n = 0; n < 100; ++n) ASSERT_TRUE(logger->Append(0, row, n).ok());
  const std::string journal = path + ".partial";
  const std::string copy = FreshPath("copy");
  // Until it was in the middle once, whichever thread is the faster one.
  int failures = 0;
  for (int trial = 0; trial < 12 || (failures == 0 && trial < 300); ++trial) {
    std::filesystem::remove(copy);
    std::filesystem::copy_file(journal, copy);
    const std::string out = FreshPath("out");
    std::thread truncate([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(trial % 12));
      std::filesystem::resize_file(copy, 1'000'000);
    });
    const auto report = RecoverLog(copy, out, Overwrite::kNo);
    truncate.join();
    EXPECT_EQ(std::filesystem::exists(out), report.ok());
    failures += absl::IsDataLoss(report.status()) ? 1 : 0;
    EXPECT_TRUE(report.ok() || absl::IsDataLoss(report.status()))
        << report.status();
  }
  EXPECT_GT(failures, 0);
  logger->Discard();
}

TEST(RecoverDamage, ALostPromptIsTold) {
  const std::string bytes = Journal(/*top_k=*/0);
  // The first prompt record is before the first [1, 2, 3].
  const std::vector<std::int32_t> ids = {1, 2, 3};
  const std::size_t at =
      bytes.find(std::string(reinterpret_cast<const char*>(ids.data()), 12));
  ASSERT_NE(at, std::string::npos);
  std::string damaged = bytes;
  damaged[at] ^= 1;
  const auto report = RecoverLog(WriteFile("damaged", damaged),
                                 FreshPath("out"), Overwrite::kNo);
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report->missing.size(), 1u);
  EXPECT_TRUE(report->missing[0].prompt);
  EXPECT_EQ(report->missing[0].count, 3);
}

}  // namespace
}  // namespace sampler::logs
