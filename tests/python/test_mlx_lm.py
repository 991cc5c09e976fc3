"""Inside mlx-lm's own generator, on a small model made here."""

import numpy as np
import pytest
from conftest import engine

mx = engine("mlx.core")
generation = engine("mlx_lm.generate")
cache = engine("mlx_lm.models.cache")

import mlx.nn as nn  # noqa: E402

import token_sampler as ts  # noqa: E402
from token_sampler.mlx_lm import make_sampler  # noqa: E402

V = 256


class Table(nn.Module):
    """The next row depends on the last token alone."""

    def __init__(self, dtype=mx.float32):
        super().__init__()
        rows = np.random.default_rng(1).normal(0, 3, (V, V)).astype(np.float32)
        self.rows = mx.array(rows).astype(dtype)
        self.layers = []

    def __call__(self, inputs, cache=None, **kwargs):
        return self.rows[inputs]

    def make_cache(self):
        return []


def generate(model, prompt, sampler, n=12):
    steps = generation.generate_step(
        mx.array(prompt), model, sampler=sampler, max_tokens=n
    )
    return [int(token) for token, _ in steps]


@pytest.mark.parametrize("config", ["balanced", "neutral", "greedy"])
def test_tokens_are_those_of_the_pipeline_alone(config):
    model, prompt = Table(), [3, 5]
    sampler = make_sampler(config, V, seed=42, prompt=prompt)
    got = generate(model, prompt, sampler)
    pipeline = ts.Pipeline(config, V)
    sequence = pipeline.sequence(seed=42, prompt=prompt)
    for _ in got:
        raw = model(mx.array([int(sequence.tokens[-1])]))[0]
        row = np.array(raw - mx.logsumexp(raw, keepdims=True))
        sequence.accept(pipeline.sample(row, sequence))
    assert got == sequence.output.tolist()


def test_seeds_repeat_and_differ():
    texts = [
        generate(Table(), [3], make_sampler("neutral", V, seed=s, prompt=[3]))
        for s in (1, 1, 2)
    ]
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize("dtype", [mx.float16, mx.bfloat16])
def test_narrow_rows(dtype):
    sampler = make_sampler("balanced", V, seed=1, prompt=[3])
    row = mx.array(np.random.default_rng(2).normal(0, 3, V)).astype(dtype)
    want = sampler.pipeline.sample(
        np.array(row.astype(mx.float32)), sampler.sequence
    )
    assert int(sampler(row)) == want.id
    assert sampler.sequence.output.tolist() == [want.id]


def test_logs_replay_to_the_same_tokens(tmp_path):
    with ts.Logger(tmp_path / "a.safetensors", V) as log:
        got = generate(
            Table(), [3], make_sampler("creative", V, seed=1, prompt=[3], log=log)
        )
    table = ts.replay(tmp_path / "a.safetensors")
    # generate_step draws one token ahead of what it yields.
    assert table["token"].tolist()[: len(got)] == got


def test_a_size_is_wanted():
    with pytest.raises(ValueError, match="vocab_size"):
        make_sampler("balanced")
