#include "sampler/logs/files/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>
#include <utility>

#include "tests/logs/log_files.h"

namespace sampler::logs {
namespace {

std::string Text(const InputFile& file) {
  const auto bytes = file.ReadAll().value();
  return std::string(bytes.begin(), bytes.end());
}

TEST(InputFileTest, HoldsTheBytesOfTheFile) {
  const std::string bytes("a\0b\xff", 4);
  const auto file = InputFile::Open(WriteFile("f", bytes));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->size(), 4);
  EXPECT_EQ(Text(*file), bytes);
  std::vector<unsigned char> part(2);
  ASSERT_TRUE(file->Read(2, absl::MakeSpan(part)).ok());
  EXPECT_EQ(part, (std::vector<unsigned char>{'b', 0xff}));
  EXPECT_EQ(file->Prefix(100)->size(), 4u);
  EXPECT_EQ(file->Prefix(3)->size(), 3u);
}

TEST(InputFileTest, AnEmptyFileHasNoBytes) {
  const auto file = InputFile::Open(WriteFile("f", ""));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->size(), 0);
  EXPECT_EQ(Text(*file), "");
}

TEST(InputFileTest, MovingKeepsTheFileOpen) {
  auto file = InputFile::Open(WriteFile("f", "hello"));
  ASSERT_TRUE(file.ok());
  InputFile moved = *std::move(file);
  EXPECT_EQ(Text(moved), "hello");
  auto other = InputFile::Open(WriteFile("g", "other"));
  ASSERT_TRUE(other.ok());
  moved = *std::move(other);
  EXPECT_EQ(Text(moved), "other");
}

TEST(InputFileTest, AMissingFileIsNotFoundAndNamed) {
  EXPECT_TRUE(Refuses(InputFile::Open("/no/such/file"),
                      absl::StatusCode::kNotFound, {"/no/such/file", "open"}));
}

TEST(InputFileTest, ADirectoryIsRefused) {
  EXPECT_TRUE(Refuses(InputFile::Open(testing::TempDir()),
                      absl::StatusCode::kInvalidArgument, {"directory"}));
}

TEST(InputFileTest, APipeIsReadToItsEnd) {
  const std::string path = WriteFile("fifo", "");
  ASSERT_EQ(unlink(path.c_str()), 0);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const std::string bytes(3'000'000, 'x');  // More than one read.
  std::thread writer([&] { std::ofstream(path) << bytes; });
  const auto file = InputFile::Open(path);
  writer.join();
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(Text(*file), bytes);
}

TEST(InputFileTest, ADeviceWithoutAnEndIsRefused) {
  EXPECT_TRUE(Refuses(InputFile::Open("/dev/zero"),
                      absl::StatusCode::kInvalidArgument,
                      {"/dev/zero: got a device of more than 64 MB"}));
  EXPECT_EQ(InputFile::Open("/dev/null").value().size(), 0);
}

TEST(InputFileTest, DashReadsStandardInput) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "from stdin", 10), 10);
  close(ends[1]);
  const int saved = dup(STDIN_FILENO);
  dup2(ends[0], STDIN_FILENO);
  close(ends[0]);
  const auto file = InputFile::Open("-");
  dup2(saved, STDIN_FILENO);
  close(saved);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(Text(*file), "from stdin");
}

// What a reader of rows is told when the file under it changes.
absl::StatusOr<int> ReadsAfter(const std::string& name,
                               void (*change)(const std::string& path),
                               Growth growth = Growth::kIsAnError) {
  const std::string path = WriteFile(name, std::string(64, 'a'));
  // A file that was not written just now: its time tells one write from the
  // next.
  std::filesystem::last_write_time(
      path, std::filesystem::last_write_time(path) - std::chrono::hours(1));
  const auto file = InputFile::Open(path, growth);
  if (!file.ok()) return file.status();
  std::vector<unsigned char> row(8);
  absl::Status status = file->Read(56, absl::MakeSpan(row), 7);
  if (!status.ok()) return status;
  change(path);
  status = file->Read(56, absl::MakeSpan(row), 7);
  if (!status.ok()) return status;
  return 0;
}

TEST(InputFileTest, ATruncationIsAnErrorThatNamesTheRow) {
  EXPECT_TRUE(Refuses(ReadsAfter("cut",
                                 [](const std::string& path) {
                                   std::filesystem::resize_file(path, 60);
                                 }),
                      absl::StatusCode::kDataLoss,
                      {"row 7 (byte 56)", "now has 60 bytes", "64 bytes"}));
}

TEST(InputFileTest, BytesThatWereWrittenInPlaceAreAnErrorThatNamesTheRow) {
  const auto overwritten = ReadsAfter("over", [](const std::string& path) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file << "b";
  });
  EXPECT_TRUE(Refuses(overwritten, absl::StatusCode::kDataLoss,
                      {"row 7 (byte 56)", "overwritten"}));
  const auto copied = ReadsAfter("copied", [](const std::string& path) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        << std::string(64, 'b');
  });
  EXPECT_TRUE(Refuses(copied, absl::StatusCode::kDataLoss, {"row 7"}));
  const auto grown = ReadsAfter("grown", [](const std::string& path) {
    std::ofstream(path, std::ios::binary | std::ios::app) << "b";
  });
  EXPECT_TRUE(Refuses(grown, absl::StatusCode::kDataLoss, {"65 bytes"}));
}

TEST(InputFileTest, AFileMayGrowWhereThatIsExpected) {
  const auto grown = ReadsAfter(
      "grows",
      [](const std::string& path) {
        std::ofstream(path, std::ios::binary | std::ios::app) << "b";
      },
      Growth::kIsExpected);
  EXPECT_TRUE(grown.ok()) << grown.status();
  const auto cut = ReadsAfter(
      "shrinks",
      [](const std::string& path) { std::filesystem::resize_file(path, 60); },
      Growth::kIsExpected);
  EXPECT_TRUE(Refuses(cut, absl::StatusCode::kDataLoss,
                      {"row 7 (byte 56)", "now has 60 bytes"}));
}

TEST(InputFileTest, AnOpenFileIsReadWithoutItsName) {
  const std::string path = WriteFile("named", "hello");
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(descriptor, 0);
  std::filesystem::remove(path);
  {
    const auto file = InputFile::OfDescriptor(descriptor, path);
    ASSERT_TRUE(file.ok()) << file.status();
    EXPECT_EQ(Text(*file), "hello");
  }
  EXPECT_EQ(close(descriptor), 0);  // Still the caller's.
  EXPECT_FALSE(InputFile::OfDescriptor(-1, path).ok());
}

// A new file of the same name is another file: the one that is open stays.
TEST(InputFileTest, ReplacingTheFileLeavesTheOpenOne) {
  const auto replaced = ReadsAfter("replaced", [](const std::string& path) {
    std::ofstream(path + ".new") << "other";
    std::filesystem::rename(path + ".new", path);
  });
  EXPECT_TRUE(replaced.ok()) << replaced.status();
}

}  // namespace
}  // namespace sampler::logs
