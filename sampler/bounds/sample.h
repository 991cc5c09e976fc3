// An evenly spread sample of a set, for guesses that bounds are then tried on:
// whole blocks, every so many slots.
//
// Thread-safety: pure but for the sketch.
// Cost: tuning::kSampleBlocks blocks are loaded.
// Tested by: tests/bounds/mass_bounds_test.cc.

#ifndef SAMPLER_BOUNDS_SAMPLE_H_
#define SAMPLER_BOUNDS_SAMPLE_H_

#include <cstddef>

#include "sampler/bounds/mass_sketch.h"
#include "sampler/rows/candidate_set.h"

namespace sampler {

// How many blocks each block of a sample stands for.
std::size_t SampleStride(const CandidateSet& set);

// Adds the sample's candidates below `below`.
void AddSample(const CandidateSet& set, double below, MassSketch& sketch);

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_SAMPLE_H_
