"""Inside ONNX Runtime GenAI: a real Generator on a real model.

SAMPLER_ORT_MODEL_DIR names a folder that its model builder made.
"""

import os
import warnings

import numpy as np
import pytest
from conftest import engine

og = engine("onnxruntime_genai")
import token_sampler as ts  # noqa: E402
from token_sampler import ort_genai  # noqa: E402

PROMPT = [504, 1296, 7626, 359]
OTHER = [6403, 1980, 253, 655]


@pytest.fixture(scope="module")
def model():
    folder = os.environ.get("SAMPLER_ORT_MODEL_DIR")
    if not folder:
        why = "SAMPLER_ORT_MODEL_DIR names no model: tests are SKIPPED"
        warnings.warn(why)
        pytest.skip(why)
    return og.Model(folder)


def batch_of(model, prompts, steps, **options):
    params = og.GeneratorParams(model)
    params.set_search_options(**ort_genai.search_options(len(prompts), 64))
    generator = og.Generator(model, params)
    generator.append_tokens(np.array(prompts, np.int32))
    width = generator.get_logits().shape[-1]
    sampler = ort_genai.Sampler(ts.Pipeline("balanced", width), generator,
                                prompts, **options)
    for _ in range(steps):
        sampler.step()
    return generator, sampler


def test_the_log_replays_to_itself(model, tmp_path):
    path = tmp_path / "run.safetensors"
    with ts.Logger(path, 49152) as log:
        tokens = ort_genai.generate(model, PROMPT, "creative", seed=5,
                                    max_tokens=12, log=log)
    table = ts.replay(path)
    assert table["token"].tolist() == tokens == table["logged"].tolist()


def test_seeds_repeat_and_differ(model):
    texts = [ort_genai.generate(model, PROMPT, "creative", seed=s, max_tokens=8)
             for s in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_a_row_does_not_depend_on_its_batch(model):
    generator, both = batch_of(model, [PROMPT, OTHER], 8, seed=3)
    _, second = batch_of(model, [OTHER], 8, seed=3, stream=1)
    assert both.sequences[1].output.tolist() == (
        second.sequences[0].output.tolist())
    # The generator has what the sequences have.
    assert generator.get_sequence(1).tolist() == (
        both.sequences[1].tokens.tolist())


def test_the_engines_settings_are_imported(model):
    settings = {"do_sample": True, "top_k": 5, "temperature": 0.7,
                "top_p": 0.9, "repetition_penalty": 1.2}
    config, report = ts.import_settings("ort-genai", settings)
    tokens = ort_genai.generate(model, PROMPT, config, seed=1, max_tokens=6)
    assert len(tokens) == 6
    assert not [e for e in report.entries if e.outcome == "lost"]


def test_a_bad_row_moves_nothing(model):
    _, sampler = batch_of(model, [PROMPT], 1, seed=1)
    width = sampler.pipeline.vocab_size
    sampler.pipeline = ts.Pipeline(
        {"version": 1, "stages": [{"type": "guidance", "scale": 2.0},
                                   {"type": "categorical"}]},
        width)
    before = sampler.sequences[0].tokens.tolist()
    with pytest.raises(ts.RowError):
        sampler.step()
    assert sampler.sequences[0].tokens.tolist() == before
