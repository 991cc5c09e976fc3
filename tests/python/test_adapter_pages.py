"""The pages of sampler/adapters: their examples run in the real engines, and
what they say of an engine's settings is what its packed log says."""

import ast
import os
import re
import sys
import warnings
from pathlib import Path

import pytest
from conftest import DATA, SOURCE, engine, make_row, model_folder

import token_sampler as ts

sys.path[:0] = [str(SOURCE / "tools" / "conformance"),
                str(SOURCE / "tools" / "demo")]

import grammar_loop  # noqa: E402
from lab import packed, page  # noqa: E402

FOLDER = SOURCE / "sampler" / "adapters"
TOKENIZER = DATA / "tokenizer.json"
PAGES = sorted(FOLDER.glob("*.md"))
# The packed log whose settings a page tells of.
LOGS = {"README.md": "llama.cpp", "transformers.md": "transformers",
        "vllm.md": "vllm", "mlx_lm.md": "mlx-lm", "ort_genai.md": "ort-genai"}


def examples(name):
    text = (FOLDER / name).read_text()
    return re.findall(r"```python\n(.*?)```", text, re.S)


def named(variable):
    """What an environment variable names; skips, loudly, without."""
    if variable not in os.environ:
        why = f"{variable} names no model: the page's example is SKIPPED"
        warnings.warn(why)
        pytest.skip(why)
    return os.environ[variable]


def run(name, **names):
    for example in examples(name):
        exec(compile(example, name, "exec"), names)
    return names


@pytest.mark.parametrize("log", LOGS.values())
def test_what_pages_say_of_settings_is_what_was_measured(log):
    name = next(n for n in LOGS if LOGS[n] == log)
    told = page.excerpt(packed.read(DATA / "conformance" / f"{log}.npz"))
    assert told in (FOLDER / name).read_text()


@pytest.mark.parametrize("name", [p.name for p in PAGES])
def test_the_names_that_examples_import_exist(name):
    for example in examples(name):
        for node in ast.walk(ast.parse(example)):
            if not (isinstance(node, ast.ImportFrom)
                    and node.module.startswith("token_sampler.")):
                continue
            file = node.module.removeprefix("token_sampler.") + ".py"
            source = SOURCE / "sampler/python/token_sampler" / file
            made = {n.name for n in ast.parse(source.read_text()).body
                    if isinstance(n, (ast.FunctionDef, ast.ClassDef))}
            assert {alias.name for alias in node.names} <= made


def test_every_python_page_has_an_example_that_a_test_runs():
    source = Path(__file__).read_text()
    for file in PAGES:
        if file.name != "README.md":
            assert examples(file.name)
            assert f'run("{file.name}"' in source or file.stem == "grammars"


def test_transformers(capsys):
    engine("torch")
    engine("transformers")
    names = run("transformers.md", folder=model_folder())
    assert "The three rivers are" in capsys.readouterr().out
    length = names["inputs"]["input_ids"].shape[1]
    again = names["model"].generate(
        **names["inputs"], max_new_tokens=16,
        **names["generate_kwargs"](names["config"], names["model"], seed=42))
    assert again.tolist() == names["output"].tolist()
    assert again.shape[1] == length + 16


def test_vllm(capsys):
    engine("vllm.v1.sample.logits_processor")
    os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
    names = run("vllm.md", folder=model_folder())
    again = names["llm"].generate(["The three rivers are"], names["params"])
    assert again[0].outputs[0].text in capsys.readouterr().out


def test_mlx_lm(capsys):
    engine("mlx_lm")
    names = run("mlx_lm.md", folder=model_folder())
    assert len(names["sampler"].sequence.output) >= 16
    assert capsys.readouterr().out.strip()


def test_ort_genai(capsys):
    engine("onnxruntime_genai")
    names = run("ort_genai.md", folder=named("SAMPLER_ORT_MODEL_DIR"))
    assert len(names["tokens"]) == 16
    assert capsys.readouterr().out.strip()


def test_llama_cpp_python(capsys):
    engine("llama_cpp")
    run("llama_cpp_python.md", file=named("SAMPLER_GGUF"))
    assert capsys.readouterr().out.strip()


def toy_model(tokens):
    return make_row([int(t) for t in tokens] + [1], 49152)


def as_text(tokens):
    texts, _ = grammar_loop.json_words(TOKENIZER)
    return "".join(texts[t] for t in tokens if t != 2).replace("Ġ", " ")


def test_llguidance():
    llguidance = engine("llguidance")
    _, complete = grammar_loop.json_words(TOKENIZER)
    names = {"tokenizer": llguidance.LLTokenizer(complete, eos_token=2),
             "model": toy_model}
    exec(examples("grammars.md")[0], names)
    assert re.fullmatch("(yes|no), [0-9]!", as_text(names["sequence"].output))


def test_xgrammar():
    xgrammar = engine("xgrammar")
    texts, _ = grammar_loop.json_words(TOKENIZER)
    info = xgrammar.TokenizerInfo(
        texts, xgrammar.VocabType.BYTE_LEVEL, vocab_size=len(texts),
        stop_token_ids=[2])
    pipeline = ts.Pipeline(grammar_loop.CONFIG, len(texts))
    names = {"info": info, "model": toy_model, "pipeline": pipeline}
    exec(examples("grammars.md")[1], names)
    assert re.fullmatch("(yes|no), [0-9]!", as_text(names["sequence"].output))
