"""Arguments of constructors, looked at in one style: the error names argument and value."""

import math
from numbers import Integral, Real
from typing import Any

import numpy as np

Shape = tuple[int, ...]

LONGEST = 2**31 - 1  # the step counter of a model has 32 bits


def positive_integers(name: str, values: Any) -> Shape:
    """Check one or several positive integers; the error names the argument and the value."""
    several = isinstance(values, (tuple, list))
    numbers = tuple(values) if several else (values,)
    if not all(isinstance(n, (int, np.integer)) and n > 0 for n in numbers):
        kind = "positive integers" if several else "a positive integer"
        raise ValueError(f"`{name}` must be {kind}; received {name}={values!r}.")
    return tuple(int(n) for n in numbers)


def nonnegative(argument: str, value: Any) -> float:
    """Returns `value` as a float when it is a finite number >= 0."""
    if not isinstance(value, Real) or not math.isfinite(value) or value < 0:
        raise ValueError(f"{argument}={value!r} must be a finite number >= 0.")
    return float(value)


def whole(argument: str, value: Any, least: int) -> int:
    """Returns `value` as an int when it is a whole number from `least` on."""
    number = int(value) if isinstance(value, Integral) else None
    if number is None or not least <= number <= LONGEST:
        raise ValueError(f"{argument}={value!r} must be a whole number from {least} to {LONGEST}.")
    return number


def count(argument: str, value: Any, least: int = 1) -> int:
    """Returns `value` as an int when it counts something, such as draws or examples."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ValueError(
            f"`{argument}` must be an integer of at least {least}; received {argument}={value!r}."
        )
    return int(value)
