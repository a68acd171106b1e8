"""Data, noise and training with which linear models can be compared with formulas exactly."""

import keras
import numpy as np
from keras import ops

MAX_LOG_SCALE = 15.0  # of the heads: scale = exp(B tanh(raw / B))


def gaussian_data(eigenvalues, examples=16, mean=0.0, seed=0):
    """Examples whose sample mean and covariance are exactly these; returns them and the axes."""
    rng = np.random.default_rng(seed)
    dimension = len(eigenvalues)
    draws = rng.normal(size=(examples, dimension))
    white = np.linalg.qr(draws - draws.mean(axis=0))[0] * np.sqrt(examples)
    axes = np.linalg.qr(rng.normal(size=(dimension, dimension)))[0]
    return mean + white * np.sqrt(eigenvalues) @ axes.T, axes


def sigma_points(shape, **_):
    """In place of `keras.random.normal`: noise with exactly mean 0 and covariance I over draws.

    Of shape (2K, ..., K). What is quadratic in the noise then has exactly its expected value as
    its mean, and that is what the log-likelihood of a linear decoder is.
    """
    draws, size = shape[0], shape[-1]
    assert draws == 2 * size, f"sigma points need {2 * size} draws, and not {draws}"
    points = np.sqrt(size) * np.concatenate([np.eye(size), -np.eye(size)])
    points = points.reshape((draws, *(1,) * (len(shape) - 2), size))
    return ops.broadcast_to(ops.convert_to_tensor(points.astype("float32")), shape)


def raw_scale(scale):
    """What the linear map of a head must return for this scale."""
    return MAX_LOG_SCALE * np.arctanh(np.log(scale) / MAX_LOG_SCALE)


def train(model, x, steps, learning_rate=0.05):
    """Adam on the whole data set in every step, with a learning rate that goes to zero."""
    decay = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    # A short memory of squared gradients: those of a random start are larger by far.
    model.compile(keras.optimizers.Adam(decay, beta_2=0.9))
    model.fit(np.tile(x, (steps, 1)), batch_size=len(x), shuffle=False, verbose=0)
