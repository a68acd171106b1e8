"""What stands between encoder and decoder: draws of latent variables, and what they cost."""

from keras_vae.latents.bottom_up import BottomUp
from keras_vae.latents.categorical import Categorical
from keras_vae.latents.code_use import CodeUse
from keras_vae.latents.codes import Codes
from keras_vae.latents.finite_scalar import FiniteScalar
from keras_vae.latents.group import Group
from keras_vae.latents.ladder import Ladder
from keras_vae.latents.latents import Latents
from keras_vae.latents.one_group import OneGroup
from keras_vae.latents.quantized_hierarchy import QuantizedHierarchy
from keras_vae.latents.residual_quantized import ResidualQuantized
from keras_vae.latents.vector_quantized import VectorQuantized

__all__ = [
    "BottomUp",
    "Categorical",
    "CodeUse",
    "Codes",
    "FiniteScalar",
    "Group",
    "Ladder",
    "Latents",
    "OneGroup",
    "QuantizedHierarchy",
    "ResidualQuantized",
    "VectorQuantized",
]
