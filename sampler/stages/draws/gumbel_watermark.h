// Gumbel watermark (Aaronson): a draw whose noise is a keyed function of the
// previous tokens.
//
//   token = argmax u_i^(1 / p_i)  =  argmax l_i - ln(-ln u_i)
//
// where the key, the last `context_width` tokens and i determine u_i in (0, 1).
// Over random keys the law is that of `categorical`: the mark does not distort.
// Key and context determine the token (watermark/gumbel_mark.h has the
// variants' contexts and numbers, and the detector).
//
// Contract: a token is marked, or it is that of gumbel_max under the sequence's
//   seed. It is not marked
//     house     if the history, prompt included, is shorter than the context
//     sglang    if the history is empty; if the likeliest candidate has more
//               than `max_probability`; once `max_contexts` contexts were
//               marked
//     with `skip_repeated`: if an earlier output token had the same context, so
//               that repeated contexts make no loops. vllm, vllm_dual look back
//               `max_history` tokens. `repeated_in` "both": if an earlier token
//               of the prompt had it, too; these two then also leave the first
//               `context_width` output tokens.
//   All but max_probability depends on the history alone: rollback and
//   snapshots are exact.
// Options: variant vllm_dual draws with key B of chance `alpha`, by the
//   sequence's coin; under speculation alpha is 0 for the draft and 1 for the
//   target. variant sglang with `key_b`: a coin of the context decides.
// Not as in the engines: argmax is in double. SGLang compares contexts by a
//   32-bit hash; where max_probability left a context, it may mark the next
//   token after it (its detector counts the first alone), this stage does not.
// Thread-safety: immutable; any number of threads may call Choose.
// Cost: as gumbel_max; `skip_repeated` adds a look at all output tokens, and
//   sglang a hash of each context once the output has `max_contexts` tokens.
// Source: S. Aaronson (2022); vLLM 0.32 (#54013); SGLang 0.5.23 (#37577).
// Tested by: tests/watermark/watermark_test.cc,
//   tests/watermark/engine_draws_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_DRAWS_GUMBEL_WATERMARK_H_
#define SAMPLER_STAGES_DRAWS_GUMBEL_WATERMARK_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"
#include "sampler/watermark/gumbel_mark.h"

namespace sampler {

class GumbelWatermark final : public Draw {
 public:
  // Which tokens are left without a mark because their context came before.
  struct RepeatRule {
    enum class In { kOutput, kBoth };

    bool skip = true;
    In in = In::kOutput;
    std::optional<std::int64_t> history = {};  // Tokens to look back, or all.
  };

  static StageType Type();
  // What a detector needs of the parameters.
  static GumbelMarkRule RuleOf(const Parameters& parameters);

  GumbelWatermark(GumbelMarkRule rule, RepeatRule repeats,
                  double max_probability)
      : rule_(rule), repeats_(repeats), max_probability_(max_probability) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;
  Drawn Choose(const Candidates& candidates,
               const StepContext& step) const override;
  std::unique_ptr<StageScratch> MakeScratch() const override;

 private:
  bool Marks(const Candidates& candidates, const StepContext& step) const;
  TokenId ChooseMarked(const Candidates& candidates,
                       const StepContext& step) const;

  GumbelMarkRule rule_;
  RepeatRule repeats_;
  double max_probability_;  // sglang: of the likeliest candidate.
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_DRAWS_GUMBEL_WATERMARK_H_
