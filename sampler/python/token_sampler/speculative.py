"""Speculative decoding: judging drafts, and rounds that keep the law.

The functions judge a draft of n tokens by hand; `Round` is the loop around
them, and keeps what the law needs:

    round = ts.speculative.Round()
    round.propose(draft_pipeline, draft, 4, draft_row)
    round.weigh(pipeline, target, target_row)
    verdict = round.block(target)                 # or rejection, match
    round.accept(verdict, target, draft)

`TreeRound` is the same with several candidates for each place:

    tree = ts.speculative.TreeRound()
    tree.begin()
    tree.grow(-1, 3, draft_pipeline, draft, draft_row)
    for node in range(len(tree.nodes)):
        tree.grow(node, 2, draft_pipeline, draft, draft_row)
    tree.weigh(pipeline, target, target_row)
    tree.accept(tree.tree(target), target, draft)

`draft_row(node)` and `target_row(node)` give the logits after the text and the
tokens `tree.path(node)`; node -1 is the text alone.
"""

from ._core.speculative import (
    Round,
    TreeRound,
    Verdict,
    block,
    match,
    rejection,
    tree,
    tree_by_target,
    typical,
)

__all__ = [
    "Round",
    "TreeRound",
    "Verdict",
    "block",
    "match",
    "rejection",
    "tree",
    "tree_by_target",
    "typical",
]
