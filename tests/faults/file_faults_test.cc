// The n-th call of a file fails, for every n: a log appears whole or not at
// all, what was there stays, no row that was acknowledged is lost, nothing is
// left behind. Interruptions and short counts change nothing.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sampler/logs/files/output_file.h"
#include "sampler/logs/journal/recover.h"
#include "sampler/logs/log.h"
#include "sampler/logs/logger.h"
#include "tests/faults/every_call.h"
#include "tests/faults/failing_calls.h"
#include "tests/logs/log_files.h"

namespace sampler::faults {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kVocabulary = 60;

std::string FileText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteText(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

// Names of the files of a folder, hidden ones too.
std::set<std::string> Names(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

void Clear(const std::string& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    fs::remove_all(entry.path());
  }
}

// ---- A run that logs -------------------------------------------------------

std::vector<float> Row(int salt) {
  std::vector<float> row(kVocabulary);
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i] = static_cast<float>((i * 7 + static_cast<std::size_t>(salt)) % 31);
  }
  return row;
}

// What became of a run.
struct LoggedRun {
  absl::Status created = absl::UnknownError("");
  std::vector<int> acknowledged;  // Salts of the rows whose Append was ok.
  absl::Status finished = absl::UnknownError("");
};

void LogRows(const std::string& path, logs::Overwrite overwrite,
             LoggedRun& run) {
  auto logger = logs::Logger::Create(
      path, {.vocabulary_size = kVocabulary, .overwrite = overwrite});
  run.created = logger.status();
  if (!logger.ok()) return;
  const std::vector<TokenId> prompt = {1, 2};
  (void)logger->AddPrompt(0, prompt);
  for (const int salt : {1, 2, 3}) {
    const logs::RowNotes notes = {.attempt = static_cast<unsigned>(salt - 1)};
    if (logger->Append(0, Row(salt), salt, notes).ok()) {
      run.acknowledged.push_back(salt);
    }
  }
  (void)logger->Sync();
  run.finished = logger->Finish();
}

// The tokens of a log, whose rows must be those of the tokens' salts.
std::vector<int> Salts(const std::string& path) {
  const auto log = logs::Log::Open(path);
  EXPECT_TRUE(log.ok()) << log.status();
  if (!log.ok()) return {};
  std::vector<int> salts((*log)->tokens().begin(), (*log)->tokens().end());
  logs::RowBuffer buffer;
  for (std::size_t r = 0; r < salts.size(); ++r) {
    const auto row = (*log)->Row(static_cast<std::int64_t>(r), buffer);
    EXPECT_TRUE(row.ok()) << row.status();
    const std::vector<float> expected = Row(salts[r]);
    for (std::size_t i = 0; row.ok() && i < expected.size(); ++i) {
      EXPECT_EQ((*row)[i], expected[i]);
    }
  }
  return salts;
}

constexpr char kOld[] = "what was there before";

// The file is the log of the run, or what was there before.
// `call` was faulty.
void CheckRun(const std::string& folder, const LoggedRun& run, bool was_there,
              const std::string& call) {
  const std::string path = folder + "/log.safetensors";
  const std::string partial = path + ".partial";
  std::set<std::string> allowed;
  if (run.finished.ok()) {
    EXPECT_EQ(Salts(path), (std::vector<int>{1, 2, 3}));
    allowed = {"log.safetensors"};
    // What cannot be looked at or removed stays: beside a whole log it does no
    // harm.
    if (call == "fstat" || call == "lstat" || call == "unlink") {
      allowed.insert("log.safetensors.partial");
    }
  } else if (was_there) {
    EXPECT_EQ(FileText(path), kOld);
    allowed = {"log.safetensors"};
  } else {
    EXPECT_FALSE(fs::exists(path));
  }
  if (run.created.ok() && !run.finished.ok()) {
    // Every row that was acknowledged is still to be had.
    allowed.insert("log.safetensors.partial");
    const std::string recovered = folder + "/recovered";
    if (!run.acknowledged.empty()) {
      const auto status =
          logs::RecoverLog(partial, recovered, logs::Overwrite::kNo);
      ASSERT_TRUE(status.ok()) << status.status();
      EXPECT_EQ(Salts(recovered), run.acknowledged);
      fs::remove(recovered);
    }
  }
  for (const std::string& name : Names(folder)) {
    EXPECT_TRUE(allowed.count(name) != 0) << "left behind: " << name;
  }
}

class EveryFault : public testing::TestWithParam<bool> {};

TEST_P(EveryFault, LeavesALogWholeOrNone) {
  const logs::ScratchFolder folder;
  const std::string path = folder.path() + "/log.safetensors";
  for (const Fault& fault : Errors()) {
    ForEveryCall("a logger", fault, [&](std::int64_t n) {
      Clear(folder.path());
      if (GetParam()) WriteText(path, kOld);
      LoggedRun run;
      std::string call;
      {
        const FailingCalls failing(n, fault.how, fault.error);
        LogRows(path, GetParam() ? logs::Overwrite::kYes : logs::Overwrite::kNo,
                run);
        call = failing.happened();
      }
      SCOPED_TRACE(
          absl::StrCat("call ", n, ", ", call, ", error ", fault.error));
      CheckRun(folder.path(), run, GetParam(), call);
      return call;
    });
  }
}

TEST_P(EveryFault, LeavesARecoveredLogWholeOrNone) {
  const logs::ScratchFolder source;
  const std::string journal = source.path() + "/log.safetensors.partial";
  {
    auto logger = logs::Logger::Create(source.path() + "/log.safetensors",
                                       {.vocabulary_size = kVocabulary});
    for (const int salt : {1, 2, 3}) {
      ASSERT_TRUE(logger->Append(0, Row(salt), salt).ok());
    }
  }
  const logs::ScratchFolder folder;
  const std::string path = folder.path() + "/log.safetensors";
  for (const Fault& fault : Errors()) {
    ForEveryCall("a recovery", fault, [&](std::int64_t n) {
      Clear(folder.path());
      if (GetParam()) WriteText(path, kOld);
      absl::Status status;
      std::string call;
      {
        const FailingCalls failing(n, fault.how, fault.error);
        status = logs::RecoverLog(
                     journal, path,
                     GetParam() ? logs::Overwrite::kYes : logs::Overwrite::kNo)
                     .status();
        call = failing.happened();
      }
      LoggedRun run;
      run.finished = status;
      SCOPED_TRACE(
          absl::StrCat("call ", n, ", ", call, ", error ", fault.error));
      CheckRun(folder.path(), run, GetParam(), call);
      return call;
    });
  }
}

TEST_P(EveryFault, LeavesATextWholeOrNone) {
  const logs::ScratchFolder folder;
  const std::string path = folder.path() + "/text";
  const std::string text(600'000, 'x');
  for (const Fault& fault : Errors()) {
    ForEveryCall("a text", fault, [&](std::int64_t n) {
      Clear(folder.path());
      if (GetParam()) WriteText(path, kOld);
      absl::Status status;
      std::string call;
      {
        const FailingCalls failing(n, fault.how, fault.error);
        status = logs::WriteTextFile(
            path, GetParam() ? logs::Overwrite::kYes : logs::Overwrite::kNo,
            text);
        call = failing.happened();
      }
      EXPECT_EQ(FileText(path), status.ok()  ? text
                                : GetParam() ? kOld
                                             : "")
          << call;
      EXPECT_EQ(Names(folder.path()).size(),
                status.ok() || GetParam() ? 1u : 0u)
          << "after " << call;
      return call;
    });
  }
}

INSTANTIATE_TEST_SUITE_P(Files, EveryFault, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& info) {
                           return info.param ? "Replacing" : "New";
                         });

// An interrupted call is made again, a short one is gone on with.
TEST(EveryNuisance, ChangesNothing) {
  const logs::ScratchFolder folder;
  const std::string path = folder.path() + "/log.safetensors";
  for (const Fault& fault : kNuisances) {
    ForEveryCall("a logger", fault, [&](std::int64_t n) {
      Clear(folder.path());
      LoggedRun run;
      std::vector<int> salts;
      std::string call;
      {
        const FailingCalls failing(n, fault.how, fault.error);
        LogRows(path, logs::Overwrite::kNo, run);
        salts = Salts(path);
        call = failing.happened();
      }
      EXPECT_TRUE(run.finished.ok()) << call << ": " << run.finished;
      EXPECT_EQ(salts, (std::vector<int>{1, 2, 3})) << call;
      return call;
    });
  }
}

}  // namespace
}  // namespace sampler::faults
