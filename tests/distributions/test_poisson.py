"""Counts: the Poisson distribution from rates near 0 to a million."""

import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose
from scipy import stats

from keras_vae import kl_divergence
from keras_vae.distributions import Poisson
from tests.oracles.gradients import gradient, value

RATES = [1e-3, 0.5, 3.0, 15.0, 16.5, 40.0, 1e3, 1e6]


@pytest.mark.parametrize("rate", RATES)
def test_log_prob_and_its_gradient(rate):
    around = rate + np.sqrt(rate) * np.array([-3.0, -1.0, 0.0, 1.0, 3.0])
    x = np.unique(np.floor(np.concatenate([[0, 1, 2, 15, 16, 17, 30], around]).clip(0.0)))
    log_rate = np.full(len(x), np.log(rate), "float32")
    exact = np.exp(log_rate.astype("float64"))
    found = value(lambda eta: Poisson(eta, 0).log_prob(x), log_rate)
    # The rate itself is known to 1e-7 of its size, times how far off it is.
    assert_allclose(found, stats.poisson.logpmf(x, exact), rtol=2e-6, atol=1e-4)
    slope = gradient(lambda eta: Poisson(eta, 0).log_prob(x), log_rate)
    assert_allclose(slope, x - exact, rtol=2e-5, atol=1e-3 * np.sqrt(rate))


def test_masses_sum_to_one():
    x = np.arange(200.0)[:, None]
    found = value(lambda: Poisson(np.log([[0.3, 7.0, 80.0]]), 0).log_prob(x))
    assert_allclose(np.exp(found.astype("float64")).sum(axis=0), 1.0, rtol=1e-5)


def test_far_out_everything_is_finite():
    log_rate = np.array([-15.0, 15.0, -15.0, 15.0, 0.0])
    x = np.array([0.0, 0.0, 1e6, 1e6, 1e6])
    for read in (value, gradient):
        assert np.isfinite(read(lambda eta: Poisson(eta, 0).log_prob(x), log_rate)).all()


def test_draws_pass_a_goodness_of_fit_test():
    rates = np.array([0.2, 4.0, 15.9, 16.1, 60.0, 900.0])
    draws = value(lambda: Poisson(np.log(rates)).sample((4000,), seed=3))
    assert (draws == np.floor(draws)).all()
    for rate, drawn in zip(rates, draws.T, strict=True):
        # Ten cells of about equal mass.
        edges = np.unique(stats.poisson.ppf(np.linspace(0.0, 1.0, 11)[1:-1], rate))
        mass = np.diff(np.concatenate([[0.0], stats.poisson.cdf(edges, rate), [1.0]]))
        counts = np.bincount(np.searchsorted(edges, drawn), minlength=len(mass))
        keep = mass > 1e-9
        assert stats.chisquare(counts[keep], 4000 * mass[keep] / mass[keep].sum()).pvalue > 1e-4


def test_moments_and_divergence():
    q, p = Poisson(np.log([[2.0, 30.0]])), Poisson(np.log([[3.0, 20.0]]))
    assert_allclose(ops.convert_to_numpy(q.mean()), [[2.0, 30.0]], rtol=1e-6)
    assert_allclose(ops.convert_to_numpy(q.variance()), [[2.0, 30.0]], rtol=1e-6)
    x = np.arange(200.0)
    exact = sum(
        (stats.poisson.pmf(x, a) * (stats.poisson.logpmf(x, a) - stats.poisson.logpmf(x, b))).sum()
        for a, b in ((2.0, 3.0), (30.0, 20.0))
    )
    assert_allclose(ops.convert_to_numpy(kl_divergence(q, p)), [exact], rtol=1e-5)
