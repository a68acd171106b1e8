"""The linear VAE is probabilistic PCA: Tipping & Bishop 1999, Lucas et al. 2019."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_vae.objectives import ELBO
from tests.oracles.exact import gaussian_data, raw_scale, train
from tests.oracles.linear_vae import (
    EIGENVALUES,
    LOG_LIKELIHOOD,
    OPTIMA,
    linear_vae,
    log_likelihood,
    optimum,
    set_optimum,
)
from tests.oracles.noise import sigma_points


@pytest.fixture
def exact_noise(monkeypatch):
    monkeypatch.setattr(keras.random, "normal", sigma_points)


def analytic_terms(vae, x):
    """E_q log p(x|z) per example, and KL per example and dimension, from the weights alone."""
    posterior = vae.posterior(ops.convert_to_tensor(x.astype("float32")))
    loc, scale = (
        ops.convert_to_numpy(t).astype("float64") for t in (posterior.loc, posterior.scale)
    )
    weights = ops.convert_to_numpy(vae.decoder.head.loc.kernel).astype("float64")
    variance = shared_variance(vae)
    errors = np.sum((x - vae.decode(loc)) ** 2, axis=1) + scale**2 @ np.sum(weights**2, axis=1)
    likelihood = -0.5 * (x.shape[1] * np.log(2 * np.pi * variance) + errors / variance)
    return likelihood, 0.5 * (scale**2 + loc**2 - 1.0) - np.log(scale)


def shared_variance(vae):
    zeros = ops.zeros((1, vae.encoder.latent_dim))
    return float(ops.convert_to_numpy(vae.likelihood(zeros).variance())[0, 0])


def test_table_is_the_formula():
    for variance, beta, active, likelihood, kl, objective in OPTIMA:
        assert optimum(EIGENVALUES, 2, variance, beta) == pytest.approx((likelihood, kl), abs=1e-11)
        assert likelihood - beta * kl == pytest.approx(objective, abs=1e-11)
        assert active == sum(value > beta * variance for value in EIGENVALUES[:2])
    assert log_likelihood(EIGENVALUES, 2) == pytest.approx((LOG_LIKELIHOOD, 1 / 3), abs=1e-11)


@pytest.mark.parametrize(("variance", "beta", "active", "likelihood", "kl", "objective"), OPTIMA)
@pytest.mark.usefixtures("exact_noise")
def test_closed_form_weights_give_the_elbo(variance, beta, active, likelihood, kl, objective):
    mean = np.array([1.0, -2.0, 0.5, 0.0, 3.0])
    x, axes = gaussian_data(EIGENVALUES, mean=mean)
    vae = linear_vae(5, 2, scale=variance**0.5, beta=beta)
    set_optimum(vae, EIGENVALUES, axes, mean, beta * variance)
    vae.compile()
    logs = vae.evaluate(x, batch_size=5, return_dict=True, verbose=0)
    assert -logs["reconstruction_loss"] == pytest.approx(likelihood, abs=1e-5)
    assert logs["kl_loss"] == pytest.approx(kl, abs=1e-5)
    assert logs["elbo"] == pytest.approx(likelihood - kl, abs=1e-5)
    assert -logs["loss"] == pytest.approx(objective, abs=1e-5)
    assert np.sum(analytic_terms(vae, x)[1].mean(axis=0) > 1e-6) == active


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.usefixtures("exact_noise")
def test_closed_form_of_random_spectra(seed):
    rng = np.random.default_rng(seed)
    dimension = int(rng.integers(3, 9))
    latent_dim = int(rng.integers(1, dimension))
    eigenvalues = np.sort(rng.gamma(1.0, 2.0, dimension))[::-1] + 0.05
    x, axes = gaussian_data(eigenvalues, seed=seed)

    best, variance = log_likelihood(eigenvalues, latent_dim)
    vae = linear_vae(dimension, latent_dim)
    set_optimum(vae, eigenvalues, axes, 0.0, variance)
    vae.decoder.head.log_scale.assign(raw_scale(variance**0.5))
    vae.compile()
    logs = vae.evaluate(x, return_dict=True, verbose=0)
    assert logs["elbo"] == pytest.approx(best, rel=1e-5)  # the gap is closed

    variance, beta = rng.uniform(0.1, 2.0), rng.uniform(0.2, 5.0)
    vae = linear_vae(dimension, latent_dim, scale=variance**0.5, beta=beta)
    set_optimum(vae, eigenvalues, axes, 0.0, beta * variance)
    vae.compile()
    logs = vae.evaluate(x, return_dict=True, verbose=0)
    likelihood, kl = optimum(eigenvalues, latent_dim, variance, beta)
    assert -logs["reconstruction_loss"] == pytest.approx(likelihood, rel=1e-5)
    assert logs["kl_loss"] == pytest.approx(kl, rel=1e-5, abs=1e-6)


@pytest.mark.usefixtures("exact_noise")
def test_beta_is_a_variance_up_to_scale():
    """At any weights: L(β, σ²=1) - D/2 log 2π = β (L(1, σ²=β) - D/2 log 2πβ)."""
    x, _ = gaussian_data(EIGENVALUES)
    beta, losses = 3.0, []
    first = linear_vae(5, 2, scale=1.0, beta=beta)
    second = linear_vae(5, 2, scale=beta**0.5)
    second.set_weights(first.get_weights())
    for vae in (first, second):
        vae.compile()
        losses.append(vae.evaluate(x, return_dict=True, verbose=0)["loss"])
    left = losses[0] - 2.5 * np.log(2 * np.pi)
    right = beta * (losses[1] - 2.5 * np.log(2 * np.pi * beta))
    assert left == pytest.approx(right, rel=1e-5)


@pytest.mark.parametrize(
    ("eigenvalues", "latent_dim"), [(EIGENVALUES, 2), ((5.0, 3.0, 1.8, 0.4, 0.4, 0.25), 3)]
)
def test_training_from_a_random_start_reaches_the_log_likelihood(eigenvalues, latent_dim):
    x, _ = gaussian_data(eigenvalues, mean=0.7, seed=3)
    vae = linear_vae(len(eigenvalues), latent_dim)
    vae.objective = ELBO(num_samples=24)  # the variance ends where the noise of the draws lets it
    train(vae, x, steps=1500, learning_rate=0.1)
    best, variance = log_likelihood(eigenvalues, latent_dim)
    likelihood, kl = analytic_terms(vae, x)
    elbo = likelihood.mean() - kl.sum(axis=1).mean()
    assert best - 0.01 < elbo < best + 1e-5
    assert shared_variance(vae) == pytest.approx(variance, rel=0.02)

    copies = np.tile(x, (30, 1))
    evaluate = {"batch_size": len(copies), "return_dict": True, "verbose": 0}
    sampled = [vae.evaluate(copies, **evaluate)["elbo"] for _ in range(20)]
    error = np.std(sampled) / len(sampled) ** 0.5
    assert 1e-5 < error < 0.01
    assert abs(np.mean(sampled) - elbo) < 4 * error
    assert np.mean(sampled) < best + 3 * error


@pytest.mark.parametrize(("variance", "beta", "active", "likelihood", "kl", "objective"), OPTIMA)
@pytest.mark.usefixtures("exact_noise")
def test_collapse_is_a_law(variance, beta, active, likelihood, kl, objective):
    """From a random start, the units that stay active are those with an eigenvalue above βσ²."""
    x, _ = gaussian_data(EIGENVALUES)
    vae = linear_vae(5, 2, scale=variance**0.5, beta=beta)
    train(vae, x, steps=500)
    found, rates = analytic_terms(vae, x)
    rates = rates.mean(axis=0)
    assert np.sum(rates > 0.01) == active
    law = [0.5 * np.log(max(value / (beta * variance), 1.0)) for value in EIGENVALUES[:2]]
    np.testing.assert_allclose(np.sort(rates)[::-1], law, atol=2e-3)
    assert found.mean() - beta * rates.sum() == pytest.approx(objective, abs=1e-3)
