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
 * Not offered: stages written in C, observers of single stages, the clock of
 * schedules, several tokens of one draw, the intervals of `arithmetic`.
 * Phrases that a text must not have are in rewinder.h, rounds of speculation in
 * speculation.h.
 *
 * Tested by: tests/c/c_api_test.c, tests/c/c_batch_test.c and
 * tests/c/c_logger_test.c (compiled as C11), tests/c/ctypes_test.py.
 */

#ifndef SAMPLER_C_SAMPLER_H_
#define SAMPLER_C_SAMPLER_H_

#include <stddef.h>
#include <stdint.h>

#include "sampler/version.h"

#if defined(__GNUC__)
#define SAMPLER_API __attribute__((visibility("default")))
#else
#define SAMPLER_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* "0.2.0", of the library that is linked. */
SAMPLER_API const char* sampler_version(void);

/* The instruction set that steps run on ("avx2"). */
SAMPLER_API const char* sampler_instruction_set(void);

typedef enum sampler_status {
  SAMPLER_OK = 0,
  SAMPLER_INVALID_ARGUMENT = 1,
  SAMPLER_OUT_OF_RANGE = 2,
  SAMPLER_BUSY = 3,
  SAMPLER_OUT_OF_MEMORY = 4,
  SAMPLER_INTERNAL = 5,
  SAMPLER_FILE_ERROR = 6, /* Not found, exists already, disk full, ... */
  SAMPLER_WRONG_STATE = 7
} sampler_status;

/* Where a failing call writes its sentence, cut to fit and ended by a zero. */
typedef struct sampler_error {
  char* text;
  size_t capacity;
} sampler_error;

/* SAMPLER_INVALID_ARGUMENT if the environment variable SAMPLER_SIMD, which
 * forces an instruction set, names none that this machine has and is so without
 * effect; the sentence lists those it has. No token depends on it. */
SAMPLER_API sampler_status sampler_check_instruction_set(sampler_error* error);

/* ---- Pipelines --------------------------------------------------------- */

typedef struct sampler_pipeline sampler_pipeline;

/* From a config in JSON. On failure the sentence lists every problem, one a
 * line, with line, column and JSON pointer. */
SAMPLER_API sampler_status sampler_pipeline_create(const char* json,
                                                   size_t json_size,
                                                   int64_t vocabulary_size,
                                                   sampler_pipeline** pipeline,
                                                   sampler_error* error);

/* From a preset of configs/, by its name, which ends in a zero. An unknown name
 * is SAMPLER_INVALID_ARGUMENT. */
SAMPLER_API sampler_status
sampler_pipeline_from_preset(const char* name, int64_t vocabulary_size,
                             sampler_pipeline** pipeline, sampler_error* error);

/* The name of the preset of that number, from 0; NULL behind the last one. */
SAMPLER_API const char* sampler_preset_name(size_t index);

SAMPLER_API void sampler_pipeline_free(sampler_pipeline* pipeline);

/* ---- Sequences --------------------------------------------------------- */

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

/* ---- Steps ------------------------------------------------------------- */

typedef enum sampler_dtype {
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
 * nothing of the vocabulary's size. It makes two steps on rows of its own. More
 * than 2^24 tokens are SAMPLER_OUT_OF_RANGE. */
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

typedef enum sampler_row_status {
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
 * having run its tasks is SAMPLER_INVALID_ARGUMENT, with some tokens written.
 */
SAMPLER_API sampler_status
sampler_sample_batch(const sampler_step* steps, size_t count,
                     const sampler_executor* executor, sampler_error* error);

/* The same in these workspaces: at least one for each worker. One that stands
 * twice, or that another call uses, is SAMPLER_BUSY. */
SAMPLER_API sampler_status sampler_sample_batch_with(
    sampler_workspace* const* workspaces, size_t workspace_count,
    const sampler_step* steps, size_t count, const sampler_executor* executor,
    sampler_error* error);

/* Appends a token. If it is the one that was drawn last, stages with
 * a memory learn from it. */
SAMPLER_API sampler_status sampler_accept(sampler_sequence* sequence,
                                          int32_t token, sampler_error* error);

/* ---- Probabilities ----------------------------------------------------- */

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

/* ---- Logging ----------------------------------------------------------- */

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
 * may use one logger. */
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

#endif /* SAMPLER_C_SAMPLER_H_ */
