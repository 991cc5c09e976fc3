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
// e^-40; and 2^-40 of the total for everything done in double here. Proved:
// tests/proof/scaled_logits.g, claims.sollya.
//
// Whether decisions are tried by bounds at all is the caller's choice
// (BoundsUse): for tests, which compare both ways.
//
// Thread-safety: one thread at a time (part of a Workspace).
// Cost: one pass of float32 exponentials; 16 bytes per 512 candidates.
// Tested by: tests/bounds/mass_bounds_test.cc.

#ifndef SAMPLER_BOUNDS_MASS_BOUNDS_H_
#define SAMPLER_BOUNDS_MASS_BOUNDS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/bounds/bounds_use.h"
#include "sampler/bounds/mass_sketch.h"
#include "sampler/kernels/exp_split.h"
#include "sampler/kernels/exp_sum.h"
#include "sampler/kernels/scan/row_scan.h"
#include "sampler/rows/candidate_set.h"
#include "sampler/rows/logit_range.h"

namespace sampler {

// low <= exact <= high.
struct MassInterval {
  Mass low;
  Mass high;
};

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

  // The scan of a row that the set begins with (DenseRow::Scan). If the last
  // row was summed up as it came, but for factors, this one is summed up in the
  // same pass, times the same product: for Have, if it is asked again before
  // anything is edited or removed. If it is not, or if the guessed center of
  // the sums is far off, nothing but time is lost.
  kernels::RowScan Scan(Logits row, double* maxima);

  // Whose questions follow: what another one asked of the last row tells
  // nothing of the next.
  void AskedBy(const void* who) {
    if (who != asked_by_) habit_.reset();
    asked_by_ = who;
  }

  // Counts a decision that was tried; returns `settled`.
  bool Note(bool settled) {
    ++(settled ? tally_.settled : tally_.undecided);
    return settled;
  }

  // Sums up the set, unless the sums at hand are of it as it stands. False, and
  // no bounds, where they would be useless: not to be tried, too few
  // candidates, or logits so large that rounding them moves probabilities.
  bool Have();

  // The same, and MeanOffset may be asked: a tenth dearer.
  bool HaveMean();

  // ---- After Have was true, and while the set is unchanged ----

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
  // HaveMean().
  struct Offset {
    double low;
    double high;
  };
  Offset MeanOffset() const;

  // Parts the same candidates: those `inside` a range; those in `listed` only,
  // a range that holds it, which are gathered in `out`; and the rest, which are
  // summed up. False where the ranges cannot be told from what is stored. Cost:
  // another pass. REQUIRES: their low ends are finite.
  bool Split(const LogitRange& inside, const LogitRange& listed,
             CandidateList& out);

  // After a split: the total, if what lies inside or is listed weighs `known`.
  // Only the error of the rest counts.
  MassInterval TotalAround(Mass known) const;

  // After a split: p S less the mass inside, in [low, high], if what is listed
  // weighs `listed`. The error of the rest counts, which is little for p near
  // 1, and that of S with 1 - p.
  struct Missing {
    double low;
    double high;
  };
  Missing MissingTo(double p, Mass listed) const;

  // After a split: the set is going to be what lies inside and all that was
  // listed, `ids`, but for those for which goes(i) is 1 (for others it is 0: a
  // number, since no branch predictor knows). If it still has its slots then,
  // Follow makes the bounds those of the new set without another pass.
  // REQUIRES: slots are ids.
  template <typename Goes>
  void JoinInside(absl::Span<const TokenId> ids,
                  absl::Span<const Weight> weights, Goes goes) {
    const TokenId* const id = ids.data();
    const Weight* const weight = weights.data();
    for (std::size_t i = 0; i < ids.size();) {
      const std::size_t chunk = ChunkOf(id[i]);
      Weight sum = 0;
      for (; i < ids.size() && ChunkOf(id[i]) == chunk; ++i) {
        sum += weight[i] & (0 - static_cast<Weight>(goes(i)));
      }
      rest_sums_[chunk] += static_cast<double>(sum) * 0x1p-51;
    }
    joined_ = true;
  }
  void Follow();

  // Memory for guesses of where a mass lies: of a sample, and of what need not
  // be sampled.
  MassSketch& sketch() { return sketch_; }
  MassSketch& exact_sketch() { return exact_sketch_; }

 private:
  enum class State { kUnknown, kNone, kSummed };
  // Whether sums are made with their weighted distances (kernels/exp_sum.h).
  enum class Distances { kWith, kWithout };

  bool HaveSums(Distances distances);
  bool Sum(Distances distances);
  // Is it the row that the set began with, but for factors?
  bool IsWholeRow(const StoredValues& stored) const;
  // Returns true if the sums of Scan are of the set as it stands, and makes
  // them its sums.
  bool TakeScanned(double scale);
  void SumPass(const StoredValues& stored, double scale, Distances distances);
  // From the sums of the kernel, relative to its center, to the likeliest's.
  double FactorToLikeliest() const;

  static std::size_t ChunkOf(TokenId slot) {
    return static_cast<std::size_t>(slot) / kernels::kChunkSize;
  }

  // Adds the edited candidates to the parts of a split that they lie in.
  void TakeEdited(const LogitRange& inside, const LogitRange& listed);

  // Error of a sum over `terms` terms, as a fraction of the likeliest: with its
  // weighted distance; without, which is larger; and whichever of the two the
  // sums allow.
  double Error(double sum, double distance, double terms) const;
  double LooseError(double difference, double terms) const;
  double ErrorOfPart(double sum, double distance, double terms) const;
  double ErrorOfTotal() const;

  const CandidateSet& set_;
  BoundsUse use_ = BoundsUse::kTry;
  BoundsTally tally_;
  State state_ = State::kUnknown;
  std::uint64_t generation_ = 0;
  MassSketch sketch_;
  MassSketch exact_sketch_;

  kernels::ExpArgument argument_{0.0, 1.0};
  kernels::ExpSumError error_{};        // Of sums with distances,
  kernels::ExpSumError loose_error_{};  // and without.
  std::size_t size_ = 0;
  double max_ = 0.0;
  double total_ = 0.0;
  double total_distance_ = 0.0;
  double total_squares_ = 0.0;  // Only if has_distances_.
  double rounding_ = 0.0;
  double edited_ = 0.0;         // What edited tokens add to the total,
  double edited_moment_ = 0.0;  // and to the sum of w (l - max).
  bool has_distances_ = false;

  // Of what product of factors the last row that began was summed up.
  const void* asked_by_ = nullptr;
  std::optional<double> habit_;
  const unsigned char* row_ = nullptr;  // That the set began with.
  // Of the last Scan that summed up.
  std::optional<std::uint64_t> scanned_begin_;  // CandidateSet::begins().
  kernels::ExpArgument scanned_argument_{0.0, 1.0};
  kernels::ExpSumError scanned_error_{};
  std::vector<double> scanned_sums_;

  std::vector<double> sums_;  // By chunk, as fractions of the likeliest's.
  std::vector<double> distances_;

  // How far sums may be off, of any chunks, because others were subtracted.
  double subtracted_error_ = 0.0;

  // Of the last split.
  double rest_ = 0.0;
  std::vector<double> rest_sums_;  // By chunk; after JoinInside, what goes.
  bool joined_ = false;            // Has JoinInside been called?
};

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_MASS_BOUNDS_H_
