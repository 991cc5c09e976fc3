"""The examples of the package's page run, one after the other."""

import re

import numpy as np
from conftest import SOURCE

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
