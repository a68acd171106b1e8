"""Ways between codes keep their ends, their plane and their lengths; where there is none, why."""

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae.latent_space import interpolate, path_length

pytestmark = pytest.mark.one_backend("NumPy alone")

A, B = np.array([3.0, 0.0, 1.0]), np.array([-1.0, 2.0, 0.5])
MATRIX = np.array([[1.0, 0.0, 2.0, 1.0], [0.0, -1.0, 1.0, 0.0], [3.0, 0.0, 0.0, 1.0]])
LINEAR = SimpleNamespace(decode=lambda z, batch_size: z @ MATRIX)


@pytest.mark.parametrize("kind", ["linear", "spherical"])
def test_both_ends_and_the_way_back(kind):
    way = interpolate(A, B, steps=5, kind=kind)
    assert way.shape == (5, 3) and way.dtype == "float32"
    assert_allclose(way[[0, -1]], [A, B], atol=1e-6)
    assert_allclose(way[::-1], interpolate(B, A, steps=5, kind=kind), atol=1e-6)


def test_the_spherical_way_between_codes_of_one_length():
    """Every code has that length, and each step turns by the same angle."""
    a, b = A, np.linalg.norm(A) * B / np.linalg.norm(B)
    way = interpolate(a, b, steps=7, kind="spherical").astype("float64")
    lengths = np.linalg.norm(way, axis=1)
    assert_allclose(lengths, np.linalg.norm(A), rtol=1e-6)
    cosines = (way[1:] * way[:-1]).sum(axis=1) / lengths[0] ** 2
    angle = np.arccos(a @ b / (A @ A))
    assert_allclose(np.arccos(cosines), angle / 6, rtol=1e-4)  # codes are float32


def test_an_angle_of_zero_is_a_straight_way():
    for b in (2.0 * A, A, A * (1 + 1e-9)):
        assert_array_equal(interpolate(A, b, kind="spherical"), interpolate(A, b))


def test_a_small_angle_is_nearly_straight():
    b = A + np.array([0.0, 1e-4, 0.0])
    assert_allclose(interpolate(A, b, kind="spherical"), interpolate(A, b), rtol=1e-6)


def test_the_path_of_a_linear_decoder_is_straight():
    for steps in (2, 9):
        found = path_length(LINEAR, interpolate(A, B, steps))
        assert_allclose(found, np.linalg.norm((B - A) @ MATRIX), rtol=1e-6)


def test_the_length_of_an_arc():
    """Inscribed in a quarter of a circle of radius 2: n chords of length 4 sin(π/4n)."""
    same = SimpleNamespace(decode=lambda z, batch_size: z)
    way = interpolate([2.0, 0.0], [0.0, 2.0], steps=5, kind="spherical")
    assert_allclose(path_length(same, way), 16 * np.sin(np.pi / 16), rtol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((A, -2 * A, 5, "spherical"), "angle between them is π"),
        ((A, 0 * A, 5, "spherical"), "A code of zeros has no angle"),
        ((A, B, 5, "geodesic"), "must be one of 'linear', 'spherical'"),
        ((A, B, 1), "`steps` must be an integer of at least 2"),
        ((A, B[:2]), r"a has shape \(3,\) and b \(2,\)"),
        ((A[None], B), r"a has shape \(1, 3\); expected codes of shape \(latent_dim,\)"),
        ((A, B * np.nan), "b has values that are not finite"),
        ((np.arange(3), B), "Discrete codes are names"),
        (({"z_1": A}, B), r"take it out, a=a\['z_1'\]"),
    ],
)
def test_bad_arguments(arguments, words):
    with pytest.raises(ValueError, match=words):
        interpolate(*arguments)
