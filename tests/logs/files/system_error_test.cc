#include "sampler/logs/files/system_error.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"

namespace sampler::logs {
namespace {

// Whatever the system says, no argument is blamed for it, nor the order of
// calls.
TEST(SystemStatus, NeverBlamesTheCaller) {
  int seen = 0;
  for (int error = 1; error < 140; ++error) {
    const absl::Status status = SystemStatus(error, "run.log: cannot write");
    EXPECT_FALSE(status.ok());
    EXPECT_NE(status.code(), absl::StatusCode::kInvalidArgument) << error;
    EXPECT_NE(status.code(), absl::StatusCode::kOutOfRange) << error;
    EXPECT_NE(status.code(), absl::StatusCode::kFailedPrecondition) << error;
    EXPECT_NE(status.code(), absl::StatusCode::kInternal) << error;
    EXPECT_TRUE(absl::StrContains(status.message(), "run.log: cannot write"));
    ++seen;
  }
  EXPECT_EQ(seen, 139);
}

TEST(SystemStatus, KeepsWhatPeopleActOn) {
  EXPECT_EQ(SystemStatus(ENOENT, "").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(SystemStatus(EEXIST, "").code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(SystemStatus(EACCES, "").code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(SystemStatus(EFBIG, "").code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(SystemStatus(ENOSPC, "").code(),
            absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace sampler::logs
