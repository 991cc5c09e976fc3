"""Replaying rows from Arrow batches: a log of any size, on any number of workers.

    out = ts.replay_batches(batch, "balanced", seed=42)

Every row carries its text, so that the function keeps nothing: results do not
depend on how the rows are cut into batches, in which order they come, nor on
how many workers there are. `log_batches` makes such batches of a log.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._arrow_columns import Columns
from ._configs import config_text
from .logs import Log, open_log
from .pipeline import Pipeline

if TYPE_CHECKING:
    import pyarrow

# What is handed through where a batch has it.
_PLACES = ("row", "sequence", "position")
_RAW = ("raw_logprob", "raw_entropy", "logged_raw_logprob")


def replay_batches(
    batches: Any,
    config: Any,
    *,
    seed: int | None = None,
    dtype: str | None = None,
    vocab_size: int | None = None,
    raw: bool = True,
) -> Any:
    """Draws every row of Arrow batches again, each given its own text.

    Args:
        batches: a pyarrow RecordBatch or Table, a pandas DataFrame, or an
            iterable of these; the same comes back, batch by batch. Columns:

            logits   a list of V numbers (float, double, halffloat), or V
                     elements as binary; of one length in all rows
            ids      int32 lists: logits are those of these tokens alone, all
                     others are cut (a top-k log); wants vocab_size
            prompt   int32 lists; absent: empty
            prefix   int32 lists: the tokens between prompt and row
            token    int32, the logged one; null or -1: none
            seed     uint64: of the text; absent: `seed`
            stream   uint32; absent: the column sequence, else 0
            mask     uint32 lists, for a config with a stage `mask`
            row, sequence, position    handed through

        config: a preset's name, a path, a dict or JSON text. A config whose
            stages learn from earlier rows (mirostat, adaptive_p) is refused:
            a row alone cannot repeat them.
        seed: of rows without one; None: the config's, else 0.
        dtype: of binary logits: "f16", "bf16", "f32" or "f64".
        vocab_size: of rows with ids.
        raw: also the columns raw_*: NaN for rows with ids.

    Columns of the result: row, sequence, position where they came; token,
    logprob, kept, entropy, status, logged, logged_logprob, and raw_*.

    Raises ValueError that names the column, and the row in its batch.
    """
    import pyarrow as pa

    def run(batch: pyarrow.RecordBatch) -> pyarrow.RecordBatch:
        return _replay(batch, config, seed, dtype, vocab_size, raw)

    if isinstance(batches, pa.RecordBatch):
        return run(batches)
    if isinstance(batches, pa.Table):
        done = [run(part) for part in batches.to_batches()]
        schema = replay_schema(batches.schema, raw=raw)
        return pa.Table.from_batches(done, schema)
    if hasattr(batches, "columns") and hasattr(batches, "iloc"):
        table = pa.Table.from_pandas(batches, preserve_index=False)
        return replay_batches(
            table, config, seed=seed, dtype=dtype, vocab_size=vocab_size,
            raw=raw,
        ).to_pandas()
    if isinstance(batches, Iterable):
        return (
            replay_batches(batch, config, seed=seed, dtype=dtype,
                           vocab_size=vocab_size, raw=raw)
            for batch in batches
        )
    raise TypeError(
        f"batches: got {type(batches).__name__}, want a pyarrow RecordBatch or "
        "Table, a pandas DataFrame, or an iterable of them"
    )


def replay_schema(columns: Any, *, raw: bool = True) -> pyarrow.Schema:
    """The schema of the results for batches with these columns (a pyarrow
    schema or names)."""
    import pyarrow as pa

    names = getattr(columns, "names", columns)
    fields = [(name, pa.int64()) for name in _PLACES if name in names]
    fields += [
        ("token", pa.int32()),
        ("logprob", pa.float64()),
        ("kept", pa.int64()),
        ("entropy", pa.float64()),
        ("status", pa.string()),
        ("logged", pa.int32()),
        ("logged_logprob", pa.float64()),
    ]
    if raw:
        fields += [(name, pa.float64()) for name in _RAW]
    return pa.schema(fields)


def log_batches(
    log: Log | str | os.PathLike, *, rows: int = 256
) -> Iterator[pyarrow.RecordBatch]:
    """The rows of a log as batches for replay_batches, `rows` in each.

    Written to Parquet they are a log that every engine of tables reads. Logits
    are binary in the log's own type (the schema's metadata have it as
    `dtype`). ValueError for a row that was drawn anew or with bans: batches
    have no columns for those.
    """
    import pyarrow as pa

    if not isinstance(log, Log):
        log = open_log(log)
    if rows < 1:
        raise ValueError(f"rows: got {rows}, want >= 1")
    if log.top_k:
        raise ValueError("log: holds only parts of its rows (a top-k log)")
    size = log.vocab_size
    narrow = {"f32": np.float32, "f64": np.float64, "f16": np.float16}
    for begin in range(0, len(log), rows):
        part = [log[i] for i in range(begin, min(begin + rows, len(log)))]
        for r in part:
            if r.attempt or len(r.bans):
                raise ValueError(f"log: row {r.row} was drawn anew or with "
                                 "bans, which batches have no columns for")
        texts = [log.sequences[r.sequence] for r in part]
        if log.dtype == "bf16":
            # A bf16 is the upper half of its float32, exactly.
            data = [(r.logits.view(np.uint32) >> 16).astype(np.uint16)
                    for r in part]
        else:
            data = [r.logits.astype(narrow[log.dtype]) for r in part]
        width = data[0].itemsize * size
        columns = {
            "row": pa.array([r.row for r in part], pa.int64()),
            "sequence": pa.array([r.sequence for r in part], pa.int64()),
            "position": pa.array([r.position for r in part], pa.int64()),
            "stream": pa.array(
                [r.sequence if t.stream is None else t.stream
                 for r, t in zip(part, texts)], pa.uint32()),
            "token": pa.array([r.token for r in part], pa.int32()),
            "prompt": pa.array([t.prompt for t in texts],
                               pa.list_(pa.int32())),
            "prefix": pa.array(
                [_tokens_before(log, r) for r in part], pa.list_(pa.int32())),
            "logits": pa.array([d.tobytes() for d in data], pa.binary(width)),
        }
        if all(t.seed is not None for t in texts):
            columns["seed"] = pa.array([t.seed for t in texts], pa.uint64())
        if part[0].mask is not None:
            columns["mask"] = pa.array([r.mask for r in part],
                                       pa.list_(pa.uint32()))
        batch = pa.record_batch(columns)
        yield batch.replace_schema_metadata({"dtype": log.dtype})


def _tokens_before(log: Log, row: Any) -> np.ndarray:
    if row.position and log.tokens is None:
        raise ValueError("log: has no tokens, want those before each row")
    first = row.row - row.position
    return (np.zeros(0, np.int32) if log.tokens is None
            else log.tokens[first:row.row])


@lru_cache(maxsize=16)
def _pipeline(text: str, size: int) -> Pipeline:
    """Made once in a process, however many batches it gets."""
    pipeline = Pipeline(text, size)
    if pipeline.has_state:
        raise ValueError(
            f"config: its stages learn from earlier rows ({pipeline.chain}), "
            "which a row alone does not have; ts.replay replays whole texts"
        )
    return pipeline


def _replay(batch: Any, config: Any, seed: int | None, dtype: str | None,
            vocab_size: int | None, raw: bool) -> Any:
    import pyarrow as pa

    schema = replay_schema(batch.schema, raw=raw)
    count = batch.num_rows
    if count == 0:
        return pa.RecordBatch.from_pydict({f.name: [] for f in schema}, schema)
    columns = Columns(batch)
    rows, whole = columns.rows(dtype, vocab_size)
    pipeline = (config if isinstance(config, Pipeline)
                else _pipeline(config_text(config), rows.shape[1]))
    if pipeline.has_state:
        _pipeline(pipeline.config_json, pipeline.vocab_size)
    if seed is None:
        seed = pipeline.config.get("seed", 0)
    logged = columns.numbers("token", -1)
    streams = (columns.numbers("stream", None) if columns.has("stream")
               else columns.numbers("sequence", 0))
    made = _core._replay_rows(
        pipeline,
        rows,
        columns.masks(),
        columns.numbers("seed", seed),
        streams,
        *columns.lists("prompt"),
        *columns.lists("prefix"),
        np.array(logged, np.int32),
        raw and whole,
    )
    made["logged"] = np.array(logged, np.int32)
    for name in _PLACES:
        if name in batch.schema.names:
            made[name] = columns.column(name)
    if raw and not whole:
        made |= {name: np.full(count, np.nan) for name in _RAW}
    return pa.RecordBatch.from_arrays(
        [pa.array(made[f.name], f.type) if not isinstance(
            made[f.name], pa.Array) else made[f.name].cast(f.type)
         for f in schema], schema=schema)
