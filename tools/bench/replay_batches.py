#!/usr/bin/env python3
"""Rows a second of one core: replay_batches beside the tool's replay.

    PYTHONPATH=build/.../sampler/python python3 tools/bench/replay_batches.py \\
        --tool build/.../tools/sampler

A log of random rows is replayed by the tool with one thread, by ts.replay, and
by ts.replay_batches in one and two processes. Times are of the processor, so
that others on the machine do not count; the last line says how much two
processes do in the time of the clock.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import token_sampler as ts


def make_log(path: Path, rows: int, size: int) -> None:
    """Texts of 64 rows, in bf16."""
    pipeline = ts.Pipeline("balanced", size)
    random = np.random.default_rng(1)
    table = random.normal(0, 3, (64, size)).astype(np.float32)
    with ts.Logger(path, size, dtype="bf16") as log:
        for i in range(rows // 64):
            text = pipeline.sequence(seed=1, stream=i, prompt=[1, 2, 3])
            log.prompt(i, text.prompt)
            log.describe(i, pipeline, text)
            for step in range(64):
                row = np.roll(table[step], i)
                token = pipeline.sample(row, text)
                log.append(i, row, token)
                text.accept(token)


def processor_time(who: int = resource.RUSAGE_SELF) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def by_tool(tool: str, path: Path) -> float:
    before = processor_time(resource.RUSAGE_CHILDREN)
    subprocess.run([tool, "replay", path, "--config", "balanced", "--threads",
                    "1", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    return processor_time(resource.RUSAGE_CHILDREN) - before


def timed(function) -> float:
    before = processor_time()
    function()
    return processor_time() - before


def replay_all(batches) -> int:
    done = 0
    for batch in ts.replay_batches(batches, "balanced", raw=False):
        done += batch.num_rows
    return done


def replay_shards(paths: list[str]) -> int:
    """A worker's part: it reads its own shards."""
    return sum(replay_all(pq.read_table(path).to_batches()) for path in paths)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool")
    parser.add_argument("--rows", type=int, default=1024)
    parser.add_argument("--vocabulary", type=int, default=151_936)
    options = parser.parse_args()
    rows = options.rows // 64 * 64
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.safetensors"
        make_log(path, rows, options.vocabulary)
        batches = list(ts.log_batches(path, rows=64))

        def say(name: str, seconds: float) -> None:
            print(f"{name:<34} {rows / seconds:9,.0f} rows a core second "
                  f"{1e6 * seconds / rows:8.1f} us a row", flush=True)

        replay_all(batches[:1])  # What is imported and made once.
        if options.tool:
            say("sampler replay", by_tool(options.tool, path))
        say("ts.replay", timed(lambda: ts.replay(path, raw=False)))
        say("ts.replay_batches", timed(lambda: replay_all(batches)))
        say("ts.replay_batches, with raw_*", timed(
            lambda: list(ts.replay_batches(batches, "balanced"))))
        shards = []
        for i, batch in enumerate(batches):
            shards.append(f"{folder}/{i}.parquet")
            pq.write_table(pa.Table.from_batches([batch]), shards[-1],
                           compression="none", use_dictionary=False)
        say("ts.replay_batches, from Parquet",
            timed(lambda: replay_shards(shards)))
        clock = {}
        for workers in (1, 2):
            with multiprocessing.Pool(workers) as pool:
                pool.map(replay_shards, [shards[:1]] * workers)  # They run.
                begin = time.perf_counter()
                pool.map(replay_shards, [shards[i::workers]
                                         for i in range(workers)])
                clock[workers] = time.perf_counter() - begin
        one, two = clock[1], clock[2]
        print(f"two processes: {one / two:.2f} times one")


if __name__ == "__main__":
    main()
