"""Two replicas of TensorFlow's MirroredStrategy train the model of one device."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest

from tests import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        keras.config.backend() != "tensorflow", reason="tf.distribute is TensorFlow's"
    ),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Both trainings, in a process whose one processor stands for two devices."""
    path = tmp_path_factory.mktemp("replicas") / "found.json"
    program = [sys.executable, "-m", "tests.models.mirrored_training", str(path)]
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1"}
    subprocess.run(program, check=True, capture_output=True, cwd=ROOT, env=environment)
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["built", "unbuilt"])
def test_two_replicas_train_the_model_of_one_device(found, name):
    one, two = found[name]
    assert one["logs"].keys() == two["logs"].keys() and one["step"] == two["step"] == 4
    for key, values in one["logs"].items():
        np.testing.assert_allclose(two["logs"][key], values, rtol=1e-5, err_msg=key)
    np.testing.assert_allclose(two["logs"]["beta"], [0.125, 0.375], rtol=1e-6)
    for a, b in zip(one["weights"], two["weights"], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_a_running_variance_is_that_of_all_replicas(found):
    """Each fits its own σ to its half of the batch; what is kept is the mean of both."""
    one, two = found["variance"]
    np.testing.assert_allclose(two, one, rtol=1e-5)
