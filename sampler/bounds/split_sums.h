// A set split in three by its logits: those inside a range, which are left
// aside; those in a list, which are going to be weighed exactly; and the rest,
// which float32 sums bound. The rest is little, and so is its error.
//
// Thread-safety: one thread at a time (part of a Workspace).
// Cost: as kernels/exp_split.h; 8 bytes per 512 candidates.
// Tested by: tests/bounds/mass_bounds_test.cc.

#ifndef SAMPLER_BOUNDS_SPLIT_SUMS_H_
#define SAMPLER_BOUNDS_SPLIT_SUMS_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/bounds/chunk_sums.h"
#include "sampler/bounds/mass_interval.h"
#include "sampler/bounds/sum_error.h"
#include "sampler/candidate.h"
#include "sampler/rows/candidate_list.h"
#include "sampler/rows/candidate_set.h"
#include "sampler/rows/logit_range.h"

namespace sampler {

class SplitSums {
 public:
  // Both must outlive it. REQUIRES, of every method: `whole` are the sums of
  // `set` as it stands.
  SplitSums(const CandidateSet& set, const ChunkSums& whole)
      : set_(set), whole_(whole) {}
  SplitSums(const SplitSums&) = delete;
  SplitSums& operator=(const SplitSums&) = delete;

  // Splits the set: gathers in `out` what lies in `listed`, a range that holds
  // `inside`, and not inside, and sums up what lies in neither. Returns false,
  // where the ranges cannot be told from what is stored. REQUIRES: their low
  // ends are finite.
  bool Split(const LogitRange& inside, const LogitRange& listed,
             CandidateList& out);

  // ---- After Split was true ----

  // The total, if what lies inside or is listed weighs `known`: only the error
  // of the rest counts.
  MassInterval TotalAround(Mass known) const;

  // p S less the mass inside, in [low, high], if what is listed weighs
  // `listed`. The error of the rest counts, which is little for p near 1, and
  // that of S with 1 - p.
  struct Missing {
    double low;
    double high;
  };
  Missing MissingTo(double p, Mass listed) const;

  // Says that the set is going to be what lies inside and all that was listed,
  // `ids`, but for those for which goes(i) is 1 (for others it is 0: a number,
  // since no branch predictor knows). REQUIRES: slots are ids.
  template <typename Goes>
  void JoinInside(absl::Span<const TokenId> ids,
                  absl::Span<const Weight> weights, Goes goes) {
    const TokenId* const id = ids.data();
    const Weight* const weight = weights.data();
    const auto chunk_of = [id](std::size_t i) {
      return ChunkSums::ChunkOf(static_cast<std::size_t>(id[i]));
    };
    for (std::size_t i = 0; i < ids.size();) {
      const std::size_t chunk = chunk_of(i);
      Weight sum = 0;
      for (; i < ids.size() && chunk_of(i) == chunk; ++i) {
        sum += weight[i] & (0 - static_cast<Weight>(goes(i)));
      }
      sums_[chunk] += static_cast<double>(sum) * 0x1p-51;
    }
    joined_ = true;
  }

  // Returns true if JoinInside was called since the last Split or TakeJoined.
  bool TakeJoined() { return std::exchange(joined_, false); }

  // After JoinInside: what goes, by chunk, and by how much all of it may be off
  // because it was summed up.
  absl::Span<const double> gone() const { return sums_; }
  double ErrorOfRest() const;

 private:
  // Adds the edited candidates to the rest, if they are part of it.
  void AddEdited(const LogitRange& inside, const LogitRange& listed);

  const CandidateSet& set_;
  const ChunkSums& whole_;

  double rest_ = 0.0;
  SumError error_;
  std::vector<double> sums_;  // Of the rest; after JoinInside, of what goes.
  bool joined_ = false;
};

}  // namespace sampler

#endif  // SAMPLER_BOUNDS_SPLIT_SUMS_H_
