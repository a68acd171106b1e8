"""Probability distributions: nouns that hold tensors, never variables."""

from typing import NoReturn

from keras_vae.distributions.bernoulli import Bernoulli
from keras_vae.distributions.categorical import Categorical
from keras_vae.distributions.continuous_bernoulli import ContinuousBernoulli
from keras_vae.distributions.distribution import Distribution
from keras_vae.distributions.laplace import Laplace
from keras_vae.distributions.mixture import Mixture
from keras_vae.distributions.multivariate_normal import MultivariateNormal
from keras_vae.distributions.normal import Normal
from keras_vae.distributions.point import Point
from keras_vae.distributions.poisson import Poisson
from keras_vae.distributions.product import Product
from keras_vae.distributions.support import (
    COUNTS,
    ONE_HOT,
    POSITIVE,
    REAL,
    UNIT_INTERVAL,
    Support,
)
from keras_vae.gone import gone

__all__ = [
    "COUNTS",
    "ONE_HOT",
    "POSITIVE",
    "REAL",
    "UNIT_INTERVAL",
    "Bernoulli",
    "Categorical",
    "ContinuousBernoulli",
    "Distribution",
    "Laplace",
    "Mixture",
    "MultivariateNormal",
    "Normal",
    "Point",
    "Poisson",
    "Product",
    "Support",
]


def __getattr__(name: str) -> NoReturn:
    gone(name, __name__)
