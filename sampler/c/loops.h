/* Does a text repeat itself? (history/loops.h)
 *
 * Tested by: tests/c/c_loops_test.c (compiled as C11).
 */

#ifndef SAMPLER_C_LOOPS_H_
#define SAMPLER_C_LOOPS_H_

#include <stddef.h>
#include <stdint.h>

#include "sampler/c/sequences.h"
#include "sampler/c/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sampler_loop_rule {
  size_t struct_size;
  int64_t min_length; /* Tokens of the pattern, >= 1, */
  int64_t max_length; /* at most this many, */
  int64_t count;      /* and how often it stands there at least, >= 2. */
} sampler_loop_rule;

/* Does the output of `sequence` end with one pattern over and over? `*length`
 * receives the tokens of the shortest, `*count` how often it stands there
 * within max_length * count tokens; both 0 where the text does not loop.
 * `count` may be NULL. SAMPLER_INVALID_ARGUMENT for a rule that no loop meets.
 */
SAMPLER_API sampler_status sampler_find_loop(const sampler_sequence* sequence,
                                             const sampler_loop_rule* rule,
                                             int64_t* length, int64_t* count,
                                             sampler_error* error);

#ifdef __cplusplus
}
#endif

#endif /* SAMPLER_C_LOOPS_H_ */
