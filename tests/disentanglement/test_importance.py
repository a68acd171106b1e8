"""DCI: exact values of given importances, and the forests on codes made by formula."""

import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import entropy
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from keras_vae.disentanglement import dci
from keras_vae.disentanglement.importance import of_codes
from tests.oracles.grids import ROTATION, at_random, grid, noise
from tests.oracles.sentences import sentence

pytestmark = pytest.mark.one_backend("NumPy and scikit-learn alone")

SHARED = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]])
MIXED = np.array([[0.8, 0.1, 0.0], [0.2, 0.9, 0.0], [0.0, 0.0, 1.0]])


@pytest.mark.parametrize(
    ("importances", "disentanglement", "completeness"),
    [
        (np.eye(3), 1.0, 1.0),
        (np.zeros((3, 3)), 0.0, 0.0),
        (np.ones((4, 3)), 0.0, 0.0),
        (SHARED, 1.0, 0.8564),
        (MIXED, 0.7465, 0.7495),
    ],
)
def test_given_importances(importances, disentanglement, completeness):
    assert_allclose(of_codes(importances)[1], disentanglement, atol=5e-5)
    assert_allclose(of_codes(importances.T)[1], completeness, atol=5e-5)


def test_the_definition_in_loops():
    importances = np.random.default_rng(0).gamma(0.5, size=(5, 3))
    importances[2] = 0.0
    expected = 0.0
    for row in importances:
        if row.sum():
            expected += row.sum() / importances.sum() * (1.0 - entropy(row) / np.log(3))
    each, mean = of_codes(importances)
    assert_allclose(mean, expected, rtol=1e-12)
    assert each[2] == 0.0


@pytest.mark.parametrize("kinds", [("ordered", "ordered"), ("nominal", "ordered")])
def test_codes_equal_to_the_factors(kinds):
    factors = grid((3, 4), 100)
    found = dci(-2.0 * factors, factors, kinds, resamples=2)
    assert_allclose([score.value for score in found], 1.0, rtol=1e-9)
    assert_allclose(found.completeness.details["importances"], np.eye(2), atol=1e-9)
    assert found.informativeness.details["predictor"] == "random forest of 10 trees"
    assert found.informativeness.details["kinds"] == kinds


def test_missing_dead_and_twice():
    factors = grid((4, 5, 3), 20)
    first, second, third = factors.T
    cases = {
        "one factor missing": ([first, second], [1.0, 1.0, 2 / 3]),
        "one dead": ([first, second, third, 0 * first], [1.0, 1.0, 1.0]),
        "constants": ([0 * first, 0 * first], [0.0, 0.0, 0.0]),
        "one code for everything": ([20 * first + 4 * second + third], [None, 1.0, None]),
    }
    for case, (codes, expected) in cases.items():
        found = dci(np.stack(codes, axis=1), factors, resamples=2)
        for score, value in zip(found, expected, strict=True):
            assert np.isfinite([score.value, score.standard_error]).all()
            if value is not None:
                assert_allclose(score.value, value, atol=1e-6, err_msg=case)
    twice = dci(np.stack([first, second, third, third], axis=1), factors, resamples=2)
    # How the trees share the two is chance; one of four in halves is the least completeness.
    assert_allclose(twice.disentanglement.value, 1.0, rtol=1e-9)
    assert 1.0 - np.log(2) / np.log(4) / 3 - 1e-9 <= twice.completeness.value < 1.0


def test_one_code_for_one_factor_is_complete():
    """One code has no entropy: D cannot tell, and C is 1 where it says something."""
    assert of_codes(np.array([[0.5], [0.0]]))[0].tolist() == [1.0, 0.0]


def test_what_is_achieved_is_what_scikit_learn_scores():
    factors = at_random((3, 4), 600)
    codes = factors @ [[1.0, 0.5, 0.0], [0.0, 1.0, 0.0]] + 0.7 * noise(600, 3)
    found = dci(codes, factors, ("nominal", "ordered"), resamples=2, seed=4).disentanglement
    half = np.random.default_rng([4, 1]).permutation(600) % 2 == 0
    frozen = {"n_estimators": 10, "min_samples_leaf": 5, "max_features": None, "random_state": 4}
    once = np.ones(half.sum())  # weights change how a forest draws, even equal ones
    shape = RandomForestClassifier(**frozen).fit(codes[half], factors[half, 0], once)
    size = RandomForestRegressor(**frozen).fit(codes[half], factors[half, 1], once)
    frequent = np.bincount(factors[~half, 0]).max() / np.sum(~half)
    accuracy = shape.score(codes[~half], factors[~half, 0])
    expected = [(accuracy - frequent) / (1 - frequent), size.score(codes[~half], factors[~half, 1])]
    assert_allclose(found.details["of_factor"], expected, rtol=1e-9)
    importances = np.stack([shape.feature_importances_, size.feature_importances_], axis=1)
    assert_allclose(found.details["importances"], importances * expected, rtol=1e-9)


@pytest.mark.parametrize("kind", ["ordered", "nominal"])
def test_noise_has_no_importance(kind):
    factors = at_random((3, 4), 1500)
    found = dci(noise(1500, 3), factors, (kind, kind), resamples=2)
    assert_allclose([score.value for score in found], 0.0, atol=0.02)


def test_a_dense_rotation_is_informative_and_mixed():
    factors = at_random((10, 10, 10), 3000)
    found = dci((factors - 4.5) @ ROTATION, factors, resamples=2)
    assert found.informativeness.value > 0.95
    assert found.disentanglement.value < 0.25 and found.completeness.value < 0.25


def test_the_same_seed_gives_the_same_scores():
    factors = at_random((3, 4), 300)
    codes = factors + noise(300, 2)
    first, second = (dci(codes, factors, resamples=2, seed=5) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert (one.value, one.standard_error) == (other.value, other.standard_error)


def test_without_scikit_learn_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    factors = grid((2, 2), 5)
    assert sentence(ImportError, lambda: dci(factors, factors)) == (
        "keras_vae.disentanglement.dci fits random forests with scikit-learn, which is not "
        "installed: write `pip install keras_vae[metrics]`."
    )
