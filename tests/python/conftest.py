"""What all tests of the package share: rows, and engines that may be absent."""

import importlib
import os
import warnings
from pathlib import Path

import numpy as np
import pytest

import token_sampler as ts

SOURCE = Path(__file__).resolve().parents[2]
DATA = SOURCE / "tests" / "data"
V = 1000

# A percentage: tests that take seconds do that share of their cases.
SHARE = float(os.environ.get("SAMPLER_TEST_SHARE", "100"))


def share_of(cases):
    """Every n-th case, at least one."""
    return cases[:: max(1, int(100 // SHARE))]



def make_row(seed=0, size=V):
    """Gaussian logits, some of them tied."""
    row = np.random.default_rng(seed).normal(0, 3, size)
    return np.round(row * 32).astype(np.float32) / 32


@pytest.fixture
def row():
    return make_row()


@pytest.fixture
def pipeline():
    return ts.Pipeline("balanced", V)


@pytest.fixture
def sequence(pipeline):
    return pipeline.sequence(seed=42, prompt=[1, 2])


def engine(name):
    """The module of a real engine; its tests are skipped, loudly, without."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        why = f"{name} is not installed: its tests are SKIPPED ({error})"
        warnings.warn(why)
        pytest.skip(why, allow_module_level=True)


def model_folder():
    """SmolLM2-135M-Instruct as safetensors, where SAMPLER_MODEL_DIR names it."""
    folder = os.environ.get("SAMPLER_MODEL_DIR")
    if not folder:
        why = "SAMPLER_MODEL_DIR names no model: tests on real rows are SKIPPED"
        warnings.warn(why)
        pytest.skip(why)
    return folder


def pytest_sessionfinish(session):
    """Ends with 5, as without any test, where all were skipped."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    ran = {name for name, found in reporter.stats.items() if name and found}
    if ran and ran <= {"skipped", "warnings"}:
        session.exitstatus = 5
