"""Logging a generation loop, so that it can be replayed."""

from __future__ import annotations

import os
from collections.abc import Mapping

from . import _core


class Logger(_core._Logger):
    """Logs rows before any stage, each with the token drawn from it.

        with ts.Logger("run.safetensors", vocab_size=V) as out:
            out.prompt(seq=0, tokens=prompt)
            out.append(seq=0, logits=row, token=token)

    At the end of the block the log is made; after an exception the rows stay
    in PATH.partial, from which `sampler convert --recover` makes it.

    Args:
        dtype: "f32", "f16" or "bf16"; rows of another type are rounded.
        top_k: 0 for whole rows, k >= 1 for the k likeliest tokens of each.
        metadata: str to str, put into the file.
        overwrite: replace an existing log.
    """

    def __init__(
        self,
        path: str | os.PathLike,
        vocab_size: int,
        *,
        dtype: str = "f32",
        top_k: int = 0,
        metadata: Mapping[str, str] | None = None,
        overwrite: bool = False,
    ) -> None:
        super().__init__(
            os.fspath(path),
            vocab_size,
            dtype,
            top_k,
            dict(metadata or {}),
            overwrite,
        )

    def __enter__(self) -> Logger:
        return self

    def __exit__(self, exception_type, exception, traceback) -> None:
        if exception_type is None:
            self.finish()
