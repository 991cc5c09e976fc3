"""Any public method with whatever comes to hand, dead and unborn objects too."""

import inspect
import math

import given
import machine
import plain

import token_sampler as ts

CLASSES = (ts.Pipeline, ts.Sequence, ts.Token, ts.Tokens, ts.Distribution,
           ts.Logprobs, ts.Rewinder, ts.RewindAnswer, ts.Phrase, ts.Logger,
           ts.speculative.Round, ts.speculative.TreeRound,
           ts.speculative.Verdict)
FUNCTIONS = [(owner, name) for owner in (ts, ts.speculative)
             for name in owner.__all__
             if inspect.isbuiltin(getattr(owner, name))
             or inspect.isroutine(getattr(owner, name))]
# What users get from calls, and read: plain classes of Python.
RESULTS = {"Explanation", "ExportEntry", "ExportReport", "ImportReport", "Log",
           "LogRow", "LogSequence", "Replay", "ReportEntry", "RowError"}
KEYS = (*machine.DOCUMENTED, KeyError)


def unborn(kind):
    """An object whose __init__ has not run."""
    return kind.__new__(kind)


def things(m):
    """Arguments: nothing of them that others still use is handed out itself."""
    text = m.text()
    size = text.size
    pipeline = m.pipelines[text.chain, size]
    row = given.logits(m.rng, size)
    return [None, 3, -1, 0, 2**70, 1.5, math.nan, "x", "", b"y", [], {}, (),
            object(), given.Raises(), row, [row], row[:0], pipeline, [pipeline],
            text.sequence.copy(), [text.sequence.copy()], lambda i: row,
            ts.speculative.Round(), ts.Rewinder(["ab"]), ts.Sequence,
            m.tokens[-1][0] if m.tokens else None,
            unborn(m.rng.choice(CLASSES)), m.folder / "a", "balanced",
            [unborn(m.rng.choice(CLASSES))] * 2]


def target(m, kind):
    """An object of that class; sometimes one that was never made."""
    if m.rng.random() < 0.1:
        return unborn(kind)
    text = m.text()
    pipeline = m.pipelines["balanced", text.size]
    row = given.logits(m.rng, text.size)
    sequence = pipeline.sequence(seed=1)
    return {
        ts.Pipeline: lambda: pipeline,
        ts.Sequence: lambda: text.sequence.copy(),
        ts.Token: lambda: pipeline.sample(row, sequence),
        ts.Tokens: lambda: pipeline.sample_batch(row, [sequence], logprobs=1),
        ts.Distribution: lambda: pipeline.process(row, sequence),
        ts.Logprobs: lambda: pipeline.sample_batch(
            row, [sequence], logprobs=1).logprobs,
        ts.Rewinder: lambda: ts.Rewinder(["ab"]),
        ts.RewindAnswer: lambda: ts.Rewinder(["ab"]).finish(sequence),
        ts.Phrase: lambda: ts.Phrase("a"),
        ts.Logger: lambda: ts.Logger(m.path(), text.size),
        ts.speculative.Round: ts.speculative.Round,
        ts.speculative.TreeRound: ts.speculative.TreeRound,
        ts.speculative.Verdict: lambda: ts.speculative.match(
            [], [], [pipeline.process(row, sequence)], sequence),
    }[kind]()


# The doors that a program passes without naming them.
DOORS = ["__eq__", "__repr__", "__init__", "__setstate__", "__getstate__",
         "__len__", "__getitem__", "__contains__", "__iter__", "__copy__",
         "__deepcopy__", "__hash__", "__int__", "__reduce__", "_repr_html_"]


def method(m):
    kind = m.rng.choice(CLASSES)
    names = [n for n in dir(kind) if not n.startswith("_")]
    name = m.rng.choice(names + [n for n in DOORS if hasattr(kind, n)])
    call(m, target(m, kind), name)


def function(m):
    call(m, *m.rng.choice(FUNCTIONS))


def call(m, owner, name):
    pool = things(m)
    arguments = [m.rng.choice(pool) for _ in range(m.rng.randrange(5))]
    named = {}
    if m.rng.random() < 0.2:
        named[m.rng.choice(["seed", "mask", "threads", "logprobs", "top",
                            "nosuch", "uniform", "sequence", "rows"])] = (
            m.rng.choice(pool))
    if not inspect.ismodule(owner) and not callable(getattr(type(owner), name)):
        arguments, named = [], {}  # A property.
    result = m.do(owner, name, *arguments, allowed=KEYS, **named)
    if inspect.isgenerator(result):
        try:
            next(result, None)
        except KEYS:
            pass


def mend(m):
    """Whatever a hostile call did to a pipeline, it is made anew."""
    chain, size, pipeline = m.pipeline()
    m.check(pipeline.vocab_size == size
            and pipeline == ts.Pipeline(plain.CHAINS[chain], size),
            "a pipeline has changed")


ACTIONS = [method, method, method, function, function, mend]
