#include "sampler/logs/mapped_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <thread>
#include <utility>

#include "log_files.h"

namespace sampler::logs {
namespace {

std::string Text(const MappedFile& file) {
  return std::string(file.bytes().begin(), file.bytes().end());
}

TEST(MappedFileTest, HoldsTheBytesOfTheFile) {
  const std::string bytes("a\0b\xff", 4);
  auto file = MappedFile::Open(WriteFile("f", bytes));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(Text(*file), bytes);
}

TEST(MappedFileTest, AnEmptyFileHasNoBytes) {
  auto file = MappedFile::Open(WriteFile("f", ""));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_TRUE(file->bytes().empty());
}

TEST(MappedFileTest, MovingDoesNotMoveTheBytes) {
  auto file = MappedFile::Open(WriteFile("f", "hello"));
  ASSERT_TRUE(file.ok());
  const unsigned char* data = file->bytes().data();
  MappedFile moved = *std::move(file);
  EXPECT_EQ(moved.bytes().data(), data);
  auto other = MappedFile::Open(WriteFile("g", "other"));
  ASSERT_TRUE(other.ok());
  moved = *std::move(other);
  EXPECT_EQ(Text(moved), "other");
}

TEST(MappedFileTest, AMissingFileIsNotFoundAndNamed) {
  EXPECT_TRUE(Refuses(MappedFile::Open("/no/such/file"),
                      absl::StatusCode::kNotFound, {"/no/such/file", "open"}));
}

TEST(MappedFileTest, ADirectoryIsRefused) {
  EXPECT_TRUE(Refuses(MappedFile::Open(testing::TempDir()),
                      absl::StatusCode::kInvalidArgument, {"directory"}));
}

TEST(MappedFileTest, APipeIsReadToItsEnd) {
  const std::string path = WriteFile("fifo", "");
  ASSERT_EQ(unlink(path.c_str()), 0);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const std::string bytes(3'000'000, 'x');  // More than one read.
  std::thread writer([&] { std::ofstream(path) << bytes; });
  auto file = MappedFile::Open(path);
  writer.join();
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(Text(*file), bytes);
}

TEST(MappedFileTest, DashReadsStandardInput) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "from stdin", 10), 10);
  close(ends[1]);
  const int saved = dup(STDIN_FILENO);
  dup2(ends[0], STDIN_FILENO);
  close(ends[0]);
  auto file = MappedFile::Open("-");
  dup2(saved, STDIN_FILENO);
  close(saved);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(Text(*file), "from stdin");
}

}  // namespace
}  // namespace sampler::logs
