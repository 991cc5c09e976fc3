"""Pearson's test of draws against a law."""

from __future__ import annotations

import math

import numpy as np

from .law import Law

LEAST_EXPECTED = 5.0


def tail(x: float, freedom: int) -> float:
    """P(chi-square with so many degrees of freedom >= x): Q(freedom/2, x/2)."""
    a, z = freedom / 2, x / 2
    if z <= 0:
        return 1.0
    scale = math.exp(a * math.log(z) - z - math.lgamma(a))
    if z < a + 1:  # The series of P, and its complement.
        term = total = 1 / a
        n = a
        while abs(term) > abs(total) * 1e-16:
            n += 1
            term *= z / n
            total += term
        return 1 - total * scale
    # The continued fraction of Q, by Lentz.
    b = z + 1 - a
    c, d = 1e300, 1 / b
    value = d
    for i in range(1, 10_000):
        step = -i * (i - a)
        b += 2
        d = 1 / (step * d + b)
        c = b + step / c
        value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return value * scale


def p_value(tokens: np.ndarray, law: Law) -> float:
    """How likely draws of the law differ as much; 0: one cannot be drawn.

    Tokens that are expected fewer than 5 times share one bin.
    """
    count = len(tokens)
    place = np.searchsorted(law.ids, tokens)
    inside = np.minimum(place, len(law.ids) - 1)
    if (law.ids[inside] != tokens).any():
        return 0.0
    seen = np.bincount(inside, minlength=len(law.ids)).astype(float)
    expected = law.probs / law.probs.sum() * count
    alone = expected >= LEAST_EXPECTED
    bins = [(seen[alone], expected[alone])]
    rest = expected[~alone].sum()
    if rest > 0:
        bins.append((np.array([seen[~alone].sum()]), np.array([rest])))
    all_seen = np.concatenate([s for s, _ in bins])
    all_expected = np.concatenate([e for _, e in bins])
    # A last bin of less than the least joins the smallest other.
    if rest and rest < LEAST_EXPECTED and len(all_seen) > 1:
        least = int(np.argmin(all_expected[:-1]))
        all_seen[least] += all_seen[-1]
        all_expected[least] += all_expected[-1]
        all_seen, all_expected = all_seen[:-1], all_expected[:-1]
    if len(all_seen) < 2:
        return 1.0
    statistic = float(((all_seen - all_expected) ** 2 / all_expected).sum())
    return tail(statistic, len(all_seen) - 1)
