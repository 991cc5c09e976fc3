"""What each stage of a pipeline did to one row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _core
from ._html import Texts
from ._step_view import step_html


@dataclass(frozen=True)
class StageStep:
    """What one stage did; probabilities are those of a draw."""

    type: str
    parameters: dict[str, Any]
    before: int  # Survivors that it met,
    kept: int  # and left.
    threshold: float | None  # Lowest logit left, of truncations.
    mass_removed: float | None  # Probability, before it, of what it removed.
    mass: float | None  # Raw probability of what is left.
    entropy: float | None  # Nats, of what is left.


@dataclass(frozen=True)
class TokenPath:
    """One token from stage to stage."""

    id: int
    logit: float
    raw_prob: float
    per_stage: list[float | None]  # After each stage; None once removed.
    removed_by: int | None  # Index of the stage.

    @property
    def prob(self) -> float:
        """What the token was drawn with; 0.0 if it was removed."""
        return (self.per_stage[-1] if self.per_stage else None) or 0.0


class Explanation:
    """A step taken apart: `stages`, `tokens` (likeliest first), `token`.

    status is "ok", or says why the row has no token. kept_ids, kept_probs and
    entropy are what is left in the end, as Pipeline.process has it. A notebook
    shows the picture of the tool's HTML report; `html(texts)` gives it with the
    tokens' texts: a list or mapping by id, or a function of an id.
    """

    def __init__(self, config: dict, chain: str, record: dict, top: int,
                 texts: Texts | None = None) -> None:
        self.chain = chain
        self.rng: str = config.get("rng", "house")
        self.top = top  # So many of `tokens` are the likeliest of the row.
        self.texts = texts
        self.status: str = record["status"]
        self.detail: str = record["detail"]
        self.raw_count: int = record["raw_count"]
        self.raw_entropy: float | None = record["raw_entropy"]
        self.token: _core.Token | None = record["token"]
        left: _core.Distribution | None = record["left"]
        none = np.zeros(0)
        self.kept_ids = none.astype(np.int32) if left is None else left.ids.copy()
        self.kept_probs = none if left is None else left.probs.copy()
        self.entropy = None if left is None else left.entropy
        self.stages = [
            StageStep(
                type=stage["type"],
                parameters={k: v for k, v in stage.items() if k != "type"},
                **step,
            )
            for stage, step in zip(config["stages"], record["stages"])
        ]
        self.tokens = [TokenPath(**path) for path in record["tokens"]]

    def __getstate__(self) -> dict[str, Any]:
        """A function of texts stays behind."""
        state = dict(self.__dict__)
        if callable(self.texts):
            state["texts"] = None
        return state

    def __repr__(self) -> str:
        lines = [self.chain, f"raw {self.raw_count} candidates"]
        for i, stage in enumerate(self.stages, 1):
            change = (
                f"{stage.before} -> {stage.kept}"
                if stage.before != stage.kept
                else f"{stage.kept}"
            )
            entropy = "-" if stage.entropy is None else f"{stage.entropy:.3f}"
            lines.append(f"[{i}] {stage.type:<20} {change:>18}  H {entropy}")
        lines.append(f"token {self.token.id}" if self.token else self.status)
        return "\n".join(lines)

    def html(self, texts: Texts | None = None) -> str:
        """The picture, as a piece of HTML of its own."""
        return step_html(self, self.texts if texts is None else texts)

    def _repr_html_(self) -> str:
        return self.html()
