"""Rows as Arrow batches: equal to a replay of the log, however they are cut."""

import ml_dtypes
import numpy as np
import pytest
from conftest import DATA, V, make_row
from test_logs import write

import token_sampler as ts

pa = pytest.importorskip("pyarrow")

STORY = DATA / "story-f16.safetensors"
COLUMNS = ("token", "logprob", "kept", "entropy", "status", "logged_logprob",
           "raw_logprob", "raw_entropy", "logged_raw_logprob")


def table_of(batches):
    return pa.Table.from_batches(list(batches))


def same(table, replay):
    """Byte for byte, NaN included."""
    for name in COLUMNS:
        ours = table[name].to_pylist()
        theirs = list(replay[name])
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs):
            assert a == b or (a != a and b != b), (name, a, b)


def by_rows(batch, size):
    return [batch.slice(i, size) for i in range(0, batch.num_rows, size)]


@pytest.mark.parametrize("config", ["balanced", "creative", "greedy"])
@pytest.mark.parametrize("rows", [1, 5, 24, 100])
def test_a_log_in_batches_is_replayed_as_the_log(config, rows):
    table = table_of(
        ts.replay_batches(ts.log_batches(STORY, rows=rows), config, seed=3))
    same(table, ts.replay(STORY, config, seed=3))
    assert table["row"].to_pylist() == list(range(24))


@pytest.mark.parametrize("dtype", ["f32", "f16", "bf16"])
def test_every_type_of_rows(tmp_path, pipeline, dtype):
    path = tmp_path / "run.safetensors"
    write(path, pipeline, texts=3, dtype=dtype)
    batches = ts.log_batches(path, rows=4)
    same(table_of(ts.replay_batches(batches, pipeline)), ts.replay(path))


def test_penalties_read_the_prefix(tmp_path):
    config = {"version": 1, "stages": [
        {"type": "repetition_penalty", "penalty": 1.5},
        {"type": "frequency_penalty", "penalty": 0.3},
        {"type": "no_repeat_ngram", "n": 2},
        {"type": "top_p", "p": 0.9}, {"type": "categorical"}]}
    path = tmp_path / "run.safetensors"
    write(path, ts.Pipeline(config, V), texts=2, rows=12)
    table = table_of(ts.replay_batches(ts.log_batches(path), config, seed=9))
    same(table, ts.replay(path))
    assert table["token"].to_pylist() == ts.open_log(path).tokens.tolist()


def test_any_cut_and_any_order_gives_the_same(tmp_path, pipeline):
    path = tmp_path / "run.safetensors"
    write(path, pipeline, texts=4, rows=10)
    whole = next(ts.log_batches(path, rows=1000))
    want = ts.replay_batches(whole, "balanced", seed=5)
    random = np.random.default_rng(1)
    for size in (1, 3, 7, 40):
        parts = by_rows(whole, size)
        order = random.permutation(len(parts))
        done = [ts.replay_batches(parts[i], "balanced", seed=5) for i in order]
        table = pa.Table.from_batches(done).sort_by("row")
        assert table.equals(pa.Table.from_batches([want]))


def test_forms_of_logits_agree():
    rows = np.stack([make_row(i) for i in range(6)])
    flat = pa.array(rows.ravel())
    forms = [
        pa.FixedSizeListArray.from_arrays(flat, V),
        pa.ListArray.from_arrays(np.arange(0, 6 * V + 1, V, np.int32), flat),
        pa.LargeListArray.from_arrays(np.arange(0, 6 * V + 1, V), flat),
        pa.array([r.tobytes() for r in rows], pa.binary(4 * V)),
        pa.array([r.tobytes() for r in rows]),
        pa.array([r.tobytes() for r in rows], pa.large_binary()),
    ]
    prefix = pa.array([[1, 2, 3][: i % 4] for i in range(6)],
                      pa.list_(pa.int32()))

    def replayed(form, cut):
        batch = pa.record_batch({"logits": form, "prefix": prefix})
        return ts.replay_batches(batch.slice(cut), "creative", seed=1,
                                 dtype="f32")

    for cut in (0, 2):
        want = replayed(forms[0], cut)
        assert "row" not in want.schema.names
        for form in forms[1:]:
            same(replayed(form, cut), want.to_pydict())
    narrow = rows.astype(ml_dtypes.bfloat16)
    batch = pa.record_batch({"logits": pa.array([r.tobytes() for r in narrow])})
    table = ts.replay_batches(batch, "greedy", dtype="bf16")
    assert table["token"].to_pylist() == [
        int(r.astype(np.float32).argmax()) for r in narrow]


def test_top_k_rows():
    row = make_row(3)
    ids = np.argsort(-row, kind="stable")[:64].astype(np.int32)
    batch = pa.record_batch({
        "ids": pa.array([ids], pa.list_(pa.int32())),
        "logits": pa.array([row[ids]], pa.list_(pa.float32())),
        "sequence": pa.array([7])})
    config = {"version": 1, "stages": [{"type": "top_k", "k": 20},
                                       {"type": "categorical"}]}
    made = ts.replay_batches(batch, config, seed=1, vocab_size=V)
    pipeline = ts.Pipeline(config, V)
    alone = pipeline.sequence(seed=1, stream=7)
    assert made["token"][0].as_py() == pipeline.sample(row, alone).id
    assert np.isnan(made["raw_entropy"][0].as_py())


def test_a_bad_row_is_a_status():
    rows = np.stack([make_row(0), np.full(V, np.nan, np.float32), make_row(1)])
    batch = pa.record_batch(
        {"logits": pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), V)})
    made = ts.replay_batches(batch, "balanced", seed=1)
    assert made["status"].to_pylist() == ["ok", "nan", "ok"]
    assert made["token"][1].as_py() == -1


def test_tables_frames_and_empty_ones(tmp_path, pipeline):
    path = tmp_path / "run.safetensors"
    write(path, pipeline, texts=2)
    batches = list(ts.log_batches(path, rows=5))
    table = pa.Table.from_batches(batches)
    made = ts.replay_batches(table, pipeline)
    same(made, ts.replay(path))
    assert made.schema == ts.replay_schema(table.schema)
    empty = ts.replay_batches(batches[0].slice(0, 0), pipeline)
    assert empty.num_rows == 0 and empty.schema == made.schema
    assert ts.replay_batches(table.slice(0, 0), pipeline).schema == made.schema
    pandas = pytest.importorskip("pandas")
    frame = ts.replay_batches(table.to_pandas(), pipeline, dtype="f32")
    assert isinstance(frame, pandas.DataFrame)
    assert frame["token"].tolist() == made["token"].to_pylist()


def test_mistakes_name_the_column():
    def batch(**columns):
        return pa.record_batch(columns)

    lists = pa.list_(pa.float32())
    good = pa.array([make_row(0)], lists)
    for columns, options, said in [
        ({"x": pa.array([1])}, {}, "logits: missing"),
        ({"logits": pa.array([1.0])}, {}, "logits: got double, want a list"),
        ({"logits": pa.array([[1.0], [1.0, 2.0]], lists)}, {},
         "logits: row 1 has 2 elements, row 0 has 1"),
        ({"logits": pa.array([None], lists)}, {}, "logits: a row is null"),
        ({"logits": pa.array([[1.0, None]], lists)}, {}, "holds a null"),
        ({"logits": pa.array([b"1234"])}, {}, 'dtype: got ""'),
        ({"logits": pa.array([b"12345"])}, {"dtype": "f32"}, "no whole"),
        ({"logits": pa.array([b"1234", b"12345678"])}, {"dtype": "f32"},
         "several"),
        ({"logits": good, "ids": pa.array([[1]], pa.list_(pa.int32()))}, {},
         "vocab_size: missing"),
        ({"logits": good, "ids": pa.array([[1]], pa.list_(pa.int32()))},
         {"vocab_size": 9}, "ids: other lengths"),
        ({"logits": good, "prompt": pa.array([[V]], pa.list_(pa.int32()))}, {},
         "row 0: .*1000"),
        ({"logits": good, "prefix": pa.array([[-4]], pa.list_(pa.int32()))}, {},
         "row 0: .*-4"),
        ({"logits": good, "seed": pa.array([1.5])}, {},
         "seed: got double, want integers"),
        ({"logits": good, "stream": pa.array([None], pa.int64())}, {},
         "stream: row 0 is null"),
    ]:
        with pytest.raises(ValueError, match=said):
            ts.replay_batches(batch(**columns), "balanced", **options)
    with pytest.raises(ValueError, match="learn from earlier rows"):
        ts.replay_batches(batch(logits=good), {"version": 1, "stages": [
            {"type": "mirostat"}, {"type": "categorical"}]})
    with pytest.raises(TypeError, match="batches: got int"):
        ts.replay_batches(3, "balanced")


def test_a_top_k_log_is_refused(tmp_path, pipeline):
    path = tmp_path / "run.safetensors"
    write(path, pipeline, texts=1, top_k=32)
    with pytest.raises(ValueError, match="top-k log"):
        next(ts.log_batches(path))
