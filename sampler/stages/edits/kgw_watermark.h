// Green-list watermark: raises a keyed pseudo-random part of the vocabulary.
//
//   l_i += delta   for i green in this context
//
// A token is green with probability gamma; key and the previous `context_width`
// tokens, prompt included, decide (watermark/green_list.h, which also has the
// detector). The mark does not depend on the seed.
//
// Contract: delta finite; 0 changes nothing. gamma in (0, 1). While the history
//   is shorter than the context, nothing changes.
// Options: scheme "selfhash": the candidate itself counts as part of its
//   context.
// Not promised: detection by other implementations, whose green lists are other
//   permutations.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: a Philox block per candidate (selfhash: two), a pass over the row.
// Source: arXiv 2301.10226.
// Tested by: tests/watermark/watermark_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_EDITS_KGW_WATERMARK_H_
#define SAMPLER_STAGES_EDITS_KGW_WATERMARK_H_

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"
#include "sampler/watermark/green_list.h"

namespace sampler {

class KgwWatermark final : public Stage {
 public:
  static StageType Type();
  // What a detector needs of the parameters.
  static GreenListRule RuleOf(const Parameters& parameters);

  KgwWatermark(double delta, GreenListRule rule) : delta_(delta), rule_(rule) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  double delta_;
  GreenListRule rule_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_KGW_WATERMARK_H_
