"""A VAE whose codes are known: the examples are the posterior means."""

import numpy as np

from keras_vae import VAE, Decoder, Encoder
from tests.oracles.exact import raw_scale

MEANS = np.random.default_rng(5).normal(size=(40, 2))


def coder(scale, prior=None, means_matter=1.0, mean=0.0):
    """A VAE with q(z|x) = N(means_matter · x + mean, scale²): examples are posterior means."""
    latent_dim = len(scale)
    encoder = Encoder(latent_dim, hidden_units=())
    vae = VAE(encoder, Decoder((latent_dim,), hidden_units=(), head="normal"), prior=prior)
    vae.build((None, latent_dim))
    encoder.head.loc.kernel.assign(means_matter * np.eye(latent_dim))
    encoder.head.loc.bias.assign(np.full(latent_dim, mean))
    encoder.head.log_scale.kernel.assign(np.zeros((latent_dim, latent_dim)))
    encoder.head.log_scale.bias.assign(raw_scale(np.asarray(scale)))
    return vae
