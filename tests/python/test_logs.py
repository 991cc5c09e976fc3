"""Logs: what is written is read, and replayed."""

import ml_dtypes
import numpy as np
import pytest
from conftest import DATA, V, make_row

import token_sampler as ts


def write(path, pipeline, texts=2, rows=6, **options):
    """A log of several interleaved texts, and the sequences drawn."""
    sequences = [
        pipeline.sequence(seed=9, stream=i, prompt=[i, 7]) for i in range(texts)
    ]
    with ts.Logger(path, pipeline.vocab_size, **options) as out:
        for i, sequence in enumerate(sequences):
            out.prompt(i, sequence.prompt)
            out.describe(i, pipeline, sequence)
        for step in range(rows):
            for i, sequence in enumerate(sequences):
                row = make_row(step * texts + i)
                token = pipeline.sample(row, sequence)
                out.append(seq=i, logits=row, token=token)
                sequence.accept(token)
        assert out.rows == texts * rows
    return sequences


def test_a_log_holds_what_was_appended(tmp_path, pipeline):
    path = tmp_path / "run.safetensors"
    sequences = write(path, pipeline, metadata={"model": "none"})
    log = ts.open_log(path)
    assert (len(log), log.vocab_size, log.dtype) == (12, V, "f32")
    assert log.metadata["model"] == "none"
    for i, sequence in enumerate(sequences):
        logged = log.sequences[i]
        assert logged.prompt.tolist() == [i, 7]
        assert (logged.seed, logged.stream) == (9, i)
        rows = slice(logged.first_row, logged.first_row + logged.rows)
        assert log.tokens[rows].tolist() == sequence.output.tolist()
    for row in (log[i] for i in range(len(log))):
        written = make_row(row.position * 2 + row.sequence)
        assert (row.logits == written).all()
        assert row.mask is None
    assert log[-1].row == 11
    for outside in (12, -13):
        with pytest.raises(IndexError):
            log[outside]


@pytest.mark.parametrize(
    ("dtype", "twin"), [("f16", np.float16), ("bf16", ml_dtypes.bfloat16)]
)
def test_narrow_logs_round_and_are_read_exactly(tmp_path, pipeline, dtype, twin):
    path = tmp_path / "run.safetensors"
    write(path, pipeline, texts=1, dtype=dtype)
    log = ts.open_log(path)
    assert log.dtype == dtype
    for row in (log[i] for i in range(len(log))):
        want = make_row(row.position).astype(twin).astype(np.float32)
        assert (row.logits == want).all()


def test_a_replay_draws_the_logged_tokens(tmp_path, pipeline):
    path = tmp_path / "run.safetensors"
    write(path, pipeline, texts=3)
    for threads in (1, 4):
        table = ts.replay(path, threads=threads)
        assert (table["token"] == table["logged"]).all()
        assert table["position"].tolist() == list(range(6)) * 3
        assert table["status"] == ["ok"] * 18
    assert repr(table) == "Replay(18 rows, 18 tokens, 18 as logged)"
    other = ts.replay(path, "creative", seed=1)
    assert (other["token"] != other["logged"]).any()


def test_replayed_columns_are_those_of_the_distributions(tmp_path, pipeline):
    path = tmp_path / "run.safetensors"
    write(path, pipeline, texts=1)
    table = ts.replay(path, pipeline, seed=3)
    sequence = pipeline.sequence(seed=3, prompt=[0, 7])
    for i, row in enumerate(ts.open_log(path)):
        left = pipeline.process(row.logits, sequence)
        raw = ts.raw(row.logits)
        assert table["token"][i] == left.token.id
        assert table["kept"][i] == len(left)
        assert table["entropy"][i] == left.entropy
        assert table["raw_entropy"][i] == raw.entropy
        assert table["logprob"][i] == left.logprob(left.token.id)
        assert table["logged_logprob"][i] == left.logprob(row.token)
        assert table["logged_raw_logprob"][i] == raw.logprob(row.token)
        sequence.accept_id(row.token)


def test_top_k_logs_leave_the_raw_columns_open(tmp_path, pipeline):
    path = tmp_path / "run.safetensors"
    write(path, pipeline, texts=1, top_k=64)
    table = ts.replay(path)
    assert (table["token"] == table["logged"]).all()
    assert np.isnan(table["raw_logprob"]).all()
    assert ts.open_log(path).top_k
    assert "raw_logprob" not in ts.replay(path, raw=False).columns


def test_replay_wants_a_config_from_somewhere():
    with pytest.raises(ValueError, match="config: missing"):
        ts.replay(DATA / "story-f16.safetensors")
    with pytest.raises(ValueError, match="threads: got 0"):
        ts.replay(DATA / "story-f16.safetensors", "greedy", threads=0)


def test_tables_go_to_arrow(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    table = ts.replay(DATA / "story-f16.safetensors", "balanced", seed=42)
    arrow = pyarrow.table(table)
    assert arrow.num_rows == 24
    assert arrow["token"].to_pylist() == table["token"].tolist()


def test_an_exception_leaves_the_rows(tmp_path):
    path = tmp_path / "run.safetensors"
    with pytest.raises(ZeroDivisionError), ts.Logger(path, V) as out:
        out.append(0, make_row(), 3)
        1 / 0
    assert not path.exists()
    assert (tmp_path / "run.safetensors.partial").exists()
    del out
    with ts.Logger(path, V, overwrite=True) as out:
        out.append(0, make_row(), 4)
    assert ts.open_log(path)[0].token == 4


MASKED = {"version": 1, "stages": [
    {"type": "mask"}, {"type": "temperature", "temperature": 0.9},
    {"type": "categorical"}]}


def masked_run(path, told):
    """20 tokens under masks, every third drawn a second time."""
    pipeline = ts.Pipeline(MASKED, V)
    sequence = pipeline.sequence(seed=3, prompt=[1])
    random = np.random.default_rng(4)
    with ts.Logger(path, V) as out:
        out.prompt(0, sequence.prompt)
        out.describe(0, pipeline, sequence)
        for step in range(20):
            mask = ts.pack_mask(random.random(V) < 0.3)
            row = make_row(step)
            if step % 3 == 2:
                sequence.accept(pipeline.sample(row, sequence, mask=mask))
                sequence.redraw(1)
            token = pipeline.sample(row, sequence, mask=mask)
            notes = {"mask": mask, "sequence": sequence}
            out.append(0, row, token, **{k: notes[k] for k in told})
            sequence.accept(token)
    return sequence.output.tolist()


def test_batches_hold_no_row_that_was_drawn_anew(tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "run.safetensors"
    masked_run(path, ["mask", "sequence"])
    with pytest.raises(ValueError, match="row 2 was drawn anew"):
        list(ts.log_batches(path))


def test_a_masked_and_redrawn_run_is_replayed(tmp_path):
    path = tmp_path / "run.safetensors"
    tokens = masked_run(path, ["mask", "sequence"])
    assert ts.replay(path)["token"].tolist() == tokens
    rows = list(ts.open_log(path))
    assert rows[0].mask is not None and len(rows[0].bans) == 0
    assert [r.attempt for r in rows[:6]] == [0, 0, 1, 1, 1, 2]
    # Without the attempts, or the masks, other tokens are drawn.
    partly = tmp_path / "partly.safetensors"
    assert masked_run(partly, ["mask"]) == tokens
    same = ts.replay(partly)["token"] == np.array(tokens)
    assert same[:2].all() and not same[2:].all()
    bare = tmp_path / "bare.safetensors"
    assert masked_run(bare, ["sequence"]) == tokens
    assert ts.open_log(bare)[0].mask is None
    assert ts.replay(bare)["token"].tolist() != tokens


def test_rows_are_taken_back(tmp_path):
    path = tmp_path / "run.safetensors"
    with ts.Logger(path, V) as out:
        for token in (5, 6, 7):
            out.append(0, make_row(token), token)
        out.append(1, make_row(9), 9)
        out.take_back(0, 2)
        out.append(0, make_row(8), 8)
        with pytest.raises(ValueError, match="rows: got 2"):
            out.take_back(1, 2)
    log = ts.open_log(path)
    assert [log[i].token for i in range(len(log))] == [5, 8, 9]


def test_misuse_of_a_rows_mask(tmp_path, row, pipeline, sequence):
    out = ts.Logger(tmp_path / "run.safetensors", V)
    words = np.full((2, ts.mask_words(V)), -1, np.int32)
    with pytest.raises(ValueError, match="mask: got 2, want one"):
        out.append(0, row, 1, mask=words)
    with pytest.raises(TypeError, match="mask"):
        out.append(0, row, 1, mask=words[0].astype(float))
    with pytest.raises(ValueError, match="mask"):
        out.append(0, row, 1, mask=np.full(1000, -1, np.int32))
    out.append(0, row, 1, mask=words[0], sequence=sequence)
    with pytest.raises(ValueError, match="mask"):
        out.append(0, row, 1, mask=words[0, :5])
    out.discard()


def test_misuse_of_a_logger(tmp_path, row):
    path = tmp_path / "run.safetensors"
    with pytest.raises(ValueError, match="dtype"):
        ts.Logger(path, V, dtype="f64")
    with pytest.raises(ValueError):
        ts.Logger(path, 0)
    out = ts.Logger(path, V)
    with pytest.raises(FileExistsError):
        ts.Logger(path, V)
    with pytest.raises(RuntimeError):
        out.finish()
    for logits, token in ((row[1:], 1), (row, V), (row, -5), (row, 2**40)):
        with pytest.raises(ValueError):
            out.append(0, logits, token)
    with pytest.raises(TypeError):
        out.append(0, row.astype(int), 1)
    out.append(0, row, 1)
    out.sync()
    out.finish()
    with pytest.raises(RuntimeError):
        out.append(0, row, 1)
    with pytest.raises(FileExistsError):
        ts.Logger(path, V)
    gone = ts.Logger(tmp_path / "gone.safetensors", V)
    gone.append(0, row, 1)
    gone.discard()
    assert not (tmp_path / "gone.safetensors.partial").exists()


def test_foreign_formats(tmp_path):
    rows = np.stack([make_row(i) for i in range(3)])
    np.save(tmp_path / "rows.npy", rows)
    log = ts.open_log(tmp_path / "rows.npy")
    assert log.tokens is None and log[1].token is None
    assert (log[1].logits == rows[1]).all()
    rows.tofile(tmp_path / "rows.raw")
    raw = ts.open_log(tmp_path / "rows.raw", vocab_size=V)
    assert (raw[2].logits == rows[2]).all()
    np.save(tmp_path / "wide.npy", rows.astype(np.float64))
    assert ts.open_log(tmp_path / "wide.npy")[0].logits.dtype == np.float64
    alice = ts.open_log(DATA / "alice-1.logits")
    assert alice.format == "llama.cpp _logits_"
