/* Steps of many sequences at once in C, on the caller's threads (batch.h).
 *
 * Tested by: tests/c/c_batch_test.c (compiled as C11).
 */

#ifndef SAMPLER_C_BATCHES_H_
#define SAMPLER_C_BATCHES_H_

#include <stddef.h>

#include "sampler/c/logprobs.h"
#include "sampler/c/sequences.h"
#include "sampler/c/status.h"
#include "sampler/c/steps.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One sequence's part of a batch. */
typedef struct sampler_step {
  size_t struct_size;
  sampler_sequence* sequence;
  const sampler_row* row;
  const sampler_inputs* inputs; /* May be NULL. */
  sampler_token* token;         /* Receives the token. */
  /* Reports of the row as it came, and of what the pipeline left of it, written
   * right after the step; NULL: not asked for. */
  sampler_report* raw;
  sampler_report* processed;
} sampler_step;

/* The caller's threads. `run` calls task(task_data, worker) once for every
 * worker in [0, workers), at the same time or one after the other, and returns
 * when all calls have returned. */
typedef struct sampler_executor {
  void (*run)(void* context, size_t workers,
              void (*task)(void* task_data, size_t worker), void* task_data);
  void* context;  /* Handed to `run`. */
  size_t workers; /* At least 1. */
} sampler_executor;

/* A step of `count` sequences, each as sampler_sample does it, on the threads
 * of `executor`, or on the calling one if that is NULL. Tokens do not depend on
 * the batch, its order or the number of workers. Sequences may be of different
 * pipelines; one that stands twice is SAMPLER_BUSY. All is checked before the
 * first step: "steps[3]: row: got NULL". An executor that returns without
 * having run its tasks is SAMPLER_INVALID_ARGUMENT, with some tokens written,
 * as where memory runs out. */
SAMPLER_API sampler_status
sampler_sample_batch(const sampler_step* steps, size_t count,
                     const sampler_executor* executor, sampler_error* error);

/* The same in these workspaces: at least one for each worker. One that stands
 * twice, or that another call uses, is SAMPLER_BUSY. */
SAMPLER_API sampler_status sampler_sample_batch_with(
    sampler_workspace* const* workspaces, size_t workspace_count,
    const sampler_step* steps, size_t count, const sampler_executor* executor,
    sampler_error* error);

#ifdef __cplusplus
}
#endif

#endif /* SAMPLER_C_BATCHES_H_ */
