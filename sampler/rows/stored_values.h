// What a set of candidates stores, by slot, and the changes that turn stored
// numbers into logits: the set as a pass in float32 reads it.
//
// A plain value that points into the set.

#ifndef SAMPLER_ROWS_STORED_VALUES_H_
#define SAMPLER_ROWS_STORED_VALUES_H_

#include <cstdint>

#include "absl/types/span.h"
#include "sampler/logits.h"

namespace sampler {

struct StoredValues {
  Logits values;
  absl::Span<const double> scales;  // Each multiplies every value in turn.
  double floor;                     // Values below it are removed.
  // Slots whose logit is an edit instead (CandidateSet::LogitOfSlot), as a list
  // and as a bit mask per block of 64 slots. The masks are null if there are no
  // edits.
  absl::Span<const std::uint32_t> edited;
  const std::uint64_t* edit_masks;
};

}  // namespace sampler

#endif  // SAMPLER_ROWS_STORED_VALUES_H_
