"""A small VAE of images with codes on two grids."""

import math

import keras

from keras_vae import VAE, Decoder
from keras_vae.latents import QuantizedHierarchy, VectorQuantized
from tests.conformance.factories import IMAGES

K, D, GRIDS = (6, 4), (3, 2), ((4, 2), (2, 1))
NATS = [math.prod(grid) * math.log(k) for grid, k in zip(GRIDS, K, strict=True)]


def structure(**kwargs):
    """Codes on grids of 4×2 and 2×1."""
    levels = [
        VectorQuantized(k, d, seed=seed, **{"restart": 0.0, **kwargs})
        for seed, (k, d) in enumerate(zip(K, D, strict=True))
    ]
    return QuantizedHierarchy(levels, filters=5, activation="tanh")


def quantized(latents=None, condition_shape=None):
    """The model, started from the data."""
    keras.utils.set_random_seed(0)
    body = keras.layers.Conv2D(4, 3, strides=2, padding="same")
    transposed = keras.layers.Conv2DTranspose(4, 3, strides=2, padding="same")
    decoder = Decoder((8, 4, 1), body=transposed)
    model = VAE(
        body, decoder, latents=latents or structure(), seed=0, condition_shape=condition_shape
    )
    model.build((None, 8, 4, 1))
    if condition_shape is None:
        model.start(IMAGES)
    return model
