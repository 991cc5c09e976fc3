/* Calls of the C interface from C11 in any order, with handles of any state,
 * rows of any kind and callers' functions that fail or lie: each is answered by
 * a status, none by a crash. Built with sanitizers it finds misuse of memory.
 * Exits 0 if all holds; prints what does not. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sampler/c/sampler.h"
#include "tests/c/expect.h"

enum { kSize = 16, kSequences = 6, kCalls = 40000, kConfigs = 7 };

static const char* const kStages[kConfigs] = {
    "{\"type\": \"top_k\", \"k\": 5}, {\"type\": \"categorical\"}",
    "{\"type\": \"mirostat\"}, {\"type\": \"categorical\"}",
    "{\"type\": \"adaptive_p\", \"target\": 0.3}, {\"type\": \"categorical\"}",
    "{\"type\": \"xtc\", \"probability\": 0.5, \"threshold\": 0.1},"
    "{\"type\": \"gumbel_top_k\", \"n\": 3}",
    "{\"type\": \"mirostat\"}, {\"type\": \"categorical\", \"order\": "
    "\"rank\"}",
    "{\"type\": \"arithmetic\"}",
    "{\"type\": \"mask\"}, {\"type\": \"dry\", \"multiplier\": 1},"
    "{\"type\": \"greedy\"}"};

static uint64_t state = 88172645463325252u;

/* In [0, n). */
static unsigned any(unsigned n) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (unsigned)(state % n);
}

static sampler_pipeline* pipelines[kConfigs];
static sampler_sequence* sequences[kSequences];
static sampler_round* rounds[2];
static sampler_tree* trees[2];
static sampler_rewinder* rewinders[2];
static sampler_workspace* workspaces[2];
static float logits[kSize];

static sampler_row any_row(void) {
  for (int i = 0; i < kSize; ++i) {
    logits[i] = (float)((int)any(200) - 100) / 8.0f;
    if (any(40) == 0) logits[i] = -INFINITY;
    if (any(900) == 0) logits[i] = NAN;
  }
  return (sampler_row){logits, any(60) ? kSize : 8 * any(3), SAMPLER_F32};
}

static sampler_status row_after(void* context, const int32_t* tokens, size_t i,
                                sampler_row* row) {
  (void)context, (void)tokens, (void)i;
  if (any(50) == 0) return SAMPLER_FILE_ERROR;
  *row = any_row();
  return SAMPLER_OK;
}

static sampler_status row_after_node(void* context, int32_t node,
                                     const int32_t* tokens, size_t count,
                                     sampler_row* row) {
  (void)node;
  return row_after(context, tokens, count, row);
}

/* Sometimes a stretch, and sometimes none of the text. */
static int find_any(void* context, const char* told, size_t size, size_t begin,
                    size_t end, size_t* found) {
  (void)context, (void)told, (void)size;
  *found = any(4) ? begin : any(2) ? end : (size_t)any(100) - 50;
  return any(30) == 0;
}

static sampler_status step(sampler_sequence* sequence) {
  const sampler_row row = any_row();
  const uint32_t mask = any(65536);
  const double uniform = any(5) ? any(1000) / 1000.0 : 1.5;
  sampler_inputs inputs = {.struct_size = sizeof inputs};
  if (any(2)) inputs.mask = &mask, inputs.mask_words = 1;
  if (any(2)) inputs.uniform = &uniform;
  sampler_token token = {.struct_size = sizeof token};
  const sampler_status status =
      any(2) ? sampler_sample(sequence, &row, &inputs, &token, &error)
             : sampler_sample_with(workspaces[any(2)], sequence, &row, NULL,
                                   &token, &error);
  if (status != SAMPLER_OK || token.row_status != SAMPLER_ROW_OK || any(2)) {
    return status;
  }
  return sampler_accept(sequence, token.id, &error);
}

static sampler_status ask_step(sampler_sequence* of, sampler_sequence* other) {
  const sampler_row row = any_row();
  int32_t tokens[kSize];
  size_t size = 0;
  double low, high, next;
  sampler_logprob logprob, top[8];
  sampler_survivors survivors = {.struct_size = sizeof survivors};
  sampler_token token = {.struct_size = sizeof token};
  switch (any(6)) {
    case 0:
      return sampler_logprobs(of, &row, (int)any(2), (int32_t)any(kSize),
                              &logprob, top, 8, &size, &error);
    case 1:
      return sampler_draw_all(of, &row, tokens, kSize, &size, &error);
    case 2:
      return sampler_draw_bits(of, &row, state, tokens, &error);
    case 3:
      return sampler_draw_for_fork(of, &row, other, &token, &error);
    case 4:
      return sampler_survivors_of(of, &row, &survivors, &error);
    default:
      return sampler_code_after(of, &low, &high, &next, &error);
  }
}

static sampler_status move(sampler_sequence* of) {
  switch (any(5)) {
    case 0:
      return sampler_accept(of, (int32_t)any(kSize + 2) - 1, &error);
    case 1:
      return sampler_rollback(of, any(4), &error);
    case 2:
      return sampler_redraw(of, any(3), &error);
    case 3:
      return sampler_sequence_ban(of, (int32_t)any(kSize + 1), &error);
    default:
      return sampler_sequence_set_clock(of, (int64_t)any(5) - 1, &error);
  }
}

/* Another sequence in the place of one: a fork, or a snapshot with a byte that
 * may be wrong. */
static sampler_status replace(unsigned of, unsigned other) {
  static char snapshot[60000];
  sampler_sequence* made = NULL;
  size_t size = 0;
  sampler_status status;
  if (any(2)) {
    status = sampler_sequence_fork(sequences[of], any(4), &made, &error);
  } else {
    status = sampler_sequence_snapshot(sequences[of], snapshot, sizeof snapshot,
                                       &size, &error);
    if (status != SAMPLER_OK) return status;
    if (any(3) == 0) snapshot[any((unsigned)size)] = (char)any(256);
    status = sampler_sequence_restore(pipelines[any(kConfigs)], snapshot, size,
                                      &made, &error);
  }
  if (made == NULL) return status;
  sampler_sequence_free(sequences[other]);
  sequences[other] = made;
  return status;
}

static sampler_status speculate(sampler_sequence* of, sampler_sequence* other) {
  sampler_round* const round = rounds[any(2)];
  sampler_verdict verdict = {sizeof verdict, any(4),
                             (int32_t)any(kSize + 2) - 1};
  switch (any(5)) {
    case 0:
      return sampler_round_propose(round, of, any(4), row_after, NULL, &error);
    case 1:
      return sampler_round_weigh(round, of, row_after, NULL, &error);
    case 2:
      return sampler_round_judge(round, (sampler_judgement)any(4), of, &verdict,
                                 &error);
    case 3:
      return sampler_round_judge_typicality(round, NULL, of, &verdict, &error);
    default:
      return sampler_round_accept(round, &verdict, of, other, &error);
  }
}

static sampler_status branch(sampler_sequence* of, sampler_sequence* other) {
  sampler_tree* const tree = trees[any(2)];
  sampler_tree_verdict verdict = {sizeof verdict, (int32_t)any(8) - 2, any(3),
                                  (int32_t)any(kSize + 2) - 1};
  switch (any(6)) {
    case 0:
      return sampler_tree_begin(tree, &error);
    case 1:
      return sampler_tree_grow(tree, (int32_t)any(6) - 1, any(3),
                               (sampler_siblings)any(2), of, row_after_node,
                               NULL, &error);
    case 2:
      return sampler_tree_weigh(tree, of, row_after_node, NULL, &error);
    case 3:
      return sampler_tree_judge(tree, of, &verdict, &error);
    case 4:
      return sampler_tree_judge_by_target(tree, NULL, of, &verdict, &error);
    default:
      return sampler_tree_accept(tree, &verdict, of, other, &error);
  }
}

static sampler_status rewind_text(sampler_sequence* of) {
  static const char* const kPieces[] = {"a", "b", "", "ab", "xyz", " "};
  const unsigned index = any(2);
  sampler_answer answer = {.struct_size = sizeof answer};
  const char* const piece = kPieces[any(6)];
  int32_t tokens[256] = {0};
  size_t size = 0;
  sampler_rewinder* const rewinder = rewinders[index];
  switch (any(5)) {
    case 0:
      return sampler_rewinder_no_candidate(rewinder, of, &answer, &error);
    case 1:
      return sampler_rewinder_finish(rewinder, of, &answer, &error);
    case 2:
      EXPECT(sampler_rewinder_copy(rewinder, &rewinders[index], &error) ==
             SAMPLER_OK);
      sampler_rewinder_free(rewinder);
      return SAMPLER_OK;
    default:
      sampler_sequence_tokens(of, tokens, 256, &size, NULL, &error);
      return sampler_rewinder_add(
          rewinder, of, size > 0 && size < 256 && any(9) ? tokens[size - 1] : 3,
          piece, strlen(piece), &answer, &error);
  }
}

static void make_all(void) {
  for (int i = 0; i < kConfigs; ++i) {
    char config[512];
    snprintf(config, sizeof config, "{\"version\": 1, %s\"stages\": [%s]}",
             i == 4 ? "\"rng\": \"llama_cpp\", " : "", kStages[i]);
    EXPECT(sampler_pipeline_create(config, strlen(config), kSize, &pipelines[i],
                                   &error) == SAMPLER_OK);
  }
  const sampler_pattern pattern = {sizeof pattern, NULL, find_any, NULL};
  const sampler_phrase phrases[] = {
      {sizeof phrases[0], "ab", 2, 0, 0, 1, 3, 1, NULL, 0},
      {.struct_size = sizeof phrases[0], .pattern = &pattern, .window = 3}};
  for (int i = 0; i < 2; ++i) {
    EXPECT(sampler_round_create(&rounds[i], &error) == SAMPLER_OK);
    EXPECT(sampler_tree_create(&trees[i], &error) == SAMPLER_OK);
    EXPECT(sampler_workspace_create(&workspaces[i], &error) == SAMPLER_OK);
    EXPECT(sampler_rewinder_create(phrases, 2, &rewinders[i], &error) ==
           SAMPLER_OK);
  }
}

static void free_all(void) {
  for (int i = 0; i < kSequences; ++i) sampler_sequence_free(sequences[i]);
  for (int i = 0; i < kConfigs; ++i) sampler_pipeline_free(pipelines[i]);
  for (int i = 0; i < 2; ++i) {
    sampler_round_free(rounds[i]);
    sampler_tree_free(trees[i]);
    sampler_rewinder_free(rewinders[i]);
    sampler_workspace_free(workspaces[i]);
  }
}

static sampler_status call(void) {
  const unsigned of = any(kSequences);
  const unsigned other = any(kSequences);
  if (sequences[of] == NULL || any(20) == 0) {
    const int32_t prompt[] = {1, 2, 3};
    sampler_sequence_free(sequences[of]);
    sequences[of] = NULL;
    return sampler_sequence_create(pipelines[any(kConfigs)], any(5), any(3),
                                   prompt, any(4), &sequences[of], &error);
  }
  switch (any(8)) {
    case 0:
      return move(sequences[of]);
    case 1:
      return replace(of, other);
    case 2:
      return speculate(sequences[of], sequences[other]);
    case 3:
      return branch(sequences[of], sequences[other]);
    case 4:
      return rewind_text(sequences[of]);
    case 5:
      return ask_step(sequences[of], sequences[other]);
    default:
      return step(sequences[of]);
  }
}

int main(void) {
  make_all();
  int counts[SAMPLER_WRONG_STATE + 1] = {0};
  for (int i = 0; i < kCalls && failures == 0; ++i) {
    const sampler_status status = call();
    EXPECT(status != SAMPLER_INTERNAL && status != SAMPLER_OUT_OF_MEMORY);
    ++counts[status];
  }
  /* Most kinds of answers were seen. */
  EXPECT(counts[SAMPLER_OK] > kCalls / 4);
  EXPECT(counts[SAMPLER_WRONG_STATE] > kCalls / 50);
  EXPECT(counts[SAMPLER_BUSY] > 0 && counts[SAMPLER_FILE_ERROR] > 0);
  free_all();
  return failures == 0 ? 0 : 1;
}
