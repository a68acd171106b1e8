"""Data and training with which linear models can be compared with formulas exactly."""

import keras
import numpy as np

MAX_LOG_SCALE = 15.0  # of the heads: scale = exp(B tanh(raw / B))


def gaussian_data(eigenvalues, examples=16, mean=0.0, seed=0):
    """Examples whose sample mean and covariance are exactly these; returns them and the axes."""
    rng = np.random.default_rng(seed)
    dimension = len(eigenvalues)
    draws = rng.normal(size=(examples, dimension))
    white = np.linalg.qr(draws - draws.mean(axis=0))[0] * np.sqrt(examples)
    axes = np.linalg.qr(rng.normal(size=(dimension, dimension)))[0]
    return mean + white * np.sqrt(eigenvalues) @ axes.T, axes


def raw_scale(scale):
    """What the linear map of a head must return for this scale."""
    return MAX_LOG_SCALE * np.arctanh(np.log(scale) / MAX_LOG_SCALE)


def train(model, x, steps, learning_rate=0.05, beta_2=0.9):
    """Adam on the whole data set in every step, with a learning rate that goes to zero.

    By default with a short memory of squared gradients: those of a random start are larger by far.
    """
    decay = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    model.compile(keras.optimizers.Adam(decay, beta_2=beta_2))
    model.fit(np.tile(x, (steps, 1)), batch_size=len(x), shuffle=False, verbose=0)
