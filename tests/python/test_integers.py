"""Integers outside their range: an error that names the argument and the range."""

import numpy as np
import pytest
from conftest import V, make_row

import token_sampler as ts

HUGE = 10**5000


def calls(tmp_path):
    """(name, call of one integer) of every argument that takes one."""
    pipeline = ts.Pipeline("balanced", V)
    row = make_row()
    sequence = pipeline.sequence(seed=1)
    left = pipeline.process(row, sequence)
    log = ts.Logger(tmp_path / "a.safetensors", V)
    round = ts.speculative.Round()
    return {
        "seed": lambda i: pipeline.sequence(seed=i),
        "stream": lambda i: pipeline.sequence(seed=1, stream=i),
        "fork": lambda i: sequence.fork(i),
        "accept_id": lambda i: sequence.accept_id(i),
        "as_id": lambda i: sequence.accept(pipeline.sample(row, sequence), i),
        "rollback": lambda i: sequence.rollback(i),
        "redraw": lambda i: sequence.redraw(i),
        "attempt": lambda i: setattr(sequence, "attempt", i),
        "vocab_size": lambda i: ts.Pipeline("balanced", i),
        "threads": lambda i: pipeline.sample_batch(row, [sequence], threads=i),
        "logprobs": lambda i: pipeline.sample_batch(row, [sequence], logprobs=i),
        "top": lambda i: pipeline.explain(row, sequence, top=i),
        "tokens": lambda i: pipeline.explain(row, sequence, tokens=[i]),
        "prob": lambda i: left.prob(i),
        "rank": lambda i: left.rank(i),
        "in": lambda i: i in left,
        "seq": lambda i: log.append(i, row, 3),
        "token": lambda i: log.append(0, row, i),
        "take_back": lambda i: log.take_back(0, i),
        "logger": lambda i: ts.Logger(tmp_path / "b", i),
        "prompt": lambda i: pipeline.sequence(seed=1, prompt=[i]),
        "n": lambda i: round.propose(pipeline, sequence, i, lambda _: row),
    }


NAMES = [
    "seed", "stream", "fork", "accept_id", "as_id", "rollback", "redraw",
    "attempt", "vocab_size", "threads", "logprobs", "top", "tokens", "prob",
    "rank", "in", "seq", "token", "take_back", "logger", "prompt", "n",
]


def test_the_names_are_all(tmp_path):
    assert NAMES == list(calls(tmp_path))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "number", [-1, 2**64, -(2**70), pytest.param(HUGE, id="huge")])
def test_outside_the_range(tmp_path, name, number):
    if (name, number) == ("logprobs", -1):
        number = -2
    call = calls(tmp_path)[name]
    with pytest.raises(ValueError, match=r"got .*want|vocabulary") as error:
        call(number)
    assert "incompatible" not in str(error.value)
    assert len(str(error.value)) < 300


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("other", [1.0, "1", b"1", [1], object()])
def test_what_is_no_integer(tmp_path, name, other):
    with pytest.raises(TypeError, match="got .*want") as error:
        calls(tmp_path)[name](other)
    assert "incompatible" not in str(error.value)


@pytest.mark.parametrize("kind", [np.int8, np.uint16, np.int32, np.int64])
def test_integers_of_numpy(kind):
    pipeline = ts.Pipeline("balanced", V)
    sequence = pipeline.sequence(seed=kind(7), stream=kind(1), prompt=[kind(3)])
    sequence.accept_id(kind(5))
    sequence.rollback(kind(1))
    assert (sequence.seed, sequence.stream) == (7, 1)
    assert pipeline.sequence(seed=np.uint64(2**64 - 1)).seed == 2**64 - 1


def test_the_ends_are_taken():
    pipeline = ts.Pipeline("balanced", V)
    top = pipeline.sequence(seed=2**64 - 1, stream=2**32 - 1, prompt=[V - 1])
    assert (top.seed, top.stream) == (2**64 - 1, 2**32 - 1)
    assert pipeline.sequence(seed=0).fork(2**32 - 1).stream == 2**32 - 1
    with pytest.raises(ValueError, match="stream: got 4, want another one"):
        pipeline.sequence(seed=0, stream=4).fork(4)
