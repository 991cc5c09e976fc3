"""Batches: each row's token is the one that it draws alone."""

import numpy as np
import pytest
from conftest import V, make_row

import token_sampler as ts


@pytest.fixture
def batch(pipeline):
    rows = np.stack([make_row(i) for i in range(17)])
    return rows, [pipeline.sequence(seed=3, stream=i) for i in range(17)]


@pytest.mark.parametrize("threads", [1, 2, 5, 64])
def test_tokens_do_not_depend_on_the_batch(pipeline, batch, threads):
    rows, sequences = batch
    alone = [pipeline.sample(r, s).id for r, s in zip(rows, sequences)]
    tokens = pipeline.sample_batch(rows, sequences, threads=threads)
    assert tokens.ids.tolist() == alone
    assert [t.id for t in tokens] == alone
    order = np.random.default_rng(1).permutation(17)
    shuffled = pipeline.sample_batch(
        [rows[i] for i in order], [sequences[i] for i in order], threads=threads
    )
    assert shuffled.ids.tolist() == [alone[i] for i in order]


def test_rows_of_many_pipelines(batch):
    rows, _ = batch
    names = list(ts.presets())
    pipelines = [ts.Pipeline(names[i % len(names)], V) for i in range(17)]
    sequences = [p.sequence(seed=i) for i, p in enumerate(pipelines)]
    tokens = ts.sample_batch(pipelines, rows, sequences, threads=3)
    assert tokens.ids.tolist() == [
        p.sample(r, s).id for p, r, s in zip(pipelines, rows, sequences)
    ]


def test_a_bad_row_is_a_status_and_disturbs_no_other(pipeline, batch):
    rows, sequences = batch
    want = pipeline.sample_batch(rows, sequences).ids
    rows[4, 7] = np.nan
    rows[5] = -np.inf
    tokens = pipeline.sample_batch(rows, sequences, threads=2)
    assert not tokens.ok
    assert tokens.statuses[4:6] == ["nan", "no_candidate"]
    assert tokens.ids[4:6].tolist() == [-1, -1]
    good = [i for i in range(17) if i not in (4, 5)]
    assert (tokens.ids[good] == want[good]).all()
    with pytest.raises(ts.RowError, match="row 4"):
        tokens.accept(sequences)
    assert all(s.position == 0 for s in sequences)


def test_accept_moves_all_or_none(pipeline, batch):
    rows, sequences = batch
    tokens = pipeline.sample_batch(rows, sequences)
    tokens.accept(sequences)
    assert [s.output.tolist() for s in sequences] == [[i] for i in tokens.ids]
    small = ts.Pipeline("greedy", int(tokens.ids.max()))
    mixed = [*sequences[:-1], small.sequence(seed=1)]
    best = int(np.argmax(tokens.ids))
    mixed[best], mixed[-1] = mixed[-1], mixed[best]
    with pytest.raises(ValueError):
        tokens.accept(mixed)
    assert sum(s.position for s in mixed) == 16


def test_accept_wants_every_sequence_once(pipeline, batch):
    rows, sequences = batch
    tokens = pipeline.sample_batch(rows, sequences)
    with pytest.raises(ValueError, match="got 16, want 17"):
        tokens.accept(sequences[:-1])
    with pytest.raises(RuntimeError, match="in use"):
        tokens.accept([sequences[0]] * 17)
    assert sequences[0].position == 0
    sequences[0].accept(tokens[0])  # Every lease was given back.


def test_masks_of_every_row(batch):
    rows, _ = batch
    pipeline = ts.Pipeline(
        {"version": 1, "stages": [{"type": "mask"}, {"type": "categorical"}]}, V
    )
    sequences = [pipeline.sequence(seed=i) for i in range(17)]
    allowed = np.zeros((17, V), np.bool_)
    allowed[np.arange(17), 10 * np.arange(17)] = True
    tokens = pipeline.sample_batch(
        rows, sequences, mask=ts.pack_mask(allowed), threads=2
    )
    assert tokens.ids.tolist() == [10 * i for i in range(17)]


def test_logprobs_are_those_of_the_distributions(pipeline, batch):
    rows, sequences = batch
    tokens = pipeline.sample_batch(rows, sequences, logprobs=50, threads=2)
    for i, (row, sequence) in enumerate(zip(rows, sequences)):
        for table, left in (
            (tokens.raw_logprobs, ts.raw(row)),
            (tokens.logprobs, pipeline.process(row, sequence)),
        ):
            n = min(50, len(left))
            assert table.top_ids[i, :n].tolist() == left.ids[:n].tolist()
            assert (table.top_logprobs[i, :n] == left.logprobs[:n]).all()
            assert (table.top_ids[i, n:] == -1).all()
            assert (table.top_logprobs[i, n:] == -np.inf).all()
            assert table.token_logprobs[i] == left.logprob(tokens.ids[i])
            assert table.token_ranks[i] == left.rank(tokens.ids[i])
    assert pipeline.sample_batch(rows, sequences).logprobs is None


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"threads": 0}, "threads: got 0"),
        ({"threads": 1025}, "threads: got 1025"),
        ({"logprobs": -1}, "logprobs: got -1"),
        ({"mask": np.zeros((3, 32), np.int32)}, "mask: got 3, want 17"),
        ({"uniform": [0.5]}, "uniform: got 1, want 17"),
    ],
)
def test_arguments_have_a_range(pipeline, batch, change, error):
    rows, sequences = batch
    with pytest.raises(ValueError, match=error):
        pipeline.sample_batch(rows, sequences, **change)


def test_counts_must_agree(pipeline, batch):
    rows, sequences = batch
    with pytest.raises(ValueError, match="sequences: got 16, want 17"):
        pipeline.sample_batch(rows, sequences[1:])
    with pytest.raises(ValueError, match="pipelines: got 2, want 17"):
        ts.sample_batch([pipeline] * 2, rows, sequences)
    with pytest.raises(TypeError):
        pipeline.sample_batch(rows, [None] * 17)
    with pytest.raises(TypeError):
        ts.sample_batch(["balanced"] * 17, rows, sequences)


def test_tokens_show_themselves(pipeline, batch):
    rows, sequences = np.stack([make_row(i) for i in range(20)]), [
        pipeline.sequence(seed=1, stream=i) for i in range(20)]
    tokens = pipeline.sample_batch(rows, sequences)
    assert [t.id for t in tokens] == tokens.ids.tolist()
    first = ", ".join(str(i) for i in tokens.ids[:8])
    assert repr(tokens) == f"Tokens([{first}, ... (20 in all)])"
    rows[3, 5] = np.nan
    tokens = pipeline.sample_batch(rows[:4], sequences[:4])
    assert repr(tokens).endswith(", -1]; 1 without: row 3 nan)")
    assert len(list(tokens)) == 4


def test_an_empty_batch(pipeline):
    tokens = pipeline.sample_batch(np.zeros((0, V), np.float32), [])
    assert len(tokens) == 0 and tokens.ok
    assert len(pipeline.sample_batch([], [])) == 0
