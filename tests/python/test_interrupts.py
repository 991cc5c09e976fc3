"""Ctrl-C during long calls: they end soon, and nothing has moved."""

import os
import signal
import threading
import time

import numpy as np
import pytest
from conftest import make_row

import token_sampler as ts

BIG = 100_000


@pytest.fixture
def interrupt():
    """Sends SIGINT in a moment, after start(): where it is expected."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))
    yield timer
    timer.cancel()
    signal.signal(signal.SIGINT, before)


def seconds(call):
    """Of the processor: other programs take none of them."""
    begin = time.process_time()
    call()
    return time.process_time() - begin


@pytest.mark.parametrize("threads", [1, 2])
def test_a_batch(interrupt, threads):
    pipeline = ts.Pipeline("neutral", BIG)
    row = make_row(0, BIG)

    def batch(count):
        rows = np.broadcast_to(row, (count, BIG))
        same = [pipeline.sequence(seed=1)] * count
        return lambda: pipeline.sample_batch(rows, same, threads=threads)

    one = seconds(batch(500)) / 500
    long = batch(int(8 / one))  # Eight seconds, were it not interrupted.

    def interrupted():
        with pytest.raises(KeyboardInterrupt):
            interrupt.start()
            long()

    assert seconds(interrupted) < 4
    sequence = pipeline.sequence(seed=1)
    assert pipeline.sample(row, sequence).ok and sequence.position == 0


@pytest.mark.parametrize("threads", [1, 2])
def test_a_replay(interrupt, tmp_path, threads):
    path = tmp_path / "a.safetensors"
    with ts.Logger(path, 1000) as log:
        for i in range(1200):
            log.append(i % 2, make_row(i % 7), i % 1000)
    log = ts.open_log(path)
    want = ts.replay(log, "creative", seed=1, threads=2)["token"].tolist()
    with pytest.raises(KeyboardInterrupt):
        interrupt.start()
        while True:
            ts.replay(log, "creative", seed=1, threads=threads)
    again = ts.replay(log, "creative", seed=1)
    assert again["token"].tolist() == want


def test_rows_of_a_batch_of_arrow(interrupt):
    pa = pytest.importorskip("pyarrow")
    count = 20_000
    row = make_row().astype("f4").tobytes()
    batch = pa.record_batch({
        "logits": pa.array([row] * count, pa.binary(len(row))),
        "token": pa.array([3] * count, pa.int32())})
    with pytest.raises(KeyboardInterrupt):
        interrupt.start()
        while True:
            ts.replay_batches(batch, "neutral", dtype="f32")


def test_a_function_that_gives_rows(interrupt, pipeline):
    round, draft = ts.speculative.Round(), pipeline.sequence(seed=1)

    def row(_):
        time.sleep(5)
        return make_row()

    with pytest.raises(KeyboardInterrupt):
        interrupt.start()
        round.propose(pipeline, draft, 3, row)
    assert draft.position == 0 and round.tokens == []
