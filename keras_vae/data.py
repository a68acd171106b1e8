"""Data of any kind: looked at before training starts, and run through a network in batches."""

import itertools
import math
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.distributions import Bernoulli, Categorical, ContinuousBernoulli

UNIT_INTERVAL = (Bernoulli, ContinuousBernoulli, Categorical)


def first_batch(x: Any) -> tuple[Any, Any]:
    """The first batch of a dataset of any kind, and the dataset with nothing taken from it."""
    if isinstance(x, keras.utils.PyDataset):
        return x[0], x
    iterator = iter(x)
    batch = next(iterator, None)
    if batch is None:
        raise ValueError(f"The data of type {type(x).__name__} gave no batch: it is empty.")
    # A generator gives each batch once, so the one looked at is put back in front.
    return batch, (b for b in itertools.chain([batch], iterator)) if iterator is x else x


def is_array(x: Any) -> bool:
    """Whether x is an array, a tensor or a table, and not a dataset that yields batches."""
    return hasattr(x, "__array__")


def as_numpy(x: Any) -> np.ndarray:
    """An array or tensor of any library as a NumPy array."""
    return np.asarray(x.detach().cpu() if hasattr(x, "detach") else x)


def check_numbers(name: str, x: Any, missing_values: bool = False) -> tuple[float, float]:
    """Raise a ValueError unless x holds finite numbers; returns the smallest and the largest.

    Args:
        name: what to call the data in the error.
        x: array of examples.
        missing_values: whether NaN marks a missing value.
    """
    if x.size == 0:
        raise ValueError(f"{name} is an empty array of shape {x.shape}; expected examples.")
    if not (np.issubdtype(x.dtype, np.number) or x.dtype == bool):
        raise ValueError(
            f'{name} holds values of type {x.dtype}; expected numbers, such as x.astype("float32").'
        )
    low, high = (np.nanmin(x), np.nanmax(x)) if missing_values else (np.min(x), np.max(x))
    if np.isnan(low):
        raise ValueError(
            f"{name} contains NaN. Remove or fill those values, or build the model with "
            "missing_values=True, which takes NaN for a value that was not observed."
        )
    if np.isinf(low) or np.isinf(high):
        raise ValueError(f"{name} contains infinite values; expected finite numbers.")
    return float(low), float(high)


def check_observations(
    name: str, x: Any, family: type, shape: tuple[int, ...], missing_values: bool = False
) -> None:
    """Raise a ValueError unless x can be observations of a decoder.

    Args:
        name: what to call the data in the error.
        x: array of examples.
        family: class of the decoder's distribution.
        shape: shape of one example as the decoder describes it.
        missing_values: whether NaN marks a missing value.
    """
    low, high = check_numbers(name, x, missing_values)
    if x.shape[1:] != shape:
        same_size = math.prod(x.shape[1:]) == math.prod(shape)
        reshape = f"Reshape the data, x.reshape({(-1, *shape)}), or build" if same_size else "Build"
        raise ValueError(
            f"{name} holds examples of shape {x.shape[1:]}, but the decoder describes examples of "
            f"shape {shape}. {reshape} the decoder for them: Decoder({x.shape[1:]}, ...)."
        )
    if issubclass(family, UNIT_INTERVAL) and not (low >= 0.0 and high <= 1.0):
        raise ValueError(
            f"{name} has values from {low:g} to {high:g}, but a {family.__name__} decoder "
            f"describes values in [0, 1]. Scale the data (images of 8 bits: x.astype('float32') "
            "/ 255), or use a decoder for any real value: Decoder(..., head='normal')."
        )
    if issubclass(family, Categorical) and not np.allclose(np.nansum(x, -1), 1.0, atol=1e-3):
        raise ValueError(
            f"{name} is not one-hot: the last axis holds the classes of a Categorical decoder and "
            f"must sum to 1. Write keras.utils.to_categorical(x, {shape[-1]})."
        )


def run_in_batches(network: keras.Model, inputs: Any, batch_size: int) -> Any:
    """Outputs of a network as NumPy arrays: one batch as it is, more of them compiled."""
    if is_array(inputs) and len(inputs) <= batch_size:
        return keras.tree.map_structure(ops.convert_to_numpy, network(inputs))
    return network.predict(inputs, batch_size=batch_size, verbose=0)
