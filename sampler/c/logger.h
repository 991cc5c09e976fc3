/* Logs a loop, so that `sampler replay` can repeat it:
 *
 *   sampler_logger_options options = {sizeof options, 32000, SAMPLER_F32};
 *   sampler_logger_create("run.safetensors", &options, &logger, &error);
 *   sampler_logger_prompt(logger, 0, prompt, n_prompt, &error);
 *   sampler_logger_append(logger, 0, &row, token.id, &error);  // Every step.
 *   sampler_logger_finish(logger, &error);
 *   sampler_logger_free(logger);
 *
 * Rows as the model gave them, before anything changes them. A row that was
 * appended survives the death of the process: until the log is finished all is
 * in PATH.partial, of which `sampler convert --recover` makes a log.
 * sampler/logs/logger.h says more, and which errors come when: InvalidArgument
 * and OutOfRange are the statuses of these names, FailedPrecondition is
 * SAMPLER_WRONG_STATE, all others are SAMPLER_FILE_ERROR. Any number of threads
 * may use one logger.
 *
 * Tested by: tests/c/c_logger_test.c (compiled as C11).
 */

#ifndef SAMPLER_C_LOGGER_H_
#define SAMPLER_C_LOGGER_H_

#include <stddef.h>
#include <stdint.h>

#include "sampler/c/sequences.h"
#include "sampler/c/status.h"
#include "sampler/c/steps.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sampler_logger sampler_logger;

typedef struct sampler_logger_options {
  size_t struct_size;
  int64_t vocabulary_size;
  sampler_dtype dtype; /* Of the log: f32, f16 or bf16. */
  int64_t top_k;       /* 0: whole rows. k: the k likeliest tokens of each. */
  int overwrite;       /* Not 0: replace a log of this name. */
  /* What else the file shall say: `metadata_count` pairs of name and text,
   * ended by zeros, one after another. May be NULL with a count of 0. */
  const char* const* metadata;
  size_t metadata_count;
  /* Not 0: until it is finished the log is in a file without a name, which
   * goes with the process. For logs that can be made again. */
  int nameless;
} sampler_logger_options;

SAMPLER_API sampler_status
sampler_logger_create(const char* path, const sampler_logger_options* options,
                      sampler_logger** logger, sampler_error* error);

/* Tokens before the first row of a sequence. Sequences are numbers of the
 * caller's: 0, 1, ... with streams of those numbers replay as they were drawn.
 */
SAMPLER_API sampler_status sampler_logger_prompt(sampler_logger* logger,
                                                 uint32_t sequence,
                                                 const int32_t* tokens,
                                                 size_t count,
                                                 sampler_error* error);

/* Notes with what a sequence is drawn: the config of its pipeline, seed, stream
 * and clock of `drawn` as they are now. With it `sampler replay LOG` needs no
 * options. Best before the first row. */
SAMPLER_API sampler_status
sampler_logger_describe(sampler_logger* logger, uint32_t sequence,
                        const sampler_sequence* drawn, sampler_error* error);

/* The next row of a sequence, and the token that was drawn from it. */
SAMPLER_API sampler_status sampler_logger_append(sampler_logger* logger,
                                                 uint32_t sequence,
                                                 const sampler_row* row,
                                                 int32_t token,
                                                 sampler_error* error);

/* The same of the row and the token of the last sampler_sample of `drawn`,
 * before the token is accepted, and with what it was drawn: the attempt, the
 * bans at its place, and the mask that the step was given. So the log of a run
 * with masks, or in which tokens were taken back, is replayed token by token.
 * SAMPLER_WRONG_STATE if `drawn` has drawn no token where it stands. */
SAMPLER_API sampler_status sampler_logger_append_step(
    sampler_logger* logger, uint32_t sequence, const sampler_sequence* drawn,
    const sampler_row* row, sampler_error* error);

/* Takes back the last `rows` rows of a sequence, as if they had not been
 * logged: those of tokens that are taken back because of what they are.
 * SAMPLER_OUT_OF_RANGE if there are fewer. */
SAMPLER_API sampler_status sampler_logger_take_back(sampler_logger* logger,
                                                    uint32_t sequence,
                                                    int64_t rows,
                                                    sampler_error* error);

/* Waits until all rows so far are on the disk, against a loss of power. */
SAMPLER_API sampler_status sampler_logger_sync(sampler_logger* logger,
                                               sampler_error* error);

/* Makes the log. Afterwards the logger can only be freed. */
SAMPLER_API sampler_status sampler_logger_finish(sampler_logger* logger,
                                                 sampler_error* error);

/* Without finishing first, PATH.partial stays. */
SAMPLER_API void sampler_logger_free(sampler_logger* logger);

#ifdef __cplusplus
}
#endif

#endif /* SAMPLER_C_LOGGER_H_ */
