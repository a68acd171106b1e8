"""Tensors, seeds, and numbers made into tensors: what every room needs."""

from collections.abc import Callable
from typing import Any, Generic, TypeAlias, TypeVar

import keras
from keras import ops

from keras_vae.arguments import is_whole

Tensor: TypeAlias = Any
Seed: TypeAlias = int | keras.random.SeedGenerator | None
Value = TypeVar("Value")


class cached_property(Generic[Value]):  # noqa: N801 - the name that Python gives it
    """`functools.cached_property` without its lock.

    `torch.compile` cannot enter the lock that Python 3.11 holds, and leaves the compiled step.
    """

    def __init__(self, function: Callable[[Any], Value]) -> None:
        self.function, self.__doc__ = function, function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Value:
        if instance is None:
            return self  # type: ignore[return-value]
        value = self.function(instance)
        setattr(instance, self.name, value)  # found before this is, from now on
        return value


def as_float(value: Any) -> Tensor:
    """Turn a number, array or tensor into a tensor of Keras' float type.

    Under a mixed-precision policy the float type stays float32, so that every
    log-probability is computed in float32.
    """
    floatx = keras.config.floatx()
    if ops.is_tensor(value) and keras.backend.standardize_dtype(value.dtype) == floatx:
        return value
    return ops.cast(ops.convert_to_tensor(value), floatx)


def as_observed(value: Any, observed: Tensor | None) -> Tensor:
    """A value as floats, with 1 in place of what was not observed.

    All families describe a 1, so that what is left out of a sum leaves no NaN in its gradient.
    """
    value = as_float(value)
    return value if observed is None else ops.where(observed, value, 1.0)


def as_seed(seed: Any) -> Seed:
    """A seed as Keras takes it: an integer of NumPy is one of Python.

    Raises:
        ValueError: if it is neither an integer, nor a `keras.random.SeedGenerator`, nor None.
    """
    if is_whole(seed):
        return int(seed)
    if seed is not None and not isinstance(seed, keras.random.SeedGenerator):
        raise ValueError(
            f"`seed` must be an integer, a keras.random.SeedGenerator or None; received "
            f"seed={seed!r}."
        )
    return seed


def as_generator(seed: Seed) -> keras.random.SeedGenerator:
    """A seed generator from an integer, None, or itself."""
    seed = as_seed(seed)
    given = isinstance(seed, keras.random.SeedGenerator)
    return seed if given else keras.random.SeedGenerator(seed)


def broadcast_over(value: Tensor, other: Tensor) -> Tensor:
    """Give `value` the axes of `other` that it lacks; nothing is copied where it lacks none."""
    own, wanted = tuple(value.shape), tuple(other.shape)
    aligned = zip(own[::-1], wanted[::-1], strict=False)
    if len(wanted) <= len(own) and all(b in (1, a) for a, b in aligned):
        return value
    return value + ops.zeros_like(other)
