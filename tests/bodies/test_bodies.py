"""Bodies: dense is a product and a nonlinearity, convolutions halve and double."""

import numpy as np
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
