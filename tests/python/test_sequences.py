"""Sequences: random calls against a plain list, copies, ways back."""

import copy
import pickle
import random

import numpy as np
import pytest
from conftest import V, make_row

import token_sampler as ts

MEMORY = {
    "version": 1,
    "stages": [
        {"type": "repetition_penalty", "penalty": 1.2},
        {"type": "mirostat", "tau": 3},
        {"type": "categorical"},
    ],
}


class Twin:
    """A sequence as a list says it."""

    def __init__(self, pipeline, sequence, prompt):
        self.pipeline, self.sequence = pipeline, sequence
        self.prompt, self.output, self.attempt = prompt, [], 0

    def check(self):
        s = self.sequence
        assert s.tokens.tolist() == self.prompt + self.output
        assert s.prompt.tolist() == self.prompt
        assert s.output.tolist() == self.output
        assert len(s) == len(self.prompt) + len(self.output)
        assert s.position == len(self.output)
        assert s.attempt == self.attempt


def move(twin, rng, row):
    s = twin.sequence
    kind = rng.randrange(8)
    n = rng.randrange(len(twin.output) + 3)
    if kind < 3:
        token = twin.pipeline.sample(row, s)
        assert token == twin.pipeline.sample(row, s)
        s.accept(token)
        twin.output.append(token.id)
    elif kind == 3:
        token = rng.randrange(-2, V + 2)
        if 0 <= token < V:
            s.accept_id(token)
            twin.output.append(token)
        else:
            with pytest.raises(ValueError):
                s.accept_id(token)
    elif kind in (4, 5):
        step = s.rollback if kind == 4 else s.redraw
        if n > len(twin.output):
            with pytest.raises(ValueError):
                step(n)
        else:
            step(n)
            del twin.output[len(twin.output) - n :]
            twin.attempt += kind == 5
    elif kind == 6:
        twin.sequence = twin.pipeline.restore(s.snapshot())
        assert twin.sequence == s
    else:
        twin.sequence = rng.choice(
            [copy.copy, copy.deepcopy, lambda x: x.copy(),
             lambda x: pickle.loads(pickle.dumps(x))]
        )(s)
        assert twin.sequence == s
        s.accept_id(1)  # The original moves alone.
        assert twin.sequence != s


@pytest.mark.parametrize("config", ["balanced", "llama.cpp", MEMORY])
@pytest.mark.parametrize("seed", range(5))
def test_random_calls_hold_what_a_list_holds(config, seed):
    rng = random.Random(seed)
    pipeline = ts.Pipeline(config, V)
    prompt = [rng.randrange(V) for _ in range(rng.randrange(4))]
    twin = Twin(pipeline, pipeline.sequence(seed=seed, prompt=prompt), prompt)
    for i in range(120):
        move(twin, rng, make_row(i % 3))
        twin.check()


def test_rollback_repeats_and_redraw_does_not(pipeline, row):
    flat = np.zeros(V, np.float32)
    neutral = ts.Pipeline("neutral", V)
    sequence = neutral.sequence(seed=1)
    first = neutral.sample(flat, sequence)
    sequence.accept(first)
    sequence.rollback(1)
    assert neutral.sample(flat, sequence) == first
    sequence.redraw()
    assert neutral.sample(flat, sequence) != first
    sequence.attempt = 0
    assert neutral.sample(flat, sequence) == first


def test_forks_go_their_own_way():
    pipeline = ts.Pipeline("neutral", V)
    sequence = pipeline.sequence(seed=1, prompt=[4])
    forks = [sequence.fork(i) for i in range(1, 9)]
    flat = np.zeros(V, np.float32)
    drawn = {pipeline.sample(flat, fork).id for fork in forks}
    assert len(drawn) > 5
    assert all(fork.tokens.tolist() == [4] for fork in forks)
    with pytest.raises(ValueError):
        sequence.fork(-1)


def test_seeds():
    pipeline = ts.Pipeline("balanced", V)
    assert pipeline.sequence().seed != pipeline.sequence().seed
    seeded = ts.Pipeline({**pipeline.config, "seed": 5}, V)
    assert seeded.sequence().seed == 5
    assert seeded.sequence(seed=2**64 - 1).seed == 2**64 - 1


def test_memory_learns_from_tokens_and_not_from_ids(row):
    pipeline = ts.Pipeline(MEMORY, V)
    assert pipeline.has_state
    by_token, by_id = (pipeline.sequence(seed=1) for _ in range(2))
    token = pipeline.sample(row, by_token)
    by_token.accept(token)
    by_id.accept_id(token.id)
    assert by_token.state != [] and by_id.state == []
    with pytest.raises(TypeError, match="accept_id takes an id"):
        by_token.accept(3)
    taught = pipeline.sequence(seed=1)
    taught.accept(token, as_id=9)
    assert taught.tokens.tolist() == [9] and taught.state == []


def test_a_token_is_its_id(pipeline, sequence, row):
    token = pipeline.sample(row, sequence)
    assert token == token.id and token.id == token and int(token) == token.id
    assert token != token.id + 1 and token != "x"
    assert [10] * 1000 and list(range(V))[token] == token.id
    assert {token: 1}[token.id] == 1
    assert token.ok and token.status == "ok" and 0 <= token.u < 1
    assert repr(token) == f"Token({token.id})"


def test_pipelines_travel(pipeline, row):
    again = pickle.loads(pickle.dumps(pipeline))
    assert again == pipeline and hash(again) == hash(pipeline)
    assert again != ts.Pipeline("greedy", V)
    sequence = pickle.loads(pickle.dumps(pipeline.sequence(seed=5)))
    assert again.sample(row, sequence) == pipeline.sample(
        row, pipeline.sequence(seed=5)
    )
    with pytest.raises(ValueError):
        pipeline.restore("{}")
