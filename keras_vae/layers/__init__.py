"""Keras layers: bodies (inputs to features), heads (features to a distribution), priors."""

from keras_vae.layers.bodies import ConvBody, ConvTransposeBody, DenseBody
from keras_vae.layers.chains import ChainHead, ChainPrior
from keras_vae.layers.head import Head
from keras_vae.layers.heads import (
    BernoulliHead,
    CategoricalHead,
    ContinuousBernoulliHead,
    MultivariateNormalHead,
    NormalHead,
)
from keras_vae.layers.priors import NormalMixturePrior, Prior, StandardNormalPrior

__all__ = [
    "BernoulliHead",
    "CategoricalHead",
    "ChainHead",
    "ChainPrior",
    "ContinuousBernoulliHead",
    "ConvBody",
    "ConvTransposeBody",
    "DenseBody",
    "Head",
    "MultivariateNormalHead",
    "NormalHead",
    "NormalMixturePrior",
    "Prior",
    "StandardNormalPrior",
]
