/* Phrases of a rewinder that are regular expressions, in C: patterns for
 * sampler/c/rewinder.h, by RE2.
 *
 *   sampler_regex *regex = NULL;
 *   sampler_regex_create(expression, strlen(expression), &regex, &error);
 *   sampler_phrase phrase = {.struct_size = sizeof phrase,
 *                            .pattern = sampler_regex_pattern(regex)};
 *   sampler_rewinder_create(&phrase, 1, &rewinder, &error);
 *   ...
 *   sampler_rewinder_free(rewinder);
 *   sampler_regex_free(regex);  // After all that use it.
 *
 * A library of its own, libsampler_c_regex, since it needs RE2. The syntax, and
 * what it costs: sampler/regex/regex_phrase.h. Conventions: those of
 * sampler/c/sampler.h. An expression is immutable: any number of threads.
 *
 * Tested by: tests/c/c_regex_test.c (compiled as C11).
 */

#ifndef SAMPLER_C_REGEX_H_
#define SAMPLER_C_REGEX_H_

#include <stddef.h>

#include "sampler/c/rewinder.h"
#include "sampler/c/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sampler_regex sampler_regex;

/* SAMPLER_INVALID_ARGUMENT for an expression that RE2 does not take, and for
 * one that the empty text matches. */
SAMPLER_API sampler_status sampler_regex_create(const char* expression,
                                                size_t expression_size,
                                                sampler_regex** regex,
                                                sampler_error* error);
SAMPLER_API void sampler_regex_free(sampler_regex* regex);

/* For sampler_phrase: it lives as long as `regex`. NULL for NULL. */
SAMPLER_API const sampler_pattern* sampler_regex_pattern(
    const sampler_regex* regex);

#ifdef __cplusplus
}
#endif

#endif /* SAMPLER_C_REGEX_H_ */
