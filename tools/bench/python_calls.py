#!/usr/bin/env python3
"""What a call from Python costs beside the same steps in C++.

    PYTHONPATH=build/.../sampler/python python3 tools/bench/python_calls.py

A batch of B rows is one call and B steps of C++; B calls of `sample` are the
same steps, each with its call. The difference, divided by B, is the price of a
call. Torch is measured where it is installed, and with it the usual ways to
sample there: sort-based top-k and top-p, and transformers' warpers, each with
torch.multinomial.
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


def others(size: int, runs: int) -> None:
    """One row: temperature 0.8, top_k 40, top_p 0.95, a draw."""
    config = {"version": 1, "stages": [
        {"type": "temperature", "temperature": 0.8}, {"type": "top_k", "k": 40},
        {"type": "top_p", "p": 0.95}, {"type": "categorical"}]}
    pipeline = ts.Pipeline(config, size)
    sequence = pipeline.sequence(seed=1)
    row = rows_of(size)[0]
    found = {"token_sampler": lambda: pipeline.sample(row, sequence)}
    random = np.random.default_rng(1)

    def with_numpy():
        order = np.argsort(-row)[:40]
        p = np.exp((row[order] - row[order[0]]).astype(np.float64) / 0.8)
        p /= p.sum()
        keep = np.cumsum(p) - p < 0.95
        p = np.where(keep, p, 0)
        return order[random.choice(40, p=p / p.sum())]

    found["numpy, argsort"] = with_numpy
    try:
        import torch
    except ImportError:
        torch = None
    if torch is not None:
        tensor = torch.from_numpy(row)[None]

        def with_torch():
            logits, order = torch.sort(tensor / 0.8, descending=True)
            logits[:, 40:] = -torch.inf
            p = torch.softmax(logits, -1)
            p[torch.cumsum(p, -1) - p > 0.95] = 0
            return order.gather(1, torch.multinomial(p, 1))

        found["torch, sort"] = with_torch
        try:
            from transformers import (
                LogitsProcessorList, TemperatureLogitsWarper, TopKLogitsWarper,
                TopPLogitsWarper,
            )
        except ImportError:
            pass
        else:
            warpers = LogitsProcessorList([
                TemperatureLogitsWarper(0.8), TopKLogitsWarper(40),
                TopPLogitsWarper(0.95)])
            ids = torch.zeros(1, 1, dtype=torch.int64)
            found["transformers, warpers"] = lambda: torch.multinomial(
                torch.softmax(warpers(ids, tensor), -1), 1
            )
    for name, function in found.items():
        print(f"{size:>8} {name:<24} {microseconds(function, 20 * runs):>9.1f} us")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    print("       V chain     rows           C++ us  2 threads    Python    over")
    for size in (32_000, 151_936):
        calls(size, runs)
    for size in (32_000, 151_936):
        others(size, runs)


if __name__ == "__main__":
    main()
