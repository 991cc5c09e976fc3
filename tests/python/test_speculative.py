"""Speculative decoding: laws, and misuse."""

import numpy as np
import pytest
from conftest import make_row

import token_sampler as ts

SMALL = 8


@pytest.fixture
def small():
    return ts.Pipeline("neutral", SMALL)


def rows(seed):
    random = np.random.default_rng(seed)
    return [random.normal(0, 1, SMALL).astype(np.float32) for _ in range(3)]


def chi_square_is_plausible(counts, probabilities):
    expected = counts.sum() * probabilities
    statistic = float(((counts - expected) ** 2 / expected).sum())
    # 7 degrees of freedom: exceeded with a chance of 1e-6.
    return statistic < 40.5


@pytest.mark.parametrize("rule", ["rejection", "block"])
def test_the_first_token_has_the_law_of_the_target(small, rule):
    target_rows, draft_rows = rows(1), rows(2)
    counts = np.zeros(SMALL)
    round = ts.speculative.Round()
    for seed in range(4000):
        target = small.sequence(seed=seed)
        draft = small.sequence(seed=seed, stream=1)
        round.propose(small, draft, 2, lambda i: draft_rows[i])
        round.weigh(small, target, lambda i: target_rows[i])
        verdict = getattr(round, rule)(target)
        round.accept(verdict, target, draft)
        assert target.position == verdict.accepted + 1 == draft.position
        assert repr(verdict) == (
            f"Verdict(accepted={verdict.accepted}, next={verdict.next})")
        counts[target.tokens[0]] += 1
    law = ts.raw(target_rows[0])
    assert chi_square_is_plausible(
        counts, np.array([law.prob(i) for i in range(SMALL)])
    )


def test_functions_agree_with_the_round(small):
    target_rows, draft_rows = rows(1), rows(2)
    for seed in range(50):
        target = small.sequence(seed=seed)
        draft = small.sequence(seed=seed, stream=1)
        round = ts.speculative.Round()
        round.propose(small, draft, 2, lambda i: draft_rows[i])
        round.weigh(small, target, lambda i: target_rows[i])
        q = [small.process(draft_rows[i], draft) for i in range(2)]
        p = [small.process(target_rows[i], target) for i in range(3)]
        for rule in ("rejection", "block", "match"):
            by_hand = getattr(ts.speculative, rule)(round.tokens, q, p, target)
            assert tuple(by_hand) == tuple(getattr(round, rule)(target))


def test_match_gives_the_texts_of_the_target_alone(small):
    alone, target = small.sequence(seed=3), small.sequence(seed=3)
    draft = small.sequence(seed=4)
    table = [make_row(i, SMALL) for i in range(SMALL)]

    def after(tokens):
        return table[tokens[-1] if len(tokens) else 0]

    round = ts.speculative.Round()
    while target.position < 30:
        text = target.tokens.tolist()
        round.propose(small, draft, 3, lambda i: table[i])
        path = round.tokens
        round.weigh(small, target, lambda i: after(text + path[:i]))
        round.accept(round.match(target), target, draft)
    for _ in range(30):
        alone.accept(small.sample(after(alone.tokens.tolist()), alone))
    assert target.tokens[:30].tolist() == alone.tokens.tolist()


def test_trees(small):
    p = [small.process(r, small.sequence(seed=1)) for r in rows(1)]
    q = p[:2]
    path, token = ts.speculative.tree(
        [(1, -1), (2, 0)], q, p, small.sequence(seed=1)
    )
    assert 0 <= token < SMALL and set(path) <= {0, 1}
    path, token = ts.speculative.tree_by_target(
        [(1, -1), (2, -1)], p, small.sequence(seed=1), accumulated=1e-9
    )
    assert path[0] == 0
    for bad in ([(1, 0)], [(1, -2)], [(1, -1), (2, 1)]):
        with pytest.raises(ValueError, match="parent"):
            ts.speculative.tree_by_target(bad, p[: len(bad) + 1],
                                          small.sequence(seed=1))
    with pytest.raises(ValueError, match="single: got 0"):
        ts.speculative.tree_by_target([], p[:1], small.sequence(seed=1), single=0)


def test_typical_acceptance(small):
    peaked = np.zeros(SMALL, np.float32)
    peaked[3] = 20
    p = [small.process(peaked, small.sequence(seed=1))] * 3
    target = small.sequence(seed=1)
    assert tuple(ts.speculative.typical([3, 3], p, target)) == (2, 3)
    assert tuple(ts.speculative.typical([5, 3], p, target)) == (0, 3)


def test_counts_must_agree(small):
    p = [small.process(r, small.sequence(seed=1)) for r in rows(1)]
    with pytest.raises(ValueError, match="target: got 3 distributions, want 2"):
        ts.speculative.rejection([1], p[:1], p, small.sequence(seed=1))
    with pytest.raises(ValueError, match="draft: got 0"):
        ts.speculative.block([1, 2], [], p, small.sequence(seed=1))
    with pytest.raises(TypeError):
        ts.speculative.block([1], [None], p[:2], small.sequence(seed=1))


def test_a_callback_that_raises_leaves_everything_in_place(small):
    target, draft = small.sequence(seed=1), small.sequence(seed=2)
    table = rows(1)
    round = ts.speculative.Round()

    def broken(i):
        if i == 1:
            raise KeyError("no row")
        return table[i]

    with pytest.raises(KeyError, match="no row"):
        round.propose(small, draft, 2, broken)
    assert draft.position == 0
    with pytest.raises(RuntimeError, match="nothing was proposed"):
        round.weigh(small, target, broken)
    round.propose(small, draft, 2, lambda i: table[i])
    with pytest.raises(KeyError):
        round.weigh(small, target, broken)
    assert target.position == 0
    with pytest.raises(RuntimeError, match="not weighed"):
        round.block(target)
    with pytest.raises(TypeError, match="row: got"):
        round.weigh(small, target, lambda i: None)
    round.weigh(small, target, lambda i: table[i])
    target.accept_id(1)
    with pytest.raises(ValueError):
        round.accept(round.rejection(target), target, draft)


def test_draft_and_target_must_differ(small):
    table = rows(1)
    draft = small.sequence(seed=1)
    round = ts.speculative.Round()
    round.propose(small, draft, 2, lambda i: table[i])
    with pytest.raises(ValueError):
        round.weigh(small, small.sequence(seed=1), lambda i: table[i])
