"""Which values a distribution describes."""

import math
import warnings
from dataclasses import dataclass

import numpy as np
from keras import ops

from keras_vae.tensors import Tensor

SCALE = (
    "Scale the data (images of 8 bits: x.astype('float32') / 255), or use a decoder for any real "
    "value: Decoder(..., head='normal')."
)


@dataclass(frozen=True)
class Support:
    """The values that a distribution describes: those to which it can give a density or a mass.

    A family has one as its class attribute `support`, and a head may narrow or widen it for its
    model. Data are held against it before training, and in each step of training.

    Args:
        words: what the values are, as it stands in an error.
        low: smallest value.
        high: largest value.
        whole: whether they are whole numbers.
        mend: what to write instead, for the error.

    Examples:
        >>> [bool(inside) for inside in COUNTS.contains(ops.array([0.0, 2.0, 1.5, -1.0]))]
        [True, True, False, False]
    """

    words: str
    low: float = -math.inf
    high: float = math.inf
    whole: bool = False
    mend: str = SCALE

    def contains(self, value: Tensor, observed: Tensor | None = None) -> Tensor:
        """Whether each value is one of these; booleans of the shape of `value`, False for NaN.

        Args:
            value: events, with any batch axes before them.
            observed: booleans; what was not observed counts as inside.
        """
        inside = ops.logical_and(value >= self.low, value <= self.high)
        if self.whole:
            inside = ops.logical_and(inside, ops.equal(value, ops.floor(value)))
        return inside if observed is None else ops.logical_or(inside, ops.logical_not(observed))

    def describes(self, value: Tensor, observed: Tensor | None = None) -> Tensor:
        """Whether each example holds such values alone; booleans of shape (B,).

        Args:
            value: examples, of shape (B, ...).
            observed: booleans; what was not observed counts as inside.
        """
        axes = tuple(range(1, len(value.shape)))
        if observed is not None or self.whole or type(self) is not Support:
            return ops.all(self.contains(value, observed), axis=axes)
        # Of an interval the extremes tell, in a tenth of the time of an answer for each value. A
        # compiled one passes NaN by, and a sum does not.
        low, high = ops.amin(value, axis=axes), ops.amax(value, axis=axes)
        total = ops.sum(value, axis=axes)
        inside = ops.logical_and(low >= self.low, high <= self.high)
        return ops.logical_and(inside, ops.equal(total, total))

    def holds(self, other: "Support") -> bool:
        """Whether every value of the other support is one of these.

        Examples:
            >>> REAL.holds(UNIT_INTERVAL), UNIT_INTERVAL.holds(REAL)
            (True, False)
        """
        whole = other.whole or not self.whole
        return self.low <= other.low and other.high <= self.high and whole

    def fault(
        self, name: str, value: np.ndarray, span: tuple[float, float], family: str
    ) -> str | None:
        """What is wrong with data for a decoder of this family, in a sentence; NaN is not.

        Args:
            name: what to call the data.
            value: array of examples.
            span: its smallest and its largest value.
            family: name of the distribution.
        """
        low, high = span
        outside = f"has values from {low:g} to {high:g}"
        if low >= self.low and high <= self.high:
            if not self.whole or np.all((value == np.floor(value)) | np.isnan(value)):
                return None
            outside = "has values that are not whole"
        return f"{name} {outside}, but a {family} decoder describes {self.words}. {self.mend}"

    def warn_of_scale(self, name: str, span: tuple[float, float]) -> None:
        """Warn where inputs of the encoder, which may carry noise, are of quite another scale.

        Args:
            name: what to call the data.
            span: their smallest and their largest value.
        """
        margin = 10.0 * (self.high - self.low)
        if span[0] < self.low - margin or span[1] > self.high + margin:
            warnings.warn(
                f"{name} has values from {span[0]:g} to {span[1]:g}, far from what the decoder "
                f"describes, {self.words}: an encoder that was trained on those gives codes "
                f"without meaning. {self.mend} All is well where the encoder scales its input.",
                stacklevel=6,
            )


@dataclass(frozen=True)
class OneHot(Support):
    """Vectors on the last axis that sum to 1, of values in [0, 1]."""

    def contains(self, value: Tensor, observed: Tensor | None = None) -> Tensor:
        """Whether each vector is one of these; the last axis of the result has length 1."""
        sums = ops.abs(ops.sum(value, axis=-1, keepdims=True) - 1.0) <= 1e-3
        inside = ops.logical_and(ops.all(super().contains(value), axis=-1, keepdims=True), sums)
        if observed is None:
            return inside
        return ops.logical_or(inside, ops.any(ops.logical_not(observed), axis=-1, keepdims=True))

    def holds(self, other: Support) -> bool:
        """Whether every value of the other support is one of these."""
        return isinstance(other, OneHot)

    def fault(
        self, name: str, value: np.ndarray, span: tuple[float, float], family: str
    ) -> str | None:
        if (outside := super().fault(name, value, span, family)) is not None:
            return outside
        missing = np.isnan(value).any(axis=-1)
        if np.all((np.abs(value.sum(axis=-1) - 1.0) <= 1e-3) | missing):
            return None
        return (
            f"{name} is not one-hot: the last axis holds the classes of a {family} decoder and "
            f"must sum to 1. Write keras.utils.to_categorical(x, {value.shape[-1]})."
        )


REAL = Support("any real value")
"""Any real value."""

POSITIVE = Support("positive values", low=1.2e-38)  # the smallest float32
"""Values above 0."""

UNIT_INTERVAL = Support("values in [0, 1]", 0.0, 1.0)
"""Values from 0 to 1, both included."""

COUNTS = Support("whole numbers from 0", 0.0, whole=True, mend="Give counts, or another decoder.")
"""0, 1, 2, …"""

ONE_HOT = OneHot("values in [0, 1]", 0.0, 1.0)
"""Vectors on the last axis that sum to 1."""
