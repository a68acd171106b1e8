"""Every family of distributions with its formulas, written once more in float64.

The functions take a value and then the parameters as the package's constructors do, with any
batch axes before the event of length 3.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from keras_vae import distributions

D = 3
# Gauss-Legendre on [0, 1]: exact for the smooth densities of the continuous Bernoulli.
NODES, WEIGHTS = np.polynomial.legendre.leggauss(200)
NODES, WEIGHTS = 0.5 * (NODES + 1.0), 0.5 * WEIGHTS


def single(array):
    """float64 numbers that float32 holds exactly: the package gets the same parameters."""
    return np.asarray(array, "float32").astype("float64")


@dataclass(frozen=True)
class Family:
    make: type
    draw: Callable  # (rng, batch) -> parameters
    values: Callable  # (rng, batch) -> values in the support
    log_prob: Callable
    mean: Callable
    variance: Callable
    entropy: Callable

    def __str__(self):
        return self.make.__name__


def loc_scale(rng, batch):
    shape = (*batch, D)
    return single(rng.normal(size=shape)), single(rng.uniform(0.3, 2.0, shape))


def loc_factor(rng, batch):
    factor = np.tril(rng.normal(size=(*batch, D, D)), -1)
    diagonal = rng.uniform(0.3, 2.0, (*batch, D))
    return single(rng.normal(size=(*batch, D))), single(factor + diagonal[..., None] * np.eye(D))


def logits(rng, batch):
    return (single(rng.normal(scale=2.0, size=(*batch, D))),)


def real(rng, batch):
    return single(rng.normal(scale=2.0, size=(*batch, D)))


def unit(rng, batch):
    return single(rng.uniform(size=(*batch, D)))


def bits(rng, batch):
    return np.floor(rng.uniform(0.0, 2.0, (*batch, D)))


def one_hot(rng, batch):
    return np.eye(D)[rng.integers(0, D, batch)]


def covariance(factor):
    return factor @ np.swapaxes(factor, -1, -2)


def full_log_prob(x, loc, factor):
    difference, matrix = x - loc, covariance(factor)
    mahalanobis = np.einsum("...i,...ij,...j", difference, np.linalg.inv(matrix), difference)
    return -0.5 * (mahalanobis + np.linalg.slogdet(2.0 * np.pi * matrix)[1])


def cb_normalizer(eta):
    """log ∫₀¹ exp(ηx) dx by quadrature, shifted so that nothing overflows."""
    top = np.maximum(eta, 0.0)
    return top + np.log(np.exp(eta[..., None] * NODES - top[..., None]) @ WEIGHTS)


def cb_moment(eta, power):
    return np.exp(eta[..., None] * NODES - cb_normalizer(eta)[..., None]) @ (WEIGHTS * NODES**power)


def cb_variance(eta):
    centred = NODES - cb_moment(eta, 1)[..., None]
    density = np.exp(eta[..., None] * NODES - cb_normalizer(eta)[..., None])
    return (density * centred**2) @ WEIGHTS


def entropy_of(probabilities):
    return special.entr(probabilities).sum(-1)


def softmax(eta):
    return special.softmax(eta, axis=-1)


FAMILIES = [
    Family(
        distributions.Normal,
        loc_scale,
        real,
        lambda x, loc, scale: stats.norm.logpdf(x, loc, scale).sum(-1),
        lambda loc, scale: loc,
        lambda loc, scale: scale**2,
        lambda loc, scale: stats.norm.entropy(loc, scale).sum(-1),
    ),
    Family(
        distributions.Laplace,
        loc_scale,
        real,
        lambda x, loc, scale: stats.laplace.logpdf(x, loc, scale).sum(-1),
        lambda loc, scale: loc,
        lambda loc, scale: stats.laplace.var(loc, scale),
        lambda loc, scale: stats.laplace.entropy(loc, scale).sum(-1),
    ),
    Family(
        distributions.MultivariateNormal,
        loc_factor,
        real,
        full_log_prob,
        lambda loc, factor: loc,
        lambda loc, factor: np.diagonal(covariance(factor), axis1=-2, axis2=-1),
        lambda loc, factor: 0.5 * np.linalg.slogdet(2.0 * np.pi * np.e * covariance(factor))[1],
    ),
    Family(
        distributions.Bernoulli,
        logits,
        bits,
        lambda x, eta: stats.bernoulli.logpmf(x, special.expit(eta)).sum(-1),
        special.expit,
        lambda eta: stats.bernoulli.var(special.expit(eta)),
        lambda eta: stats.bernoulli.entropy(special.expit(eta)).sum(-1),
    ),
    Family(
        distributions.ContinuousBernoulli,
        logits,
        unit,
        lambda x, eta: (eta * x - cb_normalizer(eta)).sum(-1),
        lambda eta: cb_moment(eta, 1),
        cb_variance,
        lambda eta: (cb_normalizer(eta) - eta * cb_moment(eta, 1)).sum(-1),
    ),
    Family(
        distributions.Categorical,
        logits,
        one_hot,
        lambda x, eta: (x * np.log(softmax(eta))).sum(-1),
        softmax,
        lambda eta: softmax(eta) * (1.0 - softmax(eta)),
        lambda eta: entropy_of(softmax(eta)),
    ),
]
