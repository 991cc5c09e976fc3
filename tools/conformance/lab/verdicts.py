"""What a check found of one setting."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Finding:
    """One disagreement. size: of the exact kept set, to name the smallest."""

    kind: str
    where: str
    said: str
    size: int = 0


@dataclass
class Verdict:
    setting: str
    result: str = "PASS"
    rows: int = 0  # Compared.
    kept_rows: int = 0  # Of which the kept set was compared whole.
    logprob: float | None = None  # The largest difference,
    bound: float | None = None  # and what it may be.
    p: float | None = None  # Of the draws' chi-square.
    exact: str = ""  # Draws that parity repeats: "64 of 64".
    findings: list[Finding] = field(default_factory=list)

    @property
    def smallest(self) -> Finding | None:
        """The one with the fewest tokens to look at."""
        return min(self.findings, key=lambda f: f.size, default=None)
