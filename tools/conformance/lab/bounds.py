"""What an engine's float32 may be off by.

An engine rounds a logit each time that it scales or adds to it: n roundings of
numbers up to m are off by n * m * 2^-24. Its own logprob comes of a sum of V
float32 terms, each addition of which may round: V * 2^-24.
"""

from __future__ import annotations

import numpy as np

ULP = 2.0**-24

# Below this probability a token has no weight here (2^-51 of the likeliest) and
# engines keep it or not by how their exp underflows: not compared.
LEAST_PROBABILITY = 2.0**-50

# From this share of the likeliest token's weight on, weights have 24 bits or
# more here, and logprobs are compared.
COMPARED = 2.0**-27


def of_processed(row: np.ndarray, roundings: int) -> float:
    """Of a logprob that is computed in double of an engine's float32 row."""
    finite = row[np.isfinite(row)]
    return 2 * roundings * max(1.0, float(np.abs(finite).max())) * ULP


def of_logprob(row: np.ndarray) -> float:
    """Of a logprob that the engine itself sums in float32, in any order."""
    return len(row) * ULP
