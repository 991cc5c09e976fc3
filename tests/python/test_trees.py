"""Rounds with a tree of drafts: the law of the target, and misuse."""

import numpy as np
import pytest
from test_speculative import SMALL, chi_square_is_plausible, rows

import token_sampler as ts


@pytest.fixture
def small():
    return ts.Pipeline("neutral", SMALL)


def grown(small, draft, table, distinct=True):
    tree = ts.speculative.TreeRound()
    tree.begin()
    tree.grow(-1, 3, small, draft, lambda node: table[0], distinct=distinct)
    for node in range(len(tree.nodes)):
        tree.grow(node, 2, small, draft, lambda node: table[1],
                  distinct=distinct)
    return tree


def after(tree, table):
    """The row after a node: by its depth."""
    return lambda node: table[len(tree.path(node))]


@pytest.mark.parametrize("distinct", [True, False])
@pytest.mark.parametrize("rule", ["tree", "tree_by_target"])
def test_the_first_token_has_the_law_of_the_target(small, rule, distinct):
    target_rows, draft_rows = rows(1), rows(2)
    counts = np.zeros(SMALL)
    accepted = 0
    for seed in range(3000):
        target = small.sequence(seed=seed)
        draft = small.sequence(seed=seed, stream=1)
        tree = grown(small, draft, draft_rows, distinct)
        tree.weigh(small, target, after(tree, target_rows))
        verdict = getattr(tree, rule)(target)
        tree.accept(verdict, target, draft)
        path, token = verdict
        assert target.position == len(path) + 1 == draft.position
        assert target.tokens.tolist() == (
            tree.path(path[-1] if path else -1) + [token])
        accepted += len(path)
        counts[target.tokens[0]] += 1
    law = ts.raw(target_rows[0])
    assert chi_square_is_plausible(
        counts, np.array([law.prob(i) for i in range(SMALL)]))
    assert accepted > 1000


def test_functions_agree_with_the_round(small):
    target_rows, draft_rows = rows(1), rows(2)
    for seed in range(30):
        target = small.sequence(seed=seed)
        draft = small.sequence(seed=seed, stream=1)
        tree = grown(small, draft, draft_rows, distinct=False)
        tree.weigh(small, target, after(tree, target_rows))
        nodes = tree.nodes
        depths = [len(tree.path(n)) for n in range(-1, len(nodes))]
        at_depth = [small.process(r, target) for r in target_rows]
        of_draft = [small.process(r, draft) for r in draft_rows]
        p = [at_depth[d] for d in depths]
        q = [of_draft[d - 1] for d in depths[1:]]
        assert ts.speculative.tree(nodes, q, p, target) == tree.tree(target)
        assert ts.speculative.tree_by_target(nodes, p, target) == (
            tree.tree_by_target(target))


def test_siblings(small):
    draft = small.sequence(seed=1)
    tree = ts.speculative.TreeRound()
    tree.begin()
    row = rows(1)[0]
    tree.grow(-1, 5, small, draft, lambda node: row)
    assert len({token for token, _ in tree.nodes}) == 5
    assert [parent for _, parent in tree.nodes] == [-1] * 5
    peaked = np.full(SMALL, -np.inf, np.float32)
    peaked[2] = 0
    tree.grow(0, 4, small, draft, lambda node: peaked)
    assert tree.nodes[5:] == [(2, 0)]  # There is no other.
    assert tree.path(5) == [tree.nodes[0][0], 2]
    assert draft.position == 0


def test_misuse_leaves_everything_in_place(small):
    table = rows(1)
    target, draft = small.sequence(seed=1), small.sequence(seed=2)
    tree = grown(small, draft, table)
    with pytest.raises(RuntimeError, match="not weighed"):
        tree.tree(target)

    def broken(node):
        if node == 1:
            raise KeyError("no row")
        return table[0]

    with pytest.raises(KeyError, match="no row"):
        tree.weigh(small, target, broken)
    with pytest.raises(RuntimeError, match="not weighed"):
        tree.tree_by_target(target)
    assert target.position == 0 == draft.position
    tree.weigh(small, target, after(tree, table))
    verdict = tree.tree(target)
    for path, said in [([99], "node: got 99"), ([-5], "node: got -5"),
                       ([0, 0], "no child"), ([3], "no child")]:
        with pytest.raises(ValueError, match=said):
            tree.accept((path, 1), target, draft)
    for node in (99, -2):
        with pytest.raises(ValueError, match="node"):
            tree.grow(node, 1, small, draft, lambda n: table[0])
        with pytest.raises(ValueError, match="node"):
            tree.path(node)
    with pytest.raises(TypeError, match="row: got"):
        tree.grow(-1, 1, small, draft, lambda n: None)
    with pytest.raises(ValueError, match="single: got 2"):
        tree.weigh(small, target, after(tree, table))
        tree.tree_by_target(target, single=2)
    tree.weigh(small, target, after(tree, table))
    verdict = tree.tree(target)
    tree.accept(verdict, target, draft)
    with pytest.raises(ValueError):
        tree.accept(verdict, target, draft)  # Both have moved.
