"""Chen's gap: closed forms of narrow and of silent posteriors, loops, and quadrature."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_vae.disentanglement import mutual_information_gap_sampled, sampled_gap
from tests.oracles.grids import at_random, grid, noise

pytestmark = pytest.mark.one_backend("NumPy alone")


def test_narrow_posteriors_of_the_factors_score_one():
    factors = grid((4, 5, 3), 2)
    found = mutual_information_gap_sampled(10.0 * factors, np.ones(factors.shape), factors)
    assert_allclose(found.value, 1.0, atol=1e-4)
    narrow = mutual_information_gap_sampled(10.0 * factors, 0.1 * np.ones(factors.shape), factors)
    assert_allclose(narrow.value, 1.0, rtol=1e-12)
    expected = np.diag(np.log([4, 5, 3]))
    assert_allclose(narrow.details["information"], expected, atol=1e-12)


def test_silent_codes_say_nothing():
    factors = grid((4, 3), 5)
    found = mutual_information_gap_sampled(np.zeros((60, 3)), np.ones((60, 3)), factors)
    assert found.value == 0.0 and found.details["active"] == 0
    assert_allclose(found.details["information"], 0.0, atol=1e-12)


def test_information_of_two_overlapping_normals_by_quadrature():
    r"""v = ±1 with q(z|v) = N(v, σ²): I is the entropy of the mixture less that of the normal."""
    factors = grid((2, 2), 500)
    sigma = 0.8
    found = mutual_information_gap_sampled(
        2.0 * factors - 1.0, sigma * np.ones(factors.shape), factors, num_samples=4
    )
    z = np.linspace(-8.0, 8.0, 4001)
    bells = np.exp(-0.5 * ((z[:, None] - [-1.0, 1.0]) / sigma) ** 2) / sigma / np.sqrt(2 * np.pi)
    mixture = bells.mean(axis=1)
    exact = -np.sum(mixture * np.log(mixture)) * (z[1] - z[0])
    exact -= 0.5 * np.log(2 * np.pi * np.e * sigma**2)
    assert_allclose(found.value, exact / np.log(2.0), atol=4.0 * found.standard_error)
    assert found.standard_error < 0.02
    assert_allclose(found.details["information"][[0, 1], [1, 0]], 0.0, atol=1e-12)


def test_the_definition_in_loops(monkeypatch):
    """The same draws, one density after another; and chunks that hold a few draws each."""
    factors = at_random((3, 4), 50)
    loc, scale = factors + noise(50, 2), np.exp(0.3 * noise(50, 2, 2))
    monkeypatch.setattr(sampled_gap, "BLOCK", 50 * 7)
    found = mutual_information_gap_sampled(loc, scale, factors, seed=3, resamples=2)
    draws = loc + scale * np.random.default_rng([3, 1]).normal(size=loc.shape)
    expected = np.zeros((2, 2))
    for i in range(2):

        def log_q(z, members, i=i):
            ratio = (z - loc[members, i]) / scale[members, i]
            return np.log(np.mean(np.exp(-0.5 * ratio**2) / scale[members, i]))

        everyone = np.arange(50)
        entropy = -np.mean([log_q(z, everyone) for z in draws[:, i]])
        for j in range(2):
            given = 0.0
            for value in range(factors[:, j].max() + 1):
                members = np.flatnonzero(factors[:, j] == value)
                nats = -np.mean([log_q(z, members) for z in draws[members, i]])
                given += len(members) / 50 * nats
            expected[i, j] = max(0.0, entropy - given)
    assert_allclose(found.details["information"], expected, rtol=1e-10, atol=1e-12)
    gaps = np.abs(expected[0] - expected[1]) / found.details["entropies"]
    assert_allclose(found.value, gaps.mean(), rtol=1e-10)


def test_noise_with_narrow_posteriors_is_not_seen():
    factors = grid((4, 3), 3)
    found = mutual_information_gap_sampled(noise(36, 2), np.full((36, 2), 1e-6), factors)
    assert_allclose(found.details["information"], np.log([[4, 3], [4, 3]]), rtol=1e-9)
    assert_allclose(found.value, 0.0, atol=1e-9)


@pytest.mark.parametrize("scale", [np.ones((6, 1)), -np.ones((6, 2)), np.full((6, 2), np.nan)])
def test_scales_are_looked_at(scale):
    with pytest.raises(ValueError, match=r"standard deviations of q\(z\|x\), above 0 and of shape"):
        mutual_information_gap_sampled(grid((2, 3)), scale, grid((2, 3)))
