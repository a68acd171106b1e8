"""The script that trains on sprites: what it measures, and one short run of it."""

import importlib
import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests import ROOT

FOLDER = ROOT / "examples" / "reproductions"
NUMPY = pytest.mark.one_backend("NumPy alone")


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module("sprites")


@pytest.fixture
def places():
    """Uncorrelated, x twice as wide as y."""
    grid = np.indices((8, 8)).reshape(2, -1).T - 3.5
    return grid * [2.0, 1.0]


@NUMPY
@pytest.mark.parametrize("degrees", [0.0, 20.0, 45.0, 70.0, 90.0, 160.0])
def test_codes_that_are_turned(script, places, degrees):
    """Between codes that hold one coordinate each, in any order and with any sign, are 90°."""
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    plane = places / places.std(axis=0) @ turn
    codes = np.random.default_rng(0).normal(size=(64, 5))
    codes[:, 3], codes[:, 1] = -3.0 * plane[:, 0], 0.5 * plane[:, 1]
    pair, shares = script.explained(codes, places)
    assert pair == [1, 3]
    assert_allclose(shares, 1.0, atol=1e-12)
    assert_allclose(script.aligned(codes, places), max(abs(np.cos(angle)), abs(np.sin(angle))))
    apart = degrees % 90.0
    assert_allclose(script.turned(codes[:, pair], places), min(apart, 90.0 - apart), atol=1e-6)


@NUMPY
def test_one_code_cannot_stand_for_both_coordinates(script, places):
    codes = np.stack([places.sum(axis=1), np.zeros(64), places[:, 0]], axis=1)
    assert_allclose(script.explained(codes, places)[1], 1.0, atol=1e-12)
    assert_allclose(script.aligned(codes, places), [1.0, 0.2**0.5], atol=1e-12)


@NUMPY
def test_the_price_of_a_turn_has_a_closed_form_where_pixels_are_squares_of_cosines(script):
    """Pixels cos²(az): √p and √(1−p) go round a circle, so that the Fisher information is 4a²."""
    speeds, beta = np.array([3.0, 0.7, 1.5]), 4.0
    vae = SimpleNamespace(
        encode=lambda x: x,
        posterior=lambda x: SimpleNamespace(stddev=lambda: np.full_like(x, 1e-4)),
        decode=lambda z: np.cos(speeds * z) ** 2,
    )
    # √p is what it says while the angle stays in the first quarter.
    codes = np.random.default_rng(0).uniform(0.1, 0.5, size=(5, 3))
    first, second = 1.0 + 4.0 * speeds[[0, 2]] ** 2 / beta
    law = 0.5 * np.log((first + second) ** 2 / (4.0 * first * second))
    assert_allclose(script.price_of_a_turn(vae, codes, [0, 2], beta), law, rtol=1e-5)


@NUMPY
def test_places(script):
    wide, square, round_ = (script.drawn(places, 3000, seed=0) for places in script.PLACES)
    assert_allclose(np.ptp(wide.values[:, 3:], axis=0), [1.0, 0.5])
    assert_allclose(np.ptp(square.values[:, 3:], axis=0), 1.0)
    place = round_.values[:, 3:]
    assert_allclose(np.cov(place.T), np.eye(2) / 36, atol=2e-3)
    assert_array_equal(place, round_.factors[:, 3:] / 31)
    again = importlib.import_module("keras_vae.datasets").draw_sprites(round_.values[:9], 32)
    assert_array_equal(round_.x[:9], again)


@pytest.mark.slow
def test_a_short_run(script, tmp_path):
    options = "--places wide --betas 4 --seeds 3 --epochs 1 --pictures 200 --held-out 150"
    script.main([*options.split(), "--out", str(tmp_path)])
    (file,) = tmp_path.iterdir()
    assert file.name == "wide-beta-4-falling-seed-3.json"
    row = json.loads(file.read_text(encoding="utf-8"))
    assert row["backend"] == keras.config.backend()
    assert (row["places"], row["beta"], row["falling"], row["seed"]) == ("wide", 4.0, True, 3)
    assert len(row["explained"]) == len(row["aligned"]) == len(row["codes"]) == 2
    assert 0.0 <= row["degrees"] <= 45.0 and 0 <= row["active"] <= 10
    assert set(script.SCORES) <= set(row["scores"])
    assert all(np.isfinite(value) for value, _ in row["scores"].values())
