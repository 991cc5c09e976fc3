#!/usr/bin/env python3
"""A step from Python beside the usual ways to sample there, on one thread.

    PYTHONPATH=.../sampler/python python3 tools/bench/peers.py --json FILE

Each way gets the same rows in turn and ends with one token of each. What is not
installed (torch, transformers, vllm) is left out. The runs are interleaved: in
each, every way takes its turn at every case, so that what slows the machine
down for a while slows all of them. peers.sh makes an environment that has
everything; report.py makes the table and the picture of FILE.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import json
import pathlib
import platform
import statistics
import sys
import time

import numpy as np

import token_sampler as ts

HERE = pathlib.Path(__file__).resolve().parent
REAL_ROWS = HERE.parent.parent / "tests" / "data" / "story-f16.safetensors"
TOKENS = 151_936
TEMPERATURE = 0.8
TOP_K = 40
TOP_P = 0.95
SECONDS = 0.08  # At least, of a way in a run.
LEAST_CALLS = 3

# By name, what is asked of every way, for people and as a config.
CHAINS = {
    "short": (
        f"temperature {TEMPERATURE}, top_k {TOP_K}, top_p {TOP_P}, draw",
        [{"type": "temperature", "temperature": TEMPERATURE},
         {"type": "top_k", "k": TOP_K}, {"type": "top_p", "p": TOP_P},
         {"type": "categorical"}],
    ),
    "top_p": (
        f"top_p {TOP_P}, draw",
        [{"type": "top_p", "p": TOP_P}, {"type": "categorical"}],
    ),
    "temperature": (
        f"temperature {TEMPERATURE}, draw",
        [{"type": "temperature", "temperature": TEMPERATURE},
         {"type": "categorical"}],
    ),
    "greedy": ("the largest logit", [{"type": "greedy"}]),
}


# ---- Rows -------------------------------------------------------------------


def real_rows() -> np.ndarray:
    """The logits of a model that the tests bring, as f32."""
    data = REAL_ROWS.read_bytes()
    size = int.from_bytes(data[:8], "little")
    about = json.loads(data[8 : 8 + size])["logits"]
    if about["dtype"] != "F16":
        sys.exit(f"{REAL_ROWS}: got logits of {about['dtype']}, want F16")
    begin, end = about["data_offsets"]
    values = np.frombuffer(data[8 + size + begin : 8 + size + end], np.float16)
    return values.reshape(about["shape"]).astype(np.float32)


def rows_by_shape() -> dict[str, np.ndarray]:
    """Sixteen rows of each shape, the same on every machine."""
    random = np.random.default_rng(1)
    count = 16
    gaussian = random.normal(-2, 2.2, (count, TOKENS)).astype(np.float32)
    peaked = gaussian.copy()
    peaked[np.arange(count), random.integers(TOKENS, size=count)] = 25
    ranks = np.arange(1, TOKENS + 1, dtype=np.float32)
    zipf = np.stack([random.permutation(-np.log(ranks)) for _ in range(count)])
    zipf += random.uniform(-0.05, 0.05, zipf.shape).astype(np.float32)
    return {
        "peaked": peaked,
        "gaussian": gaussian,
        "zipf": zipf.astype(np.float32),
        "real": real_rows()[:count],
    }


# ---- Ways -------------------------------------------------------------------


def ours(size: int) -> dict:
    """{chain: function of a row, which returns a token}"""

    def of(stages):
        pipeline = ts.Pipeline({"version": 1, "stages": stages}, size)
        sequence = pipeline.sequence(seed=1)
        return lambda row: pipeline.sample(row, sequence).id

    return {name: of(stages) for name, (_, stages) in CHAINS.items()}


def with_numpy() -> dict:
    random = np.random.default_rng(2)

    def weights(logits, temperature=1.0):
        p = np.exp((logits - logits.max()) / temperature)
        return p / p.sum()

    def draw(p) -> int:
        return int(np.searchsorted(np.cumsum(p), random.random() * p.sum()))

    def nucleus(order, p):
        # Up to the token that reaches it.
        last = int(np.searchsorted(np.cumsum(p), TOP_P * p.sum())) + 1
        return order[draw(p[:last])]

    def short(row):
        best = np.argpartition(row, -TOP_K)[-TOP_K:]
        best = best[np.argsort(-row[best])]
        return nucleus(best, weights(row[best], TEMPERATURE))

    def top_p(row):
        order = np.argsort(-row)
        return nucleus(order, weights(row[order]))

    return {
        "short": short,
        "top_p": top_p,
        "temperature": lambda row: draw(weights(row, TEMPERATURE)),
        "greedy": lambda row: int(np.argmax(row)),
    }


def with_torch(torch) -> dict:
    def nucleus(values, order):
        p = torch.softmax(values, -1)
        p[torch.cumsum(p, -1) - p > TOP_P] = 0
        return int(order[torch.multinomial(p, 1)])

    def top_p(row):
        values, order = torch.sort(torch.from_numpy(row), descending=True)
        return nucleus(values, order)

    def short(row):
        values, order = torch.topk(torch.from_numpy(row), TOP_K)
        return nucleus(values / TEMPERATURE, order)

    def temperature(row):
        p = torch.softmax(torch.from_numpy(row) / TEMPERATURE, -1)
        return int(torch.multinomial(p, 1))

    return {
        "short": short,
        "top_p": top_p,
        "temperature": temperature,
        "greedy": lambda row: int(torch.argmax(torch.from_numpy(row))),
    }


def with_transformers(torch, transformers) -> dict:
    ids = torch.zeros(1, 1, dtype=torch.int64)

    def of(*warpers):
        chain = transformers.LogitsProcessorList(warpers)

        def sample(row):
            scores = chain(ids, torch.from_numpy(row)[None])
            return int(torch.multinomial(torch.softmax(scores, -1), 1))

        return sample

    temperature = transformers.TemperatureLogitsWarper(TEMPERATURE)
    top_p = transformers.TopPLogitsWarper(TOP_P)
    return {
        "short": of(temperature, transformers.TopKLogitsWarper(TOP_K), top_p),
        "top_p": of(top_p),
        "temperature": of(temperature),
    }


def with_vllm(torch, sampler) -> dict:
    p = torch.tensor([TOP_P])

    def of(temperature, top_k, top_p):
        k = None if top_k is None else torch.tensor([top_k])

        def sample(row):
            # Sampling writes into the logits.
            logits = torch.from_numpy(row)[None] / temperature
            return int(sampler.forward_cpu(logits, {}, k, top_p)[0])

        return sample

    return {
        "short": of(TEMPERATURE, TOP_K, p),
        "top_p": of(1.0, None, p),
        "temperature": of(TEMPERATURE, None, None),
    }


def ways(size: int) -> dict[str, dict]:
    """{who: {chain: function}}"""
    found = {"token_sampler": ours(size), "numpy": with_numpy()}
    try:
        import torch
    except ImportError:
        return found
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    found["torch"] = with_torch(torch)
    try:
        import transformers
    except ImportError:
        pass
    else:
        found["transformers"] = with_transformers(torch, transformers)
    try:
        from vllm.platforms import current_platform
        from vllm.v1.sample.ops.topk_topp_sampler import TopKTopPSampler
    except ImportError:
        pass
    else:
        current_platform.import_kernels()
        found["vllm"] = with_vllm(torch, TopKTopPSampler())
    return found


# ---- Measuring --------------------------------------------------------------


def microseconds(function, rows) -> float:
    """The median call, on rows in turn.

    Of the thread's own time: on a busy machine a call of milliseconds loses
    turns of the processor that one of microseconds does not.
    """
    function(rows[0])
    times = []
    begin = time.thread_time()
    while len(times) < LEAST_CALLS or time.thread_time() - begin < SECONDS:
        row = rows[len(times) % len(rows)]
        before = time.thread_time()
        function(row)
        times.append(time.thread_time() - before)
    return 1e6 * statistics.median(times)


def measure(runs: int) -> list[dict]:
    shapes = rows_by_shape()
    by_size = {rows.shape[1]: ways(rows.shape[1]) for rows in shapes.values()}
    cases = []
    for chain in CHAINS:
        for shape, rows in shapes.items():
            size = rows.shape[1]
            functions = {who: chains[chain]
                         for who, chains in by_size[size].items()
                         if chain in chains}
            cases.append(({"chain": chain, "rows": shape, "tokens": size,
                           "us": {who: [] for who in functions}},
                          functions, [rows[i].copy() for i in range(len(rows))]))
    for run in range(runs):
        print(f"run {run + 1} of {runs}", file=sys.stderr)
        for case, functions, rows in cases:
            for who, function in functions.items():
                case["us"][who].append(round(microseconds(function, rows), 2))
    return [case for case, _, _ in cases]


def version(package: str) -> str | None:
    for name in (package, f"{package}-cpu"):
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    if arguments.runs < 1:
        parser.error(f"--runs: got {arguments.runs}, want at least 1")
    cases = measure(arguments.runs)
    packages = [*cases[0]["us"]][1:]
    head = {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"),
        "command": "tools/bench/peers.sh NAME",
        "versions": {"python": platform.python_version(),
                     **{name: version(name) for name in packages}},
        "chains": {name: label for name, (label, _) in CHAINS.items()},
    }
    text = json.dumps(head, indent=1)[:-2] + ',\n "cases": [\n'
    text += ",\n".join("  " + json.dumps(case) for case in cases) + "\n ]\n}\n"
    json.loads(text)
    arguments.json.write_text(text)


if __name__ == "__main__":
    main()
