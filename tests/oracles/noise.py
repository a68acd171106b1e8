"""What stands in for `keras.random`, where the draws have to be known."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import keras
import numpy as np
from keras import ops


@contextmanager
def no_noise() -> Iterator[None]:
    """Every draw from a normal distribution is its mean, and every uniform one its middle."""
    with (
        mock.patch("keras.random.normal", lambda shape, **_: ops.zeros(shape)),
        mock.patch("keras.random.uniform", lambda shape, **_: ops.full(shape, 0.5)),
    ):
        yield


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


def waves(shape, *_, **__):
    """Noise by formula, the same on every backend."""
    shape = tuple(int(n) for n in shape)
    return ops.convert_to_tensor(np.sin(1.7 * np.arange(np.prod(shape))).reshape(shape), "float32")


def even(shape, *_, **__):
    """Uniform noise by formula."""
    shape = tuple(int(n) for n in shape)
    values = (0.618 * np.arange(np.prod(shape)) + 0.3) % 1.0  # in a program, rounding would differ
    return ops.convert_to_tensor(values.reshape(shape), "float32")


def inject(monkeypatch, name, noise):
    """Make `keras.random.<name>` return this noise."""

    def fixed(shape, **_):
        assert tuple(int(n) for n in shape) == np.shape(noise)
        return ops.convert_to_tensor(np.asarray(noise, "float32"))

    monkeypatch.setattr(keras.random, name, fixed)
