"""A config in whichever form a program has it, as JSON text."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _core


def config_text(config: Any) -> str:
    """The JSON text of a config; `config_source` says which forms it has."""
    return config_source(config)[0]


def config_source(config: Any) -> tuple[str, str]:
    """(JSON text, file that it is of, or "") of a dict, a preset's name, a path,
    a Pipeline, or JSON text itself.

    A str that begins with "{" or "[" is JSON; one that is a preset's name is
    that preset; any other, and any os.PathLike, is the path of a file.
    """
    if isinstance(config, _core._Pipeline):
        return config.config_json, ""
    if isinstance(config, Mapping):
        return as_json(dict(config), "config"), ""
    if isinstance(config, os.PathLike):
        return _read(os.fspath(config)), os.fspath(config)
    if not isinstance(config, str):
        raise TypeError(
            f"config: got {type(config).__name__}, want a preset's name, a "
            "path, a dict or JSON text"
        )
    if config.lstrip().startswith(("{", "[")):
        return _utf8(config), ""
    presets = _core.presets()
    if config in presets:
        return presets[config], ""
    if os.path.isfile(config):
        return _read(config), config
    raise ValueError(
        f'config: got "{config}", want JSON text, a file, or one of the '
        "presets " + ", ".join(presets)
    )


def as_json(value: Any, name: str) -> str:
    """JSON text of what a program has built; numbers of NumPy and torch, and
    their arrays, are numbers and lists."""

    def plain(other: Any) -> Any:
        if hasattr(other, "tolist"):
            return other.tolist()
        raise TypeError(
            f"{name}: got {type(other).__name__} inside it, want numbers, "
            "strings, lists and dicts"
        )

    return _utf8(json.dumps(value, default=plain))


def _utf8(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"config: got half a character (a lone surrogate) at {error.start}"
        ) from None
    return text


def _read(path: str | bytes) -> str:
    try:
        return Path(os.fsdecode(path)).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{os.fsdecode(path)}: no UTF-8 at byte {error.start}"
        ) from None
