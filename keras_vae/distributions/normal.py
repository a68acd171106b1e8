"""The normal distribution with independent coordinates."""

import math
from typing import Any

import keras
from keras import ops

from keras_vae.distributions.distribution import (
    Distribution,
    Seed,
    Tensor,
    as_float,
    broadcast_over,
)

LOG_2PI = math.log(2.0 * math.pi)


class Normal(Distribution):
    r"""Normal distribution with diagonal covariance.

    $$\log \mathcal N(x; \mu, \sigma^2) = -\tfrac12 \sum_i \Big[\Big(\frac{x_i-\mu_i}{\sigma_i}
    \Big)^2 + 2\log\sigma_i + \log 2\pi\Big] \text{ nats}$$

    A draw is $\mu + \sigma\odot\varepsilon$ with $\varepsilon\sim\mathcal N(0, I)$, so that
    gradients reach both parameters (Kingma & Welling 2014, section 2.4).

    Args:
        loc: mean $\mu$, of shape `batch_shape + event_shape`.
        scale: standard deviation $\sigma > 0$; broadcasts against `loc`.
        event_ndim: number of trailing axes that form one event.

    Example:
        >>> q = Normal([[0.5, -1.0, 2.0]], [[1.0, 0.5, 2.0]])
        >>> q
        Normal(batch_shape=(1,), event_shape=(3,))
        >>> print(f"{float(q.log_prob([[0.5, -1.0, 2.0]])[0]):.4f}")
        -2.7568
    """

    reparameterized = True

    def __init__(self, loc: Any, scale: Any, event_ndim: int = 1) -> None:
        self.scale = as_float(scale)
        self.loc = broadcast_over(as_float(loc), self.scale)
        super().__init__(self.loc, event_ndim)

    def log_prob(self, value: Tensor) -> Tensor:
        standardized = (as_float(value) - self.loc) / self.scale
        return self.sum_event(
            -0.5 * ops.square(standardized) - ops.log(self.scale) - 0.5 * LOG_2PI
        )

    def sample(self, sample_shape: tuple[int, ...] = (), seed: Seed = None) -> Tensor:
        noise = keras.random.normal(self._draw_shape(sample_shape), seed=seed)
        return self.loc + self.scale * noise

    def mean(self) -> Tensor:
        return self.loc

    def variance(self) -> Tensor:
        return self._fill(ops.square(self.scale))

    def stddev(self) -> Tensor:
        return self._fill(self.scale)

    def entropy(self) -> Tensor:
        return self.sum_event(self._fill(ops.log(self.scale) + 0.5 * (1.0 + LOG_2PI)))

    def factors(self) -> "Normal":
        return Normal(self.loc, self.scale, event_ndim=0)
