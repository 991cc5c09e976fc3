// Memory that truncations and questions work in; what it holds between two of
// them means nothing.
//
// Thread-safety: one thread at a time (part of a Workspace).
// Cost: about 40 bytes for each of the most candidates that were gathered.

#ifndef SAMPLER_ROWS_GATHER_SCRATCH_H_
#define SAMPLER_ROWS_GATHER_SCRATCH_H_

#include <cstdint>
#include <vector>

#include "sampler/arithmetic/mass.h"
#include "sampler/kernels/select.h"
#include "sampler/kernels/sort.h"
#include "sampler/rows/candidate_list.h"

namespace sampler {

struct GatherScratch {
  CandidateList gathered;
  CandidateList more;           // A second part, before both become one.
  std::vector<Weight> weights;  // Beside a list; may be longer.
  std::vector<TokenId> ids;
  std::vector<std::uint64_t> keys;
  std::vector<std::uint64_t> second_keys;
  kernels::SelectScratch select;
  kernels::SortScratch sort;
};

}  // namespace sampler

#endif  // SAMPLER_ROWS_GATHER_SCRATCH_H_
