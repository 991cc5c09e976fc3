"""The tokens of C++, bit for bit: every preset, every stage, every draw."""

import json
import re
import struct

import numpy as np
import pytest
from conftest import DATA, SOURCE, share_of

import token_sampler as ts

GOLDEN = json.loads((DATA / "golden-tokens.json").read_text())
SEEDS = (0, 42, 2**64 - 1)


def raw_strings(path, pattern):
    return dict(re.findall(pattern, (SOURCE / path).read_text(), re.S))


def configs():
    """By name, as golden_tokens_test.cc makes them."""
    found = {
        path.stem: path.read_text()
        for path in (SOURCE / "configs").glob("*.json")
        if path.stem != "schema"
    }
    draws = raw_strings(
        "tests/golden_tokens_test.cc", r'\{"([^"]+)",\s*R"\((.*?)\)"\}'
    )
    for name, draw in draws.items():
        found[f"draw {name}"] = (
            '{"version": 1, "stages": [{"type": "min_p", "p": 0.001}, {'
            + draw
            + "}]}"
        )
    stages = raw_strings(
        "tests/support/stage_examples.h",
        r'\.type = "(\w+)",\s*\.active = R"\((.*?)\)"',
    )
    some_phases = re.search(
        r'kSomePhases =\s*R"\((.*?)\)";',
        (SOURCE / "tests/support/pipelines.h").read_text(),
        re.DOTALL,
    ).group(1)
    for name, parameters in stages.items():
        phases = some_phases if '"phase"' in parameters else ""
        found[f"stage {name}"] = (
            '{"version": 1, ' + phases + '"stages": [{"type": "' + name + '", '
            + parameters + '}, {"type": "categorical"}]}'
        )
    return found


CONFIGS = configs()


def as_dtype(logits, dtype):
    return logits.astype(dtype) if dtype else logits


@pytest.fixture(scope="module")
def log():
    return ts.open_log(DATA / "story-f16.safetensors")


@pytest.fixture(scope="module")
def rows(log):
    return [log[i] for i in range(len(log))]


def replayed(name, seed, log, rows, dtype=None):
    pipeline = ts.Pipeline(CONFIGS[name], log.vocab_size)
    sequence = pipeline.sequence(seed=seed, prompt=log.sequences[0].prompt)
    offered = {
        "mask": np.full(ts.mask_words(log.vocab_size), 0xB6DB6DB6, np.uint32),
        "unconditional": as_dtype(rows[0].logits, dtype),
        "uniform": 0.7,
    }
    inputs = {k: v for k, v in offered.items() if pipeline.reads(k)}
    result = []
    for row in rows:
        logits = as_dtype(row.logits, dtype)
        left = pipeline.process(logits, sequence, **inputs)
        token = pipeline.sample(logits, sequence, **inputs)
        assert left.token == token
        bits = struct.unpack("<Q", struct.pack("<d", left.logprob(token.id)))[0]
        result.append([token.id, bits])
        sequence.accept(token, as_id=row.token)
    return result


def test_names_are_those_of_the_file():
    assert {f"{name} {seed}" for name in CONFIGS for seed in SEEDS} == set(GOLDEN)


@pytest.mark.parametrize("name", share_of(sorted(CONFIGS)))
def test_tokens_are_those_of_cpp(name, log, rows):
    for seed in SEEDS:
        assert replayed(name, seed, log, rows) == GOLDEN[f"{name} {seed}"]


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_tokens_do_not_depend_on_the_element_type(dtype, log, rows):
    # The rows were stored as f16, so that no type rounds them.
    assert replayed("creative", 42, log, rows, dtype) == GOLDEN["creative 42"]


def test_batches_give_the_same_tokens(log, rows):
    pipeline = ts.Pipeline("balanced", log.vocab_size)
    sequences = []
    prompt = list(log.sequences[0].prompt)
    for row in rows:
        sequence = pipeline.sequence(seed=42, prompt=log.sequences[0].prompt)
        for before in rows[: row.position]:
            sequence.accept_id(before.token)
        sequences.append(sequence)
    assert prompt == list(log.sequences[0].prompt)
    logits = np.stack([row.logits for row in rows])
    for threads in (1, 3):
        drawn = pipeline.sample_batch(logits, sequences, threads=threads)
        assert drawn.ids.tolist() == [t for t, _ in GOLDEN["balanced 42"]]
