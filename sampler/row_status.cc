#include "sampler/row_status.h"

namespace sampler {

absl::string_view RowStatusName(RowStatus status) {
  switch (status) {
    case RowStatus::kOk:
      return "ok";
    case RowStatus::kNan:
      return "nan";
    case RowStatus::kInfinite:
      return "infinite";
    case RowStatus::kNoCandidate:
      return "no_candidate";
    case RowStatus::kWrongSize:
      break;
  }
  return "wrong_size";
}

}  // namespace sampler
