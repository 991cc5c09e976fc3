"""Arguments at random: right ones in every form that is taken, and wrong ones."""

import array
import math
from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np

import token_sampler as ts


class OnlyDLPack:
    """An array without the buffer protocol."""

    def __init__(self, values):
        self.values = values

    def __dlpack__(self, **kwargs):
        return self.values.__dlpack__(**kwargs)

    def __dlpack_device__(self):
        return self.values.__dlpack_device__()


class Raises:
    """Whatever it is asked for, it raises."""

    def __getattr__(self, name):
        raise KeyError(name)

    def __iter__(self):
        raise KeyError("iter")

    def __index__(self):
        raise KeyError("index")


@dataclass
class Given:
    """value: the argument. plain: what it means, None if it is no argument.
    problem: the status that its row has."""

    value: Any
    plain: Any = None
    problem: str = "ok"


def unaligned(values):
    data = bytearray(1 + values.nbytes)
    data[1:] = values.tobytes()
    return np.frombuffer(data, values.dtype, len(values), offset=1)


def locked(values):
    values.flags.writeable = False
    return values


FORMS = [
    lambda v: v, lambda v: v[None], lambda v: locked(v.copy()), unaligned,
    OnlyDLPack, memoryview, lambda v: array.array("f", v.tolist()),
    lambda v: v.astype(np.float16), lambda v: v.astype(np.float64),
    lambda v: v.astype(ml_dtypes.bfloat16),
    lambda v: np.stack([v, v])[::-1][1:],
    lambda v: np.concatenate([v, v])[: len(v)],
]

WRONG = [
    lambda v: np.repeat(v, 2)[::2], lambda v: v[::-1], lambda v: v.tolist(),
    lambda v: np.stack([v, v]), lambda v: v[None, None],
    lambda v: np.float32(3), lambda v: v.astype(np.int32),
    lambda v: v.astype(bool), lambda v: v.astype(np.complex64),
    lambda v: v.astype(">f4"), lambda v: v.astype(object),
    lambda v: v.tobytes(), lambda v: np.ma.array(v, mask=v > 0),
    lambda v: None, lambda v: "row", lambda v: Raises(),
    lambda v: np.asfortranarray(np.stack([v, v]))[:1],
]


def logits(rng, size):
    """Eighths, which every type holds; many are tied."""
    values = np.random.default_rng(rng.randrange(40)).normal(0, 3, size)
    return np.round(values * 8).astype(np.float32) / 8


def row(rng, size):
    values = logits(rng, size)
    kind = rng.randrange(20)
    if kind == 0:
        return Given(rng.choice(WRONG)(values))
    if kind == 1:
        values[rng.randrange(size)] = math.nan
        return Given(values, values, "nan")
    if kind == 2:
        values[rng.randrange(size)] = math.inf
        return Given(values, values, "infinite")
    if kind == 3:
        values[:] = -math.inf
        return Given(values, values, "no_candidate")
    if kind == 4:
        other = rng.choice([0, 1, size - 1, size + 1, 2 * size])
        return Given(np.resize(values, other), values, "wrong_size")
    if kind < 8:
        values[rng.sample(range(size), size // 2)] = -math.inf
    return Given(rng.choice(FORMS)(values), values.astype(np.float64))


def mask(rng, size):
    bits = np.random.default_rng(rng.randrange(40)).random(size) < 0.6
    words = ts.pack_mask(bits)
    kind = rng.randrange(8)
    if kind == 0:
        wrong = [words.astype(np.int64), words.tolist(), bits, unaligned(words),
                 np.repeat(words, 2)[::2], np.stack([words, words]), Raises()]
        return Given(rng.choice(wrong))
    if kind == 1:  # Spare words mean nothing, absent ones ban.
        return Given(np.append(words, words), words)
    if kind == 2:
        return Given(words[:-1], words[:-1])
    if kind == 3:
        return Given(words * 0, words * 0, "no_candidate")
    forms = [words, words.view(np.int32), words[None], locked(words.copy())]
    return Given(rng.choice(forms), words)


def uniform(rng):
    kind = rng.randrange(6)
    if kind == 0:
        return Given(rng.choice(["x", [0.1, 0.2], {}, object()]))
    if kind == 1:
        wrong = rng.choice([1.0, -0.1, math.nan, math.inf])
        return Given(wrong, wrong, "wrong_input")
    value = rng.random()
    return Given(rng.choice([value, np.float64(value), [value]]), value)


def integer(rng, least, most):
    """Within the bounds, most of the time."""
    kind = rng.randrange(8)
    if kind == 0:
        return Given(rng.choice([1.5, "1", None, [1], object(), Raises()]))
    if kind == 1:
        return Given(rng.choice([least - 1, most + 1, 2**70, -(2**70)]))
    value = rng.choice([least, most, rng.randint(least, most)])
    forms = [value, np.int64(value) if value < 2**63 else value]
    return Given(rng.choice(forms), value)


def ids(rng, size):
    """Up to three token ids."""
    values = [rng.randrange(size) for _ in range(rng.randrange(4))]
    kind = rng.randrange(10)
    if kind == 0:
        return Given(rng.choice([[size], [-1], [0.5], ["a"], 3, Raises(),
                                 [[1], [2]], np.zeros(2)]))
    forms = [list, tuple, lambda v: np.array(v, np.int64),
             lambda v: np.array([v], np.int32),
             lambda v: np.repeat(np.array(v, np.int32), 2)[::2], iter]
    return Given(rng.choice(forms)(values), values)
