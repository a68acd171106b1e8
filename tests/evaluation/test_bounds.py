"""Holes in the prior: never seen where the codes are the prior, always where they are two clusters.

Codes are made without a network: x ~ p(x) gives a posterior N(μ, diag σ²), and a draw of it.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_vae.distributions import Laplace, MultivariateNormal, Normal
from keras_vae.evaluation import CodeMoments, KLBounds, Report, aggregate_kl_bounds, report
from keras_vae.evaluation.aggregate import parts_of_the_rate
from keras_vae.evaluation.bounds import held_out_gains, kl_bounds
from keras_vae.evaluation.densities import code_densities
from tests.oracles.exact import gaussian_data
from tests.oracles.linear_vae import linear_vae, set_optimum

SIZES, DIMENSIONS, SEEDS = (500, 1000, 3000), (1, 2, 4, 8, 12, 16), range(5)
of_many_codes = pytest.mark.one_backend(
    "NumPy draws the codes and computes the bounds; two tests of them run on every backend"
)


def densities(means, stddev, rng, num_samples=1, family=Normal):
    """One or more draws of the posterior of each example, under the standard normal prior."""
    means = means.astype("float32")
    stddev = np.broadcast_to(stddev, means.shape).astype("float32")
    noise = rng.normal(size=(num_samples, *means.shape)).astype("float32")
    prior = Normal(np.zeros(means.shape[1]), 1.0)
    return code_densities(family(means, stddev), prior, means + stddev * noise)


def perfect(examples, latent_dim, rng, rate=1.0):
    """Codes whose aggregate over all data is the prior; rate in nats per dimension."""
    stddev = np.exp(-rate)
    return densities(rng.normal(size=(examples, latent_dim)) * (1 - stddev**2) ** 0.5, stddev, rng)


def holes(bounds):
    """What a report says with these bounds."""
    few = {"examples": 3, "beta": 1.0, "elbo": 0.0, "rate": 0.0, "distortion": 0.0}
    none = {"mutual_information": 0.0, "active": np.ones(1, bool), "kl_per_dimension": None}
    return Report(**few, **none, codes=None, aggregate_kl_bounds=bounds).holes


@of_many_codes
@pytest.mark.parametrize("latent_dim", DIMENSIONS)
def test_codes_that_are_the_prior_never_have_holes(latent_dim):
    """The old rule, above one nat, saw them from eight dimensions on."""
    for seed in SEEDS:
        rng = np.random.default_rng([latent_dim, seed])
        for examples in SIZES:
            found = perfect(examples, latent_dim, rng)
            bounds = kl_bounds(found)
            assert bounds.lower < 0.02
            assert holes(bounds) is (False if latent_dim <= 4 else None)
            old = parts_of_the_rate(found)[0].kl
            assert (old > 1.0) == (latent_dim >= 8)


def clusters(examples, latent_dim, rng, axis, centre, width):
    """Codes at ±centre along an axis, and like the prior in all other directions."""
    means = rng.normal(size=(examples, latent_dim)) * np.sqrt(1.0 - width**2)
    means -= np.outer(means @ axis, axis)
    side = rng.choice([-centre, centre], size=(examples, 1))
    return densities(means + side * axis, width, rng)


@of_many_codes
@pytest.mark.parametrize("latent_dim", DIMENSIONS)
@pytest.mark.parametrize("examples", SIZES)
def test_two_clusters_are_holes(examples, latent_dim):
    """Exactly: 2.056 nats for ±2 and a width of 0.3; 1.6 nats for ±0.99 and a width of 0.1, whose
    mean and variance are those of the prior, and which the old rule did not see at its ceiling."""
    rng = np.random.default_rng([examples, latent_dim])
    for axis in (np.eye(latent_dim)[0], np.full(latent_dim, latent_dim**-0.5)):
        bounds = kl_bounds(clusters(examples, latent_dim, rng, axis, 2.0, 0.3))
        assert holes(bounds) is True
        assert bounds.lower < 2.0558 < bounds.upper + 1e-3
    same = clusters(examples, latent_dim, rng, np.eye(latent_dim)[0], 0.99, 0.1)
    assert holes(kl_bounds(same)) is True
    everywhere = 3.0 * rng.choice([-1, 1], size=(examples, 1)) + np.zeros(latent_dim)
    assert holes(kl_bounds(densities(everywhere, 0.3, rng))) is True


def mixture_kl(centre, width):
    """KL of the mixture of N(±centre, width²) to N(0, 1), by quadrature."""
    z = np.linspace(-8, 8, 40001)
    log_q = np.logaddexp(*(-0.5 * ((z - c) / width) ** 2 for c in (-centre, centre)))
    log_q -= np.log(2.0 * width)
    return np.sum(np.exp(log_q) * (log_q + 0.5 * z**2)) / np.sqrt(2 * np.pi) * (z[1] - z[0])


@of_many_codes
@pytest.mark.parametrize("centre", [0.3, 0.8, 1.2, 2.5])
def test_the_bounds_hold_the_exact_value(centre):
    """With two standard errors on each side; 20 repetitions may miss it twice."""
    exact, missed = mixture_kl(centre, 0.4), 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        side = rng.choice([-centre, centre], size=(400, 1))
        lower, upper = kl_bounds(densities(side, 0.4, rng))
        missed += not lower <= exact <= upper
        assert upper - lower < 0.4
    assert missed <= 2


def test_every_fit_is_a_density():
    """Judged by draws of the prior itself, E[r/p] = 1: what makes chance holes impossible."""
    rng = np.random.default_rng(0)
    found = densities(rng.normal(size=(4000, 2)) * 0.6 + 0.3, 0.7, rng, num_samples=2)
    z = rng.normal(size=(2, 4000, 2))
    log_prior = -0.5 * np.sum(z**2 + np.log(2 * np.pi), axis=-1)
    judged = found._replace(draws=z, log_prior=log_prior)
    # The mixture of posteriors is kept from the draws, and the fits are to draws of the prior.
    gains = held_out_gains(judged)[[0, 2, 3]]
    assert gains.shape == (3, 2, 4000)
    assert_allclose(np.exp(gains).mean(axis=(1, 2)), 1.0, atol=0.03)


def test_halves_are_of_other_examples():
    means = np.array([-5.0, 0.0, 5.0, 10.0, 15.0])[:, None]
    found = densities(means, 1e-3, np.random.default_rng(0))
    log_pairs = -0.5 * (found.draws[0] - means.T) ** 2 / 1e-6 - np.log(1e-3 * (2 * np.pi) ** 0.5)
    for i in range(5):
        others = log_pairs[i, found.half != found.half[i]]
        assert i not in np.flatnonzero(found.half != found.half[i])
        assert_allclose(found.log_other_half[0, i], others.max() - np.log(len(others)), rtol=1e-4)
    assert sorted(np.bincount(found.half)) == [2, 3]
    assert_allclose(found.log_aggregate[0], found.log_posterior[0] - np.log(5), rtol=1e-6)


def test_fewer_than_twenty_examples_say_nothing():
    found = densities(np.full((19, 1), 30.0), 0.1, np.random.default_rng(0))
    assert kl_bounds(found) == KLBounds(0.0, np.inf) and holes(kl_bounds(found)) is None
    found = densities(np.full((20, 1), 30.0), 0.1, np.random.default_rng(0))
    assert holes(kl_bounds(found)) is True


def test_codes_in_one_place_and_codes_that_are_nowhere():
    """Rounding leaves no variance at all there; and of NaN nothing is said."""
    means = np.concatenate([np.full((60, 1), 100.0), np.zeros((60, 1))], axis=1)
    found = densities(means, 1e-7, np.random.default_rng(0))
    assert found.draws[..., 0].std() == 0.0
    assert holes(kl_bounds(found)) is True
    found = densities(means + np.nan, 0.5, np.random.default_rng(0))
    assert holes(kl_bounds(found)) is None


@pytest.mark.parametrize("family", ["full", "laplace"])
def test_other_posteriors(family):
    """Of a Laplace no pairs are a matrix product; of a full covariance the marginals are enough."""
    rng = np.random.default_rng(0)
    means = np.repeat([[-2.0, 0.0], [2.0, 0.0]], 30, axis=0).astype("float32")
    factor = np.broadcast_to([[0.3, 0.0], [0.2, 0.2]], (60, 2, 2)).astype("float32")
    posterior = MultivariateNormal(means, factor) if family == "full" else Laplace(means, 0.3)
    draws = means + rng.normal(size=(2, 60, 2)).astype("float32") @ factor[0].T
    found = code_densities(posterior, Normal(np.zeros(2), 1.0), draws)
    assert holes(kl_bounds(found)) is True


def test_a_perfect_linear_vae():
    """Eight dimensions, rate 8.4 nats, 2000 examples: "28.6 % of its mass … Train longer"."""
    eigenvalues = np.full(8, np.exp(2.1))
    x, axes = gaussian_data(eigenvalues, examples=2000)
    vae = linear_vae(8, 8, scale=1.0)
    set_optimum(vae, eigenvalues, axes, 0.0, 1.0)
    found = report(vae, x, seed=0, verbose=False)
    assert_allclose(found.rate, 8.4, rtol=1e-4)
    assert found.aggregate_kl > 1.0 and found.holes is None
    assert "2000 examples cannot tell" in found.verdict and "e^8.4 = 4,447" in found.verdict
    assert "Train longer" not in found.verdict
    lower, upper = found.aggregate_kl_bounds
    assert f"of all data {lower:.2f} to {upper:.2f}" in str(found)
    assert lower == 0.0 and aggregate_kl_bounds(vae, x, seed=0, batch_size=128) == (lower, upper)
    assert isinstance(found.codes, CodeMoments)
