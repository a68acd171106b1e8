"""Encoder and decoder: what goes in and comes out, and what they say when it does not fit."""

import importlib
import inspect
import json
import pkgutil

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose

import keras_vae
from keras_vae import Decoder, Encoder
from keras_vae.distributions import (
    Bernoulli,
    Categorical,
    ContinuousBernoulli,
    MultivariateNormal,
    Normal,
)
from keras_vae.layers import ConvBody, ConvTransposeBody, DenseBody, NormalHead
from tests.oracles.gradients import value

RNG = np.random.default_rng(0)
X = RNG.normal(size=(3, 8, 4, 2)).astype("float32")
Z = RNG.normal(size=(3, 5, 2)).astype("float32")


@pytest.mark.parametrize(
    ("head", "family"),
    [
        ("normal", Normal),
        ("multivariate_normal", MultivariateNormal),
        ("bernoulli", Bernoulli),
        ("continuous_bernoulli", ContinuousBernoulli),
        ("categorical", Categorical),
        (NormalHead(0.1), Normal),
    ],
    ids=str,
)
def test_heads_by_name(head, family):
    decoder = Decoder((3,), hidden_units=(), head=head)
    decoder.build((None, 2))
    d = decoder.distribution(value(decoder, Z[:, 0]))
    assert type(d) is decoder.head.family is family
    assert (d.batch_shape, d.event_shape) == ((3,), (3,))


def test_without_hidden_units_a_network_is_linear():
    encoder, decoder = Encoder(2, hidden_units=()), Decoder((8, 4, 2), hidden_units=())
    encoder.build(X.shape)
    decoder.build((None, 2))
    assert len(encoder.weights) == 4 and len(decoder.weights) == 2
    kernel, bias = encoder.head.loc.get_weights()
    loc = X.reshape(3, -1) @ kernel + bias
    assert_allclose(value(encoder, X)["loc"], loc, rtol=1e-4, atol=1e-5)
    kernel, bias = decoder.get_weights()
    logits = (Z[:, 0] @ kernel + bias).reshape(X.shape)
    assert_allclose(value(decoder, Z[:, 0])["logits"], logits, rtol=1e-4, atol=1e-5)


def convolutional():
    return Decoder((4, 2, 1), body=ConvTransposeBody((4, 2, 1), (3,)), head=NormalHead("shared"))


@pytest.mark.parametrize(
    "make",
    [
        convolutional,
        lambda: Decoder((3,), hidden_units=(4,), head="multivariate_normal"),
        lambda: Decoder((2, 3), hidden_units=(4,), head="categorical"),
    ],
)
def test_draws_are_folded_into_the_batch(make):
    """Draws go through the body like examples and come out where they were."""
    decoder = make()
    decoder.build((None, 2))
    together, alone = value(lambda z: (decoder(z), decoder(ops.reshape(z, (15, 2)))), Z)
    for name, parameter in together.items():
        assert parameter.shape[:2] == (3, 5)
        assert_allclose(parameter.reshape(alone[name].shape), alone[name], rtol=1e-5, atol=1e-6)
    d = decoder.distribution(together)
    assert (d.batch_shape, d.event_shape) == ((3, 5), decoder.event_shape)


def test_any_model_is_a_body():
    inputs = keras.Input((8, 4, 2))
    outputs = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3)(inputs))
    encoder = Encoder(3, body=keras.Model(inputs, outputs), head="multivariate_normal")
    encoder.build(X.shape)
    assert encoder.distribution(value(encoder, X)).event_shape == (3,)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Encoder(2, hidden_units=(4,), activation="tanh"),
        lambda: Encoder(2, body=ConvBody((3,)), head="multivariate_normal", name="own"),
        lambda: Decoder((8, 4, 2), hidden_units=(), head=NormalHead("optimal")),
        convolutional,
    ],
)
def test_configuration(make):
    network = make()
    config = json.dumps(keras.saving.serialize_keras_object(network))
    again = keras.saving.deserialize_keras_object(json.loads(config))
    assert json.dumps(keras.saving.serialize_keras_object(again)) == config
    inputs = X if isinstance(network, Encoder) else Z
    for one in (network, again):
        one.build(inputs.shape)
    again.set_weights(network.get_weights())
    found, expected = value(lambda inputs: (again(inputs), network(inputs)), inputs)
    for name, parameter in expected.items():
        assert_allclose(found[name], parameter, rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Encoder(2),
            "Encoder needs either `hidden_units` (widths of dense layers, () for a linear map) or "
            "`body` (any Keras layer or model), and not both; received hidden_units=None and "
            "body=None.",
        ),
        (
            lambda: Decoder((3,), hidden_units=(), head="gaussian"),
            "`head` must be one of 'normal', 'multivariate_normal', 'bernoulli', "
            "'continuous_bernoulli', 'categorical', 'poisson' or a head object such as "
            "keras_vae.layers.NormalHead(scale='shared'); received head='gaussian'.",
        ),
        (
            lambda: Encoder(0, hidden_units=()),
            "`latent_dim` must be a positive integer; received latent_dim=0.",
        ),
        (
            lambda: Decoder((3, -1), hidden_units=()),
            "`output_shape` must be positive integers; received output_shape=(3, -1).",
        ),
        (
            lambda: Encoder(2, hidden_units=(4, 2.5)),
            "`hidden_units` must be positive integers; received hidden_units=(4, 2.5).",
        ),
        (
            lambda: ConvBody((3, 0)),
            "`filters` must be positive integers; received filters=(3, 0).",
        ),
        (
            lambda: ConvBody((3,))(X[..., 0]),
            "A kernel of size (3, 3) takes examples of shape (height, width, channels); received "
            "examples of shape (8, 4). Add a channel axis, x[..., None], or give the kernel one "
            "width for each axis.",
        ),
        (
            lambda: ConvTransposeBody((8, 6, 1), (4, 3)),
            "2 transposed convolutions double an image 2 times, so height and width must be "
            "divisible by 4; received image_shape=(8, 6, 1). Use fewer filters or pad the images.",
        ),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError) as error:
        make()
    assert str(error.value) == message


def test_both_hidden_units_and_a_body():
    with pytest.raises(ValueError, match=r"and not both; received hidden_units=\(4,\)"):
        Encoder(2, hidden_units=(4,), body=DenseBody((4,)))


def test_no_two_classes_are_registered_under_one_name():
    """Keras keeps the last one without a word, and the other one can no longer be loaded."""
    for module in pkgutil.walk_packages(keras_vae.__path__, "keras_vae."):
        for one in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(one) and one.__module__ == module.name:
                name = keras.saving.get_registered_name(one)
                assert ">" not in name or keras.saving.get_registered_object(name) is one, name
