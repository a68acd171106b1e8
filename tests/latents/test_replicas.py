"""Two replicas train the codebook that one device trains."""

import json
import os
import subprocess
import sys

import keras
import pytest

from tests import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(keras.config.backend() != "tensorflow", reason="TensorFlow has replicas"),
]


def test_replicas_sum_what_a_codebook_counts():
    """Counts and sums are those of the whole batch, and restarts are drawn alike."""
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", "tests.latents.two_replicas"]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.splitlines()[-1])
    many = found.pop("with restarts")
    for row in found.values():
        assert row["from one"] < 1e-5 and row["apart"] == 0.0
        assert row["logs of two"] == pytest.approx(row["logs"], rel=1e-5)
    assert many["apart"] == 0.0
    assert many["logs of two"]["restarts"] > 0
    assert many["logs of two"]["restarts"] == int(many["logs of two"]["restarts"])
