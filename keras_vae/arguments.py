"""Arguments of constructors, looked at in one style: the error names argument and value."""

import math
from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any, TypeGuard

import numpy as np

Shape = tuple[int, ...]

LONGEST = 2**31 - 1  # the step counter of a model has 32 bits


def is_number(value: Any) -> TypeGuard[float]:
    """Whether this is one number of Python or NumPy; True and False are none."""
    return isinstance(value, Real) and not isinstance(value, bool)


def is_whole(value: Any) -> TypeGuard[int]:
    """Whether this is one whole number of Python or NumPy; True and False are none."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_several(values: Any) -> bool:
    """Whether these are values one after another: a tuple, a list, a range, an array."""
    return isinstance(values, Iterable) and not isinstance(values, str)


def positive_integers(name: str, values: Any) -> Shape:
    """Check one or several positive integers; the error names the argument and the value."""
    several = is_several(values)
    numbers = tuple(values) if several else (values,)
    if not all(is_whole(n) and n > 0 for n in numbers):
        kind = "positive integers" if several else "a positive integer"
        raise ValueError(f"`{name}` must be {kind}; received {name}={values!r}.")
    return tuple(int(n) for n in numbers)


def nonnegative(argument: str, value: Any) -> float:
    """Returns `value` as a float when it is a finite number >= 0."""
    if not is_number(value) or not math.isfinite(value) or value < 0:
        raise ValueError(f"{argument}={value!r} must be a finite number >= 0.")
    return float(value)


def share(argument: str, value: Any) -> float:
    """Returns `value` as a float when it is a part of a whole, in [0, 1)."""
    if not is_number(value) or not 0.0 <= value < 1.0:
        raise ValueError(f"{argument}={value!r} must be a part of the whole, in [0, 1).")
    return float(value)


def whole(argument: str, value: Any, least: int) -> int:
    """Returns `value` as an int when it is a whole number from `least` on."""
    number = int(value) if is_whole(value) else None
    if number is None or not least <= number <= LONGEST:
        raise ValueError(f"{argument}={value!r} must be a whole number from {least} to {LONGEST}.")
    return number


def count(argument: str, value: Any, least: int = 1) -> int:
    """Returns `value` as an int when it counts something, such as draws or examples."""
    if not is_whole(value) or value < least:
        raise ValueError(
            f"`{argument}` must be an integer of at least {least}; received {argument}={value!r}."
        )
    return int(value)


def yes_or_no(argument: str, value: Any) -> bool:
    """Returns `value` as a bool when it is True or False."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{argument}={value!r} must be True or False.")
    return bool(value)
