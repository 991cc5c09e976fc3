"""Other runtimes' settings as a config, with a report on every field."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import _core


@dataclass(frozen=True)
class ReportEntry:
    """What became of one field.

    provenance: "given", "default" or "derived"; outcome: "applied", "neutral",
    "harmless", "lost" or
    "unknown".
    """

    field: str
    value: str
    effect: str
    provenance: str
    outcome: str


@dataclass(frozen=True)
class ImportReport:
    """runtime says whose rules and defaults: "llama.cpp b10573"."""

    runtime: str
    entries: list[ReportEntry]

    def __repr__(self) -> str:
        lines = [f"settings of {self.runtime}"]
        for e in self.entries:
            lines.append(f"{e.field:<22} {e.value:<12} {e.outcome}: {e.effect}")
        return "\n".join(lines)


def import_settings(
    runtime: str,
    settings: Any,
    *,
    parity: bool = False,
    runtime_defaults: bool = True,
    end_ids: Sequence[int] | None = None,
    token_texts: Sequence[bytes | str | None] | None = None,
) -> tuple[dict[str, Any], ImportReport]:
    """(config, report) of the settings of another runtime.

    Args:
        runtime: one of ts.runtimes().
        settings: a dict, JSON text, or (llama.cpp) a command line.
        parity: the runtime's random numbers too, where they can be had.
        runtime_defaults: Hugging Face: the default that stands in no file
            (top_k 50).
        end_ids: ids that end a text, for settings that mean "not yet".
        token_texts: the bytes of every id, for settings that are text.

    Raises ValueError, one problem a line; that or NotImplementedError where
    parity cannot be had; FileNotFoundError for an unknown runtime.
    """
    text = settings if isinstance(settings, str) else json.dumps(settings)
    config, name, entries = _core._import(
        runtime, text, parity, runtime_defaults, end_ids, token_texts
    )
    report = ImportReport(name, [ReportEntry(**e) for e in entries])
    return json.loads(config), report
