"""The linear VAE and its optimum in closed form: Tipping & Bishop 1999, Lucas et al. 2019."""

import numpy as np

from keras_vae import VAE, Decoder, Encoder
from keras_vae.layers import NormalHead
from keras_vae.objectives import ELBO
from tests.oracles.exact import raw_scale

EIGENVALUES = (4.0, 2.0, 0.5, 0.3, 0.2)
LOG_LIKELIHOOD = -6.486495003861

# σ², β, active units, -reconstruction_loss, KL, reconstruction - β KL; two latent dimensions.
OPTIMA = [
    (1 / 3, 1.0, 2, -4.348161944353, 2.138333059508, LOG_LIKELIHOOD),
    (0.25, 1.0, 2, -4.128956763224, 2.426015131960, -6.554971895183),
    (0.25, 4.0, 2, -7.128956763224, 1.039720770840, -11.287839846583),
    (0.25, 10.0, 1, -12.128956763224, 0.235001814623, -14.478974909452),
    (1.0, 3.0, 1, -7.594692666023, 0.143841036226, -8.026215774701),
]


def linear_vae(dimension, latent_dim, scale="shared", beta=1.0):
    """A linear VAE with as many draws as sigma points need."""
    vae = VAE(
        Encoder(latent_dim, hidden_units=()),
        Decoder((dimension,), hidden_units=(), head=NormalHead(scale=scale)),
        objective=ELBO(num_samples=2 * latent_dim),
        beta=beta,
        seed=0,
    )
    vae.build((None, dimension))
    return vae


def set_optimum(vae, eigenvalues, axes, mean, effective):
    """Put in the closed-form optimum, where `effective` is βσ²."""
    latent_dim = vae.encoder.latent_dim
    leading = axes[:, :latent_dim]
    excess = np.maximum(np.asarray(eigenvalues[:latent_dim]) - effective, 0.0)  # a
    encode = leading * np.sqrt(excess) / (excess + effective)
    vae.encoder.head.loc.kernel.assign(encode)
    vae.encoder.head.loc.bias.assign(-np.broadcast_to(mean, len(axes)) @ encode)
    vae.encoder.head.log_scale.kernel.assign(np.zeros_like(encode))
    vae.encoder.head.log_scale.bias.assign(raw_scale(np.sqrt(effective / (excess + effective))))
    vae.decoder.head.loc.kernel.assign((leading * np.sqrt(excess)).T)
    vae.decoder.head.loc.bias.assign(np.broadcast_to(mean, len(axes)))


def optimum(eigenvalues, latent_dim, variance, beta):
    """Expected log-likelihood and KL per example at the closed-form optimum."""
    eigenvalues, effective = np.asarray(eigenvalues), beta * variance
    active = np.flatnonzero(eigenvalues[:latent_dim] > effective)
    unexplained = eigenvalues.sum() - np.sum(eigenvalues[active] - effective)
    likelihood = -0.5 * (len(eigenvalues) * np.log(2 * np.pi * variance) + unexplained / variance)
    return likelihood, 0.5 * np.sum(np.log(eigenvalues[active] / effective))


def log_likelihood(eigenvalues, latent_dim):
    """Mean log-likelihood of probabilistic PCA at its maximum, and the σ² of the maximum."""
    kept, discarded = np.split(np.asarray(eigenvalues), [latent_dim])
    logs = np.log(kept).sum() + len(discarded) * np.log(discarded.mean())
    return -0.5 * (len(eigenvalues) * (np.log(2 * np.pi) + 1.0) + logs), discarded.mean()
