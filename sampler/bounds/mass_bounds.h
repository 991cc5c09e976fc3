// Bounds of masses, on which decisions are tried before exact weights are
// computed: filter, then decide (README.md).
//
// Exact weights of a whole row cost ten to twenty reads of it, float32 sums of
// exponentials about two. From those sums (chunk_sums.h, split_sums.h) come
// intervals that surely hold the exact masses. Whoever decides by them decides
// only if both ends of the interval say the same, and else computes exactly:
// results never depend on the bounds, the instruction set or on whether they
// are tried.
//
// This class keeps the sums of a set as long as the set stays as it is, makes
// them when they are asked for, and counts what they settle. Whether decisions
// are tried by bounds at all is the caller's choice (BoundsUse): for tests,
// which compare both ways.
//
// Thread-safety: one thread at a time (part of a Workspace).
// Cost: that of ChunkSums::Sum, once for every change of the set.
// Tested by: tests/bounds/mass_bounds_test.cc.

#ifndef SAMPLER_BOUNDS_MASS_BOUNDS_H_
#define SAMPLER_BOUNDS_MASS_BOUNDS_H_

#include <cassert>
#include <cstdint>

#include "sampler/bounds/bounds_use.h"
#include "sampler/bounds/chunk_sums.h"
#include "sampler/bounds/mass_sketch.h"
#include "sampler/bounds/scanned_sums.h"
#include "sampler/bounds/split_sums.h"
#include "sampler/kernels/scan/row_scan.h"
#include "sampler/logits.h"
#include "sampler/rows/candidate_set.h"

namespace sampler {

class MassBounds {
 public:
  // `set` must outlive it. REQUIRES, of every question: set.status() is kOk.
  explicit MassBounds(const CandidateSet& set) : set_(set) {}
  MassBounds(const MassBounds&) = delete;
  MassBounds& operator=(const MassBounds&) = delete;

  // Forgets the sums of another use.
  void SetUse(BoundsUse use) {
    use_ = use;
    state_ = State::kUnknown;
  }
  BoundsUse use() const { return use_; }

  const BoundsTally& tally() const { return tally_; }

  // Counts a decision that was tried; returns `settled`.
  bool Note(bool settled) {
    ++(settled ? tally_.settled : tally_.undecided);
    return settled;
  }

  // The scan of a row that the set begins with (DenseRow::Scan); it may sum the
  // row up in the same pass (scanned_sums.h).
  kernels::RowScan Scan(Logits row, double* maxima);

  // Whose questions follow (ScannedSums::AskedBy).
  void AskedBy(const void* who) { scanned_.AskedBy(who); }

  // Sums up the set, unless the sums at hand are of it as it stands. Returns
  // false, and has no sums, where bounds are not to be tried, or would be
  // useless (ChunkSums::Sum).
  bool Have();

  // The same, and the sums have distances: sums().MeanOffset() may be asked.
  bool HaveMean();

  // The sums of the set as it stands. REQUIRES: Have() was true, and the set
  // has not changed since.
  const ChunkSums& sums() const {
    assert(state_ == State::kSummed && generation_ == set_.generation());
    return sums_;
  }

  // A part of the same set, apart. REQUIRES: as sums().
  SplitSums& split() {
    assert(state_ == State::kSummed && generation_ == set_.generation());
    return split_;
  }

  // The set was cut. If what is left was said by split().JoinInside, and still
  // has its slots, makes the sums those of the new set without another pass.
  void Follow();

  // Memory for guesses of where a mass lies: of a sample, and of what need not
  // be sampled.
  MassSketch& sketch() { return sketch_; }
  MassSketch& exact_sketch() { return exact_sketch_; }

 private:
  enum class State { kUnknown, kNone, kSummed };

  bool HaveSums(ChunkSums::Distances distances);

  const CandidateSet& set_;
  BoundsUse use_ = BoundsUse::kTry;
  BoundsTally tally_;
  State state_ = State::kUnknown;
  std::uint64_t generation_ = 0;
  ScannedSums scanned_;
  ChunkSums sums_;
  SplitSums split_{set_, sums_};
  MassSketch sketch_;
  MassSketch exact_sketch_;
};

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_MASS_BOUNDS_H_
