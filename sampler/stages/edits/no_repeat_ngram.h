// No repeated n-gram: bans every token that would complete an n-gram which the
// text already holds.
//
//   l_x = -inf    where x has followed an occurrence of the last n - 1 tokens
//
// Contract: n >= 0, and 0 changes nothing; 1 bans every token of the scope. The
//   last n - 1 tokens are those of the whole history, whatever the scope. An
//   earlier occurrence counts if it and the token after it lie in scope and
//   window; it may overlap the last n - 1 tokens. With scope "prompt" (the
//   encoder's variant) no n-gram of the prompt is repeated. Exempt tokens are
//   never banned. If nothing is left the row's status is no_candidate.
// Nothing is remembered between steps, so that rollback and snapshots are
//   exact.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(window + n), however the text repeats itself (repeats.h).
// Source: Hugging Face no_repeat_ngram_size ("both") and
//   encoder_no_repeat_ngram_size ("prompt"); SGLang's has a window and exempt
//   tokens. TensorRT-LLM says 1 << 30 for off.
// Tested by: tests/stages/edits/stages_history_test.cc,
//   tests/history/repeats_test.cc, tests/oracle_test.cc, tests/golden_test.cc.

#ifndef SAMPLER_STAGES_EDITS_NO_REPEAT_NGRAM_H_
#define SAMPLER_STAGES_EDITS_NO_REPEAT_NGRAM_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "sampler/candidates/candidates.h"
#include "sampler/stages/edits/history_parameters.h"
#include "sampler/stages/registry.h"

namespace sampler {

class NoRepeatNgram final : public Stage {
 public:
  static StageType Type();

  // REQUIRES: `exempt` ascends.
  NoRepeatNgram(std::int64_t n, const HistoryWindow& window,
                std::vector<TokenId> exempt)
      : n_(n), window_(window), exempt_(std::move(exempt)) {}

  void Apply(Candidates& candidates, const StepContext& step) const override;

 private:
  std::int64_t n_;
  HistoryWindow window_;
  std::vector<TokenId> exempt_;
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_NO_REPEAT_NGRAM_H_
