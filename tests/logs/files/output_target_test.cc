// Which names may be written to: never a device, a pipe, a folder, a link, or
// what is being read.

#include "sampler/logs/files/output_target.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/logs/log_files.h"

namespace sampler::logs {
namespace {

testing::AssertionResult Is(const absl::Status& status, absl::StatusCode code,
                            absl::string_view part) {
  if (status.code() == code && absl::StrContains(status.message(), part)) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << status << "\nwant \"" << part << "\"";
}

class OutputTargetTest : public testing::Test {
 protected:
  std::string Path(absl::string_view name) const {
    return absl::StrCat(folder_.path(), "/", name);
  }
  std::string File(absl::string_view name) const {
    std::ofstream(Path(name)) << "content";
    return Path(name);
  }

 private:
  ScratchFolder folder_;
};

TEST_F(OutputTargetTest, NewNamesAndWithConsentRegularFiles) {
  EXPECT_TRUE(CheckTarget(Path("new"), Overwrite::kNo).ok());
  EXPECT_TRUE(CheckTarget("-", Overwrite::kNo).ok());
  const std::string old = File("old");
  EXPECT_TRUE(Is(CheckTarget(old, Overwrite::kNo),
                 absl::StatusCode::kAlreadyExists, "exists already"));
  EXPECT_TRUE(CheckTarget(old, Overwrite::kYes).ok());
}

TEST_F(OutputTargetTest, NothingElseWhateverTheConsent) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  ASSERT_EQ(mkdir(Path("folder").c_str(), 0700), 0);
  std::filesystem::create_symlink(File("old"), Path("link"));
  std::filesystem::create_symlink(Path("nothing"), Path("dangling"));
  std::filesystem::create_symlink(Path("loop"), Path("loop"));
  const int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  Path("socket").copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(
      bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)),
      0);
  close(descriptor);
  struct Case {
    std::string path;
    const char* found;
  };
  const Case cases[] = {{"", "an empty name"},
                        {Path("pipe"), "a named pipe"},
                        {Path("folder"), "a folder"},
                        {Path("folder/"), "a folder"},
                        {Path("new/"), "the name of a folder"},
                        {Path("folder/.."), "a folder"},
                        {".", "a folder"},
                        {Path("link"), "a symbolic link"},
                        {Path("dangling"), "a symbolic link"},
                        {Path("loop"), "a symbolic link"},
                        {Path("socket"), "a socket"},
                        {"/dev/null", "a device"},
                        {"/dev/full", "a device"},
                        {"/dev/stdout", "a symbolic link"}};
  for (const Case& c : cases) {
    for (const Overwrite overwrite : {Overwrite::kNo, Overwrite::kYes}) {
      EXPECT_TRUE(Is(CheckTarget(c.path, overwrite),
                     absl::StatusCode::kInvalidArgument, c.found));
    }
  }
}

TEST_F(OutputTargetTest, SaysWhyANameCannotBe) {
  EXPECT_FALSE(CheckTarget(File("file") + "/below", Overwrite::kNo).ok());
  std::filesystem::create_symlink(Path("loop"), Path("loop"));
  EXPECT_FALSE(CheckTarget(Path("loop/below"), Overwrite::kNo).ok());
  EXPECT_TRUE(CheckTarget(Path(std::string(255, 'n')), Overwrite::kNo).ok());
  EXPECT_TRUE(Is(CheckTarget(Path(std::string(256, 'n')), Overwrite::kNo),
                 absl::StatusCode::kUnavailable, "too long"));
}

TEST_F(OutputTargetTest, NotWhatIsRead) {
  const std::string input = File("input");
  std::filesystem::create_symlink(input, Path("link"));
  std::filesystem::create_hard_link(input, Path("hard"));
  const std::string other = File("other");
  for (const std::string& spelling :
       {input, Path("./input"), Path("../") + Path("input"), Path("link"),
        Path("hard")}) {
    const bool there = std::filesystem::exists(spelling);
    EXPECT_EQ(CheckNotInput(spelling, {"", "/no/such/file", other, input}).ok(),
              !there)
        << spelling;
    EXPECT_EQ(CheckNotInput(input, {spelling}).ok(), !there) << spelling;
  }
  EXPECT_TRUE(CheckNotInput(other, {input, Path("link"), ""}).ok());
  EXPECT_TRUE(CheckNotInput(Path("new"), {input}).ok());
}

TEST_F(OutputTargetTest, ErrorsNameThePathOnOnePrintableLine) {
  const absl::Status status =
      CheckTarget("/dev/\n\x1b[31m\xe2\x80\xae/", Overwrite::kNo);
  for (const char c : status.message()) {
    EXPECT_GE(static_cast<unsigned char>(c), 0x20) << status;
  }
  EXPECT_TRUE(Is(FileError("-", "write", EIO), absl::StatusCode::kUnknown,
                 "standard output: cannot write"));
}

TEST_F(OutputTargetTest, WhatRunsOutIsExhausted) {
  for (const int error : {ENOSPC, EDQUOT, EFBIG}) {
    EXPECT_EQ(FileError("out", "write", error).code(),
              absl::StatusCode::kResourceExhausted);
  }
  EXPECT_EQ(FileError("out", "open", EACCES).code(),
            absl::StatusCode::kPermissionDenied);
}

}  // namespace
}  // namespace sampler::logs
