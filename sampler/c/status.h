/* What every function of the C interface answers with, and what library this
 * is. The conventions are in sampler.h.
 *
 * Tested by: tests/c/c_api_test.c (compiled as C11), tests/c/ctypes_test.py.
 */

#ifndef SAMPLER_C_STATUS_H_
#define SAMPLER_C_STATUS_H_

#include <stddef.h>
#include <stdint.h>

#include "sampler/version.h"

#if defined(__GNUC__)
#define SAMPLER_API __attribute__((visibility("default")))
#else
#define SAMPLER_API
#endif

/* A caller in C may put any integer into an enum. C++ allows that only where
 * the enum says of what type it is. */
#ifdef __cplusplus
#define SAMPLER_ANY_INT : int
#else
#define SAMPLER_ANY_INT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* "0.2.0", of the library that is linked. */
SAMPLER_API const char* sampler_version(void);

/* The instruction set that steps run on ("avx2"). */
SAMPLER_API const char* sampler_instruction_set(void);

typedef enum sampler_status SAMPLER_ANY_INT {
  SAMPLER_OK = 0,
  SAMPLER_INVALID_ARGUMENT = 1,
  SAMPLER_OUT_OF_RANGE = 2,
  SAMPLER_BUSY = 3,
  SAMPLER_OUT_OF_MEMORY = 4,
  SAMPLER_INTERNAL = 5,
  SAMPLER_FILE_ERROR = 6, /* Not found, exists already, disk full, ... */
  SAMPLER_WRONG_STATE = 7
} sampler_status;

/* "out of range"; "unknown" for a number that is no status. */
SAMPLER_API const char* sampler_status_name(sampler_status status);

/* Where a failing call writes its sentence, cut to fit and ended by a zero. */
typedef struct sampler_error {
  char* text;
  size_t capacity;
} sampler_error;

/* SAMPLER_INVALID_ARGUMENT if the environment variable SAMPLER_SIMD, which
 * forces an instruction set, names none that this machine has and is so without
 * effect; the sentence lists those it has. No token depends on it. */
SAMPLER_API sampler_status sampler_check_instruction_set(sampler_error* error);

#ifdef __cplusplus
}
#endif

#endif /* SAMPLER_C_STATUS_H_ */
