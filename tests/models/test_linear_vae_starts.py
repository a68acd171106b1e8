"""Linear VAEs of random spectra reach their exact optimum from random starts."""

from functools import partial

import keras
import numpy as np
import pytest
from keras import ops
from scipy.linalg import hadamard

from keras_vae import VAE, Decoder, Encoder
from keras_vae.layers import NormalHead
from keras_vae.objectives import ELBO
from tests.oracles.exact import gaussian_data, train
from tests.oracles.linear_vae import log_likelihood

VARIANCE = 0.5  # at the optimum of every spectrum, so that they can share one σ


def spectrum(seed):
    """Eigenvalues whose discarded ones have the mean VARIANCE, and the latent dimension."""
    rng = np.random.default_rng(seed)
    dimension = int(rng.integers(3, 9))
    latent_dim = int(rng.integers(1, dimension))
    eigenvalues = np.sort(rng.gamma(1.0, 2.0, dimension))[::-1] + 0.05
    return eigenvalues * VARIANCE / eigenvalues[latent_dim:].mean(), latent_dim


def elbo_of_blocks(vae, x, columns, units):
    """The mean ELBO of each model in float64; one begins at each of `columns` and `units`."""
    posterior, decode = vae.posterior(ops.convert_to_tensor(x, "float32")), vae.decoder.head.loc
    variance = vae.likelihood(ops.zeros((1, vae.encoder.latent_dim))).variance()
    tensors = (posterior.loc, posterior.scale, decode.kernel, decode.bias, variance)
    loc, scale, weights, bias, variance = (
        ops.convert_to_numpy(tensor).astype("float64") for tensor in tensors
    )
    errors = (x - loc @ weights - bias) ** 2 + scale**2 @ weights**2
    likelihood = -0.5 * (np.log(2 * np.pi * variance) + errors / variance)
    kl = 0.5 * (scale**2 + loc**2 - 1.0) - np.log(scale)
    parts = ((likelihood, columns), (kl, units))
    likelihood, kl = (np.add.reduceat(part.mean(0), first) for part, first in parts)
    return likelihood - kl


def test_random_starts_reach_the_log_likelihood_of_six_spectra(monkeypatch):
    """Eighteen models in one, six spectra from three starts: the kernels are block diagonal."""
    cases = [spectrum(seed) for seed in range(6)] * 3
    x = np.hstack([gaussian_data(e, seed=seed)[0] for seed, (e, _) in enumerate(cases)])
    sizes = np.array([(len(eigenvalues), latent_dim) for eigenvalues, latent_dim in cases])
    first, (dimension, latent_dim) = np.cumsum(sizes, axis=0) - sizes, sizes.sum(axis=0).tolist()
    of_column, of_unit = (np.repeat(np.arange(len(cases)), size) for size in sizes.T)

    decoder = Decoder((dimension,), hidden_units=(), head=NormalHead("shared"))
    vae = VAE(Encoder(latent_dim, hidden_units=()), decoder, objective=ELBO(num_samples=8))
    vae.build((None, dimension))
    # Glorot's starts are those of the small models: his limit is √(6 / (inputs + outputs)).
    limits = np.sqrt((dimension + latent_dim) / sizes.sum(axis=1))
    alone = np.where(of_column[:, None] == of_unit, limits[of_unit], 0.0)
    posterior = vae.encoder.head
    maps = ((posterior.loc, alone), (posterior.log_scale, alone), (decoder.head.loc, alone.T))
    for linear, start in maps:
        linear.kernel.assign(linear.kernel * start)
        linear.kernel.constraint = partial(ops.multiply, np.sign(start).astype("float32"))

    # Columns of a Hadamard matrix: noise of mean 0 and covariance I within each model.
    noise = hadamard(8)[:, 1 + np.arange(latent_dim) - first[of_unit, 1]][:, None].astype("float32")
    monkeypatch.setattr(keras.random, "normal", lambda shape, **_: ops.broadcast_to(noise, shape))
    train(vae, x, steps=1000, learning_rate=0.1, beta_2=0.999)
    best = np.array([log_likelihood(*case)[0] for case in cases])
    gap = best - elbo_of_blocks(vae, x, *first.T)
    assert gap.min() > -1e-5
    assert gap.max() < 0.02, gap


@pytest.mark.parametrize("head", ["normal", "multivariate_normal"])
def test_scales_start_at_one_and_learn(head):
    """In encoder and decoder, however large the features: a random start is an exponent of them."""
    x = 100.0 * np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    vae = VAE(Encoder(3, hidden_units=(), head=head), Decoder((3,), hidden_units=(), head=head))
    vae.build((None, 3))
    full = head == "multivariate_normal"
    for d in (vae.posterior(x), vae.likelihood(x)):
        found = ops.convert_to_numpy(d.scale_tril if full else d.scale)
        np.testing.assert_array_equal(
            found, np.broadcast_to(np.eye(3) if full else 1.0, found.shape)
        )

    vae.compile("adam")
    vae.fit(x, verbose=0)
    used = np.tril(np.ones((3, 3), bool)).ravel() if full else np.ones(3, bool)
    for part in (vae.encoder, vae.decoder):
        raw = part.head.factor if full else part.head.log_scale
        np.testing.assert_array_equal(ops.convert_to_numpy(raw.kernel).any(axis=0), used)
