"""Pipeline: stages, compiled for one vocabulary size."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from . import _core
from ._configs import config_source
from ._html import Texts
from .explanation import Explanation


class Pipeline(_core._Pipeline):
    """Turns rows of logits into tokens. Immutable: any number of threads.

    Args:
        config: a preset's name ("balanced"; `ts.presets()` has all), a path, a
            dict {"version": 1, "stages": [...]}, JSON text, or a Pipeline.
        vocab_size: the width of every row, 1 to 2**20.

    Raises ValueError listing every problem of the config, each with line,
    column, JSON pointer, what was found and what is allowed.
    """

    def __init__(self, config: Any, vocab_size: int) -> None:
        text, file = config_source(config)
        try:
            super().__init__(text, vocab_size)
        except ValueError as error:
            if not file:
                raise
            raise ValueError(f"{file}: {error}") from None

    @property
    def config(self) -> dict[str, Any]:
        """The config as a dict: Pipeline(p.config, p.vocab_size) equals p."""
        return json.loads(self.config_json)

    def sample_batch(
        self,
        logits: _core.Rows,
        sequences: Iterable[_core.Sequence],
        *,
        threads: int = 1,
        mask: _core.Words | None = None,
        unconditional: _core.Rows | None = None,
        uniform: Iterable[float] | None = None,
        logprobs: int | None = None,
    ) -> _core.Tokens:
        """A token for each of B rows of this pipeline: ts.sample_batch."""
        return _core.sample_batch(
            self,
            logits,
            sequences,
            threads=threads,
            mask=mask,
            unconditional=unconditional,
            uniform=uniform,
            logprobs=logprobs,
        )

    def explain(
        self,
        logits: _core.Row,
        sequence: _core.Sequence,
        *,
        top: int = 20,
        tokens: _core.Ids | None = None,
        mask: _core.Words | None = None,
        unconditional: _core.Row | None = None,
        uniform: float | None = None,
        texts: Texts | None = None,
    ) -> Explanation:
        """What each stage met, kept and removed of one row.

        Args:
            top: how many of the likeliest raw tokens to follow, >= 0.
            tokens: ids to follow in any case.
            mask, unconditional, uniform: as for sample.
            texts: of the tokens, for the picture: a list or mapping by id, or
                a function of an id.

        A row without a token does not raise: explanation.status says why.
        """
        record = _core._explain(
            self,
            logits,
            sequence,
            top=top,
            tokens=tokens,
            mask=mask,
            unconditional=unconditional,
            uniform=uniform,
        )
        return Explanation(self.config, self.chain, record, int(top), texts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Pipeline):
            return NotImplemented
        return (self.vocab_size, self.config_json) == (
            other.vocab_size,
            other.config_json,
        )

    def __hash__(self) -> int:
        return hash((self.vocab_size, self.fingerprint))

    def __reduce__(self):
        return type(self), (self.config_json, self.vocab_size)

    def __repr__(self) -> str:
        return f"Pipeline({self.chain}, vocab_size={self.vocab_size})"
