"""Two devices of JAX, by `keras.distribution.DataParallel`, train and ask the model of one."""

import json
import os
import subprocess
import sys

import keras
import pytest

from tests import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        keras.config.backend() != "jax", reason="the others share batches otherwise"
    ),
]


@pytest.fixture(scope="module")
def found():
    """Both trainings, in a process whose one processor stands for two devices."""
    flags = os.environ.get("XLA_FLAGS", "") + " --xla_force_host_platform_device_count=2"
    environment = {**os.environ, "XLA_FLAGS": flags}
    program = [sys.executable, "-m", "tests.models.sharded_training"]
    said = subprocess.run(program, check=True, capture_output=True, cwd=ROOT, env=environment)
    found = json.loads(said.stdout.splitlines()[-1])
    assert found["devices"] == 2
    return found


def test_two_devices_train_the_model_of_one(found):
    """Logs and weights after 20 steps; a codebook and a running variance among them."""
    for name, (logs, weights) in found["trained"].items():
        assert logs < 1e-5 and weights < 1e-5, name


def test_examples_that_do_not_divide_are_asked_as_on_one_device(found):
    for name, apart in found["asked"].items():
        assert apart < 1e-4, name


def test_examples_that_do_not_divide_are_evaluated_as_on_one_device(found):
    """What is repeated weighs nothing, in losses and in their parts; validation data too."""
    for name, apart in found["evaluated"].items():
        assert apart < 1e-5, name


def test_where_none_may_be_repeated_a_sentence_says_what_does_not_divide(found):
    """In training, and where only so many steps are evaluated."""
    in_fit, in_part, held_out_in_part = found["refused"]
    assert in_fit == in_part == held_out_in_part
    assert in_fit == (
        "9 examples make batches of 4 and a last one of 1, which 2 devices cannot share evenly. "
        "Choose a batch_size that 2 divides, and leave out the examples that are over: x[:8]."
    )
