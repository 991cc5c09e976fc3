// Gumbel watermark (Aaronson): a draw whose noise is a keyed function of the
// previous tokens.
//
//   token = argmax r_i^(1 / p_i)  =  argmax l_i - ln(-ln r_i)
//
// with r_i in (0, 1) of (key, the last `context_width` tokens, i). Over random
// keys the law is that of `categorical`: the mark does not distort. Given key
// and context the token is determined (watermark/gumbel_mark.h has the
// detector).
//
// Contract: where the history, prompt included, is shorter than the context,
//   and with `skip_repeated` where an earlier output token had the same
//   context, the token is that of gumbel_max under the sequence's seed; so
//   repeated contexts do not make loops. This follows from the history alone:
//   rollback and snapshots are exact.
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
