"""The linear-Gaussian model z ~ N(0, I), x|z ~ N(Wz + b, σ²I), of which everything is known."""

import numpy as np
from keras import ops

from keras_vae import VAE, Decoder, Encoder
from keras_vae.distributions import MultivariateNormal
from keras_vae.layers import NormalHead
from keras_vae.objectives import ELBO
from tests.oracles.exact import raw_scale

W = np.array([[1, 0.5], [0.2, -1], [0.7, 0.3], [0, 1.5], [-0.4, 0.8]])
B = np.array([0.1, -0.2, 0.3, 0.0, 0.5])
VARIANCE = 0.25
X = np.array([1, 0, -1, 2, 0.5])
DATA = np.stack([X, X + 0.5, -X]).astype("float32")
LOG_P = -13.01409002752623

M = W.T @ W + VARIANCE * np.eye(2)
ENCODE = np.linalg.solve(M, W.T)  # posterior mean = ENCODE (x - b)
COVARIANCE = VARIANCE * np.linalg.inv(M)
FULL = np.linalg.cholesky(COVARIANCE)
BEST_DIAGONAL = np.sqrt(1 / np.diag(np.linalg.inv(COVARIANCE)))
SHIFT = 0.3
SHIFTED_SCALE = np.sqrt([0.2, 0.1])
APPROXIMATION = 0.002081138463  # KL to the exact posterior, of the best diagonal one
TOTAL = 1.386642770306  # and of the shifted one


def log_evidence(x):
    """log N(x; b, WWᵀ + σ²I) in float64."""
    covariance = W @ W.T + VARIANCE * np.eye(5)
    difference = x - B
    distance = np.sum(difference * np.linalg.solve(covariance, difference.T).T, axis=-1)
    return -0.5 * (distance + np.linalg.slogdet(2 * np.pi * covariance)[1])


def tensor(array):
    return ops.convert_to_tensor(np.asarray(array, "float32"))


def known_vae(scale, shift=0.0, num_samples=4):
    """A VAE with the known decoder and q = N(posterior mean + shift, scale).

    `scale` of shape (2,) are standard deviations, of shape (2, 2) a Cholesky factor.
    """
    full = np.ndim(scale) == 2
    encoder = Encoder(2, hidden_units=(), head="multivariate_normal" if full else "normal")
    decoder = Decoder((5,), hidden_units=(), head=NormalHead(scale=VARIANCE**0.5))
    vae = VAE(encoder, decoder, objective=ELBO(num_samples=num_samples), seed=1)
    vae.build((None, 5))
    encoder.head.loc.kernel.assign(ENCODE.T)
    encoder.head.loc.bias.assign(shift - ENCODE @ B)
    linear = encoder.head.factor if full else encoder.head.log_scale
    raw = np.tril(scale, -1) + np.diag(raw_scale(np.diag(scale))) if full else raw_scale(scale)
    linear.kernel.assign(np.zeros(linear.kernel.shape))
    linear.bias.assign(np.ravel(raw))
    decoder.head.loc.kernel.assign(W.T)
    decoder.head.loc.bias.assign(B)
    return vae


def exact_posterior(x):
    return MultivariateNormal(tensor((x - B) @ ENCODE.T), tensor(FULL))
