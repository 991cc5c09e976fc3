"""mlx-lm on the CPU: generate_step with make_sampler, make_logits_processors.

The rows are what the first logits processor gets, and what the sampler hands to
its categorical draw.
"""

import importlib.metadata
import inspect

import mlx.core as mx
import numpy as np
from mlx_lm import load, sample_utils
from mlx_lm.generate import generate_step

ROWS_A_SEED = 100


class Engine:
    runtime = "mlx-lm"

    def __init__(self, model: str) -> None:
        mx.set_default_device(mx.cpu)
        self.model, _ = load(model)
        self.raw, self.processed = [], []
        draw = sample_utils.categorical_sampling

        def recorded(logits, temperature):
            self.processed[-1] = np.array(
                (logits * (1.0 / temperature)).astype(mx.float32))[0]
            return draw(logits, temperature)

        self._recorded, self._draw = recorded, draw

    def facts(self):
        version = importlib.metadata.version
        return {"versions": {"mlx-lm": version("mlx-lm"),
                             "mlx": version("mlx")},
                "roundings": 6, "logprob_of": "none"}

    def _record(self, _, logits):
        self.raw.append(np.array(logits.astype(mx.float32))[0])
        self.processed.append(None)
        return logits

    def text(self, request, prompt, seed, count):
        mx.random.seed(seed)
        self.raw, self.processed = [], []
        sampler, processors = _parts(request)
        sample_utils.categorical_sampling = self._recorded
        try:
            tokens = [int(token) for token, _ in generate_step(
                mx.array(prompt), self.model, max_tokens=count,
                sampler=sampler, logits_processors=[self._record, *processors])]
        finally:
            sample_utils.categorical_sampling = self._draw
        return [(raw, processed, token, None) for raw, processed, token in
                zip(self.raw, self.processed, tokens)]

    def draws(self, request, prompt, count):
        """The model runs once; its row goes through the engine's functions."""
        raw = self.text(request, prompt, 1, 1)[0][0]
        sampler, processors = _parts(request)
        # A coin of xtc is one for a whole batch: its draws are made alone.
        batch = 1 if request.get("xtc_probability") else ROWS_A_SEED
        tokens = []
        for seed in range(count // ROWS_A_SEED):
            mx.random.seed(1000 + seed)
            for _ in range(ROWS_A_SEED // batch):
                logits = mx.array(np.broadcast_to(raw, (batch, len(raw))))
                for processor in processors:
                    logits = processor(mx.array(prompt), logits)
                logprobs = logits - mx.logsumexp(logits, axis=-1,
                                                 keepdims=True)
                tokens += sampler(logprobs).tolist()
        how = f"{count // ROWS_A_SEED} seeds of {ROWS_A_SEED} draws"
        return np.array(tokens), None, how

    def close(self):
        pass


def _parts(request):
    """(sampler, processors) of the fields that each takes."""
    def of(function):
        known = inspect.signature(function).parameters
        return {k: v for k, v in request.items() if k in known}

    options = of(sample_utils.make_logits_processors)
    if "logit_bias" in options:
        bias = {int(k): v for k, v in options["logit_bias"].items()}
        options["logit_bias"] = bias
    return (sample_utils.make_sampler(**of(sample_utils.make_sampler)),
            sample_utils.make_logits_processors(**options))
