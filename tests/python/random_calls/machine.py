"""A machine that calls the package at random and holds it to what is written.

Every call goes through `Machine.do`: it succeeds, or raises an exception that
the package documents. What must succeed or must fail is told by the caller.
"""

import inspect
import random
from collections import deque

import numpy as np
import plain

import token_sampler as ts

# RowError is a ValueError, FileNotFoundError and FileExistsError are OSErrors.
DOCUMENTED = (TypeError, ValueError, RuntimeError, IndexError, OSError,
              NotImplementedError)

# What tells of a missing check: a C++ exception that reached Python by chance.
ACCIDENTS = ("bad_cast", "bad_alloc", "bad_array", "std::")


class Refused:
    """What `do` returns where the call raised."""

    def __init__(self, error):
        self.error = error

    def __bool__(self):
        return False


def shown(value):
    """What was never made has no repr."""
    try:
        return repr(value)[:150]
    except DOCUMENTED + (KeyError,):
        return f"a {type(value).__name__} that cannot be shown"


class Machine:
    def __init__(self, seed, folder):
        self.rng = random.Random(seed)
        self.folder = folder
        self.called, self.trace = set(), deque(maxlen=15)
        self.pipelines = {
            (chain, size): ts.Pipeline(config, size)
            for chain, config in plain.CHAINS.items() for size in plain.SIZES
        }
        self.texts = [self.new_text() for _ in range(4)]
        self.tokens = []  # (token, chain, size)
        self.views = []  # (array, what it held)
        self.drawn = {}  # What was drawn, by all that it may depend on.
        self.files = 0

    def do(self, owner, name, *arguments, legal=None, allowed=DOCUMENTED,
           **named):
        """owner.name(...), or the property owner.name without `arguments`."""
        where = (owner if inspect.ismodule(owner) else type(owner)).__name__
        self.called.add(f"{where}.{name}")
        self.trace.append((f"{where}.{name}", arguments, named))
        try:
            attribute = getattr(owner, name)
            result = (attribute(*arguments, **named) if callable(attribute)
                      else attribute)
        except allowed as error:
            assert legal is not True, self.story(f"refused: {error!r}")
            assert not any(a in str(error) for a in ACCIDENTS), self.story(
                repr(error))
            return Refused(error)
        except BaseException as error:
            raise AssertionError(
                self.story(f"undocumented: {error!r}")) from error
        assert legal is not False, self.story(f"taken: {result!r:.200}")
        return result

    def story(self, end):
        lines = [f"{name}{shown(arguments)} {shown(named)}"
                 for name, arguments, named in self.trace]
        return "\n".join(["the last calls:", *lines, end])

    def check(self, holds, what):
        assert holds, self.story(what)

    # ---- Things ------------------------------------------------------------

    def pipeline(self):
        """(chain, size, pipeline)"""
        (chain, size), pipeline = self.rng.choice(list(self.pipelines.items()))
        return chain, size, pipeline

    def new_text(self):
        chain, size, pipeline = self.pipeline()
        seed, stream = self.rng.randrange(5), self.rng.randrange(3)
        prompt = [self.rng.randrange(size) for _ in range(self.rng.randrange(3))]
        sequence = pipeline.sequence(seed=seed, stream=stream, prompt=prompt)
        return plain.Text(sequence, chain, size, seed, stream, prompt)

    def text(self):
        return self.rng.choice(self.texts)

    def keep(self, text):
        """In the place of another, which dies."""
        if len(self.texts) < 6:
            self.texts.append(text)
        else:
            self.texts[self.rng.randrange(6)] = text

    def path(self):
        self.files += 1
        return self.folder / f"{self.files}.safetensors"

    def look_at(self, array):
        """Checks at the end that the array still holds what it held."""
        if array.size and len(self.views) < 200:
            self.views.append((array, array.copy()))

    def same_as_ever(self, text, key, token):
        """The same text, row and inputs have drawn the same token before."""
        key = (text.chain, text.size, text.sequence.snapshot(), key)
        before = self.drawn.setdefault(key, (token.id, token.bits))
        self.check(before == (token.id, token.bits), f"drew {before} before")

    def end(self):
        for text in self.texts:
            text.check()
        for array, held in self.views:
            self.check(np.array_equal(array, held, equal_nan=True),
                       "an array has changed")
