"""Thickness and slant of strokes whose width and shear are known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae.datasets import DIGIT_MEASURES, slant, thickness

pytestmark = pytest.mark.one_backend("NumPy alone")

SIDE = 28
V, U = np.mgrid[SIDE:0:-1, 0:SIDE] - (SIDE - 1) / 2  # v grows upwards


def drawn(distance):
    """Ink within a signed distance, with an edge as wide as one pixel; of shape (1, 28, 28)."""
    return np.clip(0.5 - distance, 0.0, 1.0)[None]


def ring(width, radius=8.0):
    return drawn(np.abs(np.hypot(U, V) - radius) - width / 2)


def leaning(shear, width=3.0, half=8.0):
    """A bar whose rows lie at u = shear · v: exact sums of ink in every row."""
    across = np.clip((width + 1) / 2 - np.abs(U - shear * V), 0.0, 1.0)
    return (across * (np.abs(V) < half))[None]


@pytest.mark.parametrize("width", [2, 3, 4])
def test_a_band_is_as_thick_as_it_is(width):
    band = np.zeros((1, SIDE, SIDE))
    band[:, :, 9 : 9 + width] = 1.0
    for turned in (band, band.swapaxes(1, 2)):
        assert_allclose(thickness(turned), width, rtol=1e-12)
        assert_allclose(thickness(0.3 * turned), width, rtol=1e-12)  # paler is not thinner


def test_a_soft_stroke_is_its_ink_over_its_darkest():
    profile = np.array([0, 0.1, 0.4, 0.8, 0.5, 0.2, 0])
    soft = np.tile(profile, (1, 30, 1))
    assert_allclose(thickness(soft), profile.sum() / profile.max(), rtol=1e-12)


@pytest.mark.parametrize("width", [2, 3, 4])
def test_a_diagonal_band(width):
    """Edges of squares alone, in a picture so large that its corners are few."""
    i, j = np.mgrid[:600, :600]
    band = (np.abs(i - j) < width)[None].astype(float)  # 2·width − 1 pixels in a row
    assert_allclose(thickness(band), (2 * width - 1) / 2**0.5, rtol=1e-2)
    assert_allclose(thickness(band[:, ::-1]), thickness(band), rtol=1e-12)


@pytest.mark.parametrize("width", [2, 3, 4])
def test_the_ends_of_an_open_stroke(width):
    """Around a corner the edge is shorter: √½ of a pixel where its two sides had ½ each."""
    length, bar = 20, np.zeros((1, SIDE, SIDE))
    bar[:, 4 : 4 + length, 9 : 9 + width] = 1.0
    edge = 2 * (length - 1) + 2 * (width - 1) + 4 / 2**0.5
    assert_allclose(thickness(bar), 2 * length * width / edge, rtol=1e-12)
    assert_allclose(thickness(bar), length * width / (length + width), rtol=0.03)


@pytest.mark.parametrize("width", [2.0, 3.0, 4.0])
def test_a_ring_has_no_ends(width):
    assert_allclose(thickness(ring(width)), width, rtol=0.06)


def test_thickness_grows_with_the_pen():
    found = np.concatenate([thickness(ring(width)) for width in np.arange(1.5, 6.0, 0.25)])
    assert np.diff(found).min() > 0.1
    found = np.concatenate([thickness(leaning(0.3, width)) for width in np.arange(1.5, 6.0, 0.25)])
    assert np.diff(found).min() > 0.1


@pytest.mark.parametrize("shear", [-0.75, -0.2, 0.0, 0.4, 1.0])
def test_a_leaning_bar_leans_by_its_shear(shear):
    assert_allclose(slant(leaning(shear)), shear, atol=1e-12)


def test_a_shear_adds_to_the_slant():
    """Rows shifted by whole pixels: any sign, and the shear is exact."""
    sign = np.random.default_rng(0).uniform(size=(3, 13, 11)) ** 2
    wide = np.pad(sign, ((0, 0), (0, 0), (30, 30)))
    for shear in (-2, 1, 2):
        rows = [np.roll(wide[:, row], -shear * row, axis=-1) for row in range(13)]
        assert_allclose(slant(np.stack(rows, axis=1)), slant(wide) + shear, atol=1e-12)


@pytest.mark.parametrize("measure", DIGIT_MEASURES.values(), ids=DIGIT_MEASURES)
def test_a_shifted_sign_is_the_same(measure):
    sign = np.pad(np.random.default_rng(1).uniform(size=(4, 12, 9)), ((0, 0), (8, 8), (8, 8)))
    expected = measure(sign)
    assert_allclose(measure(np.roll(sign, (5, -6), axis=(1, 2))), expected, atol=1e-12)
    assert_allclose(measure(0.5 * sign[..., None]), expected, atol=1e-12)


@pytest.mark.parametrize("measure", DIGIT_MEASURES.values(), ids=DIGIT_MEASURES)
def test_an_empty_picture_is_0(measure):
    assert_array_equal(measure(np.zeros((2, SIDE, SIDE, 1))), [0.0, 0.0])
    with pytest.raises(ValueError, match=r"received an array of shape \(28, 28\)"):
        measure(np.zeros((SIDE, SIDE)))


def test_blur_changes_little():
    """Decoded digits are soft: a mean over 3 × 3 pixels keeps the order of widths and of shears."""
    shears, widths = np.meshgrid([-0.4, -0.2, 0.0, 0.2, 0.4], [2.0, 3.0, 4.0, 5.0])
    bars = [leaning(s, w) for s, w in zip(shears.ravel(), widths.ravel(), strict=True)]
    bars = np.concatenate(bars)
    soft = sum(np.roll(bars, (i, j), (1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1)) / 9
    assert np.abs(slant(soft) - shears.ravel()).max() < 0.02
    by_width = thickness(soft).reshape(widths.shape)
    assert np.diff(by_width, axis=0).min() > 0.2
