"""Sprites hold the geometry that they state, and any part of their grid can be asked for."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae.datasets import draw_sprites, sprites

pytestmark = pytest.mark.one_backend("NumPy alone")

AREAS = {
    "square": (2 * 9.6) ** 2,
    "ellipse": np.pi * 12.8 * 7.2,
    "heart": (2 + np.pi / 2) * 9.6**2,
}
PLACES = np.arange(31) / 31


def moments(pictures):
    """Area, centre and second moments about it, in pixels of 64, of shapes (n,), (n, 2), (n, 2)."""
    pictures = pictures[..., 0].astype("float64")
    middles = (np.arange(pictures.shape[1]) + 0.5) * 64 / pictures.shape[1]
    ink = pictures.sum(axis=(1, 2))
    both = np.stack([pictures.sum(axis=1), pictures.sum(axis=2)], axis=1)
    centre = both @ middles / ink[:, None]
    return ink * (64 / pictures.shape[1]) ** 2, centre, both @ middles**2 / ink[:, None] - centre**2


@pytest.mark.parametrize("shape", AREAS)
@pytest.mark.parametrize("angle", [0.0, 0.7])
@pytest.mark.parametrize("scale", [0.5, 1.0])
def test_area_and_centre(shape, angle, scale):
    """The places have 31 fractions of a pixel, so that the mean over them is nearly an integral."""
    made = sprites(shape=shape, scale=[scale], orientation=[angle], x=PLACES, y=PLACES)
    area, centre, _ = moments(made.x)
    assert_allclose(area.mean(), AREAS[shape] * scale**2, rtol=5e-3)
    assert_allclose(centre, 16 + 32 * made.values[:, 3:], atol=0.5)  # whole pixels
    assert_allclose((centre - 32 * made.values[:, 3:]).mean(axis=0), 16, atol=0.01)


@pytest.mark.parametrize(
    ("shape", "moment"),
    [("square", (9.6**2 / 3, 9.6**2 / 3)), ("ellipse", (7.2**2 / 4, 12.8**2 / 4))],
)
def test_second_moments(shape, moment):
    _, _, found = moments(sprites(shape=shape, scale=[1.0], orientation=[0.0]).x)
    assert_allclose(found.mean(axis=0), moment, rtol=0.01)  # pixels add 1/12


def test_a_quarter_of_a_turn_is_clockwise():
    upright, lying = draw_sprites([[2, 1, 0, 0.5, 0.5], [2, 1, np.pi / 2, 0.5, 0.5]])[..., 0]
    assert_array_equal(np.rot90(upright, -1), lying)


def test_small_pictures_are_means_of_large_ones():
    large, small = sprites(20, size=64, seed=3), sprites(20, size=32, seed=3)
    assert_array_equal(large.values, small.values)
    blocks = large.x.reshape((20, 32, 2, 32, 2, 1)).mean(axis=(2, 4))
    assert_array_equal(small.x, blocks)
    assert set(np.unique(large.x)) == {0.0, 1.0}


def test_the_grid_in_its_order():
    made = sprites(size=32, shape=("heart", "square"), scale=[0.5, 1], orientation=[0], y=[0.5])
    assert made.sizes == (2, 2, 1, 32, 1) and made.names[3] == "x" and len(made.x) == 128
    assert made.kinds == ("nominal", *["ordered"] * 4)
    assert_array_equal(made.factors[:33, 3], [*range(32), 0])
    assert_array_equal(made.values[[0, 64], 0], [2, 0])
    assert_array_equal(made.x, draw_sprites(made.values, 32))
    assert_allclose(made.column("x"), made.factors[:, 3] / 31)


def test_draws_are_uniform_and_repeatable():
    made = sprites(3000, size=32, seed=1)
    assert_array_equal(made.x, sprites(3000, size=32, seed=1).x)
    assert (made.factors[:50] != sprites(50, size=32, seed=2).factors).any()
    for factor, size in zip(made.factors.T, made.sizes, strict=True):
        share = np.bincount(factor, minlength=size) / len(factor)
        assert np.abs(share - 1 / size).max() < 5 * (1 / size / len(factor)) ** 0.5


def test_a_range_of_x_twice_that_of_y():
    made = sprites(2000, size=32, y=np.linspace(0.25, 0.75, 16))
    assert_allclose(np.std(made.column("x")) / np.std(made.column("y")), 2.0, rtol=0.05)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"n": 0}, "`n` must be an integer of at least 1"),
        ({"n": 3, "seed": -1}, "seed=-1 must be a whole number"),
        ({"n": 3, "size": 28}, "`size` must be 64 or 32"),
        ({"n": 3, "shape": "circle"}, "`shape` must name some of"),
        ({"n": 3, "scale": [0.0, 1.0]}, "`scale` must be above 0"),
        ({"n": 3, "x": [0.0, 1.5]}, r"`x` must be levels that rise, each in \[0, 1\]"),
        ({"n": 3, "y": [0.5, 0.5]}, "`y` must be levels that rise"),
        ({"n": 3, "y": []}, "`y` must be levels that rise"),
        ({}, "737,280 pictures and would take 12.1 GB"),
    ],
)
def test_bad_arguments(arguments, words):
    with pytest.raises(ValueError, match=words):
        sprites(**arguments)


def test_bad_values():
    with pytest.raises(ValueError, match=r"expected \(n, 5\)"):
        draw_sprites([[1.0, 1.0]])
    with pytest.raises(ValueError, match="A shape is 0"):
        draw_sprites([[3, 1, 0, 0, 0]])
    with pytest.raises(ValueError, match="no factor 'colour'; there are shape"):
        sprites(2, size=32).column("colour")
