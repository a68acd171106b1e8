"""Keras layers: bodies (inputs to features), heads (features to a distribution), priors."""

from typing import NoReturn

from keras_vae.bodies import (
    ConvBody,
    ConvTransposeBody,
    DenseBody,
    ResidualConvBody,
    ResidualTransposeBody,
)
from keras_vae.gone import gone
from keras_vae.heads import (
    BernoulliHead,
    CategoricalHead,
    ContinuousBernoulliHead,
    Head,
    MultivariateNormalHead,
    NormalHead,
    PoissonHead,
    ProductHead,
)
from keras_vae.priors import (
    NormalMixturePrior,
    Prior,
    RelevancePrior,
    StandardNormalPrior,
)

__all__ = [
    "BernoulliHead",
    "CategoricalHead",
    "ContinuousBernoulliHead",
    "ConvBody",
    "ConvTransposeBody",
    "DenseBody",
    "Head",
    "MultivariateNormalHead",
    "NormalHead",
    "NormalMixturePrior",
    "PoissonHead",
    "Prior",
    "ProductHead",
    "RelevancePrior",
    "ResidualConvBody",
    "ResidualTransposeBody",
    "StandardNormalPrior",
]


def __getattr__(name: str) -> NoReturn:
    gone(name, __name__)
