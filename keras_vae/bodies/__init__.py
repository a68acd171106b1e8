"""Bodies: layers that turn inputs into features."""

from keras_vae.bodies.convolutional import ConvBody, ConvTransposeBody
from keras_vae.bodies.dense import DenseBody
from keras_vae.bodies.residual import ResidualConvBody, ResidualTransposeBody

__all__ = [
    "ConvBody",
    "ConvTransposeBody",
    "DenseBody",
    "ResidualConvBody",
    "ResidualTransposeBody",
]
