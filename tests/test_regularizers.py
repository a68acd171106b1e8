"""The Bernoulli KL penalty: the formula exactly, whatever the batch, and finite at 0 and 1."""

import json

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_vae import Autoencoder
from keras_vae.regularizers import BernoulliKL
from tests.oracles.exact import gaussian_data, train


def formula(target, activations, weight=1.0):
    mean = np.asarray(activations, "float64").mean(axis=0)
    nats = target * np.log(target / mean) + (1 - target) * np.log((1 - target) / (1 - mean))
    return weight * nats.sum()


def penalty(regularizer, activations):
    """What a layer with this activity regularizer adds to the loss."""
    layer = layers.Activation("linear", activity_regularizer=regularizer)
    layer(ops.convert_to_tensor(np.asarray(activations, "float32")))
    return float(ops.convert_to_numpy(layer.losses[0]))


def codes(shape, seed=0):
    return np.random.default_rng(seed).beta(0.5, 2.0, shape).astype("float32")


@pytest.mark.parametrize(
    ("target", "mean", "nats"), [(0.3, 0.7, 0.338919144155), (0.05, 0.2, 0.093943026024)]
)
def test_worked_cases(target, mean, nats):
    activations = mean + 0.1 * np.array([[-1.0], [0.0], [1.0]])
    assert penalty(BernoulliKL(target), activations) == pytest.approx(nats, abs=1e-6)
    assert penalty(BernoulliKL(target, 2.5), activations) == pytest.approx(2.5 * nats, abs=2e-6)


@pytest.mark.parametrize("shape", [(1, 4), (7, 20), (64, 3), (5, 4, 3, 2)])
def test_formula_for_any_batch_and_shape(shape):
    activations = codes(shape)
    expected = formula(0.1, activations, 0.7)
    assert penalty(BernoulliKL(0.1, 0.7), activations) == pytest.approx(expected, rel=1e-5)


def test_a_batch_and_its_copies_have_one_penalty():
    activations = codes((8, 5))
    once = penalty(BernoulliKL(0.1), activations)
    assert penalty(BernoulliKL(0.1), np.tile(activations, (8, 1))) == pytest.approx(once, rel=1e-6)


def test_zero_at_the_target_and_nowhere_else():
    assert penalty(BernoulliKL(0.05), np.full((6, 4), 0.05)) == pytest.approx(0.0, abs=1e-6)
    for mean in (0.04, 0.06, 0.5):
        assert penalty(BernoulliKL(0.05), np.full((6, 1), mean)) > 1e-4


@pytest.mark.parametrize("target", [0.05, 0.5, 0.95])
def test_finite_where_a_unit_is_always_off_or_always_on(target):
    for mean in (0.0, 1.0):
        nats = penalty(BernoulliKL(target), np.full((6, 1), mean))
        share = target if mean == 0.0 else 1.0 - target
        # -log ε nats for the share that is never met, less the entropy of the target.
        entropy = -target * np.log(target) - (1 - target) * np.log(1 - target)
        assert nats == pytest.approx(-share * np.log(1e-7) - entropy, abs=1e-4)


@pytest.mark.parametrize("bias", [-200.0, 0.0, 200.0])
def test_one_step_from_saturation_is_finite(bias):
    """Sigmoids that are exactly 0 or 1 have finite gradients, and open ones move to the target."""
    hidden = layers.Dense(3, "sigmoid", activity_regularizer=BernoulliKL(0.05, 10.0))
    model = Autoencoder(hidden, layers.Dense(5))
    model.build((None, 5))
    hidden.bias.assign(np.full(3, bias))
    x, _ = gaussian_data(np.full(5, 0.01))
    before = model.encode(x).mean()
    assert before == {-200.0: 0.0, 0.0: pytest.approx(0.5, abs=0.01), 200.0: 1.0}[bias]
    model.compile(keras.optimizers.SGD(0.01))
    loss = model.train_on_batch(x, return_dict=True)["loss"]
    assert np.isfinite(loss)
    assert all(np.all(np.isfinite(weight)) for weight in model.get_weights())
    after = model.encode(x).mean()
    assert after < before if bias == 0.0 else after == before


def test_loss_is_reconstruction_plus_penalty():
    hidden = layers.Dense(6, "sigmoid", activity_regularizer=BernoulliKL(0.1, 0.3))
    model = Autoencoder(hidden, layers.Dense(5))
    x, _ = gaussian_data([1.0, 2.0, 3.0, 0.5, 0.2], examples=20)
    model.compile()
    logs = model.evaluate(x, batch_size=20, return_dict=True, verbose=0)
    expected = formula(0.1, model.encode(x), 0.3)
    assert logs["loss"] - logs["reconstruction_loss"] == pytest.approx(expected, rel=1e-4)


def test_l1_of_keras_is_a_sum_over_units_per_example():
    hidden = layers.Dense(6, "tanh", activity_regularizer=keras.regularizers.L1(0.3))
    model = Autoencoder(hidden, layers.Dense(5))
    x, _ = gaussian_data([1.0, 2.0, 3.0, 0.5, 0.2], examples=20)
    model.compile()
    logs = model.evaluate(x, batch_size=5, return_dict=True, verbose=0)
    expected = 0.3 * np.abs(model.encode(x)).sum(axis=1).mean()
    assert logs["loss"] - logs["reconstruction_loss"] == pytest.approx(expected, rel=1e-4)


def test_training_brings_every_unit_to_the_target():
    hidden = layers.Dense(6, "sigmoid", activity_regularizer=BernoulliKL(0.1, 100.0))
    model = Autoencoder(hidden, layers.Dense(5))
    x, _ = gaussian_data([1.0, 2.0, 3.0, 0.5, 0.2], examples=20)
    train(model, x, steps=300)
    np.testing.assert_allclose(model.encode(x).mean(axis=0), 0.1, atol=0.01)


def test_penalty_of_bfloat16_is_float32():
    layer = layers.Activation(
        "sigmoid", dtype="mixed_bfloat16", activity_regularizer=BernoulliKL(0.1)
    )
    outputs = layer(ops.convert_to_tensor(codes((9, 4))))
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    (loss,) = layer.losses
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
    expected = formula(0.1, ops.convert_to_numpy(ops.cast(outputs, "float32")))
    assert float(ops.convert_to_numpy(loss)) == pytest.approx(expected, rel=1e-4)


def test_configuration_goes_through_json():
    layer = layers.Dense(3, activity_regularizer=BernoulliKL(0.05, weight=0.2))
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    again = keras.saving.deserialize_keras_object(config).activity_regularizer
    assert isinstance(again, BernoulliKL)
    assert again.get_config() == {"target": 0.05, "weight": 0.2}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((0.0,), "`target` of BernoulliKL .* received target=0.0"),
        ((1.0,), "between 0 and 1"),
        ((float("nan"),), "received target=nan"),
        ((0.1, -1.0), "`weight` of BernoulliKL must be a number of at least 0; received -1.0"),
        ((0.1, float("inf")), "received inf"),
    ],
)
def test_bad_arguments_get_a_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        BernoulliKL(*arguments)
