// An evenly spread sample of a set's logits: guesses are made on it, never
// decisions.
//
// Thread-safety: pure but for the list it is given.
// Cost: tuning::kSampleBlocks blocks.
// Tested by: tests/bounds/mass_bounds_test.cc (through the deciders that use
// it).

#ifndef SAMPLER_BOUNDS_SAMPLE_H_
#define SAMPLER_BOUNDS_SAMPLE_H_

#include <cstddef>

#include "sampler/rows/candidate_list.h"
#include "sampler/rows/candidate_set.h"

namespace sampler {

// Appends the logits below `below` of every n-th block of the set to `out`,
// with ids that mean nothing; returns n.
std::size_t AppendSample(const CandidateSet& set, double below,
                         CandidateList& out);

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_SAMPLE_H_
