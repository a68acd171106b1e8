"""Batches of arrays that several devices share by `keras.distribution`."""

from typing import Any

import numpy as np

from keras_vae.batches import Data, check_shares, repeated, sharing
from keras_vae.data import as_numpy, examples_in, is_array


def check_shared(x: Any, batch_size: int | None) -> None:
    """Raise a ValueError where devices share the batches of an array, and some do not divide."""
    devices = sharing()
    if devices > 1 and is_array(x):
        check_shares(examples_in(x), batch_size or 32, devices)


def made_even(data: Data, batch_size: int | None, steps: int | None = None) -> Data:
    """Data to evaluate, with the last example once more where devices could not share them.

    What is repeated weighs nothing. The loss is a mean over all examples of a batch, so that the
    others weigh as much more as there are more of them. In training that would not do: there the
    examples are shuffled, and each batch has a gradient of its own.

    Args:
        data: x, y and sample_weight.
        batch_size: examples in a batch.
        steps: batches, where not all are read.
    """
    x, y, sample_weight = data
    devices = sharing()
    if devices == 1 or not is_array(x):
        return data
    if steps is not None:  # of which the last examples may be no part
        check_shared(x, batch_size)
    size, examples = batch_size or 32, examples_in(x)
    check_shares(size, size, devices)
    if not (lacking := -examples % devices):
        return data
    weights = np.ones(examples) if sample_weight is None else as_numpy(sample_weight).reshape(-1)
    weights = np.append(weights * (1.0 + lacking / examples), np.zeros(lacking)).astype("float32")
    y = None if y is None else repeated(as_numpy(y), lacking)
    return repeated(as_numpy(x), lacking), y, weights
