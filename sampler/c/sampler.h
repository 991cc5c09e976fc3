/* The C interface of the sampler: what a generation loop needs, for C11 and for
 * languages that call C.
 *
 *   char text[512];  // Of the last error; NULL for &error: no text.
 *   sampler_error error = {text, sizeof text};
 *   sampler_pipeline *pipeline = NULL;
 *   sampler_sequence *sequence = NULL;
 *   sampler_row row = {logits, 32000, SAMPLER_F32};
 *   sampler_status status =
 *       sampler_pipeline_create(json, strlen(json), 32000, &pipeline, &error);
 *   if (status == SAMPLER_OK) {
 *     status = sampler_sequence_create(pipeline, 42, 0, prompt, n_prompt,
 *                                      &sequence, &error);
 *   }
 *   if (status != SAMPLER_OK) return fail(text);
 *   for (;;) {
 *     sampler_token token = {.struct_size = sizeof token};
 *     model(logits);
 *     if (sampler_sample(sequence, &row, NULL, &token, &error)) break;
 *     if (token.row_status != SAMPLER_ROW_OK) break;
 *     if (sampler_accept(sequence, token.id, &error)) break;
 *   }
 *   sampler_sequence_free(sequence);
 *   sampler_pipeline_free(pipeline);
 *
 * Conventions:
 *
 * 1. Handles are opaque. X_create makes one, X_free releases it; NULL may be
 *    freed. A sequence keeps its pipeline alive: pipelines may be freed first.
 * 2. Functions that can fail return a sampler_status, 0 for success. They write
 *    a sentence (what, where, what was found, what is allowed) into the
 *    caller's sampler_error, if one is given; nothing is printed, nothing is
 *    thrown, nothing aborts. On failure no output is written but the sentence
 *    (and by sampler_sequence_snapshot the size that it needs).
 * 3. Structs with a struct_size begin with it, set by the caller, so that they
 *    can grow; fields beyond that size are neither read nor written. The others
 *    are fixed for ever.
 * 4. NULL where a pointer is required, and a size that does not fit, give
 *    SAMPLER_INVALID_ARGUMENT.
 * 5. Texts are UTF-8 with an explicit length; they need not end in a zero.
 * 6. Pipelines are immutable: any number of threads. A sequence, and
 *    a workspace, is used by one call at a time: a second one is answered with
 *    SAMPLER_BUSY.
 * 7. A row that cannot be sampled (NaN, +inf, nothing left) is not a failure of
 *    the call: the token has a row status and the id -1.
 *
 * One header for each subject, and this one for all of them:
 *
 *   status.h       statuses, error sentences, the version
 *   pipelines.h    a config, compiled
 *   sequences.h    what a text carries; forks, snapshots, ways back
 *   steps.h        a row becomes a token; inputs and scratch memory
 *   draws.h        more of one step: several tokens, forks, codes, survivors
 *   logprobs.h     log-probabilities, raw and processed
 *   batches.h      steps of many sequences on the caller's threads
 *   logger.h       a log of the loop for `sampler replay`
 *   rewinder.h     phrases that a text must not have
 *   loops.h        does a text repeat itself?
 *   speculation.h  rounds with a draft
 *   trees.h        rounds with a tree of drafts
 *
 * Regular expressions are a library of their own: sampler/c/regex.h.
 *
 * Not offered, but in C++: stages of the caller's own and observers of single
 * stages, which are classes; the import of other runtimes' settings, reading of
 * logs and detection of watermarks, for which `sampler` is a command.
 *
 * Tested by: tests/c (compiled as C11), tests/c/ctypes_test.py.
 */

#ifndef SAMPLER_C_SAMPLER_H_
#define SAMPLER_C_SAMPLER_H_

#include "sampler/c/batches.h"
#include "sampler/c/draws.h"
#include "sampler/c/logger.h"
#include "sampler/c/logprobs.h"
#include "sampler/c/loops.h"
#include "sampler/c/pipelines.h"
#include "sampler/c/rewinder.h"
#include "sampler/c/sequences.h"
#include "sampler/c/speculation.h"
#include "sampler/c/status.h"
#include "sampler/c/steps.h"
#include "sampler/c/trees.h"

#endif /* SAMPLER_C_SAMPLER_H_ */
