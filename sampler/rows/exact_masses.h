// The exact masses of a set of candidates: sums of integer weights (mass.h),
// and floating-point sums in the one fixed order of lane_sum.h.
//
// An answer is computed when it is first asked for, and remembered until the
// set changes.
//
// Thread-safety: one thread at a time; lives beside its set in a Workspace.
// Cost: exact weights of a whole row take as long as ten to twenty reads of it.
//   The support takes 20 bytes for each candidate of weight > 0.
// Tested by: tests/candidates/candidates_test.cc (against long-hand sums).

#ifndef SAMPLER_ROWS_EXACT_MASSES_H_
#define SAMPLER_ROWS_EXACT_MASSES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "sampler/arithmetic/mass.h"
#include "sampler/arithmetic/mass_rule.h"
#include "sampler/rows/candidate_list.h"
#include "sampler/rows/candidate_set.h"
#include "sampler/rows/logit_range.h"

namespace sampler {

class ExactMasses {
 public:
  // `set` must outlive the object. REQUIRES for every question: set.status() is
  // kOk.
  explicit ExactMasses(const CandidateSet& set) : set_(set) {}
  ExactMasses(const ExactMasses&) = delete;
  ExactMasses& operator=(const ExactMasses&) = delete;

  // The candidates of weight > 0, in id order, with their weights.
  struct Support {
    CandidateList list;
    std::vector<Weight> weight_of;  // By position in `list`; may be longer.
    Mass total = 0;

    absl::Span<const Weight> weights() const {
      return {weight_of.data(), list.size()};
    }
  };
  const Support& support() const;

  // Returns true if the support is computed already. Then every mass is cheap.
  bool knows_support() const { return Remembered().support_known; }

  // The support, for a caller that filters its list and makes it the set. It no
  // longer counts as computed. REQUIRES: the set is changed before the next
  // question.
  Support& TakeSupport() const;

  // Takes over what is known of the set as it stands: the weights of its
  // candidates, none of them 0, in id order, and their sum. `weights` may be
  // longer, and means nothing afterwards. REQUIRES: the set is a list.
  void Adopt(std::vector<Weight>& weights, Mass total);

  Weight WeightOf(TokenId id) const;
  Mass Total() const;
  Mass SumOfSquares() const;

  // sum p (l - M), M the largest logit. The mean logit is M plus this.
  double MeanOffset() const;

  // H = -sum p ln p, in nats.
  double Entropy() const;

  // ln of the sum of e^(l - M) over all candidates, those of weight 0 included:
  // a floating-point sum (kernels/softmax_term.h). It is for reports only: no
  // decision may depend on it.
  double LogSum() const;

  // Standard deviation of the logits, each counted once, whatever its weight;
  // +inf if it overflows. REQUIRES for kSample: two candidates.
  double LogitDeviation(Deviation deviation) const;

  // The mass of the candidates in a range of logits, and of all.
  struct Parts {
    Mass inside;
    Mass total;
  };
  Parts SumParts(const LogitRange& range) const;

  // As SumParts; also computes the total and the mean offset, which are
  // remembered.
  Parts SumPartsAndMean(const LogitRange& range) const;

  // The first candidate, in id order, at which the running mass exceeds
  // `place`. REQUIRES: place < Total().
  TokenId AtMass(Mass place) const;

 private:
  struct Memory {
    std::uint64_t generation = 0;
    bool support_known = false;
    std::optional<Mass> total = {};
    std::optional<double> mean_offset = {};
    std::optional<double> log_sum = {};
  };

  // The answers remembered for the current generation of the set.
  Memory& Remembered() const;
  void WeighSlots() const;
  void WeighGathered() const;

  const CandidateSet& set_;
  mutable Memory memory_;
  mutable Support support_;
};

}  // namespace sampler

#endif  // SAMPLER_ROWS_EXACT_MASSES_H_
