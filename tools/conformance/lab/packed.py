"""A run as a small file, with which the check is repeated without the engine.

Of each setting two steps are kept, the smallest that differs among them, and of
each row the exact values of its 512 likeliest tokens and of those that the text
or the request names; the rest is a staircase of 32 levels of the same mass. A
step is only taken if the check of what is stored says the same as that of the
whole row.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .checks import check, check_draws, check_step, definition_of, where
from .records import (Draws, Outcome, Repeats, Run, Step, as_bytes,
                      from_bytes, read_run)
from .verdicts import Verdict

HEAD, LEVELS, STEPS = 512, 32, 2


class _Rows:
    """Rows by their content, each stored once."""

    def __init__(self) -> None:
        self.places: dict[bytes, int] = {}
        self.ids: list[np.ndarray] = []
        self.values: list[np.ndarray] = []
        self.levels: list[np.ndarray] = []

    def place(self, row: np.ndarray, named: list[int]) -> int:
        key = row.tobytes() + bytes(str(sorted(named)), "ascii")
        if key not in self.places:
            head = np.argpartition(-row, HEAD)[:HEAD]
            ids = np.union1d(head, np.array(named, np.int64)).astype(np.uint16)
            self.places[key] = len(self.ids)
            self.ids.append(ids)
            self.values.append(row[ids].astype(np.float32))
            self.levels.append(_staircase(np.delete(row, ids)))
        return self.places[key]

    def arrays(self) -> dict[str, np.ndarray]:
        lengths = np.array([len(i) for i in self.ids], np.int32)
        return {"row_lengths": lengths, "row_ids": np.concatenate(self.ids),
                "row_values": np.concatenate(self.values),
                "row_levels": np.stack(self.levels)}


def _staircase(rest: np.ndarray) -> np.ndarray:
    """Levels of as many tokens each, with their mean weight."""
    steps = np.array_split(np.sort(rest)[::-1].astype(np.float64), LEVELS)
    return np.array([s.max() + np.log(np.exp(s - s.max()).mean())
                     if np.isfinite(s).any() else -np.inf
                     for s in steps], np.float32)


def _whole(size: int, ids: np.ndarray, values: np.ndarray,
           levels: np.ndarray) -> np.ndarray:
    row = np.empty(size, np.float32)
    outside = np.ones(size, bool)
    outside[ids] = False
    rest = np.flatnonzero(outside)
    parts = np.array_split(rest, LEVELS)
    for part, level in zip(parts, levels):
        row[part] = level
    row[ids] = values
    return row


def pack(folder: Path, file: Path) -> None:
    run = read_run(folder)
    size = len(run.outcomes[0].steps[0].raw)
    rows, bits, outcomes = _Rows(), [], []
    for outcome in run.outcomes:
        verdict = check(run, outcome)
        record = {"name": outcome.name, "request": outcome.request,
                  "error": outcome.error, "steps": [],
                  "verdict": _plain(verdict)}
        for step in _chosen(run, outcome, verdict):
            place = rows.place(step.raw, _names(run, step))
            record["steps"].append(_pack_step(step, place, rows, bits))
        _pack_draws(run, outcome, record, rows)
        outcomes.append(record)
    meta = {"engine": run.engine, "facts": run.facts, "prompts": run.prompts,
            "size": size, "outcomes": outcomes}
    kept = np.concatenate(bits) if bits else np.zeros(0, np.float32)
    np.savez_compressed(file, meta=as_bytes(meta), kept=kept, **rows.arrays())


def _names(run: Run, step: Step) -> list[int]:
    return [*run.prompts[step.prompt], *step.output, step.token]


def _pack_step(step: Step, place: int, rows: _Rows, bits: list) -> dict:
    record = {"prompt": step.prompt, "output": step.output, "row": place,
              "token": step.token, "logprob": step.logprob, "kept": None}
    if step.processed is not None:
        values = step.processed[rows.ids[place]].astype(np.float32)
        record["kept"] = sum(len(b) for b in bits)
        bits.append(values)
    return record


def _pack_draws(run: Run, outcome: Outcome, record: dict,
                rows: _Rows) -> None:
    draws = outcome.draws
    if draws is not None and _judged_as_stored(run, outcome, draws):
        named = run.prompts[draws.prompt]
        record["draws"] = {
            "prompt": draws.prompt, "how": draws.how,
            "row": rows.place(draws.raw, named),
            "tokens": draws.tokens.tolist(),
            "first_seed": draws.seeds[0] if draws.seeds else None}
    if outcome.repeats is not None:
        record["repeats"] = vars(outcome.repeats)


def _judged_as_stored(run: Run, outcome: Outcome, draws: Draws) -> bool:
    """Is what is left of their row enough to judge the draws?"""
    try:
        definition = definition_of(run, outcome)
    except ValueError:
        return True
    rows = _Rows()
    rows.place(draws.raw, run.prompts[draws.prompt])
    ids = rows.ids[0].astype(np.int64)
    raw = _whole(len(draws.raw), ids, rows.values[0], rows.levels[0])
    stored = Draws(draws.prompt, draws.how, draws.tokens, draws.seeds, raw, ids)
    return (bool(check_draws(run, definition, draws))
            == bool(check_draws(run, definition, stored)))


def _chosen(run: Run, outcome: Outcome, verdict: Verdict) -> list[Step]:
    """Two steps whose stored form is judged as the whole rows are."""
    if not outcome.steps:
        return []
    try:
        definition = definition_of(run, outcome)
    except ValueError:  # The import refuses the request, whatever the rows.
        return outcome.steps[:1]

    def judged(step: Step) -> dict[str, int]:
        return {f.kind: f.size for f in check_step(run, definition, step)}

    differing = {f.where for f in verdict.findings}
    fit = []
    for step in _in_order_of_worth(outcome.steps, differing):
        found = judged(step)
        if set(found) == set(judged(through_storage(run, step))):
            fit.append((not found, min(found.values(), default=0), step))
        if len(fit) == STEPS + (STEPS if differing else 0):
            break
    fit.sort(key=lambda entry: entry[:2])
    return [step for _, _, step in fit[:STEPS]]


def _in_order_of_worth(steps: list[Step], differing: set[str]) -> list[Step]:
    """What differs first, then what is stored whole, with a history."""
    def worth(step: Step) -> tuple:
        kept = (int(np.isfinite(step.processed).sum())
                if step.processed is not None else 0)
        return (where(step) not in differing, kept > HEAD, -len(step.output))

    return sorted(steps, key=worth)


def through_storage(run: Run, step: Step) -> Step:
    """The step as it is read back."""
    rows = _Rows()
    rows.place(step.raw, _names(run, step))
    ids = rows.ids[0].astype(np.int64)
    raw = _whole(len(step.raw), ids, rows.values[0], rows.levels[0])
    processed = None
    if step.processed is not None:
        processed = np.full(len(step.raw), -np.inf, np.float32)
        processed[ids] = step.processed[ids]
    return Step(step.prompt, step.output, raw, processed, step.token,
                step.logprob, ids)


def read(path: Path) -> Run:
    """A run's folder, or a packed file."""
    if path.is_dir():
        return read_run(path)
    arrays = np.load(path)
    meta = from_bytes(arrays["meta"])
    begins = np.concatenate([[0], np.cumsum(arrays["row_lengths"])])
    row_ids = arrays["row_ids"].astype(np.int64)
    values, levels, kept = (arrays[n] for n in ("row_values", "row_levels",
                                                "kept"))
    size = meta["size"]

    def row(place: int) -> tuple[np.ndarray, np.ndarray]:
        part = slice(begins[place], begins[place + 1])
        ids = row_ids[part]
        return ids, _whole(size, ids, values[part], levels[place])

    outcomes = []
    for record in meta["outcomes"]:
        outcome = Outcome(record["name"], record["request"],
                          error=record["error"])
        outcome.steps = [_step(s, *row(s["row"]), kept)
                         for s in record["steps"]]
        if "draws" in record:
            outcome.draws = _draws(record["draws"], *row(
                record["draws"]["row"]))
        if "repeats" in record:
            outcome.repeats = Repeats(**record["repeats"])
        outcomes.append(outcome)
    run = Run(meta["engine"], meta["facts"], meta["prompts"], outcomes)
    run.facts["verdicts"] = [r["verdict"] for r in meta["outcomes"]]
    return run


def _step(record: dict, ids: np.ndarray, raw: np.ndarray,
          kept: np.ndarray) -> Step:
    processed = None
    if record["kept"] is not None:
        processed = np.full(len(raw), -np.inf, np.float32)
        processed[ids] = kept[record["kept"]:record["kept"] + len(ids)]
    return Step(record["prompt"], record["output"], raw, processed,
                record["token"], record["logprob"], ids)


def _draws(record: dict, ids: np.ndarray, raw: np.ndarray) -> Draws:
    first = record["first_seed"]
    tokens = np.array(record["tokens"], np.int32)
    seeds = None if first is None else list(range(first, first + len(tokens)))
    return Draws(record["prompt"], record["how"], tokens, seeds, raw, ids)


def _plain(verdict: Verdict) -> dict:
    return {**vars(verdict), "findings": [vars(f) for f in verdict.findings]}
