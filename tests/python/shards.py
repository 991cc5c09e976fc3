"""A log in Parquet shards, for the tests with engines of many workers."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from test_logs import write

import token_sampler as ts

CONFIG = {"version": 1, "stages": [
    {"type": "repetition_penalty", "penalty": 1.2},
    {"type": "temperature", "temperature": 0.9},
    {"type": "top_p", "p": 0.9}, {"type": "categorical"}]}
SIZE = 1000


def shards(folder: Path, count: int) -> list[str]:
    """A log of 4 texts of 12 rows, cut into Parquet files."""
    path = folder / "run.safetensors"
    write(path, ts.Pipeline(CONFIG, SIZE), texts=4, rows=12)
    table = pa.Table.from_batches(list(ts.log_batches(path, rows=7)))
    files = []
    step = -(-table.num_rows // count)
    for i in range(count):
        files.append(str(folder / f"shard{i}.parquet"))
        pq.write_table(table.slice(i * step, step), files[-1])
    return files


def alone(folder: Path) -> pa.Table:
    """The result without any engine: of the whole log, as replay has it."""
    batches = ts.log_batches(folder / "run.safetensors", rows=1000)
    return pa.Table.from_batches([ts.replay_batches(next(batches), CONFIG)])


def same(table: pa.Table, folder: Path) -> None:
    """Byte for byte, in the order of rows."""
    want = alone(folder)
    got = table.select(want.schema.names).cast(want.schema).sort_by("row")
    for name in want.schema.names:
        a, b = (pa.concat_arrays(t[name].chunks) for t in (got, want))
        assert a.equals(b), name


class DiesOnce:
    """replay_batches that kills its worker on the first batch it gets."""

    def __init__(self, flag: Path) -> None:
        self.flag = flag

    def __call__(self, batch):
        try:
            os.close(os.open(self.flag, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return ts.replay_batches(batch, CONFIG, dtype="f32")
        os._exit(1)
