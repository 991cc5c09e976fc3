"""Rows of every kind that Python has: taken as they are, or refused."""

import array
import warnings

import ml_dtypes
import numpy as np
import pytest
from conftest import V, make_row

import token_sampler as ts


def sample(pipeline, logits):
    return pipeline.sample(logits, pipeline.sequence(seed=7)).id


class OnlyDLPack:
    """What an array library without the buffer protocol looks like."""

    def __init__(self, values):
        self.values = values

    def __dlpack__(self, **kwargs):
        return self.values.__dlpack__(**kwargs)

    def __dlpack_device__(self):
        return self.values.__dlpack_device__()


@pytest.mark.parametrize("dtype", [np.float16, np.float64, ml_dtypes.bfloat16])
def test_types_give_the_token_of_their_values(pipeline, row, dtype):
    narrow = row.astype(dtype)
    assert sample(pipeline, narrow) == sample(
        pipeline, narrow.astype(np.float64)
    )


def test_sources_are_equal(pipeline, row):
    want = sample(pipeline, row)
    assert sample(pipeline, OnlyDLPack(row)) == want
    assert sample(pipeline, array.array("f", row.tolist())) == want
    assert sample(pipeline, memoryview(row)) == want
    assert sample(pipeline, row[np.newaxis]) == want


def test_torch_tensors_are_taken_as_they_are(pipeline, row):
    torch = pytest.importorskip("torch")
    for dtype in (torch.float32, torch.float16, torch.bfloat16, torch.float64):
        tensor = torch.from_numpy(row).to(dtype)
        want = sample(pipeline, tensor.to(torch.float64).numpy())
        assert sample(pipeline, tensor) == want
        assert sample(pipeline, tensor[None]) == want


def test_rows_are_not_copied(pipeline, row):
    # A row changed in place is seen: nothing of it was kept.
    greedy = ts.Pipeline("greedy", V)
    first = sample(greedy, row)
    row[first] = -100
    assert sample(greedy, row) != first


def test_read_only_and_unaligned_rows(pipeline, row):
    want = sample(pipeline, row)
    row.flags.writeable = False
    assert sample(pipeline, row) == want
    raw = bytearray(1 + row.nbytes)
    raw[1:] = row.tobytes()
    unaligned = np.frombuffer(raw, np.float32, V, offset=1)
    assert not unaligned.flags.aligned
    assert sample(pipeline, unaligned) == want


def test_rows_of_a_larger_array(pipeline):
    rows = np.stack([make_row(i, V + 24) for i in range(4)])
    view = rows[::-1, :V]
    sequences = [pipeline.sequence(seed=i) for i in range(4)]
    got = pipeline.sample_batch(view, sequences).ids
    alone = [
        pipeline.sample(np.ascontiguousarray(view[i]), sequences[i]).id
        for i in range(4)
    ]
    assert got.tolist() == alone


@pytest.mark.parametrize(
    "logits",
    [
        np.zeros(2 * V, np.float32)[::2],
        np.zeros(V, np.float32)[::-1],
        np.zeros((V, 2), np.float32).T[:1],
    ],
)
def test_elements_apart_are_refused(pipeline, logits):
    with pytest.raises(ValueError, match="bytes apart"):
        sample(pipeline, logits)


@pytest.mark.parametrize(
    "logits",
    [
        np.zeros(V, np.int32),
        np.zeros(V, np.bool_),
        np.zeros(V, np.complex64),
        np.zeros(V, np.longdouble),
        np.zeros(V, ">f4"),
        np.zeros(V, [("x", np.float32)]),
        np.zeros(V, "S4"),
        np.array([None] * V),
        bytes(4 * V),
        np.ma.array(np.zeros(V, np.float32), mask=True),
        ml_dtypes.float8_e4m3fn(0) * np.ones(V, ml_dtypes.float8_e4m3fn),
    ],
)
def test_other_types_are_refused(pipeline, logits):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(TypeError, match="logits: got"):
            sample(pipeline, logits)


@pytest.mark.parametrize("logits", [None, 3, "row", [0.0] * V, {}, object()])
def test_what_is_no_array_is_refused(pipeline, logits):
    with pytest.raises(TypeError, match="logits: got .*want an array"):
        sample(pipeline, logits)


@pytest.mark.parametrize(
    ("shape", "what"),
    [((), "0 axes"), ((2, V), "2 rows"), ((0, V), "0 rows"), ((1, 1, V), "3 axes")],
)
def test_other_shapes_are_refused(pipeline, shape, what):
    with pytest.raises(ValueError, match=what):
        sample(pipeline, np.zeros(shape, np.float32))


def test_exceptions_of_a_foreign_array_do_not_leak(pipeline):
    class Broken:
        def __dlpack__(self, **kwargs):
            raise KeyError("broken")

        def __dlpack_device__(self):
            return (1, 0)

    with pytest.raises(TypeError, match="logits: got Broken"):
        sample(pipeline, Broken())


def test_an_array_may_die_after_the_call(pipeline):
    # What a call leaves does not look into the row.
    left = pipeline.process(make_row(), pipeline.sequence(seed=1))
    ids = left.ids
    del left
    assert ids[0] == np.argmax(make_row())
    with pytest.raises(ValueError, match="read-only"):
        ids[0] = 3


def test_arrays_are_released(pipeline, row):
    import sys

    before = sys.getrefcount(row)
    for _ in range(20):
        sample(pipeline, row)
        sample(pipeline, OnlyDLPack(row))
        with pytest.raises(ValueError):
            sample(pipeline, row[:10])
    assert sys.getrefcount(row) == before
