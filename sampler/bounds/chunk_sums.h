// Float32 sums of a set's exponentials, by chunk of its slots, how far they may
// be off, and so what they bound: the total, the mean, and the chunk in which a
// random number falls.
//
// Thread-safety: one thread at a time (part of a Workspace).
// Cost: one pass of float32 exponentials; 16 bytes per 512 candidates.
// Tested by: tests/bounds/mass_bounds_test.cc.

#ifndef SAMPLER_BOUNDS_CHUNK_SUMS_H_
#define SAMPLER_BOUNDS_CHUNK_SUMS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sampler/bounds/mass_interval.h"
#include "sampler/bounds/scanned_sums.h"
#include "sampler/bounds/sum_error.h"
#include "sampler/candidate.h"
#include "sampler/kernels/exp_sum.h"
#include "sampler/rows/candidate_set.h"
#include "sampler/rows/stored_values.h"

namespace sampler {

// What a pass over `stored` sums up, where the largest logit is `max` and
// `scale` is the product of all factors: relative to the maximum, but for the
// rounding of its center.
kernels::ExpArgument AboutMax(double max, double scale,
                              const StoredValues& stored);

class ChunkSums {
 public:
  // Are sums made with their weighted distances (kernels/exp_sum.h)? A tenth
  // dearer; the mean needs them.
  enum class Distances { kWith, kWithout };

  // Sums up `set`, or takes what `scanned` has of it. Returns false, and has no
  // sums, where their bounds would be useless: too few candidates, or logits so
  // large that rounding them moves probabilities. REQUIRES: set.status() is
  // kOk.
  bool Sum(const CandidateSet& set, Distances distances, ScannedSums& scanned);

  // ---- After Sum was true ----

  bool has_distances() const { return has_distances_; }

  MassInterval Total() const;

  // Where r = floor(bits * S / 2^64) falls: r, less the mass of all chunks
  // before this one, is the floor of a number in [low, high].
  struct Place {
    std::size_t chunk;
    double low;
    double high;
  };
  Place Find(std::uint64_t bits) const;

  // Where the mean of logit - max lies, as sum w (l - max) / S. REQUIRES:
  // has_distances().
  struct Offset {
    double low;
    double high;
  };
  Offset MeanOffset() const;

  // ---- For sums of a part of the same set (split_sums.h) ----

  // The chunk of a slot.
  static std::size_t ChunkOf(std::size_t slot) {
    return slot / kernels::kChunkSize;
  }

  std::size_t chunks() const { return sums_.size(); }
  std::size_t slots() const { return size_; }

  // What is summed, relative to which center, and how far sums may be off.
  const kernels::ExpArgument& argument() const { return argument_; }
  const SumError& error() const { return error_; }

  // As a fraction of the likeliest's weight.
  double total() const { return total_; }
  double ErrorOfTotal() const;

  // Makes them the sums of a set of as many slots that has lost `gone`, by
  // chunk, which together may be off by `error`; smaller stored numbers than
  // `floor` are removed from it now. Without distances from here on.
  void Subtract(absl::Span<const double> gone, double error, double floor);

 private:
  ScannedSums::Made SumPass(const StoredValues& stored, double scale);
  void AddEdited(const CandidateSet& set, const StoredValues& stored);
  // Of some of the terms: with their weighted distance, if there is one.
  double ErrorOfPart(double sum, double distance, double terms) const;

  kernels::ExpArgument argument_{0.0, 1.0};
  SumError error_;
  std::size_t size_ = 0;
  double max_ = 0.0;

  std::vector<double> sums_;  // By chunk, as fractions of the likeliest's.
  std::vector<double> distances_;
  bool has_distances_ = false;

  double total_ = 0.0;
  double total_distance_ = 0.0;
  double total_squares_ = 0.0;  // Only if has_distances_.
  double edited_ = 0.0;         // What edited tokens add to the total,
  double edited_moment_ = 0.0;  // and to the sum of w (l - max).

  // How far sums may be off, of any chunks, because others were subtracted.
  double subtracted_error_ = 0.0;
};

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_CHUNK_SUMS_H_
