"""Data of any kind, looked at before they are used."""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

from keras_vae.arguments import Shape
from keras_vae.distributions import Distribution, Support

DROP_LABELS = (
    "A VAE learns from examples alone: drop the labels, fit(x) and validation_data=(x,) for "
    "arrays, dataset.map(lambda x, y: x) for a tf.data.Dataset."
)


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


def batches_of(x: Any) -> Iterator[tuple[Any, Any]]:
    """Inputs and targets of each batch of a dataset of any kind; targets may be None."""
    whole = (x[i] for i in range(x.num_batches)) if isinstance(x, keras.utils.PyDataset) else x
    for batch in whole:
        inputs, targets, _ = keras.utils.unpack_x_y_sample_weight(batch)
        yield as_numpy(inputs), None if targets is None else as_numpy(targets)


def gathered(x: Any) -> tuple[np.ndarray, np.ndarray | None]:
    """All inputs and targets of a dataset of any kind, read once."""
    _, x = first_batch(x)  # there is one
    inputs, targets = zip(*batches_of(x), strict=True)
    return joined(inputs), None if targets[0] is None else joined(targets)


def joined(batches: Sequence[Any]) -> Any:
    """Batches of arrays, or of dicts of them, one after the other."""
    return keras.tree.map_structure(lambda *parts: np.concatenate(parts), *batches)


def is_array(x: Any) -> bool:
    """Whether x is an array, a tensor, a table or a dict of them, and no dataset of batches."""
    return hasattr(x, "__array__") or isinstance(x, dict)


def as_numpy(x: Any) -> Any:
    """An array or tensor of any library as a NumPy array; of a dict each of them."""
    if isinstance(x, dict):
        return {name: as_numpy(value) for name, value in x.items()}
    return np.asarray(x.detach().cpu() if hasattr(x, "detach") else x)


def examples_in(x: Any) -> int:
    """Number of examples in an array, or in the arrays of a dict."""
    return len(keras.tree.flatten(x)[0])


def check_kind(name: str, x: Any) -> None:
    """Raise unless x is an array, or something that gives batches."""
    if x is None:
        raise ValueError(f"{name} is missing: pass an array or a dataset of examples.")
    kind = type(x).__name__
    if isinstance(x, dict):
        raise TypeError(
            f"{name} is a dict with the keys {', '.join(map(repr, x))}; expected one array of "
            "examples. Take it out: x['image'], or dataset.map(lambda d: d['image'])."
        )
    if isinstance(x, list | tuple):
        raise TypeError(
            f"{name} is a {kind}; expected an array of examples. Write np.asarray({name}), or "
            "np.concatenate where it holds batches."
        )
    if not is_array(x) and (isinstance(x, str | bytes | set) or not can_be_iterated(x)):
        raise TypeError(
            f"{name} is of type {kind}; expected an array of examples, a table, or a dataset that "
            "gives batches."
        )
    if np.ma.is_masked(x):
        raise ValueError(
            f"{name} is a masked array, whose mask would be lost. Write {name}.filled(np.nan), and "
            "build the model with missing_values=True."
        )


def can_be_iterated(x: Any) -> bool:
    """Whether x gives batches, one after the other."""
    return isinstance(x, keras.utils.PyDataset) or hasattr(x, "__iter__")


def check_numbers(name: str, x: Any, missing_values: bool = False) -> tuple[float, float]:
    """Raise a ValueError unless x holds finite numbers; returns the smallest and the largest.

    Args:
        name: what to call the data in the error.
        x: array of examples.
        missing_values: whether NaN marks a missing value.
    """
    if x.size == 0:
        raise ValueError(f"{name} is an empty array of shape {x.shape}; expected examples.")
    if np.issubdtype(x.dtype, np.complexfloating):
        raise ValueError(
            f"{name} holds complex numbers; expected real ones, such as np.abs(x), or real and "
            "imaginary part on an axis of their own."
        )
    if not (np.issubdtype(x.dtype, np.number) or x.dtype == bool):
        raise ValueError(
            f'{name} holds values of type {x.dtype}; expected numbers, such as x.astype("float32").'
        )
    low, high = (np.fmin.reduce, np.fmax.reduce) if missing_values else (np.min, np.max)
    span = float(low(x, axis=None)), float(high(x, axis=None))
    if math.isnan(span[0]):
        if missing_values:
            raise ValueError(f"{name} holds NaN alone: nothing of it was observed.")
        raise ValueError(
            f"{name} contains NaN. Remove or fill those values, or build the model with "
            "missing_values=True, which takes NaN for a value that was not observed."
        )
    if math.isinf(span[0]) or math.isinf(span[1]):
        raise ValueError(f"{name} contains infinite values; expected finite numbers.")
    return span


def check_shape(name: str, x: Any, shape: Shape, wanted: str, build: str = "") -> None:
    """Raise a ValueError unless x holds examples of a shape.

    Args:
        name: what to call the data in the error.
        x: array or tensor of examples.
        shape: shape of one example.
        wanted: who wants this shape, in words that end before it.
        build: how to ask for the shape of x instead.
    """
    given = tuple(x.shape)
    if given[1:] == shape and given:
        return
    if not given:
        raise ValueError(f"{name} is a single number; {wanted} of shape {shape}.")
    if given == shape:
        raise ValueError(
            f"{name} has the shape {given} of a single example, without an axis that counts "
            "examples. Add one: array[None]."
        )
    mends = [build] if build else []
    if math.prod(given[1:]) == math.prod(shape):
        mends.insert(0, f"reshape the data, x.reshape({(-1, *shape)})")
    mend = ", or ".join(mends) or f"give it the shape (n, {', '.join(map(str, shape))})"
    raise ValueError(
        f"{name} holds examples of shape {given[1:]}, but {wanted} of shape {shape}. "
        f"{mend[0].upper()}{mend[1:]}."
    )


def check_observations(
    name: str,
    x: Any,
    family: type[Distribution],
    support: Support,
    shape: Shape,
    missing_values: bool = False,
) -> None:
    """Raise a ValueError unless x can be observations of a decoder.

    Args:
        name: what to call the data in the error.
        x: array of examples.
        family: class of the decoder's distribution.
        support: values that the decoder describes.
        shape: shape of one example as the decoder describes it.
        missing_values: whether NaN marks a missing value.
    """
    span = check_numbers(name, x, missing_values)
    build = f"build the decoder for them: Decoder({tuple(x.shape[1:])}, ...)"
    check_shape(name, x, shape, "the decoder describes examples", build)
    if (fault := support.fault(name, x, span, family.__name__)) is not None:
        raise ValueError(fault)


def check_no_labels(name: str, y: Any, shape: Shape) -> None:
    """Raise a ValueError where targets of another shape look like labels."""
    if y.shape[1:] == shape or y.ndim not in (1, 2) or y.size == 0:
        return
    text = not np.issubdtype(y.dtype, np.number) and y.dtype != bool
    if y.ndim == 1 or (y.shape[1] == 1 and (text or np.all(y == np.floor(y)))):
        kind = "one value for each example"
    elif not text and np.all((y == 0) | (y == 1)) and np.all(y.sum(axis=1) == 1):
        kind = f"one-hot vectors of {y.shape[1]} classes"
    else:
        return
    raise ValueError(
        f"{name} looks like labels ({kind}), and a target is what the decoder describes instead of "
        f"x, of shape {shape}. {DROP_LABELS}"
    )


def check_companion(name: str, companion: Any, examples: int) -> np.ndarray:
    """Targets or weights as a NumPy array with one row for each example, or a sentence."""
    check_kind(name, companion)
    array = as_numpy(companion)
    if array.shape[:1] != (examples,):
        raise ValueError(
            f"{name} has shape {array.shape}, and there are {examples} examples; expected one of "
            "it for each example, on the first axis."
        )
    return array


def check_weights(name: str, sample_weight: Any, examples: int) -> None:
    """Raise a ValueError unless there is one weight, finite and not negative, for each example."""
    name = f"sample_weight of {name}"
    weights = check_companion(name, sample_weight, examples)
    if weights.size != examples:
        raise ValueError(
            f"{name} has shape {weights.shape}; expected one weight for each example, of shape "
            f"({examples},)."
        )
    if (low := check_numbers(name, weights)[0]) < 0.0:
        raise ValueError(f"{name} has a weight of {low:g}; expected weights of at least 0.")
