// Tail free sampling: cuts where the sorted probabilities have flattened out.
//
//   p_0 >= p_1 >= .. in the total order
//   d_i = |(p_i - p_(i+1)) - (p_(i+1) - p_(i+2))|,  i = 0 .. N-3
//   at the first i with  d_0 + .. + d_i > z * sum d  and  i + offset >=
//   min_keep, keep i + offset candidates; if there is none, keep all
//
// If the sum of d is at most 1e-6, every d counts the same. The sums are exact
// integers, as masses are.
//
// Contract: 0 <= z <= 1; 1 changes nothing. With one or two candidates nothing
//   changes. At least one candidate stays.
// Options: offset 0 = koboldcpp; 1 = text-generation-webui, exllamav2: one more
//   token, as the original centres d.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: a linear sort of as much of the order's head as decides, which is all
//   candidates of weight > 0 where the row is flat.
// Source: trentbrick 2020, koboldcpp.
// Tested by: tests/stages/truncations/stages_order_test.cc,
//   tests/stages/truncations/tail_free_test.cc (heads against the whole sort),
//   tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_TRUNCATIONS_TAIL_FREE_H_
#define SAMPLER_STAGES_TRUNCATIONS_TAIL_FREE_H_

#include <cstdint>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"

namespace sampler {

class TailFree final : public Stage {
 public:
  static StageType Type();

  TailFree(double z, std::int64_t min_keep, std::int64_t offset)
      : z_(z), min_keep_(min_keep), offset_(offset) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  // Number of candidates to keep, of `count`, if the running sum of d first
  // exceeds its share at `place`.
  std::int64_t CountAt(std::int64_t place, std::int64_t count) const;

  double z_;
  std::int64_t min_keep_;
  std::int64_t offset_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_TRUNCATIONS_TAIL_FREE_H_
