"""What a pipeline leaves, against NumPy's own arithmetic."""

import math

import numpy as np
import pytest
from conftest import V, make_row

import token_sampler as ts


def test_a_raw_row_is_its_softmax(row):
    left = ts.raw(row)
    exact = np.exp(row.astype(np.float64) - row.max())
    exact /= exact.sum()
    assert len(left) == V
    assert left.ids.dtype == np.int32
    np.testing.assert_allclose(left.probs, exact[left.ids], atol=1e-14)
    np.testing.assert_allclose(left.logprobs, np.log(exact[left.ids]), atol=1e-12)
    assert left.entropy == pytest.approx(-(exact * np.log(exact)).sum())
    assert left.token is None and left.tokens == []


def test_order_is_by_logit_and_then_id(row):
    left = ts.raw(row)
    order = np.lexsort((np.arange(V), -row))
    assert left.ids.tolist() == order.tolist()
    assert left.logits.tolist() == row[order].tolist()


def test_questions_by_token(pipeline, sequence, row):
    left = pipeline.process(row, sequence)
    assert 0 < len(left) < V
    for place, token in enumerate(left.ids.tolist()):
        assert token in left
        assert left.rank(token) == place + 1
        assert left.prob(token) == left.probs[place]
        assert left.logprob(token) == left.logprobs[place]
    gone = int(np.argmin(row))
    assert gone not in left
    assert (left.rank(gone), left.prob(gone)) == (0, 0.0)
    assert left.logprob(gone) == -math.inf
    for outside in (-1, V):
        with pytest.raises(ValueError, match="token: got"):
            left.prob(outside)


def test_draws_follow_the_running_probability(pipeline, sequence, row):
    left = pipeline.process(row, sequence)
    ids = np.sort(left.ids)
    ends = np.cumsum([left.prob(i) for i in ids.tolist()])
    for u in np.linspace(0, 1, 101)[:-1] + 1e-4:
        at = int(np.searchsorted(ends, u, "right"))
        assert left.draw(float(u)) == ids[min(at, len(ids) - 1)]
    for u in (-0.1, 1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="u: got"):
            left.draw(u)


def test_its_token_is_that_of_sample(pipeline, sequence, row):
    left = pipeline.process(row, sequence)
    assert left.token == pipeline.sample(row, sequence)
    assert left.tokens == [left.token.id]
    assert left.draw(left.token.u) == left.token.id


def test_it_stays_what_it_is(pipeline, sequence, row):
    left = pipeline.process(row, sequence)
    ids, probs = left.ids.copy(), left.probs.copy()
    for i in range(20):
        pipeline.process(make_row(i), sequence)
    sequence.accept(left.token)
    assert (left.ids == ids).all() and (left.probs == probs).all()


def test_several_tokens_of_one_draw(row):
    pipeline = ts.Pipeline(
        {"version": 1, "stages": [{"type": "gumbel_top_k", "n": 5}]}, V
    )
    left = pipeline.process(row, pipeline.sequence(seed=1))
    assert len(set(left.tokens)) == 5
    assert left.tokens[0] == left.token.id


def test_its_text(pipeline, sequence, row):
    left = pipeline.process(row, sequence)
    assert repr(left).startswith(f"Distribution({len(left)} tokens: {left.ids[0]}")
