"""What a run of an engine left: rows, tokens, draws, and how they are stored.

A run is a folder: engine.json, and one .npz a setting with whole rows (hundreds
of megabytes in all). packed.py makes a small file of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np


@dataclass
class Step:
    """One step of one text.

    prompt: index of the prompt; output: the tokens after it, before this step.
    raw: the model's row. processed: what the engine drew from (-inf: removed),
    None where it does not say. token: what it drew. logprob: what it reports of
    that token, None where it does not.
    stored: the ids of which a packed row holds the exact values; None: all.
    """

    prompt: int
    output: list[int]
    raw: np.ndarray
    processed: np.ndarray | None
    token: int
    logprob: float | None = None
    stored: np.ndarray | None = None


@dataclass
class Draws:
    """One token for each of many draws after the same prompt.

    tokens[i] is draw i; how: "2,000 seeds", "20 seeds of 100 rows"; seeds: of
    each draw, None where several draws share a seed. raw, stored: the row, as
    in Step.
    """

    prompt: int
    how: str
    tokens: np.ndarray
    seeds: list[int] | None
    raw: np.ndarray
    stored: np.ndarray | None = None


@dataclass
class Repeats:
    """Short texts of one prompt: of one seed twice, and of other seeds."""

    twice: list[list[int]]
    others: list[list[int]]


@dataclass
class Outcome:
    """Everything that one setting gave; error: the engine's refusal."""

    name: str
    request: dict[str, Any]
    steps: list[Step] = field(default_factory=list)
    draws: Draws | None = None
    repeats: Repeats | None = None
    error: str = ""


@dataclass
class Run:
    """engine: a name of engines/; facts: versions, date, model, bound."""

    engine: str
    facts: dict[str, Any]
    prompts: list[list[int]]
    outcomes: list[Outcome]


def write_outcome(folder: Path, index: int, outcome: Outcome) -> None:
    arrays: dict[str, np.ndarray] = {}
    steps = []
    for i, step in enumerate(outcome.steps):
        arrays[f"raw{i}"] = step.raw.astype(np.float32)
        if step.processed is not None:
            arrays[f"processed{i}"] = step.processed.astype(np.float32)
        steps.append({"prompt": step.prompt, "output": step.output,
                      "token": step.token, "logprob": step.logprob})
    meta: dict[str, Any] = {"name": outcome.name, "request": outcome.request,
                            "steps": steps, "error": outcome.error}
    if outcome.draws is not None:
        arrays["draws"] = np.asarray(outcome.draws.tokens, np.int32)
        arrays["draws_raw"] = outcome.draws.raw.astype(np.float32)
        meta["draws"] = {"prompt": outcome.draws.prompt,
                         "how": outcome.draws.how,
                         "seeds": outcome.draws.seeds}
    if outcome.repeats is not None:
        meta["repeats"] = vars(outcome.repeats)
    arrays["meta"] = as_bytes(meta)
    np.savez(folder / file_name(index, outcome.name), **arrays)


def file_name(index: int, setting: str) -> str:
    return f"{index:02}-{setting}.npz"


def read_outcome(path: Path) -> Outcome:
    arrays = np.load(path)
    meta = from_bytes(arrays["meta"])
    outcome = Outcome(meta["name"], meta["request"], error=meta["error"])
    for i, step in enumerate(meta["steps"]):
        name = f"processed{i}"
        outcome.steps.append(Step(
            raw=arrays[f"raw{i}"],
            processed=arrays[name] if name in arrays else None, **step))
    if "draws" in meta:
        outcome.draws = Draws(tokens=arrays["draws"], raw=arrays["draws_raw"],
                              **meta["draws"])
    if "repeats" in meta:
        outcome.repeats = Repeats(**meta["repeats"])
    return outcome


def write_facts(folder: Path, run: Run) -> None:
    facts = {"engine": run.engine, "facts": run.facts, "prompts": run.prompts}
    (folder / "engine.json").write_text(json.dumps(facts, indent=1) + "\n")


def read_run(folder: Path) -> Run:
    facts = json.loads((folder / "engine.json").read_text())
    outcomes = [read_outcome(path) for path in sorted(folder.glob("*.npz"))]
    return Run(outcomes=outcomes, **facts)


def as_bytes(value: Any) -> np.ndarray:
    return np.frombuffer(json.dumps(value).encode(), np.uint8)


def from_bytes(array: np.ndarray) -> Any:
    return json.loads(array.tobytes())
