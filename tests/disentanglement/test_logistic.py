"""The package's logistic regression, and explicitness, against scikit-learn."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from keras_vae.disentanglement import explicitness
from keras_vae.disentanglement.logistic import one_against_rest, standardized
from keras_vae.disentanglement.readout import area
from tests.oracles.grids import at_random, grid, noise

pytestmark = pytest.mark.one_backend("NumPy alone")


@pytest.mark.parametrize("separable", [False, True])
def test_weights_are_those_of_scikit_learn(separable):
    labels = at_random((3,), 200)[:, 0]
    codes = noise(200, 4) * (0.01 if separable else 3.0)
    codes[:, 0] += labels
    codes[:, 2] -= labels == 1
    features = standardized(codes, codes)
    assert_allclose(features[:, :4].std(axis=0), 1.0, rtol=1e-12)
    found = one_against_rest(features, labels, 3)
    for value in range(3):
        theirs = LogisticRegression(tol=1e-10, max_iter=10_000).fit(
            features[:, :4], labels == value
        )
        assert_allclose(found[value, :4], theirs.coef_[0], rtol=1e-4, atol=1e-5)
        assert_allclose(found[value, 4], theirs.intercept_[0], rtol=1e-4, atol=1e-5)


def test_a_constant_feature_and_a_class_without_examples():
    features = standardized(np.ones((6, 2)), np.ones((6, 2)))
    found = one_against_rest(features, np.array([0, 0, 0, 0, 1, 1]), 3)
    assert_allclose(found[0], [0.0, 0.0, np.log(2.0)], atol=1e-6)
    assert np.isfinite(found).all() and found[2, 2] < -10.0


def test_areas_are_those_of_scikit_learn():
    random = np.random.default_rng(0)
    scores = random.integers(9, size=80)
    positive, weights = random.random(80) < 0.1 * scores, random.integers(0, 4, size=80)
    places = np.unique(scores, return_inverse=True)[1]
    expected = roc_auc_score(positive, scores, sample_weight=weights)
    assert_allclose(area(places, positive, weights), expected, rtol=1e-12)
    assert area(places, positive, 0 * weights) == 0.5


def test_explicitness_of_two_and_of_four_ordered_values():
    two = grid((2, 2), 50)
    assert_allclose(explicitness(two, two, resamples=2).value, 1.0, rtol=1e-12)
    four = grid((4, 4), 100)
    found = explicitness(four, four, resamples=2)
    # Of the middle values a line passes one of the three others on the wrong side.
    assert_allclose(found.value, (1 + 2 / 3 + 2 / 3 + 1) / 4, atol=0.02)
    one_hot = np.hstack([four[:, :1] == np.arange(4), four[:, 1:] == np.arange(4)]) * 1.0
    assert_allclose(explicitness(one_hot, four, resamples=2).value, 1.0, rtol=1e-12)


def test_explicitness_of_nothing_is_one_half():
    factors = at_random((3, 4), 2000)
    assert explicitness(np.ones((2000, 2)), factors).value == 0.5
    found = explicitness(noise(2000, 3), factors)
    assert_allclose(found.value, 0.5, atol=4.0 * found.standard_error)


def test_explicitness_needs_values_in_both_halves():
    with pytest.raises(ValueError, match="too few to fit on one half and judge on the other"):
        explicitness(noise(4, 2), np.array([[0], [1], [2], [3]]))
