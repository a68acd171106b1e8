"""Heads: features in, the parameters of a distribution out."""

from keras_vae.heads.head import Head
from keras_vae.heads.logits import BernoulliHead, CategoricalHead, ContinuousBernoulliHead
from keras_vae.heads.multivariate_normal import MultivariateNormalHead
from keras_vae.heads.normal import NormalHead
from keras_vae.heads.poisson import PoissonHead
from keras_vae.heads.product import ProductHead

__all__ = [
    "BernoulliHead",
    "CategoricalHead",
    "ContinuousBernoulliHead",
    "Head",
    "MultivariateNormalHead",
    "NormalHead",
    "PoissonHead",
    "ProductHead",
]
