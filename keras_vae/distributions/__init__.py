"""Probability distributions: nouns that hold tensors, never variables."""

from keras_vae.distributions.bernoulli import Bernoulli
from keras_vae.distributions.categorical import Categorical
from keras_vae.distributions.chain import Chain
from keras_vae.distributions.continuous_bernoulli import ContinuousBernoulli
from keras_vae.distributions.distribution import Distribution
from keras_vae.distributions.laplace import Laplace
from keras_vae.distributions.mixture import Mixture
from keras_vae.distributions.multivariate_normal import MultivariateNormal
from keras_vae.distributions.normal import Normal

__all__ = [
    "Bernoulli",
    "Categorical",
    "Chain",
    "ContinuousBernoulli",
    "Distribution",
    "Laplace",
    "Mixture",
    "MultivariateNormal",
    "Normal",
]
