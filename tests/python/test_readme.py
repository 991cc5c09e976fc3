"""The examples of the package's page run, one after the other."""

import re

import numpy as np
import pytest
from conftest import SOURCE

import token_sampler as ts

PAGE = SOURCE / "sampler" / "python" / "README.md"


def test_examples_run(tmp_path, capsys):
    def model(tokens):
        seed = [int(t) for t in tokens]
        row = np.random.default_rng(seed).normal(0, 3, 1000)
        return row.astype(np.float32)

    names = {"model": model, "allowed": lambda i: i % 3, "folder": tmp_path}
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)
    assert len(examples) >= 8
    for example in examples:
        exec(compile(example, str(PAGE), "exec"), names)
    assert names["verdict"].accepted + 1 == names["target"].position
    assert "top_p" in capsys.readouterr().out
    text = [names["texts"][i] for i in names["text"].tokens]
    assert names["tree"].nodes and "7 " not in text


def test_examples_of_the_terabyte_run(tmp_path):
    pytest.importorskip("pyarrow")

    def model(tokens):
        seed = [int(t) for t in tokens]
        return np.random.default_rng(seed).normal(0, 3, 1000).astype("f4")

    page = SOURCE / "sampler" / "python" / "TERABYTE.md"
    names = {"model": model, "folder": tmp_path, "ts": ts,
             "pipeline": ts.Pipeline("balanced", 1000)}
    examples = re.findall(r"```python\n(.*?)```", page.read_text(), re.S)
    assert len(examples) == 2
    for example in examples:
        exec(compile(example, str(page), "exec"), names)
    assert len(list(tmp_path.glob("*.parquet"))) == 3
    for name in ("map_batches", "map_partitions", "mapInArrow", "daft.replay"):
        assert name in page.read_text()
