"""What each stage of a pipeline did to one row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import _core
from ._html import escape, share_bar, table


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

    status is "ok", or says why the row has no token.
    """

    def __init__(self, stages: list[dict], chain: str, record: dict) -> None:
        self.chain = chain
        self.status: str = record["status"]
        self.detail: str = record["detail"]
        self.raw_count: int = record["raw_count"]
        self.raw_entropy: float | None = record["raw_entropy"]
        self.token: _core.Token | None = record["token"]
        self.stages = [
            StageStep(
                type=stage["type"],
                parameters={k: v for k, v in stage.items() if k != "type"},
                **step,
            )
            for stage, step in zip(stages, record["stages"])
        ]
        self.tokens = [TokenPath(**path) for path in record["tokens"]]

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

    def _repr_html_(self) -> str:
        stages = table(
            ["stage", "before", "kept", "mass removed", "raw mass left", "H"],
            [
                [
                    escape(stage.type),
                    stage.before,
                    stage.kept,
                    _number(stage.mass_removed),
                    share_bar(stage.mass),
                    _number(stage.entropy),
                ]
                for stage in self.stages
            ],
        )
        names = [stage.type for stage in self.stages]
        tokens = table(
            ["id", "logit", "raw p", "out p", "removed by"],
            [
                [
                    path.id,
                    _number(path.logit),
                    share_bar(path.raw_prob),
                    share_bar(path.prob),
                    "" if path.removed_by is None
                    else escape(names[path.removed_by]),
                ]
                for path in self.tokens
            ],
            marked=[
                self.token is not None and path.id == self.token.id
                for path in self.tokens
            ],
        )
        drawn = f"token {self.token.id}" if self.token else self.status
        return (
            f"<p><code>{escape(self.chain)}</code>: {escape(drawn)}</p>"
            + stages
            + tokens
        )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
