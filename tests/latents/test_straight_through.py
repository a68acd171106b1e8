"""Forward the codes, bit by bit; backward straight through, or turned as the feature was."""

import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae.latents.straight_through import rotation, straight_through
from tests.oracles.gradients import gradient, value

RNG = np.random.default_rng(1)
H, Q, OUTSIDE = RNG.normal(size=(3, 50, 4)).astype("float32")


@pytest.mark.parametrize("through", [straight_through, rotation])
def test_forward_is_the_code(through):
    assert_array_equal(value(through, 1e3 * H, Q), Q)


def pulled(through, h, q, outside):
    """The gradient at the feature, where this comes from the decoder."""
    q, outside = ops.convert_to_tensor(q), ops.convert_to_tensor(outside)
    return gradient(lambda h: through(h, q) * outside, h)


def test_gradient_goes_straight_through():
    assert_array_equal(pulled(straight_through, H, Q, OUTSIDE), OUTSIDE)
    assert not gradient(lambda q: straight_through(ops.convert_to_tensor(H), q), Q).any()


def rotated(h, q, outside):
    """‖q‖/‖h‖ Rᵀ of what comes from the decoder, with R written out as a matrix."""
    (h, q, outside), norm = np.array([h, q, outside], "float64"), np.linalg.norm
    e, p = h / norm(h), q / norm(q)
    r = (e + p) / norm(e + p)
    turn = np.eye(len(h)) - 2 * np.outer(r, r) + 2 * np.outer(p, e)
    assert_allclose(turn @ turn.T, np.eye(len(h)), atol=1e-12)
    assert_allclose(norm(q) / norm(h) * turn @ h, q, atol=1e-12)
    return norm(q) / norm(h) * turn.T @ outside


def test_rotation_turns_the_gradient():
    found = pulled(rotation, H, Q, OUTSIDE)
    expected = [rotated(*given) for given in zip(H, Q, OUTSIDE, strict=True)]
    assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("h", [Q[:1] * 1e-6, 0.0 * Q[:1], -Q[:1], Q[:1]])
def test_rotation_goes_straight_through_where_it_must(h):
    """Near 0 it would be huge, and towards the opposite it is not defined."""
    found = pulled(rotation, h, Q[:1], OUTSIDE[:1])
    assert_allclose(found, OUTSIDE[:1], rtol=1e-5, atol=1e-6)


def test_rotation_of_one_dimension_is_straight_through():
    found = pulled(rotation, H[:, :1], Q[:, :1], OUTSIDE[:, :1])
    assert_array_equal(found, OUTSIDE[:, :1])


def test_rotation_to_zero():
    found = pulled(rotation, H[:1], 0.0 * Q[:1], OUTSIDE[:1])
    assert_array_equal(found, OUTSIDE[:1])
