"""SAP: R² by NumPy's own correlation, and best thresholds by trying all of them."""

from itertools import combinations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.svm import LinearSVC

from keras_vae.disentanglement import sap
from keras_vae.disentanglement.predictability import best_thresholds, squared_correlations
from tests.oracles.grids import ROTATION, at_random, grid, noise

pytestmark = pytest.mark.one_backend("NumPy alone")


@pytest.mark.parametrize("size", [4, 6, 32])
def test_perfect_ordered_codes_score_one(size):
    factors = grid((size, size))
    assert_allclose(sap(-3.0 * factors, factors, resamples=2).value, 1.0, rtol=1e-12)


@pytest.mark.parametrize(("size", "share"), [(4, 0.75), (6, 0.5)])
def test_a_linear_support_vector_machine_splits_off_the_ends_alone(size, share):
    code = at_random((size,), 2000)
    machine = LinearSVC(C=0.01, class_weight="balanced").fit(code[:1000], code[:1000, 0])
    assert_allclose(machine.score(code[1000:], code[1000:, 0]), share, atol=0.04)


@pytest.mark.parametrize("size", [2, 3, 5])
def test_perfect_nominal_codes_score_one_less_chance(size):
    factors = grid((size, size), 2)
    found = sap(factors, factors, ("nominal", "nominal"), resamples=2)
    assert_allclose(found.value, 1.0 - 1.0 / size, rtol=1e-12)
    assert_allclose(found.details["scores"], np.eye(2) + (1 - np.eye(2)) / size, rtol=1e-12)


def test_missing_twice_dead_and_rotated():
    factors = grid((5, 5, 5))
    first, second, third = centred = (factors - 2.0).T
    cases = {
        "one factor missing": ([first, second], 2 / 3),
        "a code twice": ([*centred, third], 2 / 3),
        "one dead": ([*centred, 0 * first + 1], 1.0),
        "constants": ([0 * first + 1], 0.0),
        "a rotation": (list(ROTATION @ centred), 0.0),  # 4/9, 4/9 and 1/9 of each
        "45 degrees": ([first + second, first - second, third], 1 / 3),
    }
    for case, (codes, expected) in cases.items():
        found = sap(np.stack(codes, axis=1), factors, resamples=2)
        assert_allclose(found.value, expected, atol=1e-12, err_msg=case)
    codes = noise(2000, 3)
    assert sap(codes, at_random((5, 5, 5), 2000), resamples=2).value < 0.005


def test_correlations_are_those_of_numpy():
    factors = at_random((4, 7), 90)
    codes = noise(90, 3) + factors @ [[1.0, 0.0, 0.3], [0.0, 0.5, 0.3]]
    expected = np.corrcoef(codes.T, factors.T)[:3, 3:] ** 2
    assert_allclose(squared_correlations(codes, factors * 1.0, np.ones(90)), expected, rtol=1e-10)
    twice = np.random.default_rng(0).integers(0, 3, size=90)
    expected = np.corrcoef(codes.repeat(twice, 0).T, factors.repeat(twice, 0).T)[:3, 3:] ** 2
    assert_allclose(squared_correlations(codes, factors * 1.0, twice), expected, rtol=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_best_thresholds_are_found(seed):
    random = np.random.default_rng(seed)
    places = np.unique(random.integers(8, size=30), return_inverse=True)[1]
    levels = np.unique(random.integers(3, size=30), return_inverse=True)[1]
    weights = random.integers(0, 4, size=30)
    best = 0.0
    for first, second in combinations(range(places.max() + 2), 2):
        interval = np.searchsorted([first, second], places, side="right")
        right = sum(
            max(weights[(interval == part) & (levels == level)].sum() for level in range(3))
            for part in range(3)
        )
        best = max(best, right / weights.sum())
    assert_allclose(best_thresholds(places, levels, weights), best, rtol=1e-12)
