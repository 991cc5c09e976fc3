"""Replaying a log under a config: one row of a table per logged row."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from . import _core
from ._html import Texts
from ._replay_view import replay_html
from .logs import Log, open_log
from .pipeline import Pipeline


_ROWS_OF_A_PART = 256


class Replay:
    """Columns of a replay, as NumPy arrays: replay["token"], replay.columns.

    Also an Arrow stream (`__arrow_c_stream__`), so that pyarrow, Polars,
    DuckDB and pandas take it as it is. Columns:

        row, sequence, position    where the row stands
        status, token, logprob     what the pipeline draws from it
        kept, entropy              survivors, and their entropy in nats
        logged, logged_logprob     the logged token (-1: none)
        raw_*                      the same by the row as it came; NaN where the
                                   log holds only part of the row
    """

    def __init__(self, columns: dict[str, Any]) -> None:
        self.columns = columns

    def __getitem__(self, name: str):
        return self.columns[name]

    def __len__(self) -> int:
        return len(self.columns["row"])

    def to_arrow(self):
        """A pyarrow.Table; wants pyarrow."""
        import pyarrow

        return pyarrow.table(self.columns)

    def to_pandas(self):
        """A pandas.DataFrame; wants pandas."""
        import pandas

        return pandas.DataFrame(self.columns)

    def __arrow_c_stream__(self, requested_schema=None):
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def html(self, texts: Texts | None = None) -> str:
        """The picture that a notebook shows, with the tokens' texts: a list or
        mapping by id, or a function of an id."""
        return replay_html(self, texts)

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        drawn = int((self["token"] >= 0).sum())
        same = int((self["token"] == self["logged"]).sum())
        return f"Replay({len(self)} rows, {drawn} tokens, {same} as logged)"


def replay(
    log: Log | str | os.PathLike,
    config: Any = None,
    *,
    seed: int | None = None,
    raw: bool = True,
    threads: int = 1,
) -> Replay:
    """Draws every row of a log again, each given the logged tokens before it.

    Args:
        log: of open_log, or its path.
        config: as for Pipeline; None: those that the log tells.
        seed: of every sequence; None: what the log tells, else the config's,
            else 0. Sequence i has the stream that the log tells, else i.
        raw: also the columns of the rows as they came.
        threads: 1 or more, each with sequences of its own.

    The result does not depend on the number of threads. Ctrl-C ends it within
    some rows.
    """
    if not isinstance(log, Log):
        log = open_log(log)
    if threads < 1:
        raise ValueError(f"threads: got {threads}, want >= 1")
    pipelines = _pipelines(log, config)
    given_up = threading.Event()

    def run(index: int) -> list[dict[str, Any]]:
        logged = log.sequences[index]
        pipeline = pipelines[index]
        sequence = _start(pipeline, log, index, seed)
        parts = []
        # In parts, between which an interrupt is seen.
        for done in range(0, logged.rows, _ROWS_OF_A_PART):
            if given_up.is_set():
                break
            parts.append(_core._replay_sequence(
                pipeline, log._core, sequence, logged.first_row + done,
                min(_ROWS_OF_A_PART, logged.rows - done), raw
            ))
        return parts

    indices = range(len(log.sequences))
    if threads == 1:
        texts = [run(i) for i in indices]
    else:
        with ThreadPoolExecutor(threads) as pool:
            try:
                texts = list(pool.map(run, indices))
            except BaseException:
                given_up.set()
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return Replay(_places(log) | _joined([p for parts in texts for p in parts]))


def _pipelines(log: Log, config: Any) -> list[Pipeline]:
    """One for each sequence."""
    if config is not None:
        pipeline = (
            config
            if isinstance(config, Pipeline)
            else Pipeline(config, log.vocab_size)
        )
        return [pipeline] * len(log.sequences)
    told = [Pipeline(text, log.vocab_size) for text in log.configs]
    missing = [i for i, s in enumerate(log.sequences) if s.config in (None, -1)]
    if missing:
        raise ValueError(
            f"config: missing, and the log does not tell with which one its "
            f"sequence {missing[0]} was drawn"
        )
    return [told[s.config] for s in log.sequences if s.config is not None]


def _start(
    pipeline: Pipeline, log: Log, index: int, seed: int | None
) -> _core.Sequence:
    logged = log.sequences[index]
    chosen = seed if seed is not None else logged.seed
    if chosen is None:
        chosen = pipeline.config.get("seed", 0)
    sequence = pipeline.sequence(
        seed=chosen,
        stream=index if logged.stream is None else logged.stream,
        prompt=logged.prompt,
    )
    sequence.clock = logged.clock or 0
    return sequence


def _places(log: Log) -> dict[str, Any]:
    rows = np.arange(len(log))
    lengths = [s.rows for s in log.sequences]
    begins = np.repeat([s.first_row for s in log.sequences], lengths)
    logged = log.tokens
    return {
        "row": rows,
        "sequence": np.repeat(np.arange(len(lengths)), lengths),
        "position": rows - begins,
        "logged": np.full(len(log), -1, np.int32) if logged is None else logged,
    }


def _joined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    def join(name: str):
        columns = [part[name] for part in parts]
        if name == "status":
            return [status for column in columns for status in column]
        return np.concatenate(columns)

    return {name: join(name) for name in parts[0]}
