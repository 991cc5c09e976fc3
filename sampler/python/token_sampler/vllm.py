"""vLLM (V1): this sampler as a logits processor of the engine.

    from token_sampler.vllm import SamplerLogitsProcessor, extra_args

    llm = LLM(model, logits_processors=[SamplerLogitsProcessor])
    params = SamplingParams(max_tokens=64, temperature=1.0,
                            extra_args=extra_args("balanced", seed=42))

Each request brings its config, seed and stream in `extra_args`; requests
without them are left alone. The processor draws the token of a row and leaves
only that one finite. A request's tokens are those that the pipeline draws alone
from the same rows, whatever shares its batch.

`log_output` logs the raw rows of what LLM.generate returned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from vllm.v1.sample.logits_processor import (
    BatchUpdate,
    LogitsProcessor,
    MoveDirectionality,
)

from . import _core
from ._configs import config_text
from .logging import Logger
from .pipeline import Pipeline

KEY = "token_sampler"
# Configs whose pipelines are kept; running requests hold theirs besides.
_KEPT = 64


def extra_args(config: Any, *, seed: int | None = None, stream: int = 0) -> dict:
    """For SamplingParams(extra_args=...)."""
    return {KEY: {"config": config_text(config), "seed": seed, "stream": stream}}


@dataclass
class _Request:
    pipeline: Pipeline
    sequence: _core.Sequence
    output: list[int]  # vLLM's own list, which grows as tokens are accepted.
    last: _core.Token | None = None

    def follow(self) -> None:
        """Brings the sequence to where vLLM's text is."""
        for token in self.output[self.sequence.position :]:
            if token >= 0 and self.last is None:
                self.sequence.accept_id(token)  # Before it came here.
                continue
            if self.last is None:
                raise RuntimeError("vLLM's text has a token that is not known")
            # A place that is not filled yet will hold what was left to vLLM.
            self.sequence.accept(self.last, as_id=token if token >= 0 else None)
            self.last = None


class SamplerLogitsProcessor(LogitsProcessor):
    """Follows the requests of a batch, and draws for those that ask for it."""

    @classmethod
    def validate_params(cls, params) -> None:
        asked = (params.extra_args or {}).get(KEY)
        if asked is not None:
            # A config that is none is told to who asked.
            Pipeline(asked["config"], 2**20)

    def __init__(self, vllm_config, device, is_pin_memory) -> None:
        self._vocab_size = vllm_config.model_config.get_vocab_size()
        self._pipeline = lru_cache(_KEPT)(
            lambda text: Pipeline(text, self._vocab_size)
        )
        self._requests: dict[int, _Request] = {}

    def is_argmax_invariant(self) -> bool:
        """Greedy requests too: their token is the pipeline's."""
        return False

    def update_state(self, batch_update: BatchUpdate | None) -> None:
        if batch_update is None:
            return
        for index in batch_update.removed:
            self._requests.pop(index, None)
        for index, params, prompt, output in batch_update.added:
            self._requests.pop(index, None)
            asked = (params.extra_args or {}).get(KEY)
            if asked is not None:
                self._requests[index] = self._begin(asked, prompt, output)
        for a, b, way in batch_update.moved:
            first = self._requests.pop(a, None)
            second = self._requests.pop(b, None)
            if first is not None:
                self._requests[b] = first
            if second is not None and way == MoveDirectionality.SWAP:
                self._requests[a] = second

    def apply(self, logits: torch.Tensor) -> torch.Tensor:
        if not self._requests:
            return logits
        indices = sorted(self._requests)
        requests = [self._requests[i] for i in indices]
        for request in requests:
            request.follow()
        rows = logits.detach().cpu()
        tokens = _core.sample_batch(
            [r.pipeline for r in requests],
            [rows[i, : self._vocab_size].contiguous() for i in indices],
            [r.sequence for r in requests],
        )
        for request, index, token in zip(requests, indices, tokens):
            if not token.ok:
                # Raises RowError, with what is wrong with this row.
                request.pipeline.sample(
                    rows[index, : self._vocab_size], request.sequence
                )
            request.last = token
            logits[index] = -torch.inf
            logits[index, token.id] = 0.0
        return logits

    def _begin(self, asked: dict, prompt, output: list[int]) -> _Request:
        pipeline = self._pipeline(asked["config"])
        sequence = pipeline.sequence(
            seed=asked["seed"], stream=asked["stream"], prompt=prompt or []
        )
        return _Request(pipeline, sequence, output)


def log_output(path, outputs: Iterable[Any], params: Any = None,
               **options) -> None:
    """Writes what LLM.generate returned to a log, a sequence for each text.

    Args:
        outputs: RequestOutputs of an LLM(logprobs_mode="raw_logits",
            max_logprobs=-1) and SamplingParams(logprobs=-1, detokenize=False).
        params: the SamplingParams that generate was given, one or one for each
            output: where their extra_args have a seed, the log says with what
            its texts were drawn, and a replay of it wants no option.
        options: of Logger: dtype, top_k, metadata, overwrite.

    Raises ValueError for outputs without whole rows.
    """
    outputs = list(outputs)
    each = params if isinstance(params, (list, tuple)) else [params] * len(outputs)
    if len(each) != len(outputs):
        raise ValueError(
            f"params: got {len(each)}, want one, or {len(outputs)} (one for "
            "each output)"
        )
    texts = [(output, asked, answer) for output, asked in zip(outputs, each)
             for answer in output.outputs if answer.token_ids]
    if not texts:
        raise ValueError("outputs: got no token, want at least one")
    size = len(next(rows_of(texts[0][2])))
    with Logger(path, size, **options) as log:
        for number, (output, asked, answer) in enumerate(texts):
            log.prompt(number, output.prompt_token_ids)
            _describe(log, number, asked, size, output.prompt_token_ids)
            for row, token in zip(rows_of(answer), answer.token_ids):
                log.append(number, row, token)


def _describe(log: Logger, number: int, params: Any, size: int, prompt) -> None:
    asked = (getattr(params, "extra_args", None) or {}).get(KEY)
    if asked is None:
        return
    pipeline = Pipeline(asked["config"], size)
    if asked["seed"] is None and "seed" not in pipeline.config:
        return  # One from the system, which only the engine's process knew.
    log.describe(number, pipeline, pipeline.sequence(
        seed=asked["seed"], stream=asked["stream"], prompt=prompt))


def rows_of(answer: Any) -> Iterator[np.ndarray]:
    """The whole rows of a CompletionOutput, float32 [V]."""
    told = answer.logprobs
    if told is None:
        raise ValueError("outputs: have no logprobs, want logprobs=-1")
    for step in _steps(told):
        ids = np.fromiter(step, np.int64, len(step))
        row = np.full(int(ids.max()) + 1, np.nan, np.float32)
        row[ids] = np.fromiter(step.values(), np.float32, len(step))
        if np.isnan(row).any():
            raise ValueError(
                f"outputs: have {len(step)} logprobs of a row of {len(row)}, "
                "want all: max_logprobs=-1 and logprobs=-1"
            )
        yield row


def _steps(told: Any) -> Iterator[dict[int, float]]:
    """Token to logit of each step, in whichever form vLLM tells them."""
    if hasattr(told, "start_indices"):  # flat_logprobs=True
        for begin, end in zip(told.start_indices, told.end_indices):
            yield dict(zip(told.token_ids[begin:end],
                           told.logprobs[begin:end]))
        return
    for step in told:
        yield {token: entry.logprob for token, entry in step.items()}
