// The one shape of every error of the log readers:
//
//   FILE: WHERE: got FOUND, want ALLOWED; REMEDY
//
// on one printable line.
//
// Thread-safety: pure functions.
// Tested by: tests/logs/log_test.cc (HasFourParts), and by each reader's tests.

#ifndef SAMPLER_LOGS_ERRORS_H_
#define SAMPLER_LOGS_ERRORS_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sampler/parameters/printable.h"

namespace sampler::logs {

// What is wrong in a file, in the order a reader of the message needs it.
struct Fault {
  absl::string_view file;
  absl::string_view where;
  absl::string_view found;
  absl::string_view allowed;
  absl::string_view remedy;
};

inline absl::Status MakeError(absl::StatusCode code, const Fault& fault) {
  return absl::Status(
      code, absl::StrCat(
                fault.file == "-" ? "standard input" : Printable(fault.file),
                ": ", Printable(fault.where), ": got ", Printable(fault.found),
                ", want ", fault.allowed, "; ", Printable(fault.remedy)));
}

inline absl::Status InvalidLog(const Fault& fault) {
  return MakeError(absl::StatusCode::kInvalidArgument, fault);
}

inline absl::Status TruncatedLog(const Fault& fault) {
  return MakeError(absl::StatusCode::kDataLoss, fault);
}

// "[64, 49152]".
template <typename Int>
std::string ShapeText(absl::Span<const Int> shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

}  // namespace sampler::logs

#endif  // SAMPLER_LOGS_ERRORS_H_
