#!/usr/bin/env python3
"""What a call from Python costs beside the same steps in C++.

    PYTHONPATH=build/.../sampler/python python3 tools/bench/python_calls.py

A batch of B rows is one call and B steps of C++; B calls of `sample` are the
same steps, each with its call. The difference, divided by B, is the price of a
call. Torch is measured where it is installed. peers.py has other libraries'
steps.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

import token_sampler as ts

BATCH = 64
CHAINS = {
    "greedy": "greedy",
    "balanced": "balanced",
    "top_p": {"version": 1, "stages": [{"type": "top_p", "p": 0.95},
                                       {"type": "categorical"}]},
}


def microseconds(function, runs: int) -> float:
    """The least of `runs` runs: what else a machine does only adds."""
    function()
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        function()
        times.append(time.perf_counter() - begin)
    return 1e6 * min(times)


def rows_of(size: int) -> np.ndarray:
    random = np.random.default_rng(1)
    return random.normal(0, 3, (BATCH, size)).astype(np.float32)


def sources(rows: np.ndarray):
    """The same rows as each library holds them."""
    yield "numpy f32", rows
    yield "numpy f16", rows.astype(np.float16)
    try:
        import ml_dtypes

        yield "numpy bf16", rows.astype(ml_dtypes.bfloat16)
    except ImportError:
        pass
    try:
        import torch
    except ImportError:
        return
    tensor = torch.from_numpy(rows)
    yield "torch f32", tensor
    yield "torch bf16", tensor.to(torch.bfloat16)


def calls(size: int, runs: int) -> None:
    for chain, config in CHAINS.items():
        pipeline = ts.Pipeline(config, size)
        sequences = [pipeline.sequence(seed=1, stream=i) for i in range(BATCH)]
        for name, rows in sources(rows_of(size)):
            each = [rows[i] for i in range(BATCH)]

            def batch(threads):
                return lambda: pipeline.sample_batch(
                    rows, sequences, threads=threads
                )

            def alone():
                for row, sequence in zip(each, sequences):
                    pipeline.sample(row, sequence)

            cpp = microseconds(batch(1), runs) / BATCH
            two = microseconds(batch(2), runs) / BATCH
            python = microseconds(alone, runs) / BATCH
            print(f"{size:>8} {chain:<9} {name:<11} {cpp:>9.2f} {two:>9.2f} "
                  f"{python:>9.2f} {python - cpp:>7.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    print("       V chain     rows           C++ us  2 threads    Python    over")
    for size in (32_000, 151_936):
        calls(size, runs)


if __name__ == "__main__":
    main()
