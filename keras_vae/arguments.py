"""Arguments of constructors, looked at in one style: the error names argument and value."""

from typing import Any

import numpy as np

Shape = tuple[int, ...]


def positive_integers(name: str, values: Any) -> Shape:
    """Check one or several positive integers; the error names the argument and the value."""
    several = isinstance(values, (tuple, list))
    numbers = tuple(values) if several else (values,)
    if not all(isinstance(n, (int, np.integer)) and n > 0 for n in numbers):
        kind = "positive integers" if several else "a positive integer"
        raise ValueError(f"`{name}` must be {kind}; received {name}={values!r}.")
    return tuple(int(n) for n in numbers)
