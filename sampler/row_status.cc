#include "sampler/row_status.h"

namespace sampler {

StringView RowStatusName(RowStatus status) {
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
      return "wrong_size";
    case RowStatus::kMissingInput:
      return "missing_input";
    case RowStatus::kWrongInput:
      return "wrong_input";
    case RowStatus::kWrongState:
      return "wrong_state";
    case RowStatus::kUnusedInput:
      return "unused_input";
    case RowStatus::kWrongStep:
      break;
  }
  return "wrong_step";
}

}  // namespace sampler
