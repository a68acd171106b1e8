"""The Laplace distribution with independent coordinates."""

import math

import keras
from keras import ops

from keras_vae.distributions.location_scale import LocationScale
from keras_vae.tensors import Seed, Tensor, as_observed


class Laplace(LocationScale):
    r"""Laplace distribution: absolute error as a likelihood, sparsity as a prior.

    $$\log p(x; \mu, b) = -\sum_i \Big[\frac{|x_i-\mu_i|}{b_i} + \log 2b_i\Big] \text{ nats}$$

    A draw is $\mu + b(E_1 - E_2)$ with two standard exponentials, so that gradients
    reach both parameters.

    Args:
        loc: location $\mu$, of shape `batch_shape + event_shape`.
        scale: mean absolute deviation $b > 0$; broadcasts against `loc`.
        event_ndim: number of trailing axes that form one event.

    Examples:
        >>> p = Laplace([0.5], [0.8])
        >>> print(f"{float(p.log_prob([0.5])):.4f}")
        -0.4700
    """

    def log_prob(self, value: Tensor, observed: Tensor | None = None) -> Tensor:
        deviation = ops.abs(as_observed(value, observed) - self.loc) / self.scale
        return self.sum_event(-deviation - ops.log(self.scale) - math.log(2.0), observed)

    def sample(self, sample_shape: tuple[int, ...] = (), seed: Seed = None) -> Tensor:
        uniform = keras.random.uniform((2, *self._draw_shape(sample_shape)), seed=seed)
        exponential = -ops.log1p(-uniform)
        return self.loc + self.scale * (exponential[0] - exponential[1])

    def variance(self) -> Tensor:
        return self._fill(2.0 * ops.square(self.scale))

    def entropy(self) -> Tensor:
        return self.sum_event(self._fill(1.0 + math.log(2.0) + ops.log(self.scale)))
