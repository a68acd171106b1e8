"""The continuous Bernoulli distribution on the unit interval."""

import math
from typing import Any

import keras
from keras import ops

from keras_vae.distributions.distribution import Distribution
from keras_vae.distributions.limits import LARGEST, bounded
from keras_vae.distributions.support import UNIT_INTERVAL
from keras_vae.tensors import Seed, Tensor, as_float, as_observed


class ContinuousBernoulli(Distribution):
    r"""Continuous Bernoulli: the density on [0, 1] whose logarithm is linear.

    With $\nu = \mathrm{sigmoid}(\eta)$ (λ in the paper) the density is
    $C(\nu)\,\nu^x(1-\nu)^{1-x}$. In its natural parameter
    $\eta$ (the logits) this is

    $$\log p(x; \eta) = \sum_i \big[\eta_i x_i - A(\eta_i)\big] \text{ nats}, \qquad
    A(\eta) = \log\frac{e^\eta - 1}{\eta}$$

    so that the mean is $A'(\eta)$ and the variance $A''(\eta)$ (Loaiza-Ganem &
    Cunningham 2019, equations 5 to 9). Draws invert the distribution function, so
    that gradients reach the logits. A logit of ±∞ is a point mass at 1 or 0, whose
    density there is infinite.

    Args:
        logits: natural parameter $\eta = \log\nu - \log(1-\nu)$.
        event_ndim: number of trailing axes that form one event.

    Examples:
        >>> import math
        >>> p = ContinuousBernoulli([math.log(0.1 / 0.9)])
        >>> print(f"{float(p.mean()[0]):.6f}")
        0.330120
    """

    reparameterized = True
    support = UNIT_INTERVAL

    def __init__(self, logits: Any, event_ndim: int = 1) -> None:
        self.logits = bounded(as_float(logits))
        super().__init__(self.logits, event_ndim)

    def log_prob(self, value: Tensor, observed: Tensor | None = None) -> Tensor:
        value = as_observed(value, observed)
        point = ops.where(ops.equal(value, as_float(self.logits > 0.0)), math.inf, -math.inf)
        nats = value * self.logits - self.log_normalizer()
        return self.sum_event(ops.where(self.degenerate(), point, nats), observed)

    def degenerate(self) -> Tensor:
        """Where a logit is infinite, and the distribution a point mass."""
        return ops.greater_equal(ops.abs(self.logits), LARGEST)

    def log_normalizer(self) -> Tensor:
        r"""$A(\eta) = \eta/2 + \log(\sinh h/h)$ with $h=|\eta|/2$, one per coordinate."""
        small, h, series = self._half()
        h = ops.abs(h)
        exact = h + ops.log1p(-ops.exp(-2.0 * h)) - ops.log(2.0 * h)
        s = ops.square(series)
        expansion = s / 6.0 - s**2 / 180.0 + s**3 / 2835.0 - s**4 / 37800.0
        return 0.5 * self.logits + ops.where(small, expansion, exact)

    def sample(self, sample_shape: tuple[int, ...] = (), seed: Seed = None) -> Tensor:
        uniform = keras.random.uniform(self._draw_shape(sample_shape), seed=seed)
        # Falling densities are stable to invert; a rising one is its mirror image.
        falling = self.logits <= 0.0
        u = ops.where(falling, uniform, 1.0 - uniform)
        slope = ops.where(falling, self.logits, -self.logits)
        small = slope > -0.1
        steep = ops.where(small, -1.0, slope)
        # The bound matters where expm1 rounds to -1: there u = 1 would give an infinite x.
        exact = ops.log1p(ops.maximum(u * ops.expm1(steep), -1.0 + 1e-7)) / steep
        # log1p(u expm1(s)) generates the cumulants of a bit that is 1 with probability u.
        s, spread = ops.where(small, slope, 0.0), u * (1.0 - u)
        cumulants = 0.5 + s * ((1.0 - 2.0 * u) / 6.0 + s * (1.0 - 6.0 * spread) / 24.0)
        x = ops.where(small, u + s * spread * cumulants, exact)
        return ops.where(falling, x, 1.0 - x)

    def mean(self) -> Tensor:
        small, h, series = self._half()
        exact = 1.0 / ops.tanh(h) - 1.0 / h
        s = ops.square(series)
        expansion = series * (1.0 / 3.0 - s / 45.0 + 2.0 * s**2 / 945.0 - s**3 / 4725.0)
        return 0.5 + 0.5 * ops.where(small, expansion, exact)

    def variance(self) -> Tensor:
        small, h, series = self._half()
        decay = ops.exp(-2.0 * ops.abs(h))
        exact = 1.0 / ops.square(h) - 4.0 * decay / ops.square(1.0 - decay)
        s = ops.square(series)
        expansion = 1.0 / 3.0 - s / 15.0 + 2.0 * s**2 / 189.0 - s**3 / 675.0
        return 0.25 * ops.where(small, expansion, exact)

    def entropy(self) -> Tensor:
        nats = self.log_normalizer() - self.logits * self.mean()
        return self.sum_event(ops.where(self.degenerate(), -math.inf, nats))

    def detached(self) -> "ContinuousBernoulli":
        return ContinuousBernoulli(ops.stop_gradient(self.logits), self.event_ndim)

    def factors(self) -> "ContinuousBernoulli":
        return ContinuousBernoulli(self.logits, event_ndim=0)

    def _half(self) -> tuple[Tensor, Tensor, Tensor]:
        """Where to use the series; half the logits for the exact branch, and for the series.

        Each branch gets a harmless value where the other one is taken, because
        a gradient of NaN survives the selection.
        """
        h = 0.5 * self.logits
        small = ops.abs(h) < 0.4
        return small, ops.where(small, 1.0, h), ops.where(small, h, 0.0)
