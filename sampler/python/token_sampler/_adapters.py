"""What the adapters of engines that sample a batch share."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import Any

from . import _core
from .logging import Logger
from .pipeline import Pipeline

# One for all rows, or one for each.
Seed = int | Sequence[int] | None


def begin(
    pipeline: Pipeline,
    prompts: Iterable[Any],
    *,
    seed: Seed,
    stream: int,
    log: Logger | None,
) -> list[_core.Sequence]:
    """The sequences of a batch: row i has the one seed and the stream
    `stream + i`, which tells it from the others, or seed[i] and `stream`."""
    prompts = list(prompts)
    seeds = list(seed) if hasattr(seed, "__len__") else None
    if seeds is not None and len(seeds) != len(prompts):
        raise ValueError(
            f"seed: got {len(seeds)}, want one, or {len(prompts)} (one for each "
            "row)"
        )
    sequences: list[_core.Sequence] = []
    for i, prompt in enumerate(prompts):
        if seeds is not None:
            sequence = pipeline.sequence(seed=seeds[i], stream=stream,
                                         prompt=prompt)
        else:
            sequence = pipeline.sequence(seed=seed, stream=stream + i,
                                         prompt=prompt)
            seed = sequence.seed  # One for all, also where none was given.
        sequences.append(sequence)
        if log is not None:
            log.prompt(i, sequence.prompt)
            log.describe(i, pipeline, sequence)
    return sequences


def draw(
    pipeline: Pipeline,
    rows: Any,
    sequences: list[_core.Sequence],
    *,
    log: Logger | None,
    ended: Container[int] = (),
    logprobs: int | None = None,
) -> _core.Tokens:
    """The tokens of a batch, logged but for rows that have ended. Accepts nothing.

    Raises RowError for a row without a token; nothing was logged then.
    """
    tokens = pipeline.sample_batch(rows, sequences, logprobs=logprobs)
    if not tokens.ok:
        for row, sequence, token in zip(rows, sequences, tokens):
            if not token.ok:
                # Raises, with what is wrong with this row.
                pipeline.sample(row, sequence)
    if log is not None:
        for i, token in enumerate(tokens):
            if i not in ended:
                log.append(i, rows[i], token, sequence=sequences[i])
    return tokens
