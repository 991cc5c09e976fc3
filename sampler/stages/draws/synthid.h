// SynthID-Text watermark: a tournament in layers, then a categorical draw.
//
//   layer d = 1, 2, ...:  p_i *= 1 + g_d(i) - sum g_d p
//
// where the keys and the last `ngram_len` - 1 output tokens determine the bits
// g (watermark/synthid_hash.h; watermark/synthid_mark.h has the detector). A
// layer is a match of two draws that the higher g wins. Over random keys the
// law is that of `categorical`: the mark does not distort.
//
// Contract: `keys` not empty, one per layer (30 recommended). The context holds
//   output tokens alone, with zeros before the first. The stage changes nothing
//   if one of the last `context_history` output tokens had the same context;
//   with `skip_first` also for the first ngram_len - 1 tokens, whose contexts
//   are then not compared either. Both depend on the history alone: rollback
//   and snapshots are exact. After a marked step the logits are
//   log-probabilities.
// Options: hash "hf" is the hash of transformers; it needs that library's
//   `table` of bits.
// Not as in the references: a removed token stays removed. There it gets a
//   finite score again, and a context whose hash is 0 counts as seen.
// Thread-safety: immutable; any number of threads may call Apply and Choose.
// Cost: per layer a hash of every candidate and exact weights: meant to follow
//   a truncation. The context costs O(context_history).
// Source: Nature 634:818 (2024), two candidates per match; synthid-text.
// Tested by: tests/stages/draws/synthid_test.cc,
//   tests/laws/synthid_laws_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_DRAWS_SYNTHID_H_
#define SAMPLER_STAGES_DRAWS_SYNTHID_H_

#include <cstdint>
#include <utility>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/registry.h"
#include "sampler/watermark/synthid_hash.h"

namespace sampler {

class SynthId final : public Draw {
 public:
  enum class First { kMark, kSkip };

  static StageType Type();
  // What a detector needs of the parameters.
  static SynthIdRule RuleOf(const Parameters& parameters);

  SynthId(SynthIdRule rule, First first)
      : hash_(std::move(rule)),
        first_(first == First::kSkip ? hash_.rule().context_width() : 0) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;
  Drawn Choose(const Candidates& candidates,
               const StepContext& step) const override;

 private:
  SynthIdHash hash_;
  std::uint64_t first_;  // Position of the first token that may be marked.
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_DRAWS_SYNTHID_H_
