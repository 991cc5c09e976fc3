/* Rounds with a tree of drafts of the C interface from C11: the law of the
 * first token by both rules, the shape of a tree, misuse. Exits 0 if all holds;
 * prints what does not. */

#include <math.h>
#include <string.h>

#include "sampler/c/sampler.h"
#include "sampler/c/trees.h"
#include "tests/c/expect.h"
#include "tests/c/sequences.h"
#include "tests/c/toy_models.h"

static sampler_status row_after(void* context, int32_t node,
                                const int32_t* tokens, size_t count,
                                sampler_row* row) {
  EXPECT((count == 0) == (node == SAMPLER_ROOT));
  return row_of(context, tokens, count, row);
}

static sampler_sequence* make_sequence(uint64_t seed, uint32_t stream) {
  return sequence_under(
      "{\"version\": 1, \"stages\": [{\"type\": \"categorical\"}]}", kSize,
      seed, stream);
}

/* Two children of the root, two of the first of them. */
static void grow(sampler_tree* tree, sampler_sequence* draft,
                 sampler_siblings siblings) {
  model of = {1, SAMPLER_OK, {0}};
  EXPECT(sampler_tree_begin(tree, &error) == SAMPLER_OK);
  EXPECT(sampler_tree_grow(tree, SAMPLER_ROOT, 2, siblings, draft, row_after,
                           &of, &error) == SAMPLER_OK);
  EXPECT(sampler_tree_grow(tree, 0, 2, siblings, draft, row_after, &of,
                           &error) == SAMPLER_OK);
}

/* The first two tokens of every text, over two rounds, have the target's
 * probability. */
static void law(sampler_siblings siblings, int by_target) {
  double expected[kSize][kSize];
  double sum = 0;
  for (int id = 0; id < kSize; ++id) sum += exp(0.5 * (id * 2 % 3));
  for (int a = 0; a < kSize; ++a) {
    double sum_b = 0;
    for (int b = 0; b < kSize; ++b) sum_b += exp(0.5 * ((b * 2 + a + 1) % 3));
    for (int b = 0; b < kSize; ++b) {
      expected[a][b] = exp(0.5 * (a * 2 % 3)) / sum *
                       exp(0.5 * ((b * 2 + a + 1) % 3)) / sum_b;
    }
  }
  int counts[kSize][kSize] = {{0}};
  sampler_tree* tree = NULL;
  EXPECT(sampler_tree_create(&tree, &error) == SAMPLER_OK);
  for (uint32_t stream = 0; stream < kTexts; ++stream) {
    sampler_sequence* draft = make_sequence(1, stream);
    sampler_sequence* target = make_sequence(2, stream);
    model of_target = {0, SAMPLER_OK, {0}};
    while (sampler_sequence_position(target) < 1) {
      grow(tree, draft, siblings);
      EXPECT(sampler_tree_weigh(tree, target, row_after, &of_target, &error) ==
             SAMPLER_OK);
      sampler_tree_verdict verdict = {.struct_size = sizeof verdict};
      EXPECT((by_target ? sampler_tree_judge_by_target(tree, NULL, target,
                                                       &verdict, &error)
                        : sampler_tree_judge(tree, target, &verdict, &error)) ==
             SAMPLER_OK);
      EXPECT(sampler_tree_accept(tree, &verdict, target, draft, &error) ==
             SAMPLER_OK);
      EXPECT(sampler_sequence_position(target) ==
             (int64_t)verdict.accepted + 1);
    }
    /* The second token, where the round gave one alone. */
    if (sampler_sequence_position(target) < 2) {
      int32_t first = 0;
      size_t size = 0;
      EXPECT(sampler_sequence_tokens(target, &first, 1, &size, NULL, &error) ==
             SAMPLER_OK);
      sampler_row row = {0};
      EXPECT(row_after(&of_target, 0, &first, 1, &row) == SAMPLER_OK);
      sampler_token token = {.struct_size = sizeof token};
      EXPECT(sampler_sample(target, &row, NULL, &token, &error) == SAMPLER_OK);
      EXPECT(sampler_accept(target, token.id, &error) == SAMPLER_OK);
    }
    int32_t tokens[8];
    size_t size = 0;
    EXPECT(sampler_sequence_tokens(target, tokens, 8, &size, NULL, &error) ==
           SAMPLER_OK);
    ++counts[tokens[0]][tokens[1]];
    sampler_sequence_free(draft);
    sampler_sequence_free(target);
  }
  for (int a = 0; a < kSize; ++a) {
    for (int b = 0; b < kSize; ++b) {
      const double p = expected[a][b];
      EXPECT(fabs(counts[a][b] - kTexts * p) <
             6.5 * sqrt(kTexts * p * (1 - p)));
    }
  }
  sampler_tree_free(tree);
}

/* Nodes and paths are told; distinct siblings end with the vocabulary. */
static void shape(void) {
  sampler_tree* tree = NULL;
  EXPECT(sampler_tree_create(&tree, &error) == SAMPLER_OK);
  sampler_sequence* draft = make_sequence(1, 0);
  grow(tree, draft, SAMPLER_SIBLINGS_DISTINCT);
  sampler_tree_node nodes[8];
  size_t size = 0;
  EXPECT(sampler_tree_nodes(tree, nodes, 3, &size, &error) ==
         SAMPLER_OUT_OF_RANGE);
  EXPECT(size == 4);
  EXPECT(sampler_tree_nodes(tree, nodes, 8, &size, &error) == SAMPLER_OK);
  EXPECT(nodes[0].parent == SAMPLER_ROOT && nodes[1].parent == SAMPLER_ROOT);
  EXPECT(nodes[2].parent == 0 && nodes[3].parent == 0);
  EXPECT(nodes[0].token != nodes[1].token && nodes[2].token != nodes[3].token);
  int32_t path[4];
  EXPECT(sampler_tree_path(tree, 3, path, 4, &size, &error) == SAMPLER_OK);
  EXPECT(size == 2 && path[0] == nodes[0].token && path[1] == nodes[3].token);
  EXPECT(sampler_tree_path(tree, SAMPLER_ROOT, path, 4, &size, &error) ==
         SAMPLER_OK);
  EXPECT(size == 0);
  EXPECT(sampler_tree_path(tree, 4, path, 4, &size, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_tree_path(tree, -2, path, 4, &size, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  model of = {1, SAMPLER_OK, {0}};
  EXPECT(sampler_tree_grow(tree, SAMPLER_ROOT, 100, SAMPLER_SIBLINGS_DISTINCT,
                           draft, row_after, &of, &error) == SAMPLER_OK);
  EXPECT(sampler_tree_nodes(tree, NULL, 0, &size, &error) ==
         SAMPLER_OUT_OF_RANGE);
  EXPECT(size == 6);
  EXPECT(sampler_sequence_position(draft) == 0);
  sampler_sequence_free(draft);
  sampler_tree_free(tree);
}

static void misuse(void) {
  sampler_tree* tree = NULL;
  EXPECT(sampler_tree_create(NULL, &error) == SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_tree_create(&tree, &error) == SAMPLER_OK);
  sampler_sequence* draft = make_sequence(1, 0);
  sampler_sequence* target = make_sequence(2, 0);
  model of = {0, SAMPLER_OK, {0}};
  sampler_tree_verdict verdict = {.struct_size = sizeof verdict};
  EXPECT(sampler_tree_judge(tree, target, &verdict, &error) ==
         SAMPLER_WRONG_STATE);
  EXPECT(sampler_tree_accept(tree, &verdict, target, draft, &error) ==
         SAMPLER_WRONG_STATE);
  EXPECT(sampler_tree_grow(tree, 0, 1, SAMPLER_SIBLINGS_DISTINCT, draft,
                           row_after, &of, &error) == SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_tree_grow(tree, -1, SIZE_MAX, SAMPLER_SIBLINGS_DISTINCT, draft,
                           row_after, &of, &error) == SAMPLER_OUT_OF_RANGE);
  EXPECT(sampler_tree_grow(tree, -1, 1, (sampler_siblings)2, draft, row_after,
                           &of, &error) == SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_tree_grow(tree, -1, 1, SAMPLER_SIBLINGS_DISTINCT, draft, NULL,
                           &of, &error) == SAMPLER_INVALID_ARGUMENT);
  of.fails = SAMPLER_FILE_ERROR;
  EXPECT(sampler_tree_grow(tree, -1, 1, SAMPLER_SIBLINGS_DISTINCT, draft,
                           row_after, &of, &error) == SAMPLER_FILE_ERROR);
  of.fails = SAMPLER_OK;
  grow(tree, draft, SAMPLER_SIBLINGS_INDEPENDENT);
  EXPECT(sampler_tree_weigh(tree, draft, row_after, &of, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  EXPECT(sampler_tree_weigh(tree, target, row_after, &of, &error) ==
         SAMPLER_OK);
  const double wrong[] = {0, -1, 1.5, NAN};
  for (int i = 0; i < 4; ++i) {
    const sampler_tree_thresholds thresholds = {sizeof thresholds, wrong[i], 1};
    EXPECT(sampler_tree_judge_by_target(tree, &thresholds, target, &verdict,
                                        &error) == SAMPLER_OUT_OF_RANGE);
  }
  const sampler_tree_thresholds unset = {0, 1, 1};
  EXPECT(sampler_tree_judge_by_target(tree, &unset, target, &verdict, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  const sampler_tree_verdict unknown = {sizeof unknown, 9, 1, 0};
  EXPECT(sampler_tree_accept(tree, &unknown, target, draft, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  const sampler_tree_verdict uneven = {sizeof uneven, 2, 1, 0};
  EXPECT(sampler_tree_accept(tree, &uneven, target, draft, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  const sampler_tree_verdict outside = {sizeof outside, 0, 1, kSize};
  EXPECT(sampler_tree_accept(tree, &outside, target, draft, &error) ==
         SAMPLER_OUT_OF_RANGE);
  EXPECT(sampler_sequence_position(target) == 0);
  EXPECT(sampler_sequence_position(draft) == 0);
  verdict.struct_size = 0;
  EXPECT(sampler_tree_judge(tree, target, &verdict, &error) ==
         SAMPLER_INVALID_ARGUMENT);
  verdict.struct_size = sizeof verdict;
  /* A tree that has grown on is no longer weighed. */
  EXPECT(sampler_tree_grow(tree, 1, 1, SAMPLER_SIBLINGS_DISTINCT, draft,
                           row_after, &of, &error) == SAMPLER_OK);
  EXPECT(sampler_tree_judge(tree, target, &verdict, &error) ==
         SAMPLER_WRONG_STATE);
  /* The draft has moved. */
  EXPECT(sampler_accept(draft, 0, &error) == SAMPLER_OK);
  EXPECT(sampler_tree_grow(tree, 1, 1, SAMPLER_SIBLINGS_DISTINCT, draft,
                           row_after, &of, &error) == SAMPLER_INVALID_ARGUMENT);
  sampler_tree_free(NULL);
  sampler_tree_free(tree);
  sampler_sequence_free(draft);
  sampler_sequence_free(target);
}

int main(void) {
  law(SAMPLER_SIBLINGS_INDEPENDENT, 0);
  law(SAMPLER_SIBLINGS_DISTINCT, 0);
  law(SAMPLER_SIBLINGS_INDEPENDENT, 1);
  shape();
  misuse();
  return failures == 0 ? 0 : 1;
}
