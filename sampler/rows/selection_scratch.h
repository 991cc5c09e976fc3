// Scratch memory of truncations and questions. Its contents mean nothing
// between two of them.
//
// Thread-safety: one thread at a time (part of a Workspace).
// Cost: about 40 bytes per candidate of the longest list gathered so far.

#ifndef SAMPLER_ROWS_SELECTION_SCRATCH_H_
#define SAMPLER_ROWS_SELECTION_SCRATCH_H_

#include <cstdint>
#include <vector>

#include "sampler/arithmetic/mass.h"
#include "sampler/kernels/select.h"
#include "sampler/kernels/sort.h"
#include "sampler/rows/candidate_list.h"

namespace sampler {

struct SelectionScratch {
  CandidateList gathered;
  CandidateList more;           // A second part of a list, to be joined.
  std::vector<Weight> weights;  // By position in a list; may be longer.
  std::vector<TokenId> ids;
  std::vector<double> nearness;  // Of each candidate to a center.
  kernels::SelectScratch select;
  kernels::SortScratch sort;
};

}  // namespace sampler

#endif  // SAMPLER_ROWS_SELECTION_SCRATCH_H_
