"""Likelihoods where they are delicate: λ near 1/2, grey pixels, logits and scales at extremes."""

import itertools
import math

import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose
from scipy import special

from keras_vae.distributions import (
    Bernoulli,
    Categorical,
    ContinuousBernoulli,
    MultivariateNormal,
    Normal,
)
from tests.oracles.families import NODES, WEIGHTS, cb_moment, cb_normalizer, cb_variance
from tests.oracles.gradients import gradient, value


def cb_constant(rate):
    """C(λ), the normalizer of λˣ(1−λ)¹⁻ˣ."""
    return 2.0 * np.arctanh(1.0 - 2.0 * rate) / (1.0 - 2.0 * rate)


def test_constants_of_the_continuous_bernoulli():
    rates = np.array([0.1, 0.3, 0.5])

    def read(logits):
        d = ContinuousBernoulli(logits, event_ndim=0)
        return d.log_prob(0.0), d.mean(), d.log_prob(0.5)

    at_zero, mean, _ = value(read, special.logit(rates))
    constants = [2.746530721670, 2.118244650968, 2.0]
    assert_allclose(np.exp(at_zero) / (1.0 - rates), constants, rtol=1e-6)
    assert_allclose(mean, [0.330119613313, 0.430222501144, 0.5], rtol=1e-6)
    offset = np.array([0.02, 0.005, 0.0])
    _, _, at_half = value(read, special.logit(0.5 + offset))
    log_c = math.log(2.0) + 4.0 / 3.0 * offset**2 + 104.0 / 45.0 * offset**4
    assert_allclose(at_half, log_c + 0.5 * np.log(0.25 - offset**2), atol=1e-6)


def test_continuous_bernoulli_from_one_half_to_the_extremes():
    half = np.array([0.0, 1e-30, 1e-6, 1e-3, 0.05, 0.3, 0.79, 0.8, 0.81, 1.5, 6.0, 30.0, 100.0])
    eta = np.concatenate([-half, half]).astype("float32").astype("float64")

    def read(logits):
        d = ContinuousBernoulli(logits, event_ndim=0)
        return d.log_normalizer(), d.mean(), d.variance()

    normalizer, mean, variance = value(read, eta)
    assert_allclose(normalizer, cb_normalizer(eta), rtol=2e-6, atol=5e-6)
    assert_allclose(mean, cb_moment(eta, 1), rtol=1e-5, atol=1e-6)
    assert_allclose(variance, cb_variance(eta), rtol=1e-4)
    # A' is the mean and A'' the variance, at λ = 1/2 too.
    slope = gradient(lambda logits: ContinuousBernoulli(logits, 0).log_normalizer(), eta)
    assert_allclose(slope, cb_moment(eta, 1), rtol=1e-5, atol=1e-6)
    curvature = gradient(lambda logits: ContinuousBernoulli(logits, 0).mean(), eta)
    assert_allclose(curvature, cb_variance(eta), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", ["log_normalizer", "mean", "variance", "entropy"])
def test_continuous_bernoulli_is_finite_far_out(name):
    def read(logits):
        return getattr(ContinuousBernoulli(logits, event_ndim=0), name)()

    far = np.array([-1e6, -104.0, 104.0, 1e6])
    assert np.isfinite(value(read, far)).all()
    assert np.isfinite(gradient(read, far)).all()


def test_binary_cross_entropy_is_the_likelihood_of_binarized_pixels():
    rng = np.random.default_rng(0)
    logits, grey = rng.normal(scale=3.0, size=(5, 6)), rng.uniform(size=(5, 6))
    every = np.array(list(itertools.product((0.0, 1.0), repeat=6)))[:, None]
    chance = np.prod(np.where(every == 1.0, grey, 1.0 - grey), axis=-1)
    d = Bernoulli(logits)
    of_bits, of_grey = value(lambda: (d.log_prob(every), d.log_prob(grey)))
    assert_allclose(of_grey, (chance * of_bits).sum(0), rtol=1e-5)


def test_least_binary_cross_entropy_is_the_entropy_of_the_pixel():
    grey = np.random.default_rng(0).uniform(0.01, 0.99, (5, 6))
    best = Bernoulli(special.logit(grey))
    cross_entropy, entropy = value(lambda: (-best.log_prob(grey), best.entropy()))
    assert_allclose(cross_entropy, entropy, rtol=1e-5)
    slope = gradient(lambda logits: Bernoulli(logits).log_prob(grey), special.logit(grey))
    assert_allclose(slope, np.zeros((5, 6)), atol=1e-6)


def test_binary_cross_entropy_is_no_density():
    rates = np.array([0.1, 0.3, 0.9])
    d = Bernoulli(special.logit(rates), event_ndim=0)
    mass = WEIGHTS @ np.exp(value(lambda: d.log_prob(NODES[:, None])))
    assert_allclose(mass, 1.0 / cb_constant(rates), rtol=1e-5)


def test_continuous_bernoulli_exceeds_it_by_log_2_per_pixel():
    rng = np.random.default_rng(0)
    logits, grey = rng.normal(scale=4.0, size=(20, 784)), rng.uniform(size=(20, 784))
    logits[0] = 0.0  # where the bound is met
    density, bits = ContinuousBernoulli(logits), Bernoulli(logits)
    gap = value(lambda: density.log_prob(grey) - bits.log_prob(grey))
    assert_allclose(gap[0], 543.43, atol=0.01)
    assert (gap[1:] > 543.43).all()


def test_normal_constants_and_its_best_variance():
    pixels = np.zeros(784)
    assert_allclose(value(lambda: Normal(pixels, 1.0).log_prob(pixels)), -720.4478, atol=1e-3)
    x = np.random.default_rng(0).normal(scale=0.3, size=784)
    best = np.sqrt(np.mean(x**2))

    def log_prob(scale):
        return Normal(pixels, scale).log_prob(x)

    less, at_best, more = (value(log_prob, best * factor) for factor in (0.9, 1.0, 1.1))
    assert_allclose(-at_best, 392.0 * (math.log(2.0 * math.pi * best**2) + 1.0), rtol=1e-5)
    assert max(less, more) < at_best - 1.0
    assert_allclose(gradient(log_prob, best), 0.0, atol=0.01)


@pytest.mark.parametrize("size", [100.0, 1e4])
@pytest.mark.parametrize("make", [Bernoulli, ContinuousBernoulli, Categorical])
def test_extreme_logits(make, size):
    logits, x = np.array([[size, -size], [-size, size]]), np.array([[1.0, 0.0], [1.0, 0.0]])
    constant = 2.0 * math.log(size) if make is ContinuousBernoulli else 0.0
    expected = [constant, constant - 2.0 * size]

    def log_prob(logits):
        return make(logits).log_prob(x)

    def moments(logits):
        d = make(logits)
        return d.entropy() + ops.sum(d.mean() + d.variance(), axis=-1)

    assert_allclose(value(log_prob, logits), expected, rtol=1e-6, atol=1e-7 * size + 1e-5)
    assert np.isfinite(value(moments, logits)).all()
    assert np.isfinite(gradient(log_prob, logits)).all()
    assert np.isfinite(gradient(moments, logits)).all()


@pytest.mark.parametrize("make", [Bernoulli, Categorical])
def test_probabilities_of_exactly_zero_and_one(make):
    certain = np.array([1.0, 0.0, 0.0])
    d = make(400.0 * certain - 200.0)
    of_event = value(lambda: (d.entropy(), d.log_prob(certain)))
    mean, variance, draws = value(lambda: (d.mean(), d.variance(), d.sample((50,), seed=0)))
    assert mean.tolist() == certain.tolist()
    assert not variance.any()
    assert_allclose(of_event, 0.0, atol=0.0)
    assert (draws == certain).all()


def diagonal(scale):
    return Normal(np.zeros((1, 3)), scale)


def full(scale):
    return MultivariateNormal(np.zeros((1, 3)), scale * ops.eye(3))


@pytest.mark.parametrize("make", [diagonal, full])
@pytest.mark.parametrize("log_variance", [-50.0, 50.0])
def test_extreme_variances(make, log_variance):
    sigma = math.exp(0.5 * log_variance)
    x = np.array([[0.0, 2.0, -1.0]]) * sigma
    spread = 1.5 * (log_variance + math.log(2.0 * math.pi))

    def read(scale):
        d = make(scale)
        return d.log_prob(x), d.entropy(), d.variance()

    log_prob, entropy, variance = value(read, sigma)
    assert_allclose(log_prob, [-2.5 - spread], rtol=1e-5)
    assert_allclose(entropy, [1.5 + spread], rtol=1e-5)
    assert_allclose(variance, np.full((1, 3), sigma**2), rtol=1e-5)
    # The derivative of log p with respect to log σ is z² − 1, summed over coordinates.
    assert_allclose(gradient(lambda s: make(s).log_prob(x), sigma) * sigma, 2.0, rtol=1e-5)
