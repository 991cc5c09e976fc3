// Bad words: bans the token that would complete a listed sequence.
//
//   l_x = -inf    where the history followed by x ends with a sequence
//
// A sequence of one token is always banned. This is sequence_bias with false
// for every bias, and its contract is the same.
//
// Contract: no sequence is empty; an empty list changes nothing. The caller
//   turns words into tokens: each spelling (with a space before it, say) is a
//   sequence of its own.
// Thread-safety: immutable; any number of threads may call Apply.
// Cost: O(tokens of all sequences), mostly one comparison per sequence.
// Source: Hugging Face NoBadWordsLogitsProcessor (scope "both"), vLLM bad_words
//   (scope "output").
// Tested by: tests/stages/edits/stages_sequence_test.cc, tests/oracle_test.cc.

#ifndef SAMPLER_STAGES_EDITS_BAD_WORDS_H_
#define SAMPLER_STAGES_EDITS_BAD_WORDS_H_

#include "sampler/stages/registry.h"

namespace sampler {

// Makes a SequenceBiasStage (sequence_bias.h).
struct BadWords {
  static StageType Type();
};

}  // namespace sampler

#endif  // SAMPLER_STAGES_EDITS_BAD_WORDS_H_
