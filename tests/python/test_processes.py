"""What goes to other processes and interpreters: pickles, forks, ids."""

import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
import weakref

import numpy as np
import pytest
from conftest import V, make_row

import token_sampler as ts

MIROSTAT = {"version": 1, "stages": [{"type": "mirostat", "tau": 2},
                                     {"type": "categorical"}]}


def test_a_token_travels_with_what_it_teaches():
    pipeline, row = ts.Pipeline(MIROSTAT, V), make_row()
    here, there = pipeline.sequence(seed=1), pipeline.sequence(seed=1)
    token = pipeline.sample(row, here)
    for copied in (pickle.loads(pickle.dumps(token)), copy.deepcopy(token)):
        assert (copied, copied.status, copied.u) == (token, "ok", token.u)
    here.accept(token)
    there.accept(pickle.loads(pickle.dumps(token)))
    assert here == there and here.state
    bad = pipeline.sample_batch(np.full((1, V), np.nan, np.float32), [here])[0]
    assert pickle.loads(pickle.dumps(bad)).status == "nan"
    with pytest.raises(ValueError, match="status 77"):
        ts.Token.__new__(ts.Token).__setstate__(
            (1, 77, 0, [(0, 0)] * 3, [], 0, False))


def test_what_a_step_says_travels(pipeline, sequence, row):
    told = pickle.loads(pickle.dumps(pipeline.explain(row, sequence)))
    assert repr(told) == repr(pipeline.explain(row, sequence))
    with pytest.raises(ts.RowError) as error:
        pipeline.sample(row * np.nan, sequence)
    assert pickle.loads(pickle.dumps(error.value)).status == "nan"


def test_a_sequence_is_no_key_and_may_be_watched(sequence):
    with pytest.raises(TypeError, match="unhashable"):
        hash(sequence)
    assert weakref.ref(sequence)() is sequence


def test_objects_that_were_never_made():
    for kind in (ts.Sequence, ts.Token, ts.Distribution, ts.Tokens):
        with pytest.raises(TypeError):
            kind()
        hollow = kind.__new__(kind)
        with pytest.warns(RuntimeWarning), pytest.raises(TypeError):
            len(hollow) if kind is not ts.Token else int(hollow)


@pytest.mark.skipif(
    "asan" in os.environ.get("LD_PRELOAD", ""),
    reason="AddressSanitizer's own allocator is not to be forked meanwhile")
def test_a_fork_may_come_while_threads_sample():
    """multiprocessing forks: a child must not find a lock that nobody opens."""
    pipeline = ts.Pipeline("balanced", 100)
    row = make_row(0, 100)
    sequence = pipeline.sequence(seed=1)
    want = pipeline.sample(row, sequence).id
    over = threading.Event()

    def busy():
        while not over.is_set():
            pipeline.sample(row, sequence)

    threads = [threading.Thread(target=busy) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(25):
            child = os.fork()
            if child == 0:
                os._exit(pipeline.sample(row, sequence).id != want)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_a_child_has_threads_of_its_own():
    """Those that stand by for batches stay with the parent."""
    pipeline = ts.Pipeline("balanced", 100)
    rows = np.stack([make_row(i, 100) for i in range(9)])
    sequences = [pipeline.sequence(seed=1, stream=i) for i in range(9)]

    def draw():
        return pipeline.sample_batch(rows, sequences, threads=3).ids.tolist()

    want = draw()
    for _ in range(5):
        child = os.fork()
        if child == 0:
            os._exit(not draw() == draw() == want)
        assert os.waitpid(child, 0)[1] == 0
        assert draw() == want


def drawn_by_a_worker(arguments):
    pipeline, sequence, row = arguments
    return pipeline.sample(row, sequence)


@pytest.mark.parametrize("way", ["fork", "spawn"])
def test_workers_draw_what_is_accepted_here(way):
    pipeline, row = ts.Pipeline(MIROSTAT, V), make_row()
    sequence = pipeline.sequence(seed=1)
    with multiprocessing.get_context(way).Pool(1) as pool:
        token = pool.map(drawn_by_a_worker, [(pipeline, sequence, row)])[0]
    assert token == pipeline.sample(row, sequence)
    sequence.accept(token)


INTERPRETERS = """
import sys
try:
    import _interpreters as interpreters
except ImportError:
    try:
        import _xxsubinterpreters as interpreters
    except ImportError:
        sys.exit(0)
import token_sampler
code = '''
try:
    import token_sampler._core
    print("loaded twice")
except ImportError as error:
    print(error.__cause__ or error)
'''
try:
    other = interpreters.create("legacy")
except TypeError:
    other = interpreters.create()
run = getattr(interpreters, "run_string", None) or interpreters.exec
run(other, code)
print(token_sampler.Pipeline("greedy", 9).vocab_size)
"""


def test_a_second_interpreter_is_refused():
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", INTERPRETERS],
                         capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    if run.stdout:
        told, own = run.stdout.splitlines()
        assert "interpreter" in told and "twice" not in told, told
        assert own == "9" and "already registered" not in run.stderr


def test_adapters_are_imported_when_asked_for():
    program = """
import sys
import token_sampler as ts
assert "token_sampler.llama_cpp" not in sys.modules
assert ts.llama_cpp.processors.__module__ == "token_sampler.llama_cpp"
try:
    ts.nothing
except AttributeError as error:
    print(error)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True,
                         text=True)
    assert "no attribute 'nothing'" in run.stdout, run.stderr
