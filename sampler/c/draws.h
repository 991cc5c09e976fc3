/* More of one step in C: several tokens of one draw, draws by the caller's own
 * random numbers, tokens for forks, arithmetic codes, and how much is left
 * (step.h, distribution.h).
 *
 * All functions are of the step that the sequence drew from last, between
 * sampler_sample and the next accept or rollback, and `row` is the row of that
 * call, unchanged; else SAMPLER_INVALID_ARGUMENT, as of sampler_logprobs, and
 * where that step drew no token (its row status was not ok). They
 * cost next to nothing right after the step (once its workspace has taken
 * another, the step is repeated).
 *
 * Tested by: tests/c/c_draws_test.c (compiled as C11).
 */

#ifndef SAMPLER_C_DRAWS_H_
#define SAMPLER_C_DRAWS_H_

#include <stddef.h>
#include <stdint.h>

#include "sampler/c/sequences.h"
#include "sampler/c/status.h"
#include "sampler/c/steps.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All tokens of a draw that chooses several (gumbel_top_k), in the order drawn;
 * the first is that of sampler_sample. Of other draws that one alone. `*size`
 * receives how many they are; they are written if they fit into `capacity`, and
 * SAMPLER_OUT_OF_RANGE says that they do not. */
SAMPLER_API sampler_status sampler_draw_all(sampler_sequence* sequence,
                                            const sampler_row* row,
                                            int32_t* tokens, size_t capacity,
                                            size_t* size, sampler_error* error);

/* The token that 64 random bits of the caller's pick among the survivors. It
 * does not depend on the pipeline's own draw. Several draws of one step have
 * the coins of its stages (xtc) in common (distribution.h). */
SAMPLER_API sampler_status sampler_draw_bits(sampler_sequence* sequence,
                                             const sampler_row* row,
                                             uint64_t bits, int32_t* token,
                                             sampler_error* error);

/* The token that sampler_sample would give `fork`, a fork of the sequence that
 * differs from it in its stream, seed or attempt alone. It may be accepted as
 * if sampler_sample had drawn it. SAMPLER_WRONG_STATE for another sequence, and
 * where a stage before the draw has used random numbers: the fork then needs
 * a step of its own. */
SAMPLER_API sampler_status sampler_draw_for_fork(sampler_sequence* sequence,
                                                 const sampler_row* row,
                                                 sampler_sequence* fork,
                                                 sampler_token* token,
                                                 sampler_error* error);

/* What the pipeline left of the row. */
typedef struct sampler_survivors {
  size_t struct_size;
  int64_t count;  /* Tokens, those too unlikely to be drawn included. */
  double entropy; /* In nats. */
} sampler_survivors;

SAMPLER_API sampler_status sampler_survivors_of(sampler_sequence* sequence,
                                                const sampler_row* row,
                                                sampler_survivors* survivors,
                                                sampler_error* error);

/* ---- Arithmetic codes --------------------------------------------------- */

/* The i-th of n evenly spread code points, (i + shift) / n mod 1: each uniform
 * if `shift` is. SAMPLER_OUT_OF_RANGE unless 0 <= i < n and 0 <= shift < 1. */
SAMPLER_API sampler_status sampler_parallel_code(int64_t i, int64_t n,
                                                 double shift, double* code,
                                                 sampler_error* error);

/* After a step of an `arithmetic` draw: the token's part [*low, *high) of
 * [0, 1), and the code point to go on with once the token is accepted
 * (arithmetic/code_interval.h). Each may be NULL. SAMPLER_WRONG_STATE if the
 * step used no code. Needs no row: of the last step's token. */
SAMPLER_API sampler_status sampler_code_after(const sampler_sequence* sequence,
                                              double* low, double* high,
                                              double* next,
                                              sampler_error* error);

#ifdef __cplusplus
}
#endif

#endif /* SAMPLER_C_DRAWS_H_ */
