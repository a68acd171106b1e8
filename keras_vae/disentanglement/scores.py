"""A score: its value, how far it may be off, and what it was made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from keras_vae.arguments import count, whole


@dataclass(frozen=True, eq=False)
class Score:
    r"""A score of disentanglement, with its error and what it was made of.

    The error is that of the bootstrap (Efron 1979): the standard deviation of the score over
    samples of as many examples, drawn with replacement from those given. It says how far n examples
    determine the score of *this model*. Models trained from other seeds differ by more than it.

    Attributes:
        value: the score.
        standard_error: its bootstrap standard error; NaN where there is none.
        details: matrices, bins and counts by name, as the function that returns it says.

    Examples:
        >>> print(Score(0.5, 0.01, {}))
        0.500 ± 0.010
    """

    value: float
    standard_error: float
    details: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.value:.3f} ± {self.standard_error:.3f}"


def bootstrap(
    statistic: Callable[[np.ndarray], Any], examples: int, resamples: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """A statistic of weighted examples at equal weights, and its standard error.

    Args:
        statistic: from how often each example counts, of shape (n,), to one or several numbers.
        examples: n.
        resamples: how often n examples are drawn.
        seed: of these draws.
    """
    resamples = count("resamples", resamples, 2)
    random = np.random.default_rng(whole("seed", seed, 0))
    found = np.array(
        [
            statistic(np.bincount(random.integers(examples, size=examples), minlength=examples))
            for _ in range(resamples)
        ]
    )
    value = np.asarray(statistic(np.ones(examples)), "float64")
    if not np.isfinite(found).all():
        return value, np.full(value.shape, np.nan)
    return value, found.std(axis=0, ddof=1)


def gap(matrix: np.ndarray) -> np.ndarray:
    """By how much the largest of each column exceeds the second largest; 0 is second to one."""
    if len(matrix) == 1:
        return np.asarray(matrix[0])
    second, first = np.sort(matrix, axis=0)[-2:]
    return np.asarray(first - second)
