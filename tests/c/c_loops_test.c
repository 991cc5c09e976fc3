/* Loops of the C interface from C11. Exits 0 if all holds; prints what does
 * not. */

#include <string.h>

#include "sampler/c/sampler.h"
#include "tests/c/expect.h"
#include "tests/c/sequences.h"

static void loop(void) {
  sampler_sequence* sequence = sequence_under(
      "{\"version\": 1, \"stages\": [{\"type\": \"categorical\"}]}", 8, 1, 0);
  const sampler_loop_rule rule = {sizeof rule, 1, 4, 3};
  int64_t length = -1, count = -1;
  for (int i = 0; i < 3; ++i) {
    EXPECT(sampler_find_loop(sequence, &rule, &length, &count, &error) ==
           SAMPLER_OK);
    EXPECT(length == 0 && count == 0);
    EXPECT(sampler_accept(sequence, 1, &error) == SAMPLER_OK);
    EXPECT(sampler_accept(sequence, 2, &error) == SAMPLER_OK);
  }
  EXPECT(sampler_find_loop(sequence, &rule, &length, &count, &error) ==
         SAMPLER_OK);
  EXPECT(length == 2 && count == 3);
  EXPECT(sampler_find_loop(sequence, &rule, &length, NULL, &error) ==
         SAMPLER_OK);
  const sampler_loop_rule never = {sizeof never, 3, 2, 3};
  EXPECT(sampler_find_loop(sequence, &never, &length, &count, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(strstr(text, "patterns of 3 to 2 tokens") != NULL);
  EXPECT(sampler_find_loop(NULL, &rule, &length, &count, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_find_loop(sequence, NULL, &length, &count, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_find_loop(sequence, &rule, NULL, &count, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  sampler_sequence_free(sequence);
}

int main(void) {
  loop();
  return failures == 0 ? 0 : 1;
}
