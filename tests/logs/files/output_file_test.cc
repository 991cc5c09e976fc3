#include "sampler/logs/files/output_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "tests/logs/log_files.h"

namespace sampler::logs {
namespace {

// A folder of its own for every test, to see what else is in it.
class OutputFileTest : public testing::Test {
 protected:
  std::string Path() const { return folder_.path() + "/out"; }
  std::string Content() const {
    std::ifstream file(Path(), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  std::ptrdiff_t Files() const {
    return std::distance(std::filesystem::directory_iterator(folder_.path()),
                         std::filesystem::directory_iterator());
  }

 private:
  ScratchFolder folder_;
};

void AppendText(OutputFile& file, const std::string& text) {
  file.AppendValues(absl::MakeConstSpan(text.data(), text.size()));
}

TEST_F(OutputFileTest, AppearsWhenItIsCommitted) {
  auto file = OutputFile::Create(Path(), Overwrite::kNo);
  ASSERT_TRUE(file.ok()) << file.status();
  const std::string large(300'000, 'l');
  std::string expected;
  for (const std::string& piece : {std::string("a"), large, std::string("b"),
                                   std::string(200'000, 'c'), large}) {
    AppendText(*file, piece);
    expected += piece;
  }
  EXPECT_FALSE(std::filesystem::exists(Path()));
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_EQ(Content(), expected);
  EXPECT_EQ(Files(), 1);
}

TEST_F(OutputFileTest, LeavesNothingWithoutCommit) {
  {
    auto file = OutputFile::Create(Path(), Overwrite::kNo);
    ASSERT_TRUE(file.ok());
    AppendText(*file, "lost");
  }
  EXPECT_EQ(Files(), 0);
}

TEST_F(OutputFileTest, ReplacesOnlyWhatItMay) {
  std::ofstream(Path()) << "old";
  EXPECT_TRUE(Refuses(OutputFile::Create(Path(), Overwrite::kNo),
                      absl::StatusCode::kAlreadyExists, {"out"}));
  auto file = OutputFile::Create(Path(), Overwrite::kYes);
  ASSERT_TRUE(file.ok());
  AppendText(*file, "new");
  EXPECT_EQ(Content(), "old");
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_EQ(Content(), "new");
}

TEST_F(OutputFileTest, SparesAFileThatCameMeanwhile) {
  auto file = OutputFile::Create(Path(), Overwrite::kNo);
  ASSERT_TRUE(file.ok());
  AppendText(*file, "ours");
  std::ofstream(Path()) << "theirs";
  EXPECT_EQ(file->Commit().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Content(), "theirs");
}

TEST_F(OutputFileTest, KeepsTheErrorOfAFullDisk) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  {
    auto file = OutputFile::Create(Path(), Overwrite::kNo);
    ASSERT_TRUE(file.ok());
    const rlimit limit = {100'000, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    AppendText(*file, std::string(300'000, 'x'));
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_TRUE(file->failed());
    AppendText(*file, "more");
    const absl::Status status = file->Commit();
    EXPECT_FALSE(status.ok());
    EXPECT_TRUE(absl::StrContains(status.message(), "cannot write")) << status;
    EXPECT_EQ(file->Commit(), status);
  }
  EXPECT_EQ(Files(), 0);
}

TEST_F(OutputFileTest, NamesAFolderThatIsNotThere) {
  EXPECT_TRUE(Refuses(OutputFile::Create("/no/such/out", Overwrite::kNo),
                      absl::StatusCode::kNotFound,
                      {"/no/such/out", "cannot create"}));
}

}  // namespace
}  // namespace sampler::logs
