"""The package as a whole: documented, quiet, and clean when it goes."""

import inspect
import re
import subprocess
import sys

from conftest import SOURCE

import token_sampler as ts


def members(owner):
    for name, value in vars(owner).items():
        if not name.startswith("_"):
            yield f"{owner.__name__}.{name}", value


def test_every_name_exists_and_is_documented():
    for name in ts.__all__:
        value = getattr(ts, name)
        if inspect.isclass(value) or callable(value):
            assert value.__doc__, name


def test_methods_are_documented_unless_their_name_says_it_all():
    plain = {"seed", "stream", "vocab_size", "ok", "rows", "bytes", "prompt",
             "output", "accepted", "next", "tokens"}
    missing = [
        where
        for owner in (ts.Sequence, ts.Distribution, ts.Tokens, ts.Pipeline,
                      ts._core._Pipeline, ts._core._Logger,
                      ts.speculative.Round)
        for where, value in members(owner)
        if not (value.__doc__ or "").strip() and where.split(".")[1] not in plain
    ]
    assert missing == []


def test_the_version_is_that_of_the_headers():
    text = (SOURCE / "sampler" / "version.h").read_text()
    parts = re.findall(r"#define SAMPLER_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", text)
    assert ts.__version__ == ".".join(parts)


def test_nothing_is_printed_and_nothing_leaks_at_the_end():
    program = """
import numpy as np
import token_sampler as ts
pipeline = ts.Pipeline("balanced", 100)
sequence = pipeline.sequence(seed=1)
left = pipeline.process(np.zeros(100, np.float32), sequence)
try:
    pipeline.sample(np.zeros(9, np.float32), sequence)
except ts.RowError:
    pass
try:
    ts.Pipeline("nosuch", 100)
except ValueError:
    pass
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_importing_needs_no_engine():
    program = """
import sys
import token_sampler
heavy = {"torch", "transformers", "vllm", "llama_cpp", "pyarrow", "pandas"}
print(sorted(heavy & set(sys.modules)))
"""
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True
    )
    assert run.stdout == "[]\n"
