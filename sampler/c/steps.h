/* Steps in C: a row of logits becomes a token (step.h), in scratch memory that
 * the caller may hand in (workspace.h).
 *
 * Tested by: tests/c/c_api_test.c, c_inputs_test.c, c_workspace_test.c,
 *   tests/c/c_draws_test.c (compiled as C11).
 */

#ifndef SAMPLER_C_STEPS_H_
#define SAMPLER_C_STEPS_H_

#include <stddef.h>
#include <stdint.h>

#include "sampler/c/pipelines.h"
#include "sampler/c/sequences.h"
#include "sampler/c/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sampler_dtype SAMPLER_ANY_INT {
  SAMPLER_F32 = 0,
  SAMPLER_F16 = 1,
  SAMPLER_BF16 = 2,
  SAMPLER_F64 = 3
} sampler_dtype;

/* A row of logits. The memory is only read, and need not be aligned. */
typedef struct sampler_row {
  const void* data;
  size_t size; /* Elements. */
  sampler_dtype dtype;
} sampler_row;

/* The scratch memory of steps: up to about 150 bytes per token of the
 * vocabulary (sampler/workspace.h), which it grows to in its first steps. Make
 * one for each thread that samples; any pipeline and sequence may use it.
 *
 * Calls that are given none (sampler_sample, sampler_sample_batch) borrow from
 * workspaces of the library's own. It makes as many as such calls, and workers
 * of batches, run at once, and frees them with the last sequence.
 *
 * It may be freed while sequences live that have used it, but not during
 * a call. */
typedef struct sampler_workspace sampler_workspace;

SAMPLER_API sampler_status
sampler_workspace_create(sampler_workspace** workspace, sampler_error* error);
SAMPLER_API void sampler_workspace_free(sampler_workspace* workspace);

/* Grows a workspace ahead of use, to what steps of this pipeline need after a
 * text of `text_tokens` tokens, so that the first ones of a server allocate
 * nothing of the vocabulary's size. It makes two or three steps on rows of its
 * own. More than 2^24 tokens are SAMPLER_OUT_OF_RANGE. */
SAMPLER_API sampler_status sampler_workspace_reserve(
    sampler_workspace* workspace, const sampler_pipeline* pipeline,
    size_t text_tokens, sampler_error* error);

/* What else a step may be given. Zero means absent. An input that no stage of
 * the pipeline looks at gives the row the status SAMPLER_ROW_UNUSED_INPUT. */
typedef struct sampler_inputs {
  size_t struct_size;
  /* Packed mask of allowed tokens for `mask` stages, bit j % 32 of word j / 32;
   * tokens without a bit are banned, or stay by the stage's "padding". */
  const uint32_t* mask;
  size_t mask_words;
  /* The second row of a `guidance` stage; data NULL: absent. */
  sampler_row unconditional;
  /* The code point of an `arithmetic` draw, in [0, 1). */
  const double* uniform;
} sampler_inputs;

typedef enum sampler_row_status SAMPLER_ANY_INT {
  SAMPLER_ROW_OK = 0,
  SAMPLER_ROW_NAN = 1,
  SAMPLER_ROW_INFINITE = 2,
  SAMPLER_ROW_NO_CANDIDATE = 3,
  SAMPLER_ROW_WRONG_SIZE = 4,
  SAMPLER_ROW_MISSING_INPUT = 5,
  SAMPLER_ROW_WRONG_INPUT = 6,
  SAMPLER_ROW_WRONG_STATE = 7,
  SAMPLER_ROW_UNUSED_INPUT = 8 /* An input that no stage looks at. */
} sampler_row_status;

/* "no_candidate"; "unknown" for a number that is no row status. */
SAMPLER_API const char* sampler_row_status_name(sampler_row_status status);

/* SAMPLER_INVALID_ARGUMENT if a stage of the pipeline lacks an input, or if no
 * stage reads one that is given: the sentence names stages and inputs. For
 * callers that want to know before the first row; else the row status tells.
 * `inputs` may be NULL: none. */
SAMPLER_API sampler_status sampler_pipeline_check_inputs(
    const sampler_pipeline* pipeline, const sampler_inputs* inputs,
    sampler_error* error);

typedef struct sampler_token {
  size_t struct_size;
  int32_t id; /* -1 unless the row status is ok. */
  sampler_row_status row_status;
  uint64_t bits; /* The random bits of the draw. */
} sampler_token;

/* One step: the token that the pipeline draws from `row` at the sequence's
 * position. Accepts nothing and may be repeated. `inputs` may be NULL. */
SAMPLER_API sampler_status sampler_sample(sampler_sequence* sequence,
                                          const sampler_row* row,
                                          const sampler_inputs* inputs,
                                          sampler_token* token,
                                          sampler_error* error);

/* The same in this workspace. */
SAMPLER_API sampler_status sampler_sample_with(sampler_workspace* workspace,
                                               sampler_sequence* sequence,
                                               const sampler_row* row,
                                               const sampler_inputs* inputs,
                                               sampler_token* token,
                                               sampler_error* error);

/* Appends a token. If it is the one that was drawn last, stages with
 * a memory learn from it. */
SAMPLER_API sampler_status sampler_accept(sampler_sequence* sequence,
                                          int32_t token, sampler_error* error);

#ifdef __cplusplus
}
#endif

#endif /* SAMPLER_C_STEPS_H_ */
