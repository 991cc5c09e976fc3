/* Rounds of speculative decoding with a tree of drafts in C: several candidates
 * for each place (speculative/tree.h, tree_round.h).
 *
 *   sampler_tree_create(&tree, &error);
 *   for (;;) {
 *     sampler_tree_begin(tree, &error);
 *     sampler_tree_grow(tree, SAMPLER_ROOT, 3, SAMPLER_SIBLINGS_DISTINCT,
 * draft, draft_row, model, &error);
 *     // sampler_tree_grow of some of the new nodes, and so on.
 *     sampler_tree_weigh(tree, target, target_row, model, &error);
 *     sampler_tree_judge(tree, target, &verdict, &error);
 *     sampler_tree_accept(tree, &verdict, target, draft, &error);
 *   }
 *
 * Nodes have the numbers 0, 1, ... in the order in which they grow. Which nodes
 * grow, and how many children they get, may depend on everything that was
 * drawn; but a node that was drawn stays where it is. `draft` and `target` are
 * as in speculation.h.
 *
 * Tested by: tests/c/c_trees_test.c (compiled as C11).
 */

#ifndef SAMPLER_C_TREES_H_
#define SAMPLER_C_TREES_H_

#include <stddef.h>
#include <stdint.h>

#include "sampler/c/sequences.h"
#include "sampler/c/status.h"
#include "sampler/c/steps.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sampler_tree sampler_tree;

SAMPLER_API sampler_status sampler_tree_create(sampler_tree** tree,
                                               sampler_error* error);
SAMPLER_API void sampler_tree_free(sampler_tree* tree);

/* Where the text stands: the parent of the first nodes. */
#define SAMPLER_ROOT (-1)

/* The caller's: sets *row to the logits after the text and the `count` tokens
 * down to `node`. Their memory is read until the next call. Anything but
 * SAMPLER_OK ends the call that asked, which then returns it. It must not call
 * functions on the tree or its sequences. */
typedef sampler_status (*sampler_row_after_node)(void* context, int32_t node,
                                                 const int32_t* tokens,
                                                 size_t count,
                                                 sampler_row* row);

/* How the children of a node are drawn. */
typedef enum sampler_siblings SAMPLER_ANY_INT {
  SAMPLER_SIBLINGS_INDEPENDENT = 0, /* A token may come twice. */
  SAMPLER_SIBLINGS_DISTINCT = 1     /* Each without those before it. */
} sampler_siblings;

/* Begins a round: a tree without nodes. */
SAMPLER_API sampler_status sampler_tree_begin(sampler_tree* tree,
                                              sampler_error* error);

/* Redraws `draft` and draws up to n children of `node`, after those it has;
 * fewer where distinct ones have no candidate left. `draft` is then as long as
 * before. SAMPLER_INVALID_ARGUMENT for a node that is not there, and where
 * `draft` has moved since the round began. */
SAMPLER_API sampler_status sampler_tree_grow(
    sampler_tree* tree, int32_t node, size_t n, sampler_siblings siblings,
    sampler_sequence* draft, sampler_row_after_node row, void* context,
    sampler_error* error);

typedef struct sampler_tree_node {
  int32_t token;
  int32_t parent; /* Another node, or SAMPLER_ROOT. */
} sampler_tree_node;

/* The nodes. `*size` receives their number; they are written if they fit into
 * `capacity`, and SAMPLER_OUT_OF_RANGE says that they do not. `nodes` may be
 * NULL with a capacity of 0. */
SAMPLER_API sampler_status sampler_tree_nodes(const sampler_tree* tree,
                                              sampler_tree_node* nodes,
                                              size_t capacity, size_t* size,
                                              sampler_error* error);

/* The tokens from the root down to `node`, none for SAMPLER_ROOT, with `size`
 * and `capacity` as above. */
SAMPLER_API sampler_status sampler_tree_path(const sampler_tree* tree,
                                             int32_t node, int32_t* tokens,
                                             size_t capacity, size_t* size,
                                             sampler_error* error);

/* What the target makes of the tree: asks for the rows after the root and after
 * every node but those behind a place where no candidate is left. */
SAMPLER_API sampler_status sampler_tree_weigh(sampler_tree* tree,
                                              sampler_sequence* target,
                                              sampler_row_after_node row,
                                              void* context,
                                              sampler_error* error);

typedef struct sampler_tree_verdict {
  size_t struct_size;
  int32_t last;    /* The last node that stays, with all above it. */
  size_t accepted; /* How many these are. */
  int32_t next;    /* The token behind them; -1: none, for no candidate is left
                      there. */
} sampler_tree_verdict;

/* Child by child (SpecInfer): the text has the law of the target.
 * SAMPLER_WRONG_STATE unless the tree was weighed since it grew. */
SAMPLER_API sampler_status sampler_tree_judge(const sampler_tree* tree,
                                              const sampler_sequence* target,
                                              sampler_tree_verdict* verdict,
                                              sampler_error* error);

typedef struct sampler_tree_thresholds {
  size_t struct_size;
  double accumulated; /* In (0, 1], */
  double single;      /* and this too. */
} sampler_tree_thresholds;

/* By the target's probabilities alone (SGLang), which at thresholds of 1 keeps
 * its law, and below them does not, by design. `thresholds` NULL: 1 and 1.
 * SAMPLER_OUT_OF_RANGE for other numbers than above, SAMPLER_WRONG_STATE as
 * sampler_tree_judge. */
SAMPLER_API sampler_status sampler_tree_judge_by_target(
    const sampler_tree* tree, const sampler_tree_thresholds* thresholds,
    const sampler_sequence* target, sampler_tree_verdict* verdict,
    sampler_error* error);

/* Accepts the tokens of the verdict on both sequences, with what the stages
 * learn from them. */
SAMPLER_API sampler_status sampler_tree_accept(
    sampler_tree* tree, const sampler_tree_verdict* verdict,
    sampler_sequence* target, sampler_sequence* draft, sampler_error* error);

#ifdef __cplusplus
}
#endif

#endif /* SAMPLER_C_TREES_H_ */
