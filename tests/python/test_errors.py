"""Errors: the library's own texts, as exceptions of Python's."""

import numpy as np
import pytest
from conftest import V, make_row

import token_sampler as ts


def test_a_config_tells_all_its_problems_with_their_places():
    text = (
        '{"version": 1, "stages": [\n'
        '  {"type": "temperature", "temperature": -0.8},\n'
        '  {"type": "topp"}]}'
    )
    with pytest.raises(ValueError) as error:
        ts.Pipeline(text, V)
    lines = str(error.value).splitlines()
    assert "2:27: /stages/0/temperature: got -0.8" in str(error.value)
    assert 'did you mean "top_p"?' in str(error.value)
    assert len(lines) == 2


def test_configs_in_every_form(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(ts.presets()["creative"])
    pipelines = [
        ts.Pipeline("creative", V),
        ts.Pipeline(path, V),
        ts.Pipeline(str(path), V),
        ts.Pipeline(ts.presets()["creative"], V),
        ts.Pipeline(ts.Pipeline("creative", V).config, V),
        ts.Pipeline(ts.Pipeline("creative", V), V),
        ts.Pipeline("\n" + ts.presets()["creative"], V),
    ]
    assert len({p.fingerprint for p in pipelines}) == 1


def test_numbers_of_numpy_in_a_dict():
    config = {"version": np.int64(1), "stages": [
        {"type": "temperature", "temperature": np.float32(0.5)},
        {"type": "suppress_tokens", "ids": np.array([3, 4])},
        {"type": "categorical"}]}
    stages = ts.Pipeline(config, V).config["stages"]
    assert stages[0]["temperature"] == 0.5 and stages[1]["ids"] == [3, 4]
    config, _ = ts.import_settings("vllm", {"temperature": np.float64(0.25)})
    assert config["stages"][0]["temperature"] == 0.25
    with pytest.raises(TypeError, match="config: got set inside it"):
        ts.Pipeline({"version": 1, "stages": {1}}, V)


def test_a_file_is_named(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text('{"version": 1, "stages": [{"type": "topp"}]}')
    for config in (path, str(path)):
        with pytest.raises(ValueError, match=r"mine.json: 1:\d+: /stages/0"):
            ts.Pipeline(config, V)
    path.write_bytes(b'{"version": \xff')
    with pytest.raises(ValueError, match="mine.json: no UTF-8 at byte 12"):
        ts.Pipeline(path, V)
    with pytest.raises(ValueError, match="lone surrogate"):
        ts.Pipeline('{"\udc80": 1}', V)


@pytest.mark.parametrize(
    ("config", "error"),
    [
        ("balancd", ValueError),
        ("no/such/file.json", ValueError),
        (3, TypeError),
        (None, TypeError),
        ([], TypeError),
        ({"version": 1}, ValueError),
        ({"version": 1, "stages": [{"type": "temperature",
          "temperature": float("nan")}, {"type": "categorical"}]}, ValueError),
    ],
)
def test_what_is_no_config(config, error):
    with pytest.raises(error):
        ts.Pipeline(config, V)


@pytest.mark.parametrize("size", [0, -1, 2**20 + 1])
def test_vocabularies_have_a_range(size):
    with pytest.raises(ValueError, match="vocabulary"):
        ts.Pipeline("greedy", size)


@pytest.mark.parametrize(
    ("value", "status"),
    [(np.nan, "nan"), (np.inf, "infinite"), (-np.inf, "no_candidate")],
)
def test_bad_rows_raise_their_status(pipeline, sequence, value, status):
    bad = make_row()
    bad[:] = value if status == "no_candidate" else bad
    bad[3] = value
    with pytest.raises(ts.RowError, match=status) as error:
        pipeline.sample(bad, sequence)
    assert error.value.status == status
    with pytest.raises(ts.RowError):
        pipeline.process(bad, sequence)
    with pytest.raises(ts.RowError):
        ts.raw(bad)
    assert isinstance(error.value, ValueError)
    assert pipeline.explain(bad, sequence).status == status
    assert sequence.position == 0


def test_sizes_are_told(pipeline, sequence, row):
    with pytest.raises(ts.RowError, match="got 999 logits.*want 1000"):
        pipeline.sample(row[1:], sequence)


def test_sequences_of_other_pipelines(pipeline, row):
    other = ts.Pipeline("balanced", V + 1)
    with pytest.raises(ts.RowError, match="wrong_size"):
        pipeline.sample(row, other.sequence(seed=1))
    mirostat = ts.Pipeline(
        {"version": 1, "stages": [{"type": "mirostat", "tau": 2},
                                  {"type": "categorical"}]}, V
    )
    learnt = mirostat.sequence(seed=1)
    learnt.accept(mirostat.sample(row, learnt))
    adaptive = ts.Pipeline(
        {"version": 1, "stages": [{"type": "adaptive_p", "target": 0.4},
                                  {"type": "categorical"}]}, V
    )
    with pytest.raises(ts.RowError, match="wrong_state"):
        adaptive.sample(row, learnt)
    with pytest.raises(ValueError):
        pipeline.restore(learnt.snapshot())


@pytest.mark.parametrize("token", [-1, V, 2**31, -(2**40)])
def test_tokens_outside_the_vocabulary(sequence, token):
    with pytest.raises(ValueError):
        sequence.accept_id(token)
    assert sequence.position == 0


@pytest.mark.parametrize(
    ("prompt", "error"),
    [
        ([V], ValueError),
        ([-1], ValueError),
        ([2**40], ValueError),
        ([2**70], ValueError),
        ([1.5], TypeError),
        (["a"], TypeError),
        (7, TypeError),
        (np.zeros(3), TypeError),
        (np.zeros((2, 2), np.int32), TypeError),
        (np.ma.array([1, 2], mask=[0, 1]), TypeError),
    ],
)
def test_prompts_are_ids(pipeline, prompt, error):
    with pytest.raises(error):
        pipeline.sequence(seed=1, prompt=prompt)


def test_prompts_in_every_form(pipeline):
    want = [5, 6, 7]
    for dtype in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"):
        got = pipeline.sequence(seed=1, prompt=np.array(want, dtype)).tokens
        assert got.tolist() == want
    assert pipeline.sequence(seed=1, prompt=range(5, 8)).tokens.tolist() == want
    assert pipeline.sequence(seed=1, prompt=iter(want)).tokens.tolist() == want
    assert pipeline.sequence(seed=1, prompt=tuple(want)).tokens.tolist() == want
    for strided in (np.array([5, 0, 6, 0, 7])[::2], np.array([7, 6, 5])[::-1],
                    np.array([[5, 6, 7]]), np.array([[5, 1], [6, 2], [7, 3]])[:, 0]):
        got = pipeline.sequence(seed=1, prompt=strided).tokens
        assert got.tolist() == want
    with pytest.raises(ZeroDivisionError):
        pipeline.sequence(seed=1, prompt=(1 // 0 for _ in range(2)))


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        ts.open_log(tmp_path / "none.safetensors")
    (tmp_path / "text").write_text("no log")
    with pytest.raises(ValueError):
        ts.open_log(tmp_path / "text")


def test_foreign_objects_are_type_errors(pipeline, row):
    for sequence in (None, 3, "sequence", object(), pipeline):
        with pytest.raises(TypeError):
            pipeline.sample(row, sequence)
    with pytest.raises(TypeError):
        pipeline.sample(row)
