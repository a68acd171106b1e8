"""Priors p(z): what stands between encoder and decoder before any x has been seen."""

from keras_vae.priors.autoregressive import AutoregressivePrior
from keras_vae.priors.causal_transformer import CausalTransformer
from keras_vae.priors.mixture import NormalMixturePrior
from keras_vae.priors.pixel_cnn import PixelCNN
from keras_vae.priors.prior import Prior
from keras_vae.priors.relevance import RelevancePrior
from keras_vae.priors.standard_normal import StandardNormalPrior

__all__ = [
    "AutoregressivePrior",
    "CausalTransformer",
    "NormalMixturePrior",
    "PixelCNN",
    "Prior",
    "RelevancePrior",
    "StandardNormalPrior",
]
