// Rows that the caller's functions hand out in the middle of a call.
//
// Thread-safety: one thread at a time.
// Tested by: tests/c/c_speculation_test.c, tests/c/c_trees_test.c.

#ifndef SAMPLER_C_CALLERS_ROWS_H_
#define SAMPLER_C_CALLERS_ROWS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sampler/c/guard.h"
#include "sampler/c/status.h"
#include "sampler/c/steps.h"
#include "sampler/logits.h"

namespace sampler::c {

// The rows of one call, and what became of them.
class CallersRows {
 public:
  // The row that `ask(&row)` sets; `number` is its place, for errors. No row
  // where the caller has none: the call that wanted it then fails.
  template <typename Ask>
  Logits Get(std::int64_t number, Ask ask) {
    sampler_row row = {};
    status_ = ask(&row);
    if (status_ != SAMPLER_OK) return {};
    wrong_ = CheckRow(row, absl::StrCat("row ", number));
    return wrong_.empty() ? ToLogits(row) : Logits();
  }

  // What the caller said, else what the library says.
  sampler_status Done(const absl::Status& status, sampler_error* error) const {
    if (status_ != SAMPLER_OK) {
      return Fail(error, status_, "row: the caller's function failed");
    }
    if (!wrong_.empty()) return Invalid(error, wrong_);
    return status.ok() ? SAMPLER_OK : Fail(error, status);
  }

 private:
  sampler_status status_ = SAMPLER_OK;
  std::string wrong_;
};

}  // namespace sampler::c

#endif  // SAMPLER_C_CALLERS_ROWS_H_
