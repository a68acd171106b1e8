"""Bits per dimension, the unit in which likelihoods of discrete data are published."""

import math
from typing import Any

import numpy as np

from keras_vae.arguments import count


def bits_per_dimension(
    log_likelihood: Any, dimensions: int | tuple[int, ...], levels: int | None = None
) -> np.ndarray:
    r"""Bits per dimension of examples with discrete values.

    $$b = -\frac{\log p(x)}{D\log 2}$$

    For a likelihood that is a probability (Bernoulli, categorical). Where the likelihood is a
    density of values scaled to [0, 1], and x one of `levels` grey levels with uniform noise of one
    level's width, the probability of a level is the density times the width, which adds
    $\log_2(\text{levels})$ (Theis, van den Oord & Bethge 2016, section 3.1). A density of values
    without that noise can be made as high as one likes, and gives no bits.

    Args:
        log_likelihood: log p(x) in nats, or a bound on it, of shape (n,).
        dimensions: number D of values of an example, or its shape.
        levels: number of grey levels, where the likelihood is a density.

    Returns:
        Bits, of shape (n,).

    Raises:
        ValueError: if `dimensions` or `levels` counts nothing.

    Examples:
        A fair coin in each of 784 pixels has one bit:

        >>> print(bits_per_dimension(-784 * math.log(2.0), (28, 28)))
        1.0
    """
    size = math.prod(dimensions) if isinstance(dimensions, tuple) else dimensions
    size = count("dimensions", size)
    if levels is not None:
        count("levels", levels)
    nats = -np.asarray(log_likelihood, "float64") / size
    return np.asarray(nats / math.log(2.0) + (0.0 if levels is None else math.log2(levels)))
