"""Inside transformers' own generate, on a small model made here."""

import numpy as np
import pytest
from conftest import engine

torch = engine("torch")
transformers = engine("transformers")

import token_sampler as ts  # noqa: E402
from token_sampler.transformers import (  # noqa: E402
    SamplerProcessor,
    generate_kwargs,
    log_output,
)

V = 512
LENGTH = 12


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=V, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, initializer_range=0.6,
    )
    made = transformers.LlamaForCausalLM(config).eval()
    # It has no end, so that every text is as long as it may be.
    made.generation_config = transformers.GenerationConfig(pad_token_id=0)
    return made


def prompts(rows):
    return torch.from_numpy(
        np.random.default_rng(5).integers(1, V, (rows, 4))
    )


def generate(model, ids, config, **options):
    return model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=LENGTH,
        return_dict_in_generate=True, output_logits=True,
        **generate_kwargs(config, model, **options),
    )


def alone(config, prompt, rows, seed, stream):
    """What the pipeline draws by itself from the rows that were logged."""
    pipeline = ts.Pipeline(config, V)
    sequence = pipeline.sequence(seed=seed, stream=stream, prompt=prompt)
    for row in rows:
        sequence.accept(pipeline.sample(row, sequence))
    return sequence.output.tolist()


MIROSTAT = {"version": 1, "stages": [
    {"type": "repetition_penalty", "penalty": 1.3},
    {"type": "mirostat", "tau": 3}, {"type": "categorical"}]}


@pytest.mark.parametrize("config", ["balanced", "llama.cpp", "greedy", MIROSTAT])
def test_tokens_are_those_of_the_pipeline_alone(model, config):
    ids = prompts(3)
    output = generate(model, ids, config, seed=42)
    texts = output.sequences[:, 4:].tolist()
    for i, text in enumerate(texts):
        rows = [step[i] for step in output.logits]
        assert text == alone(config, ids[i], rows, 42, i)


def test_rows_do_not_depend_on_their_batch(model):
    ids = prompts(3)
    batch = generate(model, ids, "balanced", seed=42).sequences[:, 4:].tolist()
    for i in range(3):
        one = generate(model, ids[i : i + 1], "balanced", seed=42, stream=i)
        assert one.sequences[0, 4:].tolist() == batch[i]


def test_seeds_repeat_and_differ(model):
    ids = prompts(1)
    texts = [
        generate(model, ids, "neutral", seed=seed).sequences.tolist()
        for seed in (1, 1, 2)
    ]
    assert texts[0] == texts[1] != texts[2]


def test_its_own_settings_are_imported_and_make_the_same_cut(model):
    settings = {"do_sample": True, "temperature": 0.7, "top_k": 20, "top_p": 0.9}
    config, _ = ts.import_settings("huggingface", settings)
    ids = prompts(2)
    theirs = model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=LENGTH,
        return_dict_in_generate=True, output_logits=True, output_scores=True,
        **settings,
    )
    pipeline = ts.Pipeline(config, V)
    for raw, processed in zip(theirs.logits, theirs.scores):
        for i in range(2):
            left = pipeline.process(raw[i], pipeline.sequence(seed=1))
            kept = torch.nonzero(torch.isfinite(processed[i])).flatten().tolist()
            assert sorted(left.ids.tolist()) == kept


def test_logs_replay_to_the_same_tokens(model, tmp_path):
    ids = prompts(2)
    with ts.Logger(tmp_path / "a.safetensors", V) as log:
        output = generate(model, ids, "creative", seed=3, log=log)
    table = ts.replay(tmp_path / "a.safetensors")
    assert (table["token"] == table["logged"]).all()
    assert table["logged"].tolist() == output.sequences[:, 4:].flatten().tolist()
    log_output(tmp_path / "b.safetensors", output, ids)
    again = ts.replay(tmp_path / "b.safetensors", "creative", seed=3)
    assert (again["token"] == table["token"]).all()


def test_a_log_ends_where_its_text_does(model, tmp_path):
    """generate pads the texts of a batch that are over."""
    ids = prompts(4)
    config = {"version": 1, "stages": [
        {"type": "repetition_penalty", "penalty": 1.5}, {"type": "categorical"}]}
    whole = generate(model, ids, config, seed=5).sequences[:, 4:].tolist()
    model.generation_config.eos_token_id = whole[0][3]
    try:
        with ts.Logger(tmp_path / "a.safetensors", V) as log:
            texts = generate(model, ids, config, seed=5, log=log).sequences
    finally:
        model.generation_config.eos_token_id = None
    text = texts[0, 4:].tolist()
    assert text[:4] == whole[0][:4] and set(text[4:]) == {0}
    table = ts.replay(tmp_path / "a.safetensors")
    assert (table["token"] == table["logged"]).all()
    # One row after the end may stand there: the next step tells that it is.
    assert ts.open_log(tmp_path / "a.safetensors").sequences[0].rows <= 5


def test_every_row_may_have_its_own_seed(model):
    ids = prompts(2)
    own = generate(model, ids, "neutral", seed=[8, 9]).sequences[:, 4:].tolist()
    for i, seed in enumerate((8, 9)):
        one = generate(model, ids[i : i + 1], "neutral", seed=seed)
        assert one.sequences[0, 4:].tolist() == own[i]
    with pytest.raises(ValueError, match="seed: got 3, want one, or 2"):
        generate(model, ids, "neutral", seed=[1, 2, 3])


def test_logprobs_are_kept(model):
    processor = SamplerProcessor(ts.Pipeline("balanced", V), seed=1, logprobs=3)
    ids = prompts(2)
    output = model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=LENGTH,
        do_sample=True, logits_processor=[processor],
    )
    drawn = np.stack([step.ids for step in processor.steps], axis=1)
    assert drawn.tolist() == output[:, 4:].tolist()
    assert processor.steps[0].logprobs.top_ids.shape == (2, 3)


def test_texts_that_are_taken_back_are_followed():
    processor = SamplerProcessor(ts.Pipeline("neutral", V), seed=1)
    scores = torch.zeros(1, V)
    processor(torch.tensor([[1, 2]]), scores)
    for text in ([1, 2, 9], [1, 2, 9, 8], [1, 2, 9, 7, 6], [1, 2]):
        processor(torch.tensor([text]), scores)
        assert processor.sequences[0].tokens.tolist() == text
    with pytest.raises(ValueError, match="another prompt"):
        processor(torch.tensor([[3, 2, 1]]), scores)
    with pytest.raises(ValueError, match="got 2 rows, want 1"):
        processor(torch.tensor([[1, 2, 3]] * 2), scores.expand(2, V))


def test_a_log_has_no_rows_of_beams(tmp_path):
    with ts.Logger(tmp_path / "a.safetensors", V) as log:
        processor = SamplerProcessor(ts.Pipeline("neutral", V), seed=1, log=log)
        text, rows = torch.tensor([[1], [2]]), torch.zeros((2, V))
        processor(text, rows)
        with pytest.raises(ValueError, match="log: row 0 goes on from another"):
            processor(torch.tensor([[2, 7, 8], [1, 7, 8]]), rows)


def test_bad_rows_raise(model):
    processor = SamplerProcessor(ts.Pipeline("balanced", V), seed=1)
    scores = torch.zeros(2, V)
    scores[1, 3] = torch.nan
    with pytest.raises(ts.RowError, match="nan"):
        processor(torch.ones(2, 2, dtype=torch.int64), scores)
    with pytest.raises(ValueError, match="vocab_size"):
        generate_kwargs("balanced")
