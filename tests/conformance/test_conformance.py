"""Every model and every layer runs through every check of `tests/conformance`."""

import keras
import pytest

from tests.conformance import LAYER_CHECKS, case, checks_of, feeding, structure
from tests.conformance.factories import LAYERS, MODELS

STEPS_PER_EXECUTION = [1] if keras.config.backend() == "torch" else [1, 4]  # torch has no more


@pytest.mark.parametrize(
    ("check", "factory"),
    [case(check, *item) for item in MODELS.items() for check in checks_of(item[1])],
)
def test_model(check, factory):
    check(factory)


@pytest.mark.parametrize(
    ("check", "factory"), [case(check, *item) for item in LAYERS.items() for check in LAYER_CHECKS]
)
def test_layer(check, factory):
    check(factory)


def test_training_is_seen_inside():
    structure.check_training_is_seen_inside(MODELS["noisy_body"])


@pytest.mark.parametrize("kind", feeding.KINDS)
def test_fed_by(kind):
    feeding.check_fed_by(kind, MODELS["bernoulli"])


@pytest.mark.parametrize("name", ["bernoulli", "missing_values"])
def test_endless_generator(name):
    feeding.check_endless_generator(MODELS[name])


@pytest.mark.parametrize("name", ["bernoulli", "missing_values"])
def test_validation_split(name):
    feeding.check_validation_split(MODELS[name])


@pytest.mark.parametrize("steps", STEPS_PER_EXECUTION)
def test_steps_per_execution(steps):
    feeding.check_steps_per_execution(steps, MODELS["several_draws"])


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_compiled(policy):
    feeding.check_half_precision_compiled(policy, MODELS["convolutional"])
