"""The stubs of the extension: what a type checker is told is what there is."""

import ast
import subprocess
import sys

import pytest
from conftest import SOURCE

import token_sampler as ts

PATTERNS = SOURCE / "sampler" / "python" / "stub_patterns.txt"
# Of a method that answers "not equal", and of protocols.
FREE = {"__eq__", "__deepcopy__", "__setstate__", "__getstate__"}


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stubs")
    subprocess.run(
        [sys.executable, "-m", "nanobind.stubgen", "-q", "-P", "-r",
         "-m", "token_sampler._core", "-p", PATTERNS, "-O", folder], check=True)
    return {file.stem: file.read_text() for file in folder.rglob("*.pyi")}


@pytest.fixture(scope="module")
def stubs(texts):
    return {name: ast.parse(text) for name, text in texts.items()}


def functions(tree):
    """(name, function) of everything that a user may call or ask for."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, ast.FunctionDef) and part.name not in FREE:
                    yield f"{node.name}.{part.name}", part


def test_both_modules_have_one(stubs):
    assert set(stubs) == {"__init__", "speculative"}
    told = {node.name for node in stubs["speculative"].body
            if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    assert set(ts.speculative.__all__) <= told


def test_nothing_is_an_object(stubs):
    vague = []
    for tree in stubs.values():
        for name, function in functions(tree):
            told = [function.returns, *(
                a.annotation for a in [*function.args.args,
                                       *function.args.kwonlyargs])]
            vague += [name for annotation in told if annotation is not None
                      and "object" in ast.unparse(annotation)]
    assert vague == []


def test_arrays_have_their_type(stubs):
    told = dict(functions(stubs["__init__"]))
    for name, want in {"Sequence.tokens": "int32", "Tokens.ids": "int32",
                       "Logprobs.top_logprobs": "float64",
                       "Distribution.probs": "float64"}.items():
        assert want in ast.unparse(told[name].returns), name
    assert ast.unparse(told["Tokens.logprobs"].returns) == "Logprobs | None"
    assert "Tokens.__iter__" in told


PROGRAM = """
from collections.abc import Iterator
import numpy as np
import token_sampler as ts

pipeline = ts.Pipeline("balanced", vocab_size=1000)
sequence = pipeline.sequence(seed=42, prompt=[1, 2])
row = np.zeros(1000, np.float32)
token = pipeline.sample(row, sequence)
sequence.accept(token)
text: list[int] = sequence.output.tolist()
tokens = pipeline.sample_batch(row, [sequence], threads=2, logprobs=5)
ids: list[int] = [one.id for one in tokens]
if tokens.logprobs is not None:
    print(tokens.logprobs.top_ids.shape)
left = pipeline.process(row, sequence)
kept: float = left.probs.sum() + left.prob(token)
step = pipeline.explain(row, sequence, top=3).stages[0].kept + 1
round = ts.speculative.Round()
round.propose(pipeline, sequence, 4, lambda i: row)
accepted: int = round.block(sequence).accepted
shown: bytes = ts.Rewinder(["a", ts.Phrase("b")]).add(3, "a", sequence).emit
try:
    pipeline.sample(row, sequence)
except ts.RowError as error:
    status: str = error.status
sequence.accept(3)                                      # wrong
pipeline.sample_batch(row, [sequence], thread=2)        # wrong
tokens.nothing                                          # wrong
"""


def test_a_type_checker_finds_the_mistakes_and_no_others(texts, tmp_path):
    pytest.importorskip("mypy")
    package = tmp_path / "token_sampler"
    package.mkdir()
    source = SOURCE / "sampler" / "python" / "token_sampler"
    for file in [*source.glob("*.py"), source / "py.typed"]:
        (package / file.name).write_bytes(file.read_bytes())
    (package / "_core").mkdir()
    for name, text in texts.items():
        (package / "_core" / f"{name}.pyi").write_text(text)
    (tmp_path / "user.py").write_text(PROGRAM)
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--ignore-missing-imports",
         "--cache-dir", tmp_path / "cache", "user.py"],
        cwd=tmp_path, capture_output=True, text=True)
    wrong = {f"user.py:{i}: error" for i, line in enumerate(
        PROGRAM.splitlines(), 1) if line.endswith("# wrong")}
    found = {line.rsplit(": error")[0] + ": error"
             for line in run.stdout.splitlines()
             if ": error" in line}
    assert found == wrong, run.stdout
