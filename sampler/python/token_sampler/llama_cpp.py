"""llama-cpp-python: this sampler as a logits processor of `Llama`.

    from token_sampler.llama_cpp import processors

    llm.create_completion(prompt, **processors("balanced", llm, seed=42))

The processor draws the token and leaves only that one finite, so that
whatever sampler comes after it takes it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .logging import Logger
from .pipeline import Pipeline


class SamplerProcessor:
    """A callable: (input_ids [n], scores [V]) to scores [V].

    The text is what `Llama` hands over. A processor belongs to one completion.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        *,
        seed: int | None = None,
        stream: int = 0,
        log: Logger | None = None,
    ) -> None:
        self.pipeline = pipeline
        self.sequence = None
        self._seed, self._stream, self._log = seed, stream, log
        self._last = None

    def __call__(self, input_ids, scores) -> np.ndarray:
        text = np.asarray(input_ids, np.int32)
        self._follow(text)
        row = np.ascontiguousarray(scores)
        token = self.pipeline.sample(row, self.sequence)
        if self._log is not None:
            self._log.append(0, row, token, sequence=self.sequence)
        self._last = token
        chosen = np.full_like(row, -np.inf)
        chosen[token.id] = 0.0
        return chosen

    def _follow(self, text: np.ndarray) -> None:
        if self.sequence is None:
            self.sequence = self.pipeline.sequence(
                seed=self._seed, stream=self._stream, prompt=text
            )
            if self._log is not None:
                self._log.prompt(0, text)
                self._log.describe(0, self.pipeline, self.sequence)
            return
        before = self.sequence.tokens
        if len(text) != len(before) + 1 or (text[:-1] != before).any():
            raise ValueError(
                "input_ids: is not the text so far and one token: a processor "
                "belongs to one completion"
            )
        self.sequence.accept(self._last, as_id=int(text[-1]))


class _Processors(list):
    """Releases of llama-cpp-python differ: some go through the list, others call
    it (its own LogitsProcessorList is both)."""

    def __call__(self, input_ids, scores) -> np.ndarray:
        for processor in self:
            scores = processor(input_ids, scores)
        return scores


def processors(config: Any, llm=None, *, vocab_size: int | None = None,
               **options) -> dict[str, Any]:
    """What `Llama.create_completion` is given so that this sampler draws.

    Args:
        config: a Pipeline, or what Pipeline takes.
        llm: whose n_vocab() is the vocabulary size; or give vocab_size.
        options: seed, stream, log.
    """
    if not isinstance(config, Pipeline):
        if vocab_size is None and llm is None:
            raise ValueError("vocab_size: missing, and no model to ask")
        size = llm.n_vocab() if vocab_size is None else vocab_size
        config = Pipeline(config, size)
    return {
        "logits_processor": _Processors([SamplerProcessor(config, **options)]),
        "temperature": 1.0,
        "top_k": 0,
        "top_p": 1.0,
        "min_p": 0.0,
        "typical_p": 1.0,
        "repeat_penalty": 1.0,
        "frequency_penalty": 0.0,
        "presence_penalty": 0.0,
    }
