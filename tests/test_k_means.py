"""The start of a codebook, against scikit-learn."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.cluster import KMeans

from keras_vae.k_means import k_means, k_means_plus_plus, squared_distances

pytestmark = pytest.mark.one_backend("NumPy alone")

RNG = np.random.default_rng(0)
CENTRES = RNG.normal(scale=4.0, size=(8, 3))
POINTS = (CENTRES[RNG.integers(0, 8, 400)] + 0.3 * RNG.normal(size=(400, 3))).astype("float32")


def inertia(x, centres):
    return np.square(x[:, None] - centres).sum(-1).min(1).sum()


@pytest.mark.parametrize("seed", range(3))
def test_inertia_is_that_of_scikit_learn(seed):
    expected = KMeans(8, n_init=10, random_state=0).fit(POINTS).inertia_
    found = inertia(POINTS, k_means(POINTS, 8, np.random.default_rng(seed)))
    assert found < 1.01 * expected


def test_first_centres_are_points_of_different_clusters():
    chosen = k_means_plus_plus(POINTS, 8, np.random.default_rng(1))
    assert all((POINTS == centre).all(1).any() for centre in chosen)
    assert len(set(squared_distances(chosen, CENTRES).argmin(1))) == 8


def test_fewer_points_than_centres():
    centres = k_means(POINTS[:3], 5, np.random.default_rng(0))
    assert centres.shape == (5, 3)
    assert_allclose(inertia(POINTS[:3], centres), 0.0, atol=1e-10)


def test_far_from_zero_nothing_cancels():
    found = squared_distances(POINTS + np.float32(1000.0), CENTRES + 1000.0)
    exact = np.square((POINTS + np.float32(1000.0)).astype("float64")[:, None] - CENTRES - 1000.0)
    assert_allclose(found, exact.sum(-1), rtol=1e-6, atol=1e-6)
