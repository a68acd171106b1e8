"""Two devices train the model of one, in the way of each backend."""

import json
import os
import re
import subprocess
import sys

import pytest

from tests import ROOT


@pytest.mark.slow
def test_two_devices_train_the_model_of_one():
    """In a process of its own: how many devices there are is said before a backend is imported."""
    program = [sys.executable, "examples/several_devices.py"]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1", "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        program, check=True, capture_output=True, text=True, cwd=ROOT, env=environment
    )
    lines = run.stdout.splitlines()
    said = re.search(r"20 steps: losses differ by (\S+) of .* weights by (\S+)\.$", lines[-1])
    loss, weights = map(json.loads, said.groups())
    assert loss < 1e-5 and weights < 1e-4
    losses = [json.loads(number) for number in re.findall(r"loss (\S+) on one", run.stdout)]
    assert len(losses) == 5 and losses[-1] < losses[0] - 0.1  # it has trained
