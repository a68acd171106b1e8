"""Identities that hold for every model of a kind, on models drawn at random."""

import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose

from keras_vae import VAE, Decoder, Encoder, kl_divergence
from keras_vae.distributions import Mixture, MultivariateNormal, Normal
from keras_vae.layers import NormalHead
from keras_vae.objectives import Capacity
from tests.oracles.exact import gaussian_data, raw_scale, train


def random_linear_gaussian(seed, scale=None):
    """W, b, σ² and the exact posterior's gain and covariance; q is that, or of another scale."""
    rng = np.random.default_rng(seed)
    w, b = rng.normal(size=(4, 2)), rng.normal(size=4)
    variance = rng.uniform(0.2, 1.0)
    precision = (w.T @ w + variance * np.eye(2)) / variance
    gain, covariance = np.linalg.solve(precision * variance, w.T), np.linalg.inv(precision)
    factor = np.linalg.cholesky(covariance) if scale is None else np.diag(scale)
    encoder = Encoder(2, hidden_units=(), head="multivariate_normal")
    decoder = Decoder((4,), hidden_units=(), head=NormalHead(scale=float(variance**0.5)))
    vae = VAE(encoder, decoder, seed=0)
    vae.build((None, 4))
    raw = np.tril(factor, -1) + np.diag(raw_scale(np.diag(factor)))
    encoder.head.loc.kernel.assign(gain.T)
    encoder.head.loc.bias.assign(-gain @ b)
    encoder.head.factor.kernel.assign(np.zeros((4, 4)))
    encoder.head.factor.bias.assign(raw.ravel())
    decoder.head.loc.kernel.assign(w.T)
    decoder.head.loc.bias.assign(b)
    x = b + rng.normal(size=(6, 4)) * 1.5
    spread = w @ w.T + variance * np.eye(4)
    distance = np.sum((x - b) * np.linalg.solve(spread, (x - b).T).T, axis=1)
    evidence = -0.5 * (distance + np.linalg.slogdet(2 * np.pi * spread)[1])
    return vae, x.astype("float32"), evidence, (x - b) @ gain.T


@pytest.mark.parametrize("seed", [0, 1])
def test_the_exact_posterior_of_a_random_model_knows_the_evidence(seed):
    vae, x, evidence, _ = random_linear_gaussian(seed)
    value, error, effective, _ = vae.log_likelihood(x, 5, seed=0)
    assert_allclose(value, evidence, rtol=2e-5)
    assert_allclose(error, 0.0, atol=1e-4)
    assert_allclose(effective, 5.0, rtol=1e-4)


def test_bounds_of_a_random_model_are_ordered():
    vae, x, evidence, _ = random_linear_gaussian(2, scale=(0.8, 0.5))
    bounds = []
    for draws in (1, 5, 50):
        # Each value is an independent estimate of L_k; the mean over 4000 of them is the bound.
        copies = np.repeat(x[:1], 4000, axis=0)
        values = vae.log_likelihood(copies, draws, seed=draws, batch_size=4000).value
        bounds.append((values.mean(), values.std() / 4000**0.5))
    means, errors = np.array(bounds).T
    assert np.all(np.diff([*means, evidence[0]]) > -3 * errors)
    assert means[1] - means[0] > 10 * errors[0] and evidence[0] - means[2] < 0.1


def test_self_normalized_importance_sampling_finds_the_posterior_mean():
    vae, x, _, posterior_mean = random_linear_gaussian(3, scale=(1.0, 1.0))
    outputs = vae.draw(ops.convert_to_tensor(x), 20_000, seed=0)
    weights = ops.softmax(vae.terms(x, outputs).log_weights, axis=0)
    z = ops.swapaxes(outputs["z"], 0, 1)
    mean = ops.convert_to_numpy(ops.sum(weights[..., None] * z, axis=0))
    assert_allclose(mean, posterior_mean, atol=0.05)


@pytest.mark.parametrize("correlation", [0.9, -0.4])
def test_mean_field_on_a_correlated_normal(correlation):
    """Reverse KL takes 1/Λᵢᵢ, forward KL takes Σᵢᵢ, and both are −½ log(1 − ρ²) away."""
    covariance = np.array([[1.0, correlation], [correlation, 1.0]])
    p = MultivariateNormal(np.zeros((1, 2)), np.linalg.cholesky(covariance)[None])

    def kl(variance, reverse):
        factors = np.sqrt(variance) * np.eye(2)[None]
        q = MultivariateNormal(np.zeros((1, 2)), factors)
        found = kl_divergence(q, p) if reverse else kl_divergence(p, q)
        return float(ops.convert_to_numpy(found)[0])

    least = -0.5 * np.log(1.0 - correlation**2)
    for reverse, variance in ((True, 1.0 - correlation**2), (False, 1.0)):
        assert kl(variance, reverse) == pytest.approx(least, rel=1e-5)
        assert min(kl(0.9 * variance, reverse), kl(1.1 * variance, reverse)) > least + 1e-3


GRID = np.linspace(-14.0, 14.0, 2801)


def reverse_optimum(d, start):
    """Mean, sd and KL(q ‖ p) where descent ends that begins at N(start, 1); p has modes at ±d."""
    p = Mixture(np.zeros(2), Normal([[-d], [d]], np.ones((2, 1))))
    log_p = ops.convert_to_numpy(p.log_prob(GRID[:, None].astype("float32"))).astype("float64")

    def kl(q):
        log_q = -0.5 * ((GRID - q[0]) / np.exp(q[1])) ** 2 - q[1] - 0.5 * np.log(2 * np.pi)
        return np.sum(np.exp(log_q) * (log_q - log_p)) * (GRID[1] - GRID[0])

    best, step = np.array([start, 0.0]), 0.2
    value = kl(best)
    while step > 1e-4:
        moves = best + step * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
        values = [kl(move) for move in moves]
        if min(values) < value:
            best, value = moves[np.argmin(values)], min(values)
        else:
            step /= 2
    return best[0], np.exp(best[1]), value


@pytest.mark.parametrize(("d", "off_centre", "modes_win"), [(2.4, 0, 0), (2.5, 1, 0), (2.9, 1, 1)])
def test_reverse_kl_seeks_modes_that_are_far_apart(d, off_centre, modes_win):
    """Up to d = 2.4 no optimum but the covering one; from d = 2.8 a single mode is the best."""
    beside = reverse_optimum(d, start=d)
    covering = reverse_optimum(d, start=0.0)
    assert abs(covering[0]) < 1e-3
    assert (abs(beside[0]) > 1.0) == off_centre
    assert (beside[2] < covering[2] - 1e-3) == modes_win


def test_a_trained_model_sits_at_its_capacity():
    x, _ = gaussian_data((4.0, 2.0, 0.5))
    encoder = Encoder(2, hidden_units=())
    decoder = Decoder((3,), hidden_units=(), head=NormalHead(scale=0.5))
    vae = VAE(encoder, decoder, objective=Capacity(1.5, gamma=30.0, num_samples=4), seed=0)
    train(vae, x, steps=400)
    kl = kl_divergence(vae.posterior(x.astype("float32")), vae.prior.distribution())
    assert ops.convert_to_numpy(kl).mean() == pytest.approx(1.5, abs=0.02)
