"""A config in whichever form a program has it, as JSON text."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from . import _core


def config_text(config: Any) -> str:
    """The JSON text of a dict, a preset's name, a path, or JSON text itself.

    A str that begins with "{" is JSON; one that is a preset's name is that
    preset; any other, and any os.PathLike, is the path of a file.
    """
    if isinstance(config, dict):
        return json.dumps(config, allow_nan=True)
    if isinstance(config, os.PathLike):
        return Path(config).read_text(encoding="utf-8")
    if not isinstance(config, str):
        raise TypeError(
            f"config: got {type(config).__name__}, want a preset's name, a "
            "path, a dict or JSON text"
        )
    if config.lstrip().startswith("{"):
        return config
    presets = _core.presets()
    if config in presets:
        return presets[config]
    if os.path.isfile(config):
        return Path(config).read_text(encoding="utf-8")
    raise ValueError(
        f'config: got "{config}", want JSON text, a file, or one of the '
        "presets " + ", ".join(presets)
    )
