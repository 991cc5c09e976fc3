// Gumbel watermark (Aaronson): a draw whose noise is a keyed function of the
// previous tokens.
//
//   token = argmax r_i^(1 / p_i)  =  argmax l_i - ln(-ln r_i)
//
// where key, the last `context_width` tokens and i determine r_i in (0, 1).
// Over random keys the law is that of `categorical`: the mark does not distort.
// Key and context determine the token (watermark/gumbel_mark.h has the
// detector).
//
// Contract: if the history, prompt included, is shorter than the context, the
//   token is that of gumbel_max under the sequence's seed. With `skip_repeated`
//   the same holds if an earlier output token had the same context, so that
//   repeated contexts make no loops. Both depend on the history alone: rollback
//   and snapshots are exact.
// Thread-safety: immutable; any number of threads may call Choose.
// Cost: as gumbel_max; `skip_repeated` adds a look at all output tokens.
// Source: S. Aaronson (2022); vLLM V2 skips repeated contexts too.
// Tested by: tests/watermark/watermark_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_DRAWS_GUMBEL_WATERMARK_H_
#define SAMPLER_STAGES_DRAWS_GUMBEL_WATERMARK_H_

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"
#include "sampler/watermark/gumbel_mark.h"

namespace sampler {

class GumbelWatermark final : public Draw {
 public:
  enum class Repeated { kSkip, kMark };

  static StageType Type();

  GumbelWatermark(GumbelMarkRule rule, Repeated repeated)
      : rule_(rule), repeated_(repeated) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;
  Drawn Choose(const Candidates& candidates,
               const StepContext& step) const override;

 private:
  GumbelMarkRule rule_;
  Repeated repeated_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_DRAWS_GUMBEL_WATERMARK_H_
