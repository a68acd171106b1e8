"""What a model does with its code, exactly: the linear VAE at its optimum, a formula for each."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

import keras_vae
from keras_vae.evaluation import active_units, kl_per_dimension, rate_distortion
from keras_vae.layers import NormalHead, NormalMixturePrior
from tests.oracles.exact import gaussian_data, raw_scale
from tests.oracles.linear_vae import EIGENVALUES, OPTIMA
from tests.oracles.noise import sigma_points

LATENT_DIM = 2
LEADING = np.array(EIGENVALUES[:LATENT_DIM])


def untrained(**options):
    head = NormalHead(scale=options.pop("sigma", 1.0))
    vae = keras_vae.VAE(
        keras_vae.Encoder(LATENT_DIM, hidden_units=(), head=options.pop("posterior", "normal")),
        keras_vae.Decoder((len(EIGENVALUES),), hidden_units=(), head=head),
        **options,
    )
    vae.build((None, len(EIGENVALUES)))
    return vae


def best_linear_vae(axes, variance, beta):
    """The linear VAE with the weights that are best for this decoder variance and β."""
    vae = untrained(sigma=variance**0.5)
    noise = beta * variance
    signal = np.maximum(LEADING - noise, 0.0)
    directions = axes[:, :LATENT_DIM]
    none = np.zeros(LATENT_DIM)
    raw = raw_scale(np.sqrt(noise / (signal + noise)))
    encode = directions * np.sqrt(signal) / (signal + noise)
    vae.encoder.set_weights([encode, none, np.zeros(encode.shape), raw])
    vae.decoder.set_weights([np.sqrt(signal)[:, None] * directions.T, np.zeros(len(axes))])
    return vae


@pytest.mark.parametrize(("variance", "beta", "active", "likelihood", "rate", "_"), OPTIMA)
def test_linear_vae_at_its_optimum(monkeypatch, variance, beta, active, likelihood, rate, _):
    x, axes = gaussian_data(EIGENVALUES)
    vae = best_linear_vae(axes, variance, beta)
    law = LEADING > beta * variance
    assert active_units(vae, x).tolist() == law.tolist() and law.sum() == active
    expected = np.where(law, 0.5 * np.log(LEADING / (beta * variance)), 0.0)
    assert_allclose(kl_per_dimension(vae, x), expected, atol=1e-5)
    monkeypatch.setattr(keras.random, "normal", sigma_points)
    found = rate_distortion(vae, x, num_samples=2 * LATENT_DIM)
    assert_allclose(found, (rate, -likelihood), rtol=1e-5)


def test_threshold_is_a_variance():
    x, axes = gaussian_data(EIGENVALUES)
    vae = best_linear_vae(axes, 0.25, 1.0)
    variances = 1.0 - 0.25 / LEADING  # 0.9375 and 0.875
    assert_allclose(vae.encode(x).var(axis=0), variances, rtol=1e-5)
    assert active_units(vae, x, threshold=0.9).tolist() == [True, False]
    with pytest.raises(ValueError, match="must not be negative; received threshold=-1"):
        active_units(vae, x, threshold=-1.0)


def test_batches_of_unequal_size_do_not_matter():
    x, axes = gaussian_data(EIGENVALUES)
    vae = best_linear_vae(axes, 0.25, 1.0)
    nats = kl_per_dimension(vae, x)
    assert_allclose(kl_per_dimension(vae, x, batch_size=7), nats, rtol=1e-5)
    assert_allclose(rate_distortion(vae, x, batch_size=7).rate, nats.sum(), rtol=1e-5)


def test_parts_add_up_to_the_elbo_of_the_same_draws(monkeypatch):
    x, _ = gaussian_data(EIGENVALUES)
    monkeypatch.setattr(keras_vae.estimators.log_weights, "NUMBERS", 2 * x.size)
    # The KL to a mixture is estimated from the draws, here a whole chunk and a part of one.
    vae = untrained(prior=NormalMixturePrior(LATENT_DIM, components=3, seed=0))
    parts = rate_distortion(vae, x, num_samples=3, seed=1)
    assert_allclose(-sum(parts), vae.elbo(x, num_samples=3, seed=1).mean(), rtol=1e-5)


def test_full_covariance_has_a_rate_but_no_kl_per_dimension():
    x, _ = gaussian_data(EIGENVALUES)
    vae = untrained(posterior="multivariate_normal")
    exact = keras_vae.kl_divergence(vae.posterior(x), vae.prior.distribution())
    rate = keras.ops.convert_to_numpy(exact).mean()
    assert_allclose(rate_distortion(vae, x).rate, rate, rtol=1e-5)
    with pytest.raises(NotImplementedError, match="MultivariateNormal does not factorize"):
        kl_per_dimension(vae, x)


class Elsewhere:
    """A prior of another library."""

    def log_prob(self, value):
        return -0.5 * keras.ops.sum(value**2, axis=-1)

    def sample(self, sample_shape=(), seed=None):
        return keras.random.normal((*sample_shape, LATENT_DIM), seed=seed)


def test_a_prior_of_another_library_has_no_kl_per_dimension():
    x, _ = gaussian_data(EIGENVALUES)
    with pytest.raises(NotImplementedError, match=r"no closed form of KL\(Normal ‖ Elsewhere\)"):
        kl_per_dimension(untrained(prior=Elsewhere()), x)


def test_missing_values_are_not_seen():
    x, _ = gaussian_data(EIGENVALUES)
    vae = untrained(missing_values=True)
    filled = np.where(x > 1.0, 0.0, x)
    holes = np.where(x > 1.0, np.nan, x)
    assert_allclose(kl_per_dimension(vae, holes), kl_per_dimension(vae, filled), rtol=1e-6)
    observed = np.count_nonzero(x <= 1.0) / len(x)
    least = 0.5 * np.log(2.0 * np.pi) * observed  # of a normal with σ = 1, where x̂ = x
    assert least < rate_distortion(vae, holes, seed=0).distortion < np.inf


def test_bits_per_dimension():
    bits = keras_vae.evaluation.bits_per_dimension
    assert_allclose(bits(np.array([0.0, -8.0 * np.log(2.0)]), 4), [0.0, 2.0])
    # The uniform density on [0, 1] says nothing of 256 levels: eight bits.
    assert_allclose(bits(0.0, (28, 28), levels=256), 8.0)
    for wrong in ({"dimensions": 0}, {"dimensions": 4, "levels": 0}):
        with pytest.raises(ValueError, match="must be an integer of at least 1; received"):
            bits(0.0, **wrong)
