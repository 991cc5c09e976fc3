"""Speculative decoding: judging drafts, and rounds that keep the law.

The functions judge a draft of n tokens by hand; `Round` is the loop around
them, and keeps what the law needs:

    round = ts.speculative.Round()
    round.propose(draft_pipeline, draft, 4, draft_row)
    round.weigh(pipeline, target, target_row)
    verdict = round.block(target)                 # or rejection, match
    round.accept(verdict, target, draft)
"""

from ._core.speculative import (
    Round,
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
    "Verdict",
    "block",
    "match",
    "rejection",
    "tree",
    "tree_by_target",
    "typical",
]
