"""Objects that die, or change, while a call holds them."""

import gc
import threading

import numpy as np
import pytest
from conftest import V, make_row

import token_sampler as ts


def test_sequences_of_a_generator_live_through_the_call(pipeline):
    rows = np.stack([make_row(i) for i in range(64)])
    want = pipeline.sample_batch(
        rows, [pipeline.sequence(seed=9, stream=i) for i in range(64)]).ids
    for _ in range(20):
        made = (pipeline.sequence(seed=9, stream=i) for i in range(64))
        assert (pipeline.sample_batch(rows, made).ids == want).all()
        pipelines = (ts.Pipeline("balanced", V) for _ in range(64))
        made = (pipeline.sequence(seed=9, stream=i) for i in range(64))
        assert (ts.sample_batch(pipelines, rows, made).ids == want).all()
        made = (make_row(i) for i in range(64))
        again = pipeline.sample_batch(
            list(made), (pipeline.sequence(seed=9, stream=i) for i in range(64)))
        assert (again.ids == want).all()
    tokens = pipeline.sample_batch(rows, [pipeline.sequence(seed=9)] * 64)
    tokens.accept(pipeline.sequence(seed=9) for _ in range(64))


def test_a_list_may_be_emptied_meanwhile():
    big = 50_000
    pipeline = ts.Pipeline("neutral", big)
    rows = np.stack([make_row(i, big) for i in range(128)])
    want = pipeline.sample_batch(
        rows, [pipeline.sequence(seed=9, stream=i) for i in range(128)]).ids
    for _ in range(5):
        sequences = [pipeline.sequence(seed=9, stream=i) for i in range(128)]
        thread = threading.Timer(0.001, sequences.clear)
        thread.start()
        try:
            assert (pipeline.sample_batch(rows, sequences).ids == want).all()
        except ValueError as error:  # It was emptied before.
            assert "sequences: got" in str(error)
        thread.join()


def test_distributions_of_a_generator(pipeline, row):
    draft, target = pipeline.sequence(seed=1), pipeline.sequence(seed=2)
    tokens = [pipeline.sample(row, draft).id]
    judged = [
        ts.speculative.rejection(tokens, q, p, target)
        for q, p in (
            ([pipeline.process(row, draft)], [pipeline.process(row, target)] * 2),
            ((pipeline.process(row, draft) for _ in range(1)),
             (pipeline.process(row, target) for _ in range(2))))
    ]
    assert list(judged[0]) == list(judged[1])


def test_arrays_outlive_what_they_are_of(pipeline, row):
    sequences = [pipeline.sequence(seed=1, stream=i, prompt=[3]) for i in range(2)]
    tokens = pipeline.sample_batch(np.stack([row, row]), sequences, logprobs=2)
    kept = [tokens.ids, tokens.logprobs.top_ids, sequences[0].prompt,
            pipeline.process(row, sequences[0]).probs]
    copies = [array.copy() for array in kept]
    table = tokens.raw_logprobs
    del tokens, sequences
    gc.collect()
    for array, copied in zip(kept, copies):
        assert (array == copied).all()
    assert table.top_ids.shape == (2, 2)


def test_one_that_raises_in_the_middle(pipeline, row):
    def sequences():
        yield pipeline.sequence(seed=1)
        raise KeyError("in the middle")

    with pytest.raises(KeyError):
        pipeline.sample_batch(np.stack([row, row]), sequences())
    with pytest.raises(TypeError, match="sequences: got Sequence, want a list"):
        pipeline.sample_batch(row, pipeline.sequence(seed=1))
    with pytest.raises(TypeError, match="pipelines: got int, want Pipeline"):
        ts.sample_batch([3], row, [pipeline.sequence(seed=1)])
    with pytest.raises(TypeError, match="sequence: got str, want Sequence"):
        pipeline.explain(row, "sequence")
