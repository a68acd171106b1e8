"""The normal distribution with independent coordinates."""

import math

import keras
from keras import ops

from keras_vae.distributions.location_scale import LocationScale
from keras_vae.tensors import Seed, Tensor, as_observed

LOG_2PI = math.log(2.0 * math.pi)


class Normal(LocationScale):
    r"""Normal distribution with diagonal covariance.

    $$\log \mathcal N(x; \mu, \sigma^2) = -\tfrac12 \sum_i \Big[\Big(\frac{x_i-\mu_i}{\sigma_i}
    \Big)^2 + 2\log\sigma_i + \log 2\pi\Big] \text{ nats}$$

    A draw is $\mu + \sigma\odot\varepsilon$ with $\varepsilon\sim\mathcal N(0, I)$, so that
    gradients reach both parameters (Kingma & Welling 2014, section 2.4).

    Args:
        loc: mean $\mu$, of shape `batch_shape + event_shape`.
        scale: standard deviation $\sigma > 0$; broadcasts against `loc`.
        event_ndim: number of trailing axes that form one event.

    Examples:
        >>> q = Normal([[0.5, -1.0, 2.0]], [[1.0, 0.5, 2.0]])
        >>> q
        Normal(batch_shape=(1,), event_shape=(3,))
        >>> print(f"{float(q.log_prob([[0.5, -1.0, 2.0]])[0]):.4f}")
        -2.7568
    """

    def log_prob(self, value: Tensor, observed: Tensor | None = None) -> Tensor:
        standardized = (as_observed(value, observed) - self.loc) / self.scale
        nats = -0.5 * ops.square(standardized) - ops.log(self.scale) - 0.5 * LOG_2PI
        return self.sum_event(nats, observed)

    def sample(self, sample_shape: tuple[int, ...] = (), seed: Seed = None) -> Tensor:
        noise = keras.random.normal(self._draw_shape(sample_shape), seed=seed)
        return self.loc + self.scale * noise

    def variance(self) -> Tensor:
        return self._fill(ops.square(self.scale))

    def stddev(self) -> Tensor:
        return self._fill(self.scale)

    def entropy(self) -> Tensor:
        return self.sum_event(self._fill(ops.log(self.scale) + 0.5 * (1.0 + LOG_2PI)))
