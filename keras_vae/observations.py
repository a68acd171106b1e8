"""What is known of examples: x, a condition, and which of the values were observed."""

from typing import Any, NamedTuple

import numpy as np
from keras import ops

from keras_vae.arguments import Shape
from keras_vae.data import as_numpy, check_companion, check_kind, check_numbers, check_shape
from keras_vae.tensors import Tensor

KEYS = ("x", "condition", "observed")


class Observation(NamedTuple):
    """A batch of examples, and what is known beside them.

    Attributes:
        x: the examples, of shape (B, ...).
        condition: what they are given, of shape (B, ...), or None.
        observed: booleans of the shape of x, True where a value was seen; None where all were.
    """

    x: Tensor
    condition: Tensor | None = None
    observed: Tensor | None = None

    def seen(self) -> Tensor:
        """What an encoder sees: 0 in place of what was not observed."""
        return self.x if self.observed is None else ops.where(self.observed, self.x, 0)


def observation(data: Any, missing_values: bool = False) -> Observation:
    """A batch of tensors, an array or a dict, with one mask of what was observed.

    Args:
        data: x, or a dict of it with `"condition"` and `"observed"`.
        missing_values: whether NaN marks what was not observed as well.
    """
    data = data if isinstance(data, dict) else {"x": data}
    x, observed = data["x"], data.get("observed")
    if observed is not None:
        observed = ops.cast(observed, "bool")
    if missing_values:
        there = ops.equal(x, x)  # NaN is unlike itself
        observed = there if observed is None else ops.logical_and(observed, there)
    return Observation(x, data.get("condition"), observed)


def x_of(data: Any) -> Any:
    """The examples alone."""
    return data["x"] if isinstance(data, dict) else data


def check_observation(name: str, data: Any, condition_shape: Shape | None) -> None:
    """Raise unless the data have the structure that a model takes: an array, a dict, batches.

    Args:
        name: what to call the data in the error.
        data: examples, before they are looked at.
        condition_shape: shape of the condition of one example; None where the model takes none.
    """
    if isinstance(data, dict):
        check_dict(name, data, condition_shape)
        return
    check_kind(name, data)
    if condition_shape is not None and hasattr(data, "__array__"):
        raise ValueError(
            f"{name} is an array, and this model is given a condition of shape {condition_shape} "
            f'with each example. Write {{"x": {name}, "condition": condition}}.'
        )


def check_dict(name: str, data: dict[str, Any], condition_shape: Shape | None) -> None:
    """Raise a ValueError unless a dict holds x and what goes with it."""
    if "x" not in data or not set(data) <= set(KEYS):
        known = ", ".join(map(repr, data)) or "none"
        first = next((key for key in data if key not in KEYS), "image")
        raise ValueError(
            f"{name} is a dict with the keys {known}; expected 'x', and where there are such "
            "'condition' and 'observed' (True where a value was seen). Write for example "
            f'{{"x": x[{first!r}]}}, or dataset.map(lambda d: {{"x": d[{first!r}]}}).'
        )
    if condition_shape is not None and data.get("condition") is None:
        raise ValueError(
            f"{name} lacks the condition, of shape {condition_shape} for each example: write "
            '{"x": x, "condition": condition}.'
        )
    if condition_shape is None and "condition" in data:
        raise ValueError(
            f"{name} brings a condition, and this model was made without. Write "
            "VAE(..., condition_shape=(k,)), k being the length of the condition of one example."
        )
    for key, value in data.items():
        check_kind(f"{name}[{key!r}]", value)


def check_condition(name: str, condition: Any, shape: Shape, examples: int) -> np.ndarray:
    """The condition of each example as floats, or a sentence."""
    condition = check_companion(name, condition, examples)
    if (condition.dtype.kind in "iub" and condition.ndim == 1) or condition.dtype.kind in "OSU":
        raise ValueError(
            f"{name} looks like labels, of type {condition.dtype} and shape {condition.shape}; "
            f"expected numbers of shape {(examples, *shape)}. Write "
            f"keras.utils.to_categorical(labels, {shape[-1]})."
        )
    if condition.dtype.kind in "iu" and condition.shape[1:] == (1,):
        raise ValueError(
            f"{name} looks like labels, whole numbers in one column; a network would take label 2 "
            "for twice label 1. Write keras.utils.to_categorical(labels), or labels.astype("
            '"float32") where they are quantities.'
        )
    check_numbers(name, condition)
    check_shape(name, condition, shape, "the model takes conditions")
    return condition.astype("float32")


def check_observed(name: str, observed: Any, shape: tuple[int, ...]) -> np.ndarray:
    """The mask of what was observed as booleans, or a sentence."""
    mask = as_numpy(observed)
    if mask.shape != shape:
        raise ValueError(
            f"{name} has the shape {mask.shape}, and x the shape {shape}; expected True or False "
            "for each value of x."
        )
    if mask.dtype != bool and not np.all((mask == 0) | (mask == 1)):
        raise ValueError(
            f"{name} holds other values than True and False; expected True where a value of x was "
            "observed."
        )
    mask = mask.astype(bool)
    if not mask.any():
        raise ValueError(f"{name} is False everywhere: nothing of x was observed.")
    return mask


def values_of(name: str, data: Any, missing_values: bool) -> np.ndarray:
    """The examples with NaN for what was not observed, after a look at the numbers."""
    x = x_of(data)
    if not isinstance(data, dict) or "observed" not in data:
        check_numbers(name, x, missing_values)
        return np.asarray(x)
    observed = data["observed"]
    check_numbers(name, x[observed], missing_values)
    return np.where(observed, x, np.nan)


def checked(
    name: str, data: dict[str, np.ndarray], condition_shape: Shape | None
) -> dict[str, np.ndarray]:
    """The arrays of a dict, looked at: the condition as floats, the mask as booleans."""
    x, found = data["x"], dict(data)
    if "observed" in data:
        found["observed"] = check_observed(f"{name}['observed']", data["observed"], x.shape)
    if condition_shape is not None:
        about = f"{name}['condition']"
        found["condition"] = check_condition(about, data["condition"], condition_shape, len(x))
    return found
