"""llama-cpp-python: the processor as its Llama calls it."""

import numpy as np
import pytest
from conftest import make_row

import token_sampler as ts
from token_sampler.llama_cpp import SamplerProcessor, processors

V = 300


def complete(processor, prompt, n):
    """The loop of Llama.generate, without the model."""
    text = list(prompt)
    for step in range(n):
        scores = make_row(step, V)
        chosen = processor(np.array(text, np.intc), scores)
        assert np.isfinite(chosen).sum() == 1
        text.append(int(np.argmax(chosen)))
    return text[len(prompt) :]


def test_tokens_are_those_of_the_pipeline_alone():
    processor = SamplerProcessor(ts.Pipeline("llama.cpp", V), seed=42)
    got = complete(processor, [4, 5], 10)
    pipeline = ts.Pipeline("llama.cpp", V)
    sequence = pipeline.sequence(seed=42, prompt=[4, 5])
    for step in range(10):
        sequence.accept(pipeline.sample(make_row(step, V), sequence))
    assert got == sequence.output.tolist()


def test_the_engine_may_call_the_list_or_go_through_it():
    rows = np.zeros((V, 3), np.float32)  # Of tokens with their probabilities.
    rows[:, 1] = make_row(1, V)
    scores = rows[:, 1]
    assert not scores.flags.contiguous
    text = np.array([4, 5], np.intc)
    called = processors("balanced", vocab_size=V, seed=3)["logits_processor"]
    (one,) = processors("balanced", vocab_size=V, seed=3)["logits_processor"]
    assert (called(text, scores) == one(text, scores)).all()
    with pytest.raises(ValueError, match="vocab_size"):
        processors("balanced")


def test_a_processor_belongs_to_one_completion():
    options = processors("balanced", vocab_size=V, seed=1)
    assert options["top_k"] == 0
    processor = options["logits_processor"][0]
    complete(processor, [1], 3)
    with pytest.raises(ValueError, match="one completion"):
        processor(np.array([7], np.intc), make_row(0, V))


def test_logs_replay_to_the_same_tokens(tmp_path):
    path = tmp_path / "a.safetensors"
    with ts.Logger(path, V) as log:
        got = complete(
            SamplerProcessor(ts.Pipeline("creative", V), seed=1, log=log), [1], 5
        )
    assert ts.replay(path)["token"].tolist() == got


def test_inside_the_engine(tmp_path):
    import os

    from conftest import engine

    llama_cpp = engine("llama_cpp")
    model = os.environ.get("SAMPLER_GGUF")
    if not model:
        pytest.skip("SAMPLER_GGUF names no model")
    llm = llama_cpp.Llama(model, logits_all=False, verbose=False, n_ctx=256)
    path = tmp_path / "a.safetensors"
    with ts.Logger(path, llm.n_vocab()) as log:
        options = processors("balanced", llm, seed=42, log=log)
        llm.create_completion("The three rivers are", max_tokens=8, **options)
    table = ts.replay(path)
    assert (table["token"] == table["logged"]).all()
