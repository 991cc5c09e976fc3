/* Pipelines in C: a config, compiled for one vocabulary size (pipeline.h).
 *
 * Tested by: tests/c/c_api_test.c, c_inputs_test.c, c_inquiry_test.c (as C11).
 */

#ifndef SAMPLER_C_PIPELINES_H_
#define SAMPLER_C_PIPELINES_H_

#include <stddef.h>
#include <stdint.h>

#include "sampler/c/status.h"

#ifdef __cplusplus
extern "C" {
#endif

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

/* The vocabulary size; -1 for NULL. */
SAMPLER_API int64_t
sampler_pipeline_vocabulary_size(const sampler_pipeline* pipeline);

/* A hash that distinguishes its config from others, never 0; 0 for NULL. */
SAMPLER_API uint64_t
sampler_pipeline_fingerprint(const sampler_pipeline* pipeline);

/* The config as JSON, with `size` and `capacity` as sampler_sequence_snapshot
 * has them. */
SAMPLER_API sampler_status
sampler_pipeline_config(const sampler_pipeline* pipeline, char* text,
                        size_t capacity, size_t* size, sampler_error* error);

/* 1 if a stage has a memory: then tokens that were drawn should be accepted
 * right after their step. 0 if none has, and for NULL. */
SAMPLER_API int sampler_pipeline_has_state(const sampler_pipeline* pipeline);

typedef enum sampler_input SAMPLER_ANY_INT {
  SAMPLER_INPUT_MASK = 0,
  SAMPLER_INPUT_UNCONDITIONAL = 1,
  SAMPLER_INPUT_UNIFORM = 2
} sampler_input;

/* 1 if a stage reads this field of sampler_inputs, which may then be given; 0
 * if none does, for another number, and for NULL. */
SAMPLER_API int sampler_pipeline_reads(const sampler_pipeline* pipeline,
                                       sampler_input input);

SAMPLER_API void sampler_pipeline_free(sampler_pipeline* pipeline);

#ifdef __cplusplus
}
#endif

#endif /* SAMPLER_C_PIPELINES_H_ */
