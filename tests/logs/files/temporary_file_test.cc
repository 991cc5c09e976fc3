// Files that appear whole under a new name, and of many writers once.

#include "sampler/logs/files/temporary_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sampler/logs/files/output_file.h"
#include "tests/logs/log_files.h"
#include "tests/support/nameless_files.h"

namespace sampler::logs {
namespace {

using Kind = TemporaryFile::Kind;

absl::Span<const unsigned char> Span(absl::string_view text) {
  return {reinterpret_cast<const unsigned char*>(text.data()), text.size()};
}

class TemporaryFileTest : public testing::TestWithParam<Kind> {
 protected:
  std::string Path() const { return folder_.path() + "/out"; }
  std::string Folder() const { return folder_.path(); }
  // Whether the file has a name before it is published.
  bool HasAName() const {
    return GetParam() == Kind::kNamed || !HasNamelessFiles(Folder());
  }

  std::string Content(const std::string& path) const {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

  std::ptrdiff_t Files() const {
    return std::distance(std::filesystem::directory_iterator(folder_.path()),
                         std::filesystem::directory_iterator());
  }

  absl::Status Write(const std::string& path, Overwrite overwrite,
                     absl::string_view text) const {
    auto file = TemporaryFile::Create(path, overwrite, GetParam());
    if (!file.ok()) return file.status();
    EXPECT_EQ(WriteFully(file->descriptor(), Span(text)), 0);
    return file->Publish();
  }

  static mode_t ModeOf(const std::string& path) {
    struct stat info;
    EXPECT_EQ(stat(path.c_str(), &info), 0);
    return info.st_mode & 07777;
  }

 private:
  ScratchFolder folder_;
};

TEST_P(TemporaryFileTest, AppearsWhenItIsPublished) {
  auto file = TemporaryFile::Create(Path(), Overwrite::kNo, GetParam());
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(Files(), HasAName() ? 1 : 0);
  EXPECT_EQ(WriteFully(file->descriptor(), Span("text")), 0);
  ASSERT_TRUE(file->Publish().ok());
  EXPECT_EQ(Content(Path()), "text");
  EXPECT_EQ(Files(), 1);
}

TEST_P(TemporaryFileTest, LeavesNothingUnpublished) {
  {
    auto file = TemporaryFile::Create(Path(), Overwrite::kYes, GetParam());
    ASSERT_TRUE(file.ok());
    TemporaryFile moved = *std::move(file);
    EXPECT_EQ(WriteFully(moved.descriptor(), Span("text")), 0);
  }
  EXPECT_EQ(Files(), 0);
}

TEST_P(TemporaryFileTest, HasTheUsualPermissions) {
  const mode_t before = umask(027);
  ASSERT_TRUE(Write(Path(), Overwrite::kNo, "new").ok());
  umask(before);
  EXPECT_EQ(ModeOf(Path()), 0640u);
}

TEST_P(TemporaryFileTest, KeepsThePermissionsOfWhatItReplaces) {
  for (const mode_t mode : {0600u, 0644u, 0664u, 0400u, 0755u, 0666u}) {
    ASSERT_TRUE(Write(Path(), Overwrite::kYes, "old").ok());
    ASSERT_EQ(chmod(Path().c_str(), mode), 0);
    ASSERT_TRUE(Write(Path(), Overwrite::kYes, "new").ok());
    EXPECT_EQ(Content(Path()), "new");
    EXPECT_EQ(ModeOf(Path()), mode);
    EXPECT_EQ(Files(), 1);
  }
}

TEST_P(TemporaryFileTest, ReplacesNoLinkDeviceOrPipeThatCameMeanwhile) {
  const std::string precious = Folder() + "/precious";
  std::ofstream(precious) << "precious";
  for (const Overwrite overwrite : {Overwrite::kNo, Overwrite::kYes}) {
    auto file = TemporaryFile::Create(Path(), overwrite, GetParam());
    ASSERT_TRUE(file.ok());
    std::filesystem::create_symlink(precious, Path());
    EXPECT_EQ(file->Publish().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(std::filesystem::is_symlink(Path()));
    EXPECT_EQ(Content(precious), "precious");
    std::filesystem::remove(Path());
  }
}

TEST_P(TemporaryFileTest, FitsBesideTheLongestName) {
  const std::string longest = Folder() + "/" + std::string(255, 'n');
  ASSERT_TRUE(Write(longest, Overwrite::kNo, "1").ok());
  ASSERT_TRUE(Write(longest, Overwrite::kYes, "2").ok());
  EXPECT_EQ(Content(longest), "2");
  EXPECT_FALSE(Write(longest + "n", Overwrite::kNo, "3").ok());
  EXPECT_EQ(Files(), 1);
}

TEST_P(TemporaryFileTest, TakesRelativeNames) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(Folder());
  EXPECT_TRUE(Write("relative", Overwrite::kNo, "1").ok());
  EXPECT_TRUE(Write("./other", Overwrite::kNo, "2").ok());
  std::filesystem::current_path(before);
  EXPECT_EQ(Content(Folder() + "/relative"), "1");
  EXPECT_EQ(Content(Folder() + "/other"), "2");
}

// 300 trials of two processes and one name: one process each time succeeds, and
// its content is in the file.
TEST_P(TemporaryFileTest, OfTwoWritersOneSucceeds) {
  for (int trial = 0; trial < 300; ++trial) {
    int gate[2];
    ASSERT_EQ(pipe(gate), 0);
    std::vector<pid_t> children;
    for (const char* text : {"0", "1"}) {
      children.push_back(fork());
      if (children.back() != 0) continue;
      auto file = TemporaryFile::Create(Path(), Overwrite::kNo, GetParam());
      if (!file.ok()) _exit(2);
      if (WriteFully(file->descriptor(), Span(text)) != 0) _exit(3);
      char go = 0;
      close(gate[1]);
      (void)!read(gate[0], &go, 1);
      const absl::Status published = file->Publish();
      // No destructor runs in _exit: the loser's file is removed here.
      if (!published.ok()) RemoveTemporaryFiles();
      _exit(published.ok() ? 0 : absl::IsAlreadyExists(published) ? 1 : 4);
    }
    close(gate[0]);
    close(gate[1]);
    std::vector<int> codes;
    for (const pid_t child : children) {
      int status = 0;
      waitpid(child, &status, 0);
      codes.push_back(WEXITSTATUS(status));
    }
    ASSERT_EQ(std::count(codes.begin(), codes.end(), 0), 1) << trial;
    // The loser saw the name at once or when it published.
    EXPECT_LE(*std::max_element(codes.begin(), codes.end()), 2);
    EXPECT_EQ(Content(Path()), codes[0] == 0 ? "0" : "1");
    EXPECT_EQ(Files(), 1);
    std::filesystem::remove(Path());
  }
}

TEST_P(TemporaryFileTest, IsRemovedByAHandlerOfSignals) {
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGTERM, [](int) {
      RemoveTemporaryFiles();
      _exit(0);
    });
    auto file = TemporaryFile::Create(Path(), Overwrite::kYes, GetParam());
    if (!file.ok()) _exit(1);
    (void)WriteFully(file->descriptor(), Span("text"));
    raise(SIGTERM);
    _exit(2);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Files(), 0);
}

// The dead process leaves nothing that has no name.
TEST_P(TemporaryFileTest, BlocksNobodyAfterItsProcessWasKilled) {
  const pid_t child = fork();
  if (child == 0) {
    auto file = TemporaryFile::Create(Path(), Overwrite::kNo, GetParam());
    if (file.ok()) (void)WriteFully(file->descriptor(), Span("text"));
    raise(SIGKILL);
  }
  waitpid(child, nullptr, 0);
  EXPECT_EQ(Files(), HasAName() ? 1 : 0);
  EXPECT_TRUE(Write(Path(), Overwrite::kNo, "next").ok());
  EXPECT_TRUE(Write(Path(), Overwrite::kYes, "next").ok());
}

INSTANTIATE_TEST_SUITE_P(Kinds, TemporaryFileTest,
                         testing::Values(Kind::kNameless, Kind::kNamed));

TEST(MoveToNew, EveryWayMovesOnceAndReplacesNothing) {
  const ScratchFolder folder;
  const std::string from = folder.path() + "/from";
  const std::string to = folder.path() + "/to";
  for (const MoveBy way : {MoveBy::kRename, MoveBy::kLink, MoveBy::kClaim}) {
    std::ofstream(from) << "content";
    EXPECT_EQ(MoveToNew(from.c_str(), to.c_str(), way), 0);
    EXPECT_FALSE(std::filesystem::exists(from));
    EXPECT_EQ(std::filesystem::file_size(to), 7u);
    std::ofstream(from) << "more content";
    EXPECT_EQ(MoveToNew(from.c_str(), to.c_str(), way), EEXIST);
    EXPECT_EQ(std::filesystem::file_size(to), 7u);
    EXPECT_TRUE(std::filesystem::exists(from));
    std::filesystem::remove(to);
    EXPECT_EQ(MoveToNew("/no/such/file", to.c_str(), way), ENOENT);
    EXPECT_FALSE(std::filesystem::exists(to));
  }
}

TEST(TemporaryName, ManyAreRemovedAndForgotten) {
  const ScratchFolder folder;
  {
    std::vector<TemporaryName> names;
    for (int i = 0; i < 100; ++i) {
      const std::string path = absl::StrCat(folder.path(), "/", i);
      std::ofstream(path) << i;
      names.emplace_back(path);
    }
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  RemoveTemporaryFiles();
}

}  // namespace
}  // namespace sampler::logs
