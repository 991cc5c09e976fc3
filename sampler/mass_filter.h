// Bounds of masses, on which decisions are tried before exact weights are
// computed: filter, then decide.
//
// Exact weights of a whole row cost ten to twenty reads of it, float32 sums of
// exponentials about two (kernels/exp_sum.h, where their error is proved). From
// those sums by chunk this class makes intervals that surely hold the exact
// masses. Whoever decides by them decides only if both ends of the interval
// say the same, and else computes exactly: results never depend on the filter,
// the instruction set or on whether it is on.
//
// Beyond the error of the sums, an interval allows for the roundings of the
// logits themselves: `scales` pending factors round each product and their
// own, and the maximum is subtracted with rounding, which moves an exponent by
// (2 scales + 8) 2^-53 (|M| + 40) at most for every term that is not below
// e^-40; and 2^-40 of the total for everything done in double here.
//
// SAMPLER_FILTER=off (an environment variable, read once) leaves every decision
// to the exact sums.
//
// Thread-safety: one thread at a time (part of a Candidates).
// Cost: one pass of float32 exponentials; 16 bytes per 512 tokens.
// Tested by: tests/mass_filter_test.cc.

#ifndef SAMPLER_MASS_FILTER_H_
#define SAMPLER_MASS_FILTER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "sampler/dense_row.h"
#include "sampler/kernels/exp_split.h"
#include "sampler/kernels/exp_sum.h"
#include "sampler/mass.h"

namespace sampler {

// low <= exact <= high.
struct MassBounds {
  Mass low;
  Mass high;
};

class MassFilter {
 public:
  // Sets of candidates up to this size are as fast to weigh exactly.
  static constexpr std::size_t kWorthwhile = 512;

  // Is it on? And the switch, for tests: it holds for the whole process.
  static bool IsOn();
  static void Switch(bool on);

  // How many decisions this thread has taken by bounds, and how many it tried
  // in vain.
  struct Tally {
    std::int64_t settled = 0;
    std::int64_t undecided = 0;
  };
  static Tally& ThreadTally();

  // Sums up a row, or a list of logits with their maximum. False, and no
  // bounds, where they would be useless: filter off, too few candidates, or
  // logits so large that rounding them moves probabilities.
  bool SumRow(const DenseRow& row);
  bool SumList(absl::Span<const double> logits, double max);

  // ---- After a sum that was true ----

  MassBounds Total() const;

  // Where r = floor(bits * S / 2^64) falls: r, less the mass of all chunks
  // before this one, is the floor of a number in [low, high].
  struct Place {
    std::size_t chunk;
    double low;
    double high;
  };
  Place Find(std::uint64_t bits) const;

  // Where the mean of logit - max lies, as sum w (l - max) / S.
  struct Offset {
    double low;
    double high;
  };
  Offset MeanOffset() const;

  // Sums up the same candidates in two parts: those with low <= logit < high,
  // and the others. False where the interval cannot be told from what is
  // stored. Cost: another pass. REQUIRES: low is finite.
  bool SplitRow(const DenseRow& row, double low, double high);
  void SplitList(absl::Span<const double> logits, double low, double high);

  // After a split: p S less the mass inside, in [low, high]. The mass that is
  // found beyond the interval counts with p, that inside with 1 - p, and so do
  // their errors: for p near 1 they are far below those of the total.
  struct Missing {
    double low;
    double high;
  };
  Missing MissingTo(double p) const;

 private:
  bool Prepare(std::size_t size, double max, absl::Span<const double> scales);
  // Turns the sums of the kernel, relative to its center, into masses.
  void Finish(double max);

  // From the sums of the kernel, relative to its center, to the head's.
  double ToHead(double max) const;
  void FinishSplit(const kernels::ExpSplit& split, double max);

  // Error of a sum and gap over `terms` terms, as a fraction of the head.
  double Error(double sum, double gap, double terms) const;

  kernels::ExpArgument argument_{0.0, 1.0};
  kernels::ExpSumError error_{};
  std::size_t size_ = 0;
  double max_ = 0.0;
  double total_ = 0.0;
  double total_gap_ = 0.0;
  double rounding_ = 0.0;
  double edited_ = 0.0;         // What edited tokens add to the total,
  double edited_moment_ = 0.0;  // and to the sum of w (l - max).
  kernels::ExpSums inside_;
  kernels::ExpSums outside_;
  std::vector<double> sums_;  // By chunk, as fractions of the head's weight.
  std::vector<double> gaps_;
};

}  // namespace sampler

#endif  // SAMPLER_MASS_FILTER_H_
