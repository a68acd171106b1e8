"""Keras layers: bodies (inputs to features), heads (features to a distribution), priors."""

from keras_vae.bodies import ConvBody, ConvTransposeBody, DenseBody
from keras_vae.heads import (
    BernoulliHead,
    CategoricalHead,
    ContinuousBernoulliHead,
    Head,
    MultivariateNormalHead,
    NormalHead,
)
from keras_vae.priors import (
    ChainHead,
    ChainPrior,
    NormalMixturePrior,
    Prior,
    StandardNormalPrior,
)

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
