// Sums of a row that are made while it is scanned for its maximum, in the hope
// that they will be asked for: a read of the row saved for chains that begin
// with a question of mass.
//
// Two things are guessed. The maximum, which the sums want as their center, by
// the first logits: a center below it widens their error and no more. And what
// the logits will be multiplied with before the question comes: with what they
// were at the last row. If a guess was wrong the sums are not used, and a pass
// is lost.
//
// Thread-safety: one thread at a time (part of a Workspace).
// Cost: as kernels/scan/scan_sum.h.
// Tested by: tests/bounds/scanned_bounds_test.cc.

#ifndef SAMPLER_BOUNDS_SCANNED_SUMS_H_
#define SAMPLER_BOUNDS_SCANNED_SUMS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "sampler/kernels/exp_sum.h"
#include "sampler/kernels/scan/row_scan.h"
#include "sampler/logits.h"
#include "sampler/rows/candidate_set.h"
#include "sampler/rows/stored_values.h"

namespace sampler {

class ScannedSums {
 public:
  // Whose questions follow: what another one asked of the last row tells
  // nothing of the next.
  void AskedBy(const void* who) {
    if (who != asked_by_) product_.reset();
    asked_by_ = who;
  }

  // The scan of `row`, on which `set` begins (DenseRow::Scan), with sums if
  // those of the last row were taken, or would have been.
  kernels::RowScan Scan(const CandidateSet& set, Logits row, double* maxima);

  // If the logits of `set` are those of the row it began with times `product`,
  // the product of stored.scales, the next row will be summed up times it, and
  // if the scan of this one has made these sums, puts them by chunk into `sums`
  // and returns what they are of.
  struct Made {
    kernels::ExpArgument argument;
    kernels::ExpSumError error;
  };
  std::optional<Made> Take(const CandidateSet& set, const StoredValues& stored,
                           double product, std::vector<double>& sums);

 private:
  // Returns true if the set is the row that it began with, but for factors.
  bool IsWholeRow(const CandidateSet& set, const StoredValues& stored) const;

  // Who asked, and times what product of factors the last row was summed up.
  const void* asked_by_ = nullptr;
  std::optional<double> product_;
  const unsigned char* row_ = nullptr;  // That the set began with.

  // Of the last scan that summed up.
  std::optional<std::uint64_t> begin_;  // CandidateSet::begins().
  Made made_ = {{0.0, 1.0}, {}};
  std::vector<double> sums_;
};

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_SCANNED_SUMS_H_
