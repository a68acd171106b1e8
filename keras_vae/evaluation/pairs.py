"""Densities of draws under the posteriors of other examples."""

import math
from collections.abc import Callable

import numpy as np
from keras import ops

from keras_vae.distributions import Distribution, MultivariateNormal, Normal
from keras_vae.distributions.normal import LOG_2PI
from keras_vae.tensors import Tensor

BLOCK = 2**22
"""Numbers that one block of pairs may take up."""


def float64(value: Tensor) -> np.ndarray:
    """A tensor as a NumPy array of double precision."""
    return np.asarray(ops.convert_to_numpy(value), "float64")


def pairwise_log_prob(posterior: Distribution) -> tuple[int, Callable[[Tensor], np.ndarray]]:
    r"""Log-densities of draws under each of n posteriors.

    For normal posteriors of mean μ and precision P, two matrix products give them all:

    $$\log q(z) = -\tfrac12 z^\top P z + z^\top P\mu + \text{constant}$$

    Args:
        posterior: q(z|x), of batch shape (n,).

    Returns:
        How many draws at a time keep memory bounded, and a function from draws of shape
        (rows, latent_dim) to nats of shape (rows, n), in float64.
    """
    if not isinstance(posterior, Normal | MultivariateNormal):
        rows = max(1, BLOCK // math.prod(float64(posterior.mean()).shape))
        return rows, lambda z: float64(posterior.log_prob(z[:, None]))
    loc = float64(posterior.loc)
    if isinstance(posterior, Normal):
        scale = float64(posterior.stddev())
        precision, half_log_det = scale**-2, np.log(scale).sum(axis=1)
        linear = precision * loc
    else:
        inverse = np.linalg.inv(float64(posterior.scale_tril))
        precision, half_log_det = np.swapaxes(inverse, 1, 2) @ inverse, posterior.half_log_det()
        linear = (precision @ loc[:, :, None])[..., 0]
        precision = precision.reshape(len(loc), -1)
    constant = -0.5 * np.sum(loc * linear + LOG_2PI, axis=1) - float64(half_log_det)

    def log_prob(z: Tensor) -> np.ndarray:
        z = float64(z)
        squares = z**2
        if isinstance(posterior, MultivariateNormal):
            squares = (z[:, :, None] * z[:, None, :]).reshape(len(z), -1)
        return np.asarray(constant - 0.5 * squares @ precision.T + z @ linear.T)

    return max(1, BLOCK // len(loc)), log_prob
