/* Log-probabilities in C, of the row as it came and of what the pipeline left
 * (logprobs.h).
 *
 * Tested by: tests/c/c_api_test.c, tests/c/c_batch_test.c (compiled as C11).
 */

#ifndef SAMPLER_C_LOGPROBS_H_
#define SAMPLER_C_LOGPROBS_H_

#include <stddef.h>
#include <stdint.h>

#include "sampler/c/sequences.h"
#include "sampler/c/status.h"
#include "sampler/c/steps.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sampler_logprob {
  int32_t id;
  int64_t rank;   /* From 1; 0: removed. */
  double logprob; /* -INFINITY for a token that was removed. */
} sampler_logprob;

/* The logprobs of the token that a step drew and of the likeliest ones, in the
 * caller's memory. Where no token was drawn, of_token is {-1, 0, -INFINITY} and
 * the count 0. */
typedef struct sampler_report {
  size_t struct_size;
  sampler_logprob of_token;
  sampler_logprob* top; /* Room for the likeliest `capacity`; may be NULL if */
  size_t capacity;      /* that is 0. */
  size_t count;         /* How many were written: all, where fewer are left. */
} sampler_report;

/* Of the row that the sequence drew from last: the logprob of `token`, and
 * those of the likeliest `capacity` tokens, before any stage (`raw` not 0: the
 * softmax of the row as it came) or after all of them. `of_token` may be NULL.
 * `*count` receives how many were written to `top`: all, where fewer are left.
 *
 * A logprob is (l - max) - ln sum e^(l - max), natural, in double, and finite
 * for every token that is left, also for one too unlikely ever to be drawn
 * (sampler/distribution.h); -INFINITY, with rank 0, for one that was removed.
 *
 * `row` must be the row of that call, unchanged, and so must be its
 * `unconditional` row; one of another size is SAMPLER_INVALID_ARGUMENT. Only
 * between sampler_sample and the next accept or rollback; else
 * SAMPLER_INVALID_ARGUMENT. Each call computes what it is asked for alone: raw
 * about ten reads of the row; after the stages next to nothing where few tokens
 * are left, right after the step (once its workspace has taken another, the
 * step is repeated). Batches report in the same pass: sampler_step. */
SAMPLER_API sampler_status
sampler_logprobs(sampler_sequence* sequence, const sampler_row* row, int raw,
                 int32_t token, sampler_logprob* of_token, sampler_logprob* top,
                 size_t capacity, size_t* count, sampler_error* error);

#ifdef __cplusplus
}
#endif

#endif /* SAMPLER_C_LOGPROBS_H_ */
