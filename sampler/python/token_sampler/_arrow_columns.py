"""The columns of an Arrow batch as the library wants them: logits without a copy."""

from __future__ import annotations

from typing import Any

import numpy as np


class Columns:
    """The columns of a batch as the library wants them."""

    def __init__(self, batch: Any) -> None:
        self.batch = batch

    def column(self, name: str) -> Any:
        return self.batch.column(self.batch.schema.names.index(name))

    def has(self, name: str) -> bool:
        return name in self.batch.schema.names

    def numbers(self, name: str, absent: int | None) -> list[int]:
        """absent: in the place of nulls, and of the column; None: an error."""
        if not self.has(name) and absent is not None:
            return [absent] * self.batch.num_rows
        import pyarrow as pa

        column = self.column(name)
        # Spark has no unsigned numbers: its 64 bits come as decimals.
        if not (pa.types.is_integer(column.type)
                or pa.types.is_decimal(column.type)):
            raise ValueError(f"{name}: got {column.type}, want integers")
        values = column.to_pylist()
        if None in values and absent is None:
            raise ValueError(f"{name}: row {values.index(None)} is null")
        instead = 0 if absent is None else absent
        return [instead if v is None else int(v) for v in values]

    def lists(self, name: str) -> tuple[np.ndarray, list[int]]:
        """(ids, offsets)"""
        if name not in self.batch.schema.names:
            return np.zeros(0, np.int32), [0] * (self.batch.num_rows + 1)
        values, ends = self._flat(name)
        return values.to_numpy(), ends

    def masks(self) -> np.ndarray | None:
        if "mask" not in self.batch.schema.names:
            return None
        values, ends = self._flat("mask")
        width = self._width("mask", np.diff(ends))
        words = values.to_numpy(zero_copy_only=False).astype(np.uint32)
        return words.reshape(-1, width)

    def rows(self, dtype: str | None,
             vocab_size: int | None) -> tuple[np.ndarray, bool]:
        """(rows [B, V], whether they are whole)"""
        if "logits" not in self.batch.schema.names:
            raise ValueError("logits: missing, want a column of it")
        if "ids" in self.batch.schema.names:
            return self._of_ids(vocab_size), False
        column = self.column("logits")
        kind = str(column.type)
        if "binary" in kind:
            return self._of_binary(column, dtype), True
        values, ends = self._flat("logits")
        width = self._width("logits", np.diff(ends))
        return values.to_numpy().reshape(-1, width), True

    def _of_binary(self, column: Any, dtype: str | None) -> np.ndarray:
        if dtype is None:
            metadata = self.batch.schema.metadata or {}
            dtype = metadata.get(b"dtype", b"").decode()
        types: dict[str, Any] = {"f16": np.float16, "f32": np.float32,
                                 "f64": np.float64, "bf16": np.uint16}
        if dtype not in types:
            raise ValueError(
                f'dtype: got "{dtype}", want f16, bf16, f32 or f64: the '
                "elements of binary logits")
        first = column[0].as_py()
        if first is None or column.null_count:
            raise ValueError("logits: a row is null")
        data = _bytes_of(column, len(first))
        if data is None or len(first) % np.dtype(types[dtype]).itemsize:
            raise ValueError("logits: rows of several lengths, or of no whole "
                             f"number of {dtype}")
        rows = np.frombuffer(data, types[dtype]).reshape(len(column), -1)
        if dtype == "bf16":
            import ml_dtypes

            return rows.view(ml_dtypes.bfloat16)
        return rows

    def _of_ids(self, vocab_size: int | None) -> np.ndarray:
        if vocab_size is None:
            raise ValueError("vocab_size: missing, want it for rows with ids")
        values, ends = self._flat("logits")
        ids, id_ends = self._flat("ids")
        if ends != id_ends:
            raise ValueError("ids: other lengths than those of logits")
        places = ids.to_numpy()
        if len(places) and not (0 <= places.min()
                                and places.max() < vocab_size):
            raise ValueError(f"ids: want all in [0, {vocab_size})")
        rows = np.full((self.batch.num_rows, vocab_size), -np.inf, np.float32)
        line = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
        rows[line, places] = values.to_numpy()
        return rows

    def _flat(self, name: str) -> tuple[Any, list[int]]:
        """(values of all lists, offsets), without a copy of the values."""
        import pyarrow as pa

        column = self.column(name)
        if column.null_count:
            raise ValueError(f"{name}: a row is null, want a list")
        if pa.types.is_fixed_size_list(column.type):
            width = column.type.list_size
            values = column.flatten()
            ends = [width * i for i in range(len(column) + 1)]
        elif (pa.types.is_list(column.type)
              or pa.types.is_large_list(column.type)):
            offsets = column.offsets.to_numpy()
            values = column.flatten()
            ends = (offsets - offsets[0]).tolist()
        else:
            raise ValueError(f"{name}: got {column.type}, want a list")
        if values.null_count:
            raise ValueError(f"{name}: a list holds a null")
        return values, ends

    def _width(self, name: str, lengths: np.ndarray) -> int:
        if lengths.min() != lengths.max() or lengths[0] == 0:
            row = int(np.argmax(lengths != lengths[0]))
            raise ValueError(f"{name}: row {row} has {lengths[row]} elements, "
                             f"row 0 has {lengths[0]}")
        return int(lengths[0])


def _bytes_of(column: Any, width: int) -> memoryview | None:
    """The bytes of all rows, one after the other; None if they differ."""
    import pyarrow as pa

    count = len(column)
    if pa.types.is_fixed_size_binary(column.type):
        begin = column.offset * width
        return memoryview(column.buffers()[1])[begin:begin + count * width]
    large = pa.types.is_large_binary(column.type)
    offsets = np.frombuffer(column.buffers()[1],
                            np.int64 if large else np.int32)
    offsets = offsets[column.offset:column.offset + count + 1]
    if (np.diff(offsets) != width).any():
        return None
    return memoryview(column.buffers()[2])[offsets[0]:offsets[-1]]
