"""Bodies: dense is a product and a nonlinearity, convolutions halve and double."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_vae.layers import ConvBody, ConvTransposeBody, DenseBody
from tests.oracles.gradients import value

X = np.random.default_rng(0).normal(size=(3, 8, 4, 2)).astype("float32")


def test_dense_body():
    body = DenseBody((5, 4), activation="tanh")
    body.build(X.shape)
    first, b, second, c = body.get_weights()
    hidden = np.tanh(X.reshape(3, -1) @ first + b)
    assert_allclose(value(body, X), np.tanh(hidden @ second + c), rtol=1e-4, atol=1e-5)


def test_no_units_are_the_identity():
    body = DenseBody(())
    assert_allclose(body(X), X.reshape(3, -1))
    assert not body.variables


def test_convolutional_bodies_halve_and_double():
    down, up = ConvBody((3, 4), kernel_size=5), ConvTransposeBody((8, 4, 2), (4, 3), kernel_size=2)
    shape = (None, 8, 4, 2)
    for layer in down.stack:
        assert layer.kernel_size == (5, 5)
        shape = layer.compute_output_shape(shape)
    assert tuple(shape) == (None, 2, 1, 4)
    shape = (None, *up.small)
    for layer in up.stack:
        assert layer.kernel_size == (2, 2)
        shape = layer.compute_output_shape(shape)
    assert tuple(shape) == (None, 8, 4, 3)


@pytest.mark.one_backend("shapes are looked at, and nothing is computed")
@pytest.mark.parametrize(
    "make",
    [
        lambda: ConvBody((3,)).build((None, 3, 8, 8)),
        lambda: ConvTransposeBody((4, 8, 8), (3,)),
    ],
)
def test_channels_that_come_first_are_told(make, monkeypatch):
    """A warning where the shape alone tells, an error where Keras was told so, too."""
    with pytest.warns(UserWarning, match=r"channels first, so it looks.*: \(8, 8, [34]\)"):
        make()
    monkeypatch.setattr(keras.config, "image_data_format", lambda: "channels_first")
    with pytest.raises(ValueError, match=r"image_data_format\(\) says so.*np.moveaxis\(x, 1, -1\)"):
        make()


@pytest.mark.one_backend("shapes are looked at, and nothing is computed")
def test_channels_first_that_cannot_be_halved_are_told():
    """The first axis is 1, and no height: that it is not divisible is beside the point."""
    with pytest.raises(ValueError, match="have their channels first, so it looks"):
        ConvTransposeBody((1, 28, 28))


@pytest.mark.one_backend("shapes are looked at, and nothing is computed")
@pytest.mark.parametrize("order", ["channels_first", "channels_last"])
def test_channels_last_are_taken_whatever_keras_was_told(order, monkeypatch):
    monkeypatch.setattr(keras.config, "image_data_format", lambda: order)
    ConvBody((3,)).build((None, 8, 8, 3))
    ConvTransposeBody((8, 8, 1), (3,))
    if order == "channels_last":
        ConvBody((3,)).build((None, 1, 8, 16))  # a row of features is no image
