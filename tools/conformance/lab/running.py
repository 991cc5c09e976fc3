"""Runs an engine through its settings, and writes what it gave."""

from __future__ import annotations

import datetime
import sys
import time
from pathlib import Path

import numpy as np

from .engines import load
from .prompts import DRAWN, PROMPTS
from .records import (Draws, Outcome, Repeats, Run, Step, file_name,
                      write_facts, write_outcome)
from .settings import SETTINGS

TOKENS = 4  # Of each text whose rows are kept.
OTHER_SEEDS = range(2, 6)


def run(name: str, model: str, folder: Path, only: list[str] | None,
        draws: int, resume: bool) -> None:
    """Every setting of the engine, or those named in `only`; resume: but those
    that the folder has."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = load(name, model)
    prompts = list(PROMPTS.values())
    facts = {**engine.facts(), "model": "SmolLM2-135M-Instruct",
             "runtime": engine.runtime,
             "date": datetime.date.today().isoformat()}
    write_facts(folder, Run(name, facts, prompts, []))
    for index, (setting, request) in enumerate(SETTINGS[name].items()):
        if only and setting not in only:
            continue
        if resume and (folder / file_name(index, setting)).exists():
            continue
        begin = time.perf_counter()
        outcome = _outcome(engine, setting, request, prompts, draws)
        write_outcome(folder, index, outcome)
        print(f"{name} {setting}: {len(outcome.steps)} rows, "
              f"{time.perf_counter() - begin:.1f} s {outcome.error}",
              file=sys.stderr)
    engine.close()


def _outcome(engine, setting: str, request: dict, prompts: list[list[int]],
             draws: int) -> Outcome:
    outcome = Outcome(setting, request)
    try:
        outcome.steps = _steps(engine, request, prompts)
        tokens, seeds, how = engine.draws(request, prompts[DRAWN], draws)
        outcome.draws = Draws(DRAWN, how, np.asarray(tokens, np.int32), seeds,
                              raw=outcome.steps[0].raw)
        outcome.repeats = _repeats(engine, request, prompts[DRAWN],
                                   outcome.steps)
    except Exception as error:  # noqa: BLE001
        # Whatever the engine calls its refusal, it is a finding too.
        outcome.error = f"{type(error).__name__}: {error}".splitlines()[0]
    return outcome


def _steps(engine, request: dict, prompts: list[list[int]]) -> list[Step]:
    steps = []
    for i, prompt in enumerate(prompts):
        text = engine.text(request, prompt, 1, TOKENS)
        drawn = [token for _, _, token, _ in text]
        output = (engine.forced(prompt, TOKENS) if hasattr(engine, "forced")
                  else drawn)
        for step, (raw, processed, token, logprob) in enumerate(text):
            steps.append(Step(i, output[:step], raw, processed, token,
                              logprob))
    return steps


def _repeats(engine, request: dict, prompt: list[int],
             steps: list[Step]) -> Repeats:
    def text(seed: int) -> list[int]:
        if hasattr(engine, "tokens"):
            return engine.tokens(request, prompt, seed, TOKENS)
        return [token for _, _, token, _ in
                engine.text(request, prompt, seed, TOKENS)]

    first = ([step.token for step in steps if step.prompt == DRAWN]
             if not hasattr(engine, "tokens") else text(1))
    return Repeats([first, text(1)], [text(seed) for seed in OTHER_SEEDS])
