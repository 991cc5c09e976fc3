/* More of one step of the C interface from C11: several tokens, the caller's
 * random numbers, forks, codes, survivors; misuse. Exits 0 if all holds; prints
 * what does not. */

#include <math.h>
#include <string.h>

#include "sampler/c/draws.h"
#include "sampler/c/sampler.h"
#include "tests/c/expect.h"

enum { kSize = 6 };

static const float kLogits[kSize] = {1.0f, 3.0f, 0.5f, 2.0f, -1.0f, 2.5f};
static const sampler_row kRow = {kLogits, kSize, SAMPLER_F32};

static sampler_sequence* make_sequence(const char* stages) {
  char config[512];
  snprintf(config, sizeof config, "{\"version\": 1, \"stages\": [%s]}", stages);
  sampler_pipeline* pipeline = NULL;
  sampler_sequence* sequence = NULL;
  EXPECT(sampler_pipeline_create(config, strlen(config), kSize, &pipeline,
                                 &error) == SAMPLER_OK);
  EXPECT(sampler_sequence_create(pipeline, 7, 0, NULL, 0, &sequence, &error) ==
         SAMPLER_OK);
  sampler_pipeline_free(pipeline);
  return sequence;
}

static int32_t sample(sampler_sequence* sequence,
                      const sampler_inputs* inputs) {
  sampler_token token = {sizeof token, 0, SAMPLER_ROW_OK, 0};
  EXPECT(sampler_sample(sequence, &kRow, inputs, &token, &error) == SAMPLER_OK);
  EXPECT(token.row_status == SAMPLER_ROW_OK);
  return token.id;
}

/* A draw that chooses several, and one that does not. */
static void several(void) {
  sampler_sequence* sequence =
      make_sequence("{\"type\": \"gumbel_top_k\", \"n\": 3}");
  int32_t tokens[kSize] = {-1, -1, -1, -1, -1, -1};
  size_t size = 0;
  EXPECT(sampler_draw_all(sequence, &kRow, tokens, kSize, &size, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  const int32_t first = sample(sequence, NULL);
  EXPECT(sampler_draw_all(sequence, &kRow, tokens, 2, &size, &error) ==
         SAMPLER_OUT_OF_RANGE);
  EXPECT(size == 3 && tokens[0] == -1);
  EXPECT(sampler_draw_all(sequence, &kRow, NULL, 0, &size, &error) ==
         SAMPLER_OUT_OF_RANGE);
  EXPECT(sampler_draw_all(sequence, &kRow, tokens, kSize, &size, &error) ==
         SAMPLER_OK);
  EXPECT(size == 3 && tokens[0] == first);
  EXPECT(tokens[0] != tokens[1] && tokens[1] != tokens[2] &&
         tokens[0] != tokens[2] && tokens[3] == -1);
  sampler_sequence_free(sequence);

  sequence = make_sequence("{\"type\": \"categorical\"}");
  tokens[0] = sample(sequence, NULL);
  EXPECT(sampler_draw_all(sequence, &kRow, tokens + 1, 1, &size, &error) ==
         SAMPLER_OK);
  EXPECT(size == 1 && tokens[1] == tokens[0]);
  EXPECT(sampler_accept(sequence, tokens[0], &error) == SAMPLER_OK);
  EXPECT(sampler_draw_all(sequence, &kRow, tokens, kSize, &size, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  sampler_sequence_free(sequence);
}

/* The caller's bits walk the survivors by id; what is left is told. */
static void by_bits(void) {
  sampler_sequence* sequence = make_sequence(
      "{\"type\": \"top_k\", \"k\": 3}, {\"type\": \"categorical\"}");
  sample(sequence, NULL);
  int32_t token = -1;
  EXPECT(sampler_draw_bits(sequence, &kRow, 0, &token, &error) == SAMPLER_OK);
  EXPECT(token == 1);
  EXPECT(sampler_draw_bits(sequence, &kRow, UINT64_MAX, &token, &error) ==
         SAMPLER_OK);
  EXPECT(token == 5);
  EXPECT(sampler_draw_bits(sequence, &kRow, 0, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  const sampler_row shorter = {kLogits, kSize - 1, SAMPLER_F32};
  EXPECT(sampler_draw_bits(sequence, &shorter, 0, &token, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  sampler_survivors left = {sizeof left, 0, 0};
  EXPECT(sampler_survivors_of(sequence, &kRow, &left, &error) == SAMPLER_OK);
  const double p[] = {exp(0.5), 1, exp(-0.5)};
  const double sum = p[0] + p[1] + p[2];
  double entropy = 0;
  for (int i = 0; i < 3; ++i) entropy -= p[i] / sum * log(p[i] / sum);
  EXPECT(left.count == 3 && fabs(left.entropy - entropy) < 1e-12);
  left.struct_size = 4;
  EXPECT(sampler_survivors_of(sequence, &kRow, &left, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  sampler_sequence_free(sequence);
}

/* A fork draws as if it had sampled, also once the workspace has gone on, and
 * what it accepts teaches its stages. */
static void for_forks(void) {
  sampler_sequence* sequence = make_sequence(
      "{\"type\": \"mirostat\", \"tau\": 2}, {\"type\": \"categorical\"}");
  sampler_sequence* other = make_sequence("{\"type\": \"categorical\"}");
  for (uint32_t stream = 1; stream < 40; ++stream) {
    sampler_sequence *fork = NULL, *alone = NULL;
    EXPECT(sampler_sequence_fork(sequence, stream, &fork, &error) ==
           SAMPLER_OK);
    EXPECT(sampler_sequence_fork(sequence, stream, &alone, &error) ==
           SAMPLER_OK);
    sample(sequence, NULL);
    if (stream % 2 == 0) sample(other, NULL);
    sampler_token token = {sizeof token, -1, SAMPLER_ROW_NAN, 0};
    EXPECT(sampler_draw_for_fork(sequence, &kRow, fork, &token, &error) ==
           SAMPLER_OK);
    EXPECT(token.id == sample(alone, NULL));
    sampler_logprob a, b;
    size_t count = 0;
    EXPECT(sampler_logprobs(fork, &kRow, 0, token.id, &a, NULL, 0, &count,
                            &error) == SAMPLER_OK);
    EXPECT(sampler_logprobs(alone, &kRow, 0, token.id, &b, NULL, 0, &count,
                            &error) == SAMPLER_OK);
    EXPECT(a.logprob == b.logprob && a.rank == b.rank);
    EXPECT(sampler_accept(fork, token.id, &error) == SAMPLER_OK);
    EXPECT(sampler_accept(alone, token.id, &error) == SAMPLER_OK);
    char of_fork[2000], of_alone[2000];
    size_t fork_size = 0, alone_size = 0;
    EXPECT(sampler_sequence_snapshot(fork, of_fork, sizeof of_fork, &fork_size,
                                     &error) == SAMPLER_OK);
    EXPECT(sampler_sequence_snapshot(alone, of_alone, sizeof of_alone,
                                     &alone_size, &error) == SAMPLER_OK);
    EXPECT(fork_size == alone_size &&
           memcmp(of_fork, of_alone, fork_size) == 0);
    /* Farther on than the sequence. */
    EXPECT(sampler_draw_for_fork(sequence, &kRow, fork, &token, &error) ==
           SAMPLER_WRONG_STATE);
    sampler_sequence_free(fork);
    sampler_sequence_free(alone);
  }
  sampler_token token = {sizeof token, -1, SAMPLER_ROW_NAN, 0};
  EXPECT(sampler_draw_for_fork(sequence, &kRow, other, &token, &error) ==
         SAMPLER_WRONG_STATE);
  EXPECT(sampler_draw_for_fork(sequence, &kRow, sequence, &token, &error) ==
         SAMPLER_BUSY);
  EXPECT(sampler_draw_for_fork(sequence, &kRow, NULL, &token, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_draw_for_fork(sequence, &kRow, other, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(token.id == -1);
  sampler_sequence_free(other);
  sampler_sequence_free(sequence);

  /* A coin was tossed: the survivors are this sequence's alone. */
  sequence = make_sequence(
      "{\"type\": \"xtc\", \"probability\": 0.5, \"threshold\": 0.1},"
      "{\"type\": \"categorical\"}");
  sampler_sequence* fork = NULL;
  EXPECT(sampler_sequence_fork(sequence, 1, &fork, &error) == SAMPLER_OK);
  sample(sequence, NULL);
  EXPECT(sampler_draw_for_fork(sequence, &kRow, fork, &token, &error) ==
         SAMPLER_WRONG_STATE);
  sampler_sequence_free(fork);
  sampler_sequence_free(sequence);
}

/* A code point is carried along the text: each token's part holds it. */
static void codes(void) {
  sampler_sequence* sequence = make_sequence("{\"type\": \"arithmetic\"}");
  double code = 0;
  EXPECT(sampler_parallel_code(3, 8, 0.25, &code, &error) == SAMPLER_OK);
  EXPECT(code == 3.25 / 8);
  EXPECT(sampler_code_after(sequence, NULL, NULL, &code, &error) ==
         SAMPLER_WRONG_STATE);
  sampler_inputs inputs = {.struct_size = sizeof inputs, .uniform = &code};
  for (int step = 0; step < 8; ++step) {
    const int32_t token = sample(sequence, &inputs);
    double low = 0, high = 0, next = 0;
    EXPECT(sampler_code_after(sequence, &low, &high, &next, &error) ==
           SAMPLER_OK);
    EXPECT(0 <= low && low <= code && code < high && high <= 1);
    EXPECT(fabs(next - (code - low) / (high - low)) < 1e-9);
    sampler_logprob logprob;
    size_t count = 0;
    EXPECT(sampler_logprobs(sequence, &kRow, 0, token, &logprob, NULL, 0,
                            &count, &error) == SAMPLER_OK);
    EXPECT(fabs(high - low - exp(logprob.logprob)) < 1e-12);
    EXPECT(sampler_accept(sequence, token, &error) == SAMPLER_OK);
    code = next;
  }
  sampler_sequence_free(sequence);
  const double wrong[] = {-0.5, 1, NAN};
  for (int i = 0; i < 3; ++i) {
    EXPECT(sampler_parallel_code(0, 1, wrong[i], &code, &error) ==
           SAMPLER_OUT_OF_RANGE);
  }
  EXPECT(sampler_parallel_code(-1, 1, 0, &code, &error) ==
         SAMPLER_OUT_OF_RANGE);
  EXPECT(sampler_parallel_code(1, 1, 0, &code, &error) == SAMPLER_OUT_OF_RANGE);
  EXPECT(sampler_parallel_code(0, 0, 0, &code, &error) == SAMPLER_OUT_OF_RANGE);
  EXPECT(sampler_parallel_code(0, 1, 0, NULL, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  sequence = make_sequence("{\"type\": \"categorical\"}");
  sample(sequence, NULL);
  EXPECT(sampler_code_after(sequence, NULL, NULL, &code, &error) ==
         SAMPLER_WRONG_STATE);
  sampler_sequence_free(sequence);
}

int main(void) {
  several();
  by_bits();
  for_forks();
  codes();
  return failures == 0 ? 0 : 1;
}
