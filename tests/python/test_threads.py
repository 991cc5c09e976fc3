"""Threads: what may be shared is, what may not is refused, nothing races."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from conftest import make_row

import token_sampler as ts

BIG = 50_000


def test_one_pipeline_on_many_threads():
    pipeline = ts.Pipeline("llama.cpp", BIG)
    rows = [make_row(i, BIG) for i in range(4)]

    def text(stream):
        sequence = pipeline.sequence(seed=1, stream=stream)
        for i in range(25):
            sequence.accept(pipeline.sample(rows[i % 4], sequence))
        return sequence.tokens.tolist()

    alone = [text(stream) for stream in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(text, range(8))) == alone


# Alone in a process, where no other thread comes.
STANDING_BY = """
import os
import numpy as np
import token_sampler as ts

pipeline = ts.Pipeline("balanced", 1000)
logits = np.random.default_rng(1).normal(size=(40, 1000)).astype(np.float32)
sequences = [pipeline.sequence(seed=1, stream=i) for i in range(40)]
want = pipeline.sample_batch(logits, sequences).ids.tolist()

def of_threads(count):
    ids = pipeline.sample_batch(logits, sequences, threads=count).ids
    assert ids.tolist() == want
    return set(os.listdir("/proc/self/task"))

known = of_threads(6)
for i in range(200):
    assert of_threads(1 + i % 6) == known
for threads in (1, 64, 7):  # More of them than rows, too.
    of_threads(threads)
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc")
def test_threads_of_batches_stand_by():
    """None is started anew, and each batch has as many as it asks for."""
    run = subprocess.run([sys.executable, "-c", STANDING_BY],
                         capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_batches_of_many_threads_at_once():
    pipeline = ts.Pipeline("balanced", 1000)
    rows = np.stack([make_row(i, 1000) for i in range(20)])

    def batch(stream):
        sequences = [pipeline.sequence(seed=1, stream=stream)] * 20
        ids = pipeline.sample_batch(rows, sequences, threads=1 + stream % 4).ids
        return ids.tolist()

    alone = [[pipeline.sample(row, pipeline.sequence(seed=1, stream=stream)).id
              for row in rows] for stream in range(12)]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(20):
            assert list(pool.map(batch, range(12))) == alone


def test_a_sequence_may_be_read_by_many():
    pipeline = ts.Pipeline("balanced", BIG)
    sequence = pipeline.sequence(seed=1)
    row = make_row(0, BIG)
    want = pipeline.sample(row, sequence)
    with ThreadPoolExecutor(8) as pool:
        tokens = list(
            pool.map(lambda _: pipeline.sample(row, sequence).id, range(100))
        )
    assert set(tokens) == {want.id}


def test_a_sequence_that_is_used_cannot_be_moved():
    """Another thread may find it busy, which is an error and no race."""
    pipeline = ts.Pipeline("neutral", BIG)
    sequence = pipeline.sequence(seed=1)
    rows = np.stack([make_row(i, BIG) for i in range(64)])
    done = threading.Event()
    refused, moved = [], []

    def mover():
        while not done.is_set():
            try:
                sequence.accept_id(3)
                sequence.rollback(1)
                moved.append(1)
            except RuntimeError as error:
                assert "in use" in str(error)
                refused.append(1)

    threads = [threading.Thread(target=mover) for _ in range(2)]
    for thread in threads:
        thread.start()
    sampled = 0
    for _ in range(200):
        try:
            pipeline.sample_batch(rows, [sequence] * 64, threads=2)
            sampled += 1
        except RuntimeError as error:
            assert "in use" in str(error)
        if refused and moved and sampled:
            break
    done.set()
    for thread in threads:
        thread.join()
    assert sampled and refused and moved
    # A mover that was refused between its two calls left a token behind.
    assert set(sequence.tokens.tolist()) <= {3}


def test_the_gil_is_released():
    """Another thread runs during a batch. Threads are switched here only where
    one lets go of the GIL, so that a single beat shows it; a busy machine may
    not have run that thread in the first of them."""
    pipeline = ts.Pipeline("neutral", BIG)
    rows = np.stack([make_row(i, BIG) for i in range(64)])
    sequences = [pipeline.sequence(seed=i) for i in range(64)]
    over, beats = threading.Event(), []

    def heart():
        while not over.is_set():
            beats.append(1)
            time.sleep(0)  # Lets go of the GIL.

    interval = sys.getswitchinterval()
    thread = threading.Thread(target=heart)
    thread.start()
    try:
        sys.setswitchinterval(1000)
        for _ in range(2000):
            before = len(beats)
            pipeline.sample_batch(rows, sequences)
            if len(beats) > before:
                break
        assert len(beats) > before
    finally:
        sys.setswitchinterval(interval)
        over.set()
        thread.join()


def test_a_round_belongs_to_one_call_at_a_time(pipeline, row):
    round = ts.speculative.Round()
    draft = pipeline.sequence(seed=1)

    def row_of(i):
        with pytest.raises(RuntimeError, match="in use"):
            round.propose(pipeline, pipeline.sequence(seed=2), 1, row_of)
        with pytest.raises(RuntimeError, match="in use"):
            draft.accept_id(3)
        return row

    round.propose(pipeline, draft, 2, row_of)
    assert len(round.tokens) == 2


def test_loggers_take_rows_of_all_threads(tmp_path):
    path = tmp_path / "run.safetensors"
    with ts.Logger(path, 100) as out, ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda i: out.append(i % 5, make_row(i, 100), i), range(100)
            )
        )
    log = ts.open_log(path)
    assert len(log) == 100 and len(log.sequences) == 5
    for row in (log[i] for i in range(100)):
        assert (row.logits == make_row(row.token, 100)).all()
