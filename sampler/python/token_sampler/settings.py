"""Other runtimes' settings as a config, and a config as theirs, with reports."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import _core
from ._configs import as_json, config_text


@dataclass(frozen=True)
class ReportEntry:
    """What became of one field.

    provenance: "given", "default" or "derived"; outcome: "applied",
    "harmless", "lost", "unknown" or "refused".
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
    server_defaults: str = "",
    loader: str = "",
    backend: str = "",
    section: str = "",
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
        server_defaults: vLLM, SGLang: the text of the model's
            generation_config.json, for what a request leaves open.
        loader: text-generation-webui: "transformers" or "llama.cpp".
        backend: of a front end's preset: the runtime that it is sent to.
        section: of a file with settings of several models: which one.

    Raises ValueError, one problem a line, also for an unknown runtime; that or
    NotImplementedError where parity cannot be had.
    """
    text = (settings if isinstance(settings, str)
            else as_json(settings, "settings"))
    config, name, entries = _core._import(
        runtime,
        text,
        parity,
        runtime_defaults,
        end_ids,
        token_texts,
        server_defaults,
        loader,
        backend,
        section,
    )
    report = ImportReport(name, [ReportEntry(**e) for e in entries])
    return json.loads(config), report


@dataclass(frozen=True)
class ExportEntry:
    """What became of one stage: outcome "applied", "lost" or "harmless".

    stage: "top_k(k=40)", or "(engine)" for what the engine adds. effect: the
    fields that say it, or what happens instead.
    """

    stage: str
    outcome: str
    effect: str


@dataclass(frozen=True)
class ExportReport:
    """engine says whose words the settings are in: "llama.cpp b10573"."""

    engine: str
    entries: list[ExportEntry]

    @property
    def lost(self) -> int:
        """How many stages the engine cannot do, or adds."""
        return sum(e.outcome == "lost" for e in self.entries)

    def __repr__(self) -> str:
        lines = [f"settings for {self.engine}, {self.lost} lost"]
        for e in self.entries:
            lines.append(f"{e.stage:<36} {e.outcome}: {e.effect}")
        return "\n".join(lines)


def export_settings(
    engine: str,
    config: Any,
    *,
    token_texts: Sequence[bytes | str | None] | None = None,
) -> tuple[Any, ExportReport]:
    """(settings, report): a config in the words of an engine.

    Args:
        engine: one of ts.export_engines().
        config: as for Pipeline.
        token_texts: the text of every token, for fields that are text (the
            tags and the message of a thinking budget, vLLM's bad_words); else
            they are lost.

    settings is a dict, or text where the engine takes no JSON ("ollama": lines
    of a Modelfile, "llama.cpp-flags": a command line). Where report.lost is 0,
    import_settings makes the same config of it.

    Raises ValueError for a wrong config or an unknown engine.
    """
    text, name, entries = _core._export(engine, config_text(config), token_texts)
    report = ExportReport(name, [ExportEntry(**e) for e in entries])
    try:
        return json.loads(text), report
    except json.JSONDecodeError:
        return text, report
