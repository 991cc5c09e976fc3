"""mlx-lm: this sampler as the `sampler` of its generators.

    from token_sampler.mlx_lm import make_sampler

    for response in stream_generate(model, tokenizer, prompt,
                                    sampler=make_sampler("balanced", V, seed=42,
                                                         prompt=prompt_ids)):
        ...
"""

from __future__ import annotations

from typing import Any

import mlx.core as mx
import numpy as np

from .logging import Logger
from .pipeline import Pipeline


class Sampler:
    """A callable: log-probabilities [1, V] or [V] to a token array.

    It accepts every token that it draws: one sampler, one text. Rows reach it
    as mlx-lm normalises them, which moves every logit by one constant; a stage
    that minds that (repetition_penalty on logits) sees the normalised row.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        *,
        seed: int | None = None,
        stream: int = 0,
        prompt=None,
        log: Logger | None = None,
    ) -> None:
        self.pipeline = pipeline
        self.sequence = pipeline.sequence(seed=seed, stream=stream, prompt=prompt)
        self._log = log
        if log is not None:
            log.prompt(0, self.sequence.prompt)
            log.describe(0, pipeline, self.sequence)

    def __call__(self, logprobs: mx.array) -> mx.array:
        row = _row(logprobs)
        token = self.pipeline.sample(row, self.sequence)
        if self._log is not None:
            self._log.append(0, row, token, sequence=self.sequence)
        self.sequence.accept(token)
        return mx.array([token.id] if logprobs.ndim == 2 else token.id)


def make_sampler(config: Any, vocab_size: int | None = None, **options) -> Sampler:
    """A Sampler of a Pipeline, or of what Pipeline takes.

    Args:
        options: seed, stream, prompt (token ids), log.
    """
    if not isinstance(config, Pipeline):
        if vocab_size is None:
            raise ValueError("vocab_size: missing")
        config = Pipeline(config, vocab_size)
    return Sampler(config, **options)


def _row(values: mx.array) -> np.ndarray:
    """NumPy's view of a row; bf16, which NumPy has not, as float32, exactly."""
    if values.dtype == mx.bfloat16:
        values = values.astype(mx.float32)
    row = np.array(values, copy=None)
    return np.ascontiguousarray(row)
