"""What a request asks for, by its import into a config of this library."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import token_sampler as ts

END_ID = 2  # <|im_end|> of SmolLM2-135M-Instruct.


@dataclass
class Law:
    """Tokens that can be drawn, in rising order, and their probabilities."""

    ids: np.ndarray
    probs: np.ndarray

    def logprob(self, token: int) -> float:
        place = np.searchsorted(self.ids, token)
        if place == len(self.ids) or self.ids[place] != token:
            return -np.inf
        return float(np.log(self.probs[place]))


class Definition:
    """A request's config, and the laws that it has for rows.

    branches: [(probability, pipeline)]: one, or two where a coin decides
    whether a stage acts at all (xtc).
    """

    def __init__(self, runtime: str, request: dict[str, Any], size: int,
                 texts: list[bytes] | None) -> None:
        # Requests reach vLLM's engine itself: no server fills them up.
        defaults = "{}" if runtime == "vllm" else ""
        self.config, self.report = ts.import_settings(
            runtime, request, end_ids=[END_ID], token_texts=texts,
            server_defaults=defaults)
        lost = [e for e in self.report.entries if e.outcome == "lost"]
        if lost:
            raise ValueError(f"request: {lost[0].field} is lost by the import: "
                             f"{lost[0].effect}")
        self.branches = [
            (weight, ts.Pipeline(config, size))
            for weight, config in _by_coin(self.config)
        ]

    @property
    def greedy(self) -> bool:
        return self.config["stages"][-1]["type"] == "greedy"

    def laws(self, row: np.ndarray, prompt: list[int], output: list[int],
             rows: list[np.ndarray] | None = None) -> list[tuple[float, Law]]:
        """(probability of the branch, its law) for the row after the text.

        rows: those of the output's tokens, for stages that learn from them.
        """
        return [(weight, _law(pipeline, row, prompt, output, rows))
                for weight, pipeline in self.branches]

    def mixture(self, row: np.ndarray, prompt: list[int],
                output: list[int]) -> Law:
        """The law of a draw, whatever the coin says."""
        probs = np.zeros(len(row))
        for weight, law in self.laws(row, prompt, output):
            probs[law.ids] += weight * law.probs
        ids = np.flatnonzero(probs)
        return Law(ids, probs[ids])


def _by_coin(config: dict[str, Any]) -> list[tuple[float, dict[str, Any]]]:
    coins = [i for i, stage in enumerate(config["stages"])
             if stage["type"] == "xtc"
             and 0 < stage.get("probability", 0) < 1]
    if not coins:
        return [(1.0, config)]
    if len(coins) > 1:
        raise ValueError("request: two stages with a coin are not understood")
    chance = config["stages"][coins[0]]["probability"]
    never, always = copy.deepcopy(config), copy.deepcopy(config)
    never["stages"][coins[0]]["probability"] = 0.0
    always["stages"][coins[0]]["probability"] = 1.0
    return [(1 - chance, never), (chance, always)]


def _law(pipeline: ts.Pipeline, row: np.ndarray, prompt: list[int],
         output: list[int], rows: list[np.ndarray] | None) -> Law:
    sequence = pipeline.sequence(seed=0, prompt=prompt)
    for i, token in enumerate(output):
        if rows is None:
            sequence.accept_id(token)
        else:
            drawn = pipeline.sample(rows[i], sequence)
            sequence.accept(drawn, as_id=token)
    left = pipeline.process(row, sequence)
    order = np.argsort(left.ids)
    return Law(np.asarray(left.ids)[order],
               np.asarray(left.probs, np.float64)[order])
