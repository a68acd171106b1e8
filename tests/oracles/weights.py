"""Importance weights of known draws: z ~ N(0, I), x|z ~ N(Wz, σ²I) under q = N(loc, scale²)."""

import numpy as np
from keras import ops

from keras_vae.distributions import Normal
from keras_vae.latents import Group
from keras_vae.objectives import Terms

RANDOM = np.random.default_rng(3)
W = RANDOM.normal(size=(5, 2))
VARIANCE = 0.25
X = RANDOM.normal(size=(3, 5))
LOC = RANDOM.normal(size=(3, 2))
SCALE = np.exp(0.3 * RANDOM.normal(size=(3, 2)))
NOISE = RANDOM.normal(size=(6, 3, 2))


def terms(loc, scale, decoder=W, noise=NOISE, x=X):
    """The terms of z ~ N(0, I), x|z ~ N(Wz, σ²I) under q = N(loc, scale²)."""
    loc, scale, decoder = (ops.convert_to_tensor(v, "float32") for v in (loc, scale, decoder))
    z = loc + scale * ops.convert_to_tensor(noise, "float32")

    def decode(z):
        return Normal(ops.matmul(z, ops.transpose(decoder)), VARIANCE**0.5)

    groups = {"z": Group(Normal(loc, scale), Normal(ops.zeros((2,)), 1.0), z)}
    return Terms(x, groups, decode(z), decode, noise=0)


def log_weights(loc=LOC, scale=SCALE, x=X):
    """The same in float64: log w, and its derivative with respect to z at fixed q."""
    z = loc + scale * NOISE
    residual = x - z @ W.T

    def log_normal(value, scale):
        return np.sum(-0.5 * (value / scale) ** 2 - np.log(scale * np.sqrt(2 * np.pi)), axis=-1)

    log_w = log_normal(residual, VARIANCE**0.5) + log_normal(z, 1.0)
    log_w = log_w - log_normal(z - loc, scale)
    return log_w, residual @ W / VARIANCE - z + (z - loc) / scale**2


def loss(objective, beta=1.0):
    return lambda loc, scale: objective(terms(loc, scale), beta)


LOG_W, SLOPE = log_weights()
