"""ONNX Runtime GenAI: this sampler in a loop over its Generator.

    from token_sampler.ort_genai import generate

    tokens = generate(model, prompt_ids, "balanced", seed=42, max_tokens=64)

The engine's search would choose the token itself; here it is given a row in
which only the drawn token is finite, by `Generator.set_logits`, so that its own
bookkeeping (sequences, key-value cache, end of the text) goes on as it does.
Row i of a batch has the stream `stream + i`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import onnxruntime_genai as og

from . import _adapters, _core
from .logging import Logger
from .pipeline import Pipeline


class Sampler:
    """Draws the tokens of one Generator.

    Args:
        generator: to which the prompts have been appended.
        prompts: what was appended, one list of ids a row.
        seed: 0 to 2**64 - 1; None: the config's, else one from the system. A
            list has one for each row.
        stream: of the first row; row i has stream + i. With a list of seeds all
            rows have that stream.
        log: a Logger that gets every row with its token; sequence i is row i.

    The generator's search options should be those of a greedy search without
    penalties (its defaults): `search_options` has them.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        generator: og.Generator,
        prompts: Sequence[Sequence[int]],
        *,
        seed: _adapters.Seed = None,
        stream: int = 0,
        log: Logger | None = None,
    ) -> None:
        self.pipeline = pipeline
        self.generator = generator
        self._log = log
        self.sequences = _adapters.begin(pipeline, prompts, seed=seed,
                                         stream=stream, log=log)

    def step(self) -> _core.Tokens:
        """Draws a token for every row, and has the generator take it.

        Raises RowError for a row without a token; nothing has moved then.
        """
        logits = self.generator.get_logits()
        rows = np.ascontiguousarray(logits.reshape(len(self.sequences), -1))
        tokens = _adapters.draw(self.pipeline, rows, self.sequences,
                                log=self._log)
        chosen = np.full(logits.shape, -np.inf, np.float32)
        for i, token in enumerate(tokens):
            chosen[i, -1, token.id] = 0.0
        self.generator.set_logits(chosen)
        self.generator.generate_next_token()
        tokens.accept(self.sequences)
        return tokens


def search_options(rows: int, length: int) -> dict[str, Any]:
    """Of a search that takes the one finite token of each row."""
    return {"do_sample": False, "num_beams": 1, "repetition_penalty": 1.0,
            "min_length": 0, "max_length": length, "batch_size": rows}


def stream(model: og.Model, prompt: Sequence[int], config: Any, *,
           max_tokens: int, vocab_size: int | None = None,
           **options) -> Iterator[int]:
    """The tokens of one text, as they are drawn.

    Args:
        config: a Pipeline, or what Pipeline takes.
        max_tokens: the text ends there, or where the model ends it.
        vocab_size: None: as wide as the model's rows.
        options: of Sampler: seed, stream, log.
    """
    params = og.GeneratorParams(model)
    params.set_search_options(**search_options(1, len(prompt) + max_tokens))
    generator = og.Generator(model, params)
    generator.append_tokens(np.array([prompt], np.int32))
    if not isinstance(config, Pipeline):
        width = generator.get_logits().shape[-1]
        config = Pipeline(config, vocab_size or width)
    sampler = Sampler(config, generator, [prompt], **options)
    for _ in range(max_tokens):
        yield int(sampler.step().ids[0])
        if generator.is_done():
            return


def generate(model: og.Model, prompt: Sequence[int], config: Any,
             **options) -> list[int]:
    """The tokens of `stream` as a list."""
    return list(stream(model, prompt, config, **options))
