// What the system refused, as a status.
//
// Its code never blames the caller: InvalidArgument, OutOfRange and
// FailedPrecondition mean an argument or an order of calls, here and in the C
// interface, where all else that a file causes is SAMPLER_FILE_ERROR. But the
// plain translation of an errno is OutOfRange for a file that grew too large,
// InvalidArgument for a name that is too long, FailedPrecondition for a path
// through a file.
//
// Thread-safety: pure function.
// Tested by: tests/logs/files/system_error_test.cc, tests/c/c_logger_test.c.

#ifndef SAMPLER_LOGS_FILES_SYSTEM_ERROR_H_
#define SAMPLER_LOGS_FILES_SYSTEM_ERROR_H_

#include <cerrno>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sampler::logs {

// `sentence` and what the system calls `error`, an errno. ResourceExhausted
// where there is no room, Unavailable where it cannot be done.
inline absl::Status SystemStatus(int error, absl::string_view sentence) {
  absl::Status status = absl::ErrnoToStatus(error, sentence);
  if (error == EFBIG || error == EDQUOT || error == ENOSPC) {
    return absl::ResourceExhaustedError(status.message());
  }
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kInternal:
      return absl::UnavailableError(status.message());
    default:
      return status;
  }
}

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_FILES_SYSTEM_ERROR_H_
