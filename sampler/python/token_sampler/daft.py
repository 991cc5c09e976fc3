"""Daft: ts.replay_batches over the partitions of a DataFrame.

    from token_sampler.daft import replay

    out = replay(daft.read_parquet("logs/*.parquet"), "balanced", seed=42,
                 dtype="bf16")
"""

from __future__ import annotations

from typing import Any

import daft
import pyarrow as pa

from .replaying_batches import replay_batches, replay_schema


def replay(frame: daft.DataFrame, config: Any, *, raw: bool = True,
           **options) -> daft.DataFrame:
    """What replay_batches makes of the rows; options: seed, dtype,
    vocab_size."""
    names = frame.column_names
    schema = replay_schema(names, raw=raw)
    result = daft.DataType.from_arrow_type(pa.struct(list(schema)))

    @daft.func.batch(return_dtype=result)
    def replayed(*columns: daft.Series) -> pa.Array:
        arrays = [column.to_arrow() for column in columns]
        batch = pa.record_batch(arrays, names)
        return replay_batches(batch, config, raw=raw,
                              **options).to_struct_array()

    made = frame.select(replayed(*(frame[name] for name in names))
                        .alias("replayed"))
    return made.select(*(made["replayed"].get(name).alias(name)
                         for name in schema.names))
