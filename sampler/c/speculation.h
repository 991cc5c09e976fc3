/* Rounds of speculative decoding in C: speculative/round.h says what they keep
 * so that the text has the law of the target.
 *
 *   sampler_round_create(&round, &error);
 *   for (;;) {
 *     sampler_round_propose(round, draft, 4, draft_row, model, &error);
 *     tokens = sampler_round_tokens(round, &count);
 *     // The target looks at them.
 *     sampler_round_weigh(round, target, target_row, model, &error);
 *     sampler_round_judge(round, SAMPLER_BY_BLOCK, target, &verdict, &error);
 *     sampler_round_accept(round, &verdict, target, draft, &error);
 *   }
 *
 * `draft` and `target` are sequences of the same text, each of its own
 * pipeline, with another seed or stream. Sequences and rounds are used by one
 * call at a time. Conventions: those of sampler.h.
 * Trees of drafts: trees.h.
 *
 * Tested by: tests/c/c_speculation_test.c (compiled as C11).
 */

#ifndef SAMPLER_C_SPECULATION_H_
#define SAMPLER_C_SPECULATION_H_

#include <stddef.h>
#include <stdint.h>

#include "sampler/c/sequences.h"
#include "sampler/c/status.h"
#include "sampler/c/steps.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sampler_round sampler_round;

SAMPLER_API sampler_status sampler_round_create(sampler_round** round,
                                                sampler_error* error);
SAMPLER_API void sampler_round_free(sampler_round* round);

/* The caller's: sets *row to the logits after the text and the first i tokens
 * of the round, which are `tokens`. Their memory is read until the next call.
 * Anything but SAMPLER_OK ends the call that asked, which then returns it.
 * It must not call functions on the round or its sequences. */
typedef sampler_status (*sampler_row_after)(void* context,
                                            const int32_t* tokens, size_t i,
                                            sampler_row* row);

/* Begins a round: redraws `draft`, and draws up to n tokens, fewer where no
 * candidate is left. `draft` is then as long as before. */
SAMPLER_API sampler_status sampler_round_propose(
    sampler_round* round, sampler_sequence* draft, size_t n,
    sampler_row_after row, void* context, sampler_error* error);

/* The tokens that were proposed; NULL, and a count of 0, for NULL and for a
 * round that another call is using. Valid until the next call of propose or
 * weigh. */
SAMPLER_API const int32_t* sampler_round_tokens(const sampler_round* round,
                                                size_t* count);

/* What the target makes of them: asks for the rows after 0, 1, ... all of the
 * tokens. Where it has no candidate left, the tokens behind are dropped.
 * SAMPLER_WRONG_STATE where nothing was proposed, or that failed. */
SAMPLER_API sampler_status sampler_round_weigh(sampler_round* round,
                                               sampler_sequence* target,
                                               sampler_row_after row,
                                               void* context,
                                               sampler_error* error);

typedef enum sampler_judgement SAMPLER_ANY_INT {
  SAMPLER_BY_REJECTION = 0, /* Token by token (Leviathan, Chen). */
  SAMPLER_BY_BLOCK = 1,     /* All at once: more of them stay. */
  SAMPLER_BY_MATCH = 2      /* Those that the target draws itself. */
} sampler_judgement;

typedef struct sampler_verdict {
  size_t struct_size;
  size_t accepted; /* Tokens that stay, from the first on. */
  int32_t next;    /* The token behind them; -1: none, for no candidate is left
                      there (sampler_rewinder_no_candidate). */
} sampler_verdict;

/* SAMPLER_WRONG_STATE before the round was weighed. */
SAMPLER_API sampler_status sampler_round_judge(const sampler_round* round,
                                               sampler_judgement judgement,
                                               const sampler_sequence* target,
                                               sampler_verdict* verdict,
                                               sampler_error* error);

/* Typical acceptance (Medusa): a token stays if the target's p(x) is above
 * min(epsilon, delta e^-H(p)). */
typedef struct sampler_typicality {
  size_t struct_size;
  double epsilon; /* In [0, 1], */
  double delta;   /* and this too. */
} sampler_typicality;

/* Judges so. It keeps no law: the text is neither the target's nor the draft's,
 * by design. `rule` NULL: Medusa's own, 0.09 and 0.3. SAMPLER_OUT_OF_RANGE for
 * other numbers than above, SAMPLER_WRONG_STATE as sampler_round_judge. */
SAMPLER_API sampler_status sampler_round_judge_typicality(
    const sampler_round* round, const sampler_typicality* rule,
    const sampler_sequence* target, sampler_verdict* verdict,
    sampler_error* error);

/* Accepts the tokens of the verdict on both sequences, with what the stages
 * learn from them. */
SAMPLER_API sampler_status sampler_round_accept(sampler_round* round,
                                                const sampler_verdict* verdict,
                                                sampler_sequence* target,
                                                sampler_sequence* draft,
                                                sampler_error* error);

#ifdef __cplusplus
}
#endif

#endif /* SAMPLER_C_SPECULATION_H_ */
