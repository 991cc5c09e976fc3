"""Random calls of the whole package: documented errors, true results, no crash.

A failure prints the last calls; its seed repeats it.
"""

import inspect
import warnings
from pathlib import Path

import files
import hostile
import machine
import moves
import pytest
import rounds
import steps
from conftest import SHARE

import token_sampler as ts

pytest.importorskip("pyarrow")

SEEDS = range(max(2, int(24 * SHARE / 100)))
CALLS = 150
# (how often, actions)
ACTIONS = [(8, steps.ACTIONS), (8, moves.ACTIONS), (2, rounds.ACTIONS),
           (1, files.ACTIONS), (8, hostile.ACTIONS)]


def run(seed, folder):
    """The machine after its calls."""
    m = machine.Machine(seed, folder)
    for i in range(CALLS):
        chosen = m.rng.choices(ACTIONS, [n for n, _ in ACTIONS])[0][1]
        m.rng.choice(chosen)(m)
    m.end()
    return m


@pytest.fixture(autouse=True)
def quiet(tmp_path, monkeypatch):
    """Files of hostile names land in a folder of their own. nanobind warns of
    objects that were never made; that is no fault here."""
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("seed", SEEDS)
def test_random_calls(seed, tmp_path):
    run(seed, tmp_path)


def test_a_seed_repeats_its_calls(tmp_path):
    def names(folder):
        folder.mkdir()
        m = run(0, folder)
        return [name for name, *_ in m.trace], sorted(m.drawn.values())

    assert names(tmp_path / "a") == names(tmp_path / "b")


def every_action(folder):
    """A machine that has done each action a dozen times."""
    m = machine.Machine(1, folder)
    for _, actions in ACTIONS[:-1]:
        for action in (a for a in actions for _ in range(12)):
            action(m)
    m.end()
    return m


def public_names():
    for owner in (ts, ts.speculative):
        for name in owner.__all__:
            value = getattr(owner, name)
            if name in hostile.RESULTS or name.startswith("_"):
                continue
            if inspect.isclass(value):
                yield from (f"{name}.{member}" for member in dir(value)
                            if not member.startswith("_"))
            elif callable(value):
                yield f"{owner.__name__}.{name}"


def test_every_public_name_is_called(tmp_path: Path):
    assert set(public_names()) - every_action(tmp_path).called == set()
