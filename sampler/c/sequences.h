/* Sequences in C: what one text carries from token to token (sequence.h).
 *
 * Tested by: tests/c/c_sequences_test.c, c_inquiry_test.c (compiled as C11).
 */

#ifndef SAMPLER_C_SEQUENCES_H_
#define SAMPLER_C_SEQUENCES_H_

#include <stddef.h>
#include <stdint.h>

#include "sampler/c/pipelines.h"
#include "sampler/c/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sampler_sequence sampler_sequence;

/* A seed that nobody chose: 64 random bits of the system, for callers who want
 * no two texts alike. Keep it to repeat the text. */
SAMPLER_API sampler_status sampler_random_seed(uint64_t* seed,
                                               sampler_error* error);

/* A sequence that begins with a prompt. `stream` tells sequences with one seed
 * apart. The seed is taken as given: that of the config has no effect here, and
 * two sequences with one seed and stream draw one text.
 * A sequence is small: the tokens of its text, and a copy of the mask of its
 * last step. The scratch memory of steps is that of workspaces. */
SAMPLER_API sampler_status sampler_sequence_create(
    const sampler_pipeline* pipeline, uint64_t seed, uint32_t stream,
    const int32_t* prompt, size_t prompt_size, sampler_sequence** sequence,
    sampler_error* error);
SAMPLER_API void sampler_sequence_free(sampler_sequence* sequence);

/* Number of tokens accepted so far; -1 for NULL, and for a sequence that
 * another call is using. */
SAMPLER_API int64_t sampler_sequence_position(const sampler_sequence* sequence);

/* Its seed and its stream. Either may be NULL. */
SAMPLER_API sampler_status
sampler_sequence_key(const sampler_sequence* sequence, uint64_t* seed,
                     uint32_t* stream, sampler_error* error);

/* The text: the prompt, then the tokens that were accepted. `*size` receives
 * the number of all, `*prompt_size`, which may be NULL, that of the prompt.
 * They are written if they fit into `capacity`, and SAMPLER_OUT_OF_RANGE says
 * that they do not. `tokens` may be NULL with a capacity of 0. */
SAMPLER_API sampler_status sampler_sequence_tokens(
    const sampler_sequence* sequence, int32_t* tokens, size_t capacity,
    size_t* size, size_t* prompt_size, sampler_error* error);

/* The caller's own clock (a training step, an episode), for schedules that
 * follow it: 0 until it is set. SAMPLER_OUT_OF_RANGE for one below 0. */
SAMPLER_API sampler_status sampler_sequence_set_clock(
    sampler_sequence* sequence, int64_t clock, sampler_error* error);
/* -1 as for sampler_sequence_position. */
SAMPLER_API int64_t sampler_sequence_clock(const sampler_sequence* sequence);

/* Bans `token` where `sequence` stands, after the tokens that it has accepted.
 * Bans are part of snapshots. */
SAMPLER_API sampler_status sampler_sequence_ban(sampler_sequence* sequence,
                                                int32_t token,
                                                sampler_error* error);

/* The tokens that are banned where `sequence` stands, with `size` and
 * `capacity` as above. */
SAMPLER_API sampler_status
sampler_sequence_bans(const sampler_sequence* sequence, int32_t* tokens,
                      size_t capacity, size_t* size, sampler_error* error);

/* Takes back the last n accepted tokens, as if they had never been accepted:
 * drawn again, they are the same. */
SAMPLER_API sampler_status sampler_rollback(sampler_sequence* sequence,
                                            int64_t n, sampler_error* error);

/* The same because of what they are, with fresh random numbers from there on:
 * for tokens that a grammar or a tool refuses (n = 0 for one that was drawn and
 * is not accepted), before the next sampler_sample. A refused token's random
 * numbers are conditioned, and would give the text another law
 * (sampler/sequence.h). SAMPLER_OUT_OF_RANGE as for sampler_rollback, and after
 * 2^32 - 1 times. */
SAMPLER_API sampler_status sampler_redraw(sampler_sequence* sequence, int64_t n,
                                          sampler_error* error);

/* How often the sequence was redrawn, or what that was set to: a part of the
 * key of its random numbers, to be noted beside a token and set again where
 * its draw is to be repeated. -1 as for sampler_sequence_position. */
SAMPLER_API int64_t sampler_sequence_attempt(const sampler_sequence* sequence);
SAMPLER_API sampler_status sampler_sequence_set_attempt(
    sampler_sequence* sequence, uint32_t attempt, sampler_error* error);

/* The whole state as JSON. `*size` receives the length of the text, without a
 * final zero; the text is written if it fits into `capacity`, and
 * SAMPLER_OUT_OF_RANGE says that it does not. `text` may be NULL with a
 * capacity of 0, to ask for the length. */
SAMPLER_API sampler_status
sampler_sequence_snapshot(const sampler_sequence* sequence, char* text,
                          size_t capacity, size_t* size, sampler_error* error);

/* Makes a sequence of `pipeline` from a snapshot. One of another vocabulary
 * size, or whose memory this pipeline's stages can never have had, is
 * SAMPLER_INVALID_ARGUMENT. */
SAMPLER_API sampler_status sampler_sequence_restore(
    const sampler_pipeline* pipeline, const char* snapshot,
    size_t snapshot_size, sampler_sequence** sequence, sampler_error* error);

/* Makes a sequence that goes on from here with random numbers of its own: for
 * n continuations of one text, each with another `stream`. */
SAMPLER_API sampler_status
sampler_sequence_fork(const sampler_sequence* sequence, uint32_t stream,
                      sampler_sequence** fork, sampler_error* error);

#ifdef __cplusplus
}
#endif

#endif /* SAMPLER_C_SEQUENCES_H_ */
