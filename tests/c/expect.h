/* What the C programs check with: EXPECT, and a place for error sentences. */

#ifndef SAMPLER_TESTS_C_EXPECT_H_
#define SAMPLER_TESTS_C_EXPECT_H_

#include <stdio.h>

#include "sampler/c/sampler.h"

static int failures = 0;

#define EXPECT(condition)                                             \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "line %d: not so: %s\n", __LINE__, #condition); \
      ++failures;                                                     \
    }                                                                 \
  } while (0)

static char text[512];
static sampler_error error = {text, sizeof text};

#endif /* SAMPLER_TESTS_C_EXPECT_H_ */
