#!/usr/bin/env python3
"""Batches from Python beside the same batches in C++ (batch-twin).

    PYTHONPATH=build/.../sampler/python \\
        python3 tools/bench/python_batches.py build/.../tools/bench/batch-twin

Both sample the same rows with the same seeds, in turn; each side's figure is
that of its fastest batch, and the tokens must be equal. Both builds must be of
one kind (Release). What else the machine does only adds: on a busy one, more
--rounds find the quiet moments.
"""

from __future__ import annotations

import argparse
import subprocess
import time

import numpy as np

import token_sampler as ts

CHAINS = ("greedy", "balanced", "neutral")


def rows_of(count: int, size: int) -> np.ndarray:
    random = np.random.default_rng(1)
    return random.normal(0, 3, (count, size)).astype(np.float32)


def in_cpp(twin, pipeline, rows, threads, runs):
    """(microseconds of the fastest batch, its tokens)"""
    told = subprocess.run(
        [twin, pipeline.config_json, str(pipeline.vocab_size), str(len(rows)),
         str(threads), str(runs)],
        input=rows.tobytes(), capture_output=True, check=True).stdout.split()
    return float(told[0]) / 1e3, [int(token) for token in told[1:]]


def in_python(pipeline, rows, sequences, threads, runs):
    best = float("inf")
    for _ in range(runs):
        begin = time.perf_counter()
        tokens = pipeline.sample_batch(rows, sequences, threads=threads)
        best = min(best, time.perf_counter() - begin)
    return 1e6 * best, tokens.ids.tolist()


def compare(arguments, chain: str, size: int, threads: int) -> None:
    rows = rows_of(arguments.rows, size)
    pipeline = ts.Pipeline(chain, size)
    sequences = [pipeline.sequence(seed=1, stream=i) for i in range(len(rows))]
    cpp = python = float("inf")
    for _ in range(arguments.rounds):
        one, drawn = in_cpp(arguments.twin, pipeline, rows, threads,
                            arguments.runs)
        two, same = in_python(pipeline, rows, sequences, threads,
                              arguments.runs)
        assert drawn == same, "C++ and Python draw different tokens"
        cpp, python = min(cpp, one), min(python, two)
    count = len(rows)
    print(f"{size:>8} {chain:<9} {threads:>7} {cpp / count:>9.2f} "
          f"{python / count:>9.2f} {100 * (python / cpp - 1):>+7.1f}%",
          flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("twin", help="the program batch-twin")
    parser.add_argument("--rows", type=int, default=64, help="of a batch")
    parser.add_argument("--runs", type=int, default=50, help="of a round")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print("us a row of a batch\n"
          "       V chain     threads       C++    Python     over")
    for size in (32_000, 151_936):
        for chain in CHAINS:
            for threads in (1, 2):
                compare(arguments, chain, size, threads)


if __name__ == "__main__":
    main()
