"""vLLM (V1): this sampler as a logits processor of the engine.

    from token_sampler.vllm import SamplerLogitsProcessor, extra_args

    llm = LLM(model, logits_processors=[SamplerLogitsProcessor])
    params = SamplingParams(max_tokens=64, temperature=1.0,
                            extra_args=extra_args("balanced", seed=42))

Each request brings its config, seed and stream in `extra_args`; requests
without them are left alone. The processor draws the token of a row and leaves
only that one finite. A request's tokens are those that the pipeline draws alone
from the same rows, whatever shares its batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from vllm.v1.sample.logits_processor import (
    BatchUpdate,
    LogitsProcessor,
    MoveDirectionality,
)

from . import _core
from ._configs import config_text
from .pipeline import Pipeline

KEY = "token_sampler"
# Configs whose pipelines are kept; running requests hold theirs besides.
_KEPT = 64


def extra_args(config: Any, *, seed: int | None = None, stream: int = 0) -> dict:
    """For SamplingParams(extra_args=...)."""
    text = config.config_json if isinstance(config, Pipeline) else config_text(
        config
    )
    return {KEY: {"config": text, "seed": seed, "stream": stream}}


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
