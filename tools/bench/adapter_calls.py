#!/usr/bin/env python3
"""What a token costs through an adapter, beside the engine's own sampling.

    adapter_calls.py transformers|mlx-lm|vllm

The same rows, temperature 0.8, top_k 40 and top_p 0.95, both ways in turn; the
least of 40 rounds of 16 rows, in microseconds a row. A row is 49,152 Gaussian
logits in float32.
"""

import json
import sys
import time
from types import SimpleNamespace

import numpy as np
import token_sampler as ts

V, ROWS, ROUNDS = 49_152, 16, 40
CONFIG = {"version": 1, "stages": [
    {"type": "temperature", "temperature": 0.8}, {"type": "top_k", "k": 40},
    {"type": "top_p", "p": 0.95}, {"type": "categorical"}]}


def rows_of_numpy() -> np.ndarray:
    random = np.random.default_rng(1)
    return random.normal(0, 3, (ROWS, V)).astype(np.float32)


def least(ways: dict) -> dict:
    """Of each way, what a row takes at best; the ways take turns."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(ROUNDS):
        for name, way in ways.items():
            begin = time.perf_counter()
            way()
            taken = (time.perf_counter() - begin) / ROWS * 1e6
            best[name] = min(best[name], taken)
    return {name: round(taken, 1) for name, taken in best.items()}


def in_transformers() -> dict:
    import torch
    import transformers
    from token_sampler.transformers import SamplerProcessor

    torch.set_num_threads(1)
    rows = torch.from_numpy(rows_of_numpy())
    warpers = transformers.LogitsProcessorList([
        transformers.TemperatureLogitsWarper(0.8),
        transformers.TopKLogitsWarper(40), transformers.TopPLogitsWarper(0.95)])
    pipeline = ts.Pipeline(CONFIG, V)

    def through(processor):
        text = torch.tensor([[1, 2]])
        for row in rows:
            scores = processor(text, row[None])
            probs = torch.softmax(scores, -1)
            token = torch.multinomial(probs, 1)
            text = torch.cat([text, token], -1)

    return least({
        "its own": lambda: through(warpers),
        "this": lambda: through(SamplerProcessor(pipeline, seed=1)),
        # What generate does with any row.
        "softmax and draw alone": lambda: through(lambda _, scores: scores)})


def in_mlx_lm() -> dict:
    import mlx.core as mx
    from mlx_lm.sample_utils import make_sampler
    from token_sampler import mlx_lm

    rows = [mx.array(row[None]) for row in rows_of_numpy()]
    own = make_sampler(temp=0.8, top_k=40, top_p=0.95)
    pipeline = ts.Pipeline(CONFIG, V)

    def through(sampler):
        for row in rows:
            mx.eval(sampler(row))

    return least({"its own": lambda: through(own),
                  "this": lambda: through(mlx_lm.Sampler(pipeline, seed=1))})


def in_vllm() -> dict:
    """A batch of 16, as vLLM's sampler module draws it on the CPU."""
    import torch
    import vllm._C  # noqa: F401
    from token_sampler.vllm import SamplerLogitsProcessor, extra_args
    from vllm.v1.sample.logits_processor import BatchUpdate
    from vllm.v1.sample.ops.topk_topp_sampler import apply_top_k_top_p

    torch.set_num_threads(1)
    rows = torch.from_numpy(rows_of_numpy())
    k, p = torch.full((ROWS,), 40), torch.full((ROWS,), 0.95)
    model = SimpleNamespace(get_vocab_size=lambda: V)
    processor = SamplerLogitsProcessor(
        SimpleNamespace(model_config=model), torch.device("cpu"), False)
    outputs = [[] for _ in range(ROWS)]
    params = SimpleNamespace(extra_args=extra_args(CONFIG, seed=1))
    processor.update_state(BatchUpdate(
        batch_size=ROWS, removed=[], moved=[],
        added=[(i, params, [1], outputs[i]) for i in range(ROWS)]))

    def draw(logits):
        seeds = torch.randint(0, 2**31, (ROWS,))
        return torch.ops._C.fused_gumbel_argmax(logits, seeds)

    def ours():
        tokens = draw(processor.apply(rows.clone()))
        for output, token in zip(outputs, tokens.tolist()):
            output.append(token)

    return least({
        "its own": lambda: draw(apply_top_k_top_p(rows / 0.8, k, p)),
        "this": ours})


ENGINES = {"transformers": in_transformers, "mlx-lm": in_mlx_lm,
           "vllm": in_vllm}


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] not in ENGINES:
        print(f"adapter_calls.py: want one of {', '.join(ENGINES)}",
              file=sys.stderr)
        return 2
    print(json.dumps({sys.argv[1]: ENGINES[sys.argv[1]]()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
