/* The life of sequences in the C interface from C11: a loop, its rollback and
 * snapshot, tokens that are drawn again, forks. Exits 0 if all holds; prints
 * what does not. */

#include <stdlib.h>
#include <string.h>

#include "sampler/c/sampler.h"
#include "tests/c/expect.h"
#include "tests/c/sequences.h"
#include "tests/c/usual_chain.h"

/* Generation, rollback, snapshot: the same tokens again. The pipeline's handle
 * is gone by then. */
static void test_loop(void) {
  sampler_pipeline* pipeline = pipeline_of(kConfig, kSize);
  sampler_sequence* sequence = prompted(pipeline, 42);
  float logits[kSize];
  int32_t tokens[20];
  char* snapshot = NULL;
  size_t size = 0;
  for (unsigned i = 0; i < 20; ++i) {
    fill_row(logits, kSize, i);
    tokens[i] = step(sequence, logits);
    EXPECT(step(sequence, logits) == tokens[i]);
    EXPECT(sampler_accept(sequence, tokens[i], &error) == SAMPLER_OK);
  }
  EXPECT(sampler_sequence_position(sequence) == 20);
  EXPECT(sampler_rollback(sequence, 15, &error) == SAMPLER_OK);
  EXPECT(sampler_sequence_snapshot(sequence, NULL, 0, &size, &error) ==
         SAMPLER_OUT_OF_RANGE);
  snapshot = malloc(size);
  EXPECT(sampler_sequence_snapshot(sequence, snapshot, size, &size, &error) ==
         SAMPLER_OK);
  sampler_sequence* restored = NULL;
  EXPECT(sampler_sequence_restore(pipeline, snapshot, size, &restored,
                                  &error) == SAMPLER_OK);
  sampler_pipeline_free(pipeline);
  for (unsigned i = 5; i < 20; ++i) {
    fill_row(logits, kSize, i);
    EXPECT(step(sequence, logits) == tokens[i]);
    EXPECT(step(restored, logits) == tokens[i]);
    EXPECT(sampler_accept(sequence, tokens[i], &error) == SAMPLER_OK);
    EXPECT(sampler_accept(restored, tokens[i], &error) == SAMPLER_OK);
  }
  free(snapshot);
  sampler_sequence_free(restored);
  sampler_sequence_free(sequence);
}

/* A token that is refused is drawn again with other random numbers, and the
 * attempt that is noted beside it repeats the draw. */
static void test_redraw(void) {
  sampler_pipeline* pipeline = pipeline_of(kConfig, kSize);
  sampler_sequence* sequence = prompted(pipeline, 42);
  float logits[kSize];
  int32_t tokens[20];
  unsigned others = 0;
  fill_row(logits, kSize, 0);
  EXPECT(sampler_sequence_attempt(sequence) == 0);
  for (unsigned i = 0; i < 20; ++i) {
    tokens[i] = step(sequence, logits);
    others += tokens[i] != tokens[0];
    EXPECT(sampler_redraw(sequence, 0, &error) == SAMPLER_OK);
    EXPECT(sampler_sequence_attempt(sequence) == i + 1);
  }
  EXPECT(others > 0);
  for (unsigned i = 0; i < 20; ++i) {
    EXPECT(sampler_sequence_set_attempt(sequence, i, &error) == SAMPLER_OK);
    EXPECT(step(sequence, logits) == tokens[i]);
  }
  EXPECT(sampler_accept(sequence, 0, &error) == SAMPLER_OK);
  EXPECT(sampler_accept(sequence, 1, &error) == SAMPLER_OK);
  EXPECT(sampler_redraw(sequence, 1, &error) == SAMPLER_OK);
  EXPECT(sampler_sequence_position(sequence) == 1);
  EXPECT(sampler_sequence_attempt(sequence) == 20);
  EXPECT(sampler_rollback(sequence, 1, &error) == SAMPLER_OK);
  EXPECT(sampler_sequence_attempt(sequence) == 20);
  EXPECT(step(sequence, logits) != -1);

  EXPECT(sampler_redraw(sequence, 1, &error) == SAMPLER_OUT_OF_RANGE);
  EXPECT(sampler_redraw(sequence, -1, &error) == SAMPLER_OUT_OF_RANGE);
  EXPECT(sampler_sequence_set_attempt(sequence, UINT32_MAX, &error) ==
         SAMPLER_OK);
  EXPECT(sampler_redraw(sequence, 0, &error) == SAMPLER_OUT_OF_RANGE);
  EXPECT(sampler_sequence_attempt(sequence) == UINT32_MAX);
  EXPECT(sampler_redraw(NULL, 0, &error) == SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_sequence_attempt(NULL) == -1);
  EXPECT(sampler_sequence_set_attempt(NULL, 0, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  sampler_sequence_free(sequence);
  sampler_pipeline_free(pipeline);
}

/* A fork has the text, and random numbers of its own; one of the same stream is
 * a copy. */
static void test_fork(void) {
  sampler_pipeline* pipeline = pipeline_of(kConfig, kSize);
  sampler_sequence* sequence = prompted(pipeline, 42);
  sampler_sequence* copy = NULL;
  sampler_sequence* fork = NULL;
  float logits[kSize];
  for (unsigned i = 0; i < 5; ++i) {
    fill_row(logits, kSize, i);
    EXPECT(sampler_accept(sequence, step(sequence, logits), &error) ==
           SAMPLER_OK);
  }
  EXPECT(sampler_sequence_fork(sequence, 0, &copy, &error) == SAMPLER_OK);
  EXPECT(sampler_sequence_fork(sequence, 1, &fork, &error) == SAMPLER_OK);
  EXPECT(sampler_sequence_position(fork) == 5);
  unsigned same = 0;
  for (unsigned i = 5; i < 25; ++i) {
    fill_row(logits, kSize, i);
    const int32_t token = step(sequence, logits);
    EXPECT(step(copy, logits) == token);
    same += step(fork, logits) == token;
    sampler_sequence* const all[] = {sequence, copy, fork};
    for (int k = 0; k < 3; ++k) {
      EXPECT(sampler_accept(all[k], token, &error) == SAMPLER_OK);
    }
  }
  EXPECT(same < 20);
  EXPECT(sampler_sequence_fork(NULL, 1, &fork, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_sequence_fork(sequence, 1, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(strcmp(text, "fork: got NULL") == 0);
  sampler_sequence_free(fork);
  sampler_sequence_free(copy);
  sampler_sequence_free(sequence);
  sampler_pipeline_free(pipeline);
}

/* Seeds that nobody chose differ. */
static void test_random_seed(void) {
  uint64_t a = 0;
  uint64_t b = 0;
  EXPECT(sampler_random_seed(&a, &error) == SAMPLER_OK);
  EXPECT(sampler_random_seed(&b, &error) == SAMPLER_OK);
  EXPECT(a != b);
  EXPECT(sampler_random_seed(NULL, &error) == SAMPLER_INVALID_ARGUMENT);
}

int main(void) {
  test_loop();
  test_redraw();
  test_fork();
  test_random_seed();
  if (failures == 0) puts("sequences hold in C");
  return failures == 0 ? 0 : 1;
}
