"""What every test starts from: a backend, quiet logs, the same seed; and what one backend proves.

A test marked `one_backend(reason)` runs on PyTorch, whose suite is the shortest. On the others it
is deselected, and pytest says at the end how many were, and why.
"""

import gc
import os
from collections import Counter

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("MPLBACKEND", "agg")

import keras
import pytest

HOST = "torch"
LEFT_OUT = pytest.StashKey[Counter[str]]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    reasons: Counter[str] = Counter()
    here, elsewhere = [], []
    for item in items:
        mark = item.get_closest_marker("one_backend")
        if mark is None or keras.config.backend() == HOST:
            here.append(item)
        else:
            elsewhere.append(item)
            reasons[mark.args[0]] += 1
    config.stash[LEFT_OUT] = reasons
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = here


def pytest_collection_finish():
    """What was imported stays; looking at it again and again takes a twentieth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def pytest_terminal_summary(terminalreporter, config):
    for reason, number in config.stash.get(LEFT_OUT, Counter()).items():
        terminalreporter.write_line(f"LEFT TO {HOST} [{number}] {reason}")


@pytest.fixture(autouse=True)
def seed():
    keras.utils.set_random_seed(0)


@pytest.fixture
def large_chunks(monkeypatch):
    """Thousands of draws in few calls of `predict`: of a small model a call takes longer."""
    monkeypatch.setattr("keras_vae.estimators.log_weights.DRAWS", 2000)
