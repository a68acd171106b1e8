"""A killed training goes on where its last whole epoch ended."""

import os
import signal
import subprocess
import sys

import keras
import numpy as np
import pytest

from tests import ROOT
from tests.models import killed_training


def train_and_kill(folder, epoch):
    folder.mkdir()
    environment = {**os.environ, "KERAS_BACKEND": keras.config.backend()}
    program = [sys.executable, "-m", "tests.models.killed_training"]
    command = [*program, str(folder), str(epoch)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.mark.slow
def test_a_killed_training_resumes_with_the_same_beta_trajectory_and_weights(tmp_path):
    """In another process than the one that was killed."""
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    done = train_and_kill(killed, epoch=3)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len((killed / "trajectory.txt").read_text().splitlines()) == 3
    killed_training.main(killed)
    straight.mkdir()
    killed_training.main(straight)

    expected = (straight / "trajectory.txt").read_text().splitlines()
    assert expected[0] == "0 4 0.125000"  # the last step of epoch 0 saw β = 3/24
    # Three whole epochs before the kill; the epoch in flight is trained anew.
    assert (killed / "trajectory.txt").read_text().splitlines() == expected
    # Weights, optimizer, step counter and noise came back: the outcome is the same training.
    np.testing.assert_allclose(
        np.loadtxt(killed / "means.txt"), np.loadtxt(straight / "means.txt"), rtol=1e-5, atol=1e-6
    )
