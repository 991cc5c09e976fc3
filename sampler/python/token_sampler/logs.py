"""Reading logs of logits: safetensors, NumPy, llama.cpp's `_logits_`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from . import _core
from ._distribution_view import distribution_html
from ._html import Texts, view


@dataclass(frozen=True)
class LogSequence:
    """One text of a log: rows [first_row, first_row + rows)."""

    first_row: int
    rows: int
    prompt: np.ndarray  # int32
    seed: int | None  # With what it was drawn, where the log tells.
    stream: int | None
    clock: int | None
    config: int | None  # Index in Log.configs.


@dataclass(frozen=True)
class LogRow:
    """One row: logits [V] as float32 (float64 if the log is), exact."""

    logits: np.ndarray
    token: int | None  # The logged one.
    row: int
    sequence: int
    position: int
    mask: np.ndarray | None  # uint32 words, where the log has masks.
    attempt: int  # Of its draw: above 0 after a redraw.
    bans: np.ndarray  # Tokens that were banned at its place.

    def html(self, texts: Texts | None = None) -> str:
        """The picture that a notebook shows, with the tokens' texts: the row's
        likeliest tokens as bars, the logged one marked."""
        try:
            left = _core.raw(self.logits)
        except _core.RowError as error:
            return view(f"<p>row {self.row}: {escape(str(error))}</p>")
        place = f"row {self.row}, sequence {self.sequence}, "
        return distribution_html(
            left, texts, self.token, "logged",
            f"<p>{place}position {self.position}</p>")

    def _repr_html_(self) -> str:
        return self.html()


class Log:
    """An open log: len(log), log[i], iteration, tokens, sequences.

    Rows are read one by one; nothing of the file's size is held. Any number of
    threads may read.
    """

    def __init__(self, core: _core._Log) -> None:
        self._core = core
        facts = core.describe()
        self.format: str = facts["format"]
        self.dtype: str = facts["dtype"]
        self.vocab_size: int = facts["vocab_size"]
        self.top_k: bool = facts["top_k"]
        self.metadata: dict[str, str] = facts["metadata"]
        self.configs: list[str] = facts["configs"]
        self.notices: list[str] = facts["notices"]
        self.sequences = [LogSequence(**s) for s in facts["sequences"]]
        self.tokens: np.ndarray | None = core.tokens()
        self._has_masks: bool = facts["masks"]
        self._begins = [s.first_row for s in self.sequences]

    def __len__(self) -> int:
        return len(self._core)

    def __getitem__(self, index: int) -> LogRow:
        row = index + len(self) if index < 0 else index
        if not 0 <= row < len(self):
            raise IndexError(f"row: got {index}, want one of {len(self)}")
        sequence = int(np.searchsorted(self._begins, row, "right")) - 1
        token = None if self.tokens is None else int(self.tokens[row])
        return LogRow(
            logits=self._core.row(row),
            token=None if token == -1 else token,
            row=row,
            sequence=sequence,
            position=row - self._begins[sequence],
            mask=self._core.mask(row) if self._has_masks else None,
            attempt=self._core.attempt(row),
            bans=self._core.bans(row),
        )

    def __repr__(self) -> str:
        return (
            f"Log({self.format} {self.dtype}, {len(self)} rows x "
            f"{self.vocab_size}, {len(self.sequences)} sequences)"
        )


def open_log(
    path: str | os.PathLike,
    *,
    tensor: str = "",
    vocab_size: int | None = None,
    tokens_file: str | os.PathLike = "",
    allow_partial: bool = False,
) -> Log:
    """Opens a log by its content.

    Args:
        tensor: safetensors, which tensor holds the logits if several could.
        vocab_size: the row width, for raw arrays.
        tokens_file: token ids in a file of their own.
        allow_partial: offer the complete rows of a truncated file.

    Raises FileNotFoundError, ValueError (no log, a wrong shape), OSError (a
    truncated file); the message names the offset or field.
    """
    options: dict[str, Any] = {
        "tensor": tensor,
        "vocab_size": vocab_size,
        "tokens_file": os.fspath(tokens_file),
        "allow_partial": allow_partial,
    }
    return Log(_core._open_log(os.fspath(path), **options))
