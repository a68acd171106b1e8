"""Faces have the attributes that they were drawn from, correlated as asked, and measured again."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import spearmanr

from keras_vae.datasets import FACE_MEASURES, draw_faces, faces

pytestmark = pytest.mark.one_backend("NumPy alone")

MANY = 4000


def measured(x):
    return np.stack([measure(x) for measure in FACE_MEASURES.values()], axis=-1)


@pytest.mark.parametrize("size", [32, 64])
def test_what_is_measured_ranks_as_what_was_drawn(size):
    made = faces(600, size, seed=11)
    assert tuple(FACE_MEASURES) == made.names
    found = measured(made.x)
    for column, name in enumerate(made.names):
        if name == "glasses":
            assert_allclose(found[:, column], made.values[:, column], atol=1e-5)
        else:
            assert spearmanr(found[:, column], made.values[:, column])[0] > 0.999, name
    assert np.abs(found - made.values).max() < 0.1  # in the units of the attributes


def test_a_measure_sees_its_own_attribute_alone():
    """One attribute from end to end: what the others' measures take for theirs."""
    middle = np.array([0.2, 0.0, 0.6, 0.1, 0.5, 0.5])
    for column, (low, high) in enumerate([(-1, 1), (0, 1), (0, 1), (-1, 1), (0, 1), (0, 1)]):
        ends = np.stack([middle, middle])
        ends[:, column] = low, high
        change = np.abs(np.diff(measured(draw_faces(ends, 64)), axis=0)[0])
        assert_allclose(change[column], high - low, rtol=0.03)
        assert np.delete(change, column).max() < 0.02


def test_a_measure_of_a_blurred_face():
    """Decoded faces are soft: a mean over 3 × 3 pixels keeps the order."""
    made = faces(300, 64, seed=2)
    soft = sum(np.roll(made.x, (i, j), (1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1)) / 9
    found = measured(soft)
    for column, name in enumerate(made.names):
        assert np.corrcoef(found[:, column], made.values[:, column])[0, 1] > 0.97, name


def test_a_picture_without_a_face():
    assert np.isfinite(measured(np.zeros((2, 32, 32)))).all()
    assert np.isfinite(measured(np.ones((2, 32, 32, 1)))).all()


def test_both_sizes_show_one_face():
    small, large = faces(50, 32, seed=4), faces(50, 64, seed=4)
    assert_array_equal(small.values, large.values)
    blocks = large.x.reshape((50, 32, 2, 32, 2, 1)).mean(axis=(2, 4))
    assert np.abs(blocks - small.x).mean() < 0.01
    assert small.x.dtype == "float32" and small.x.min() >= 0.0 and small.x.max() <= 1.0
    assert_array_equal(small.x, draw_faces(small.values, 32))


def test_values_and_levels():
    made = faces(MANY, seed=5)
    assert made.sizes == (10, 2, 10, 10, 10, 10) and made.kinds[1] == "nominal"
    assert_array_equal(made.factors[:, 1], made.column("glasses"))
    assert_array_equal(made.factors[:, 0], np.floor((made.column("mouth_curvature") + 1) * 5))
    for factor, size in zip(made.factors.T, made.sizes, strict=True):
        share = np.bincount(factor, minlength=size) / MANY
        assert np.abs(share - 1 / size).max() < 5 * (1 / size / MANY) ** 0.5


@pytest.mark.parametrize(
    ("first", "second", "r"),
    [
        ("mouth_curvature", "glasses", 0.7),
        ("glasses", "shade", -0.85),
        ("mouth_curvature", "shade", 0.5),
        ("width", "brow_angle", -0.95),
    ],
)
def test_a_correlation_asked_for_is_in_the_labels(first, second, r):
    made = faces(MANY, seed=6, correlation={(first, second): r})
    found = np.corrcoef(made.values.T)
    i, j = made.names.index(first), made.names.index(second)
    assert abs(found[i, j] - r) < 4 * (1 - r**2) / MANY**0.5
    found[i, j] = found[j, i] = 0.0
    assert np.abs(found - np.eye(6)).max() < 4 / MANY**0.5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"n": 1.5}, "`n` must be an integer"),
        ({"n": 3, "size": 48}, "`size` must be 32 or 64"),
        ({"n": 3, "correlation": {("smile", "glasses"): 0.7}}, "pairs of two attributes"),
        ({"n": 3, "correlation": {("shade", "shade"): 0.7}}, "pairs of two attributes"),
        ({"n": 3, "correlation": {("shade", "glasses"): 0.9}}, "between ±0.866"),
        ({"n": 3, "correlation": {("shade", "width"): 1.0}}, "between ±1.000"),
        (
            {"n": 3, "correlation": {("shade", "width"): 0.9, ("width", "brow_angle"): 0.9}},
            "all of these correlations at once",
        ),
    ],
)
def test_bad_arguments(arguments, words):
    with pytest.raises(ValueError, match=words):
        faces(**arguments)


def test_bad_values():
    with pytest.raises(ValueError, match=r"expected \(n, 6\)"):
        draw_faces([[0.0, 0.0]])
    with pytest.raises(
        ValueError, match="eye_openness must be between 0 and 1; received values fr"
    ):
        draw_faces([[0, 0, 1.5, 0, 0, 0]])
    with pytest.raises(ValueError, match=r"Faces have the shape \(n, 32, 32, 1\)"):
        FACE_MEASURES["glasses"](np.zeros((2, 28, 28)))
