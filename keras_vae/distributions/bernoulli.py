"""The Bernoulli distribution with independent coordinates."""

from typing import Any

import keras
from keras import ops

from keras_vae.distributions.distribution import Distribution
from keras_vae.distributions.limits import bounded, unbounded
from keras_vae.distributions.support import UNIT_INTERVAL
from keras_vae.tensors import Seed, Tensor, as_float, as_observed


class Bernoulli(Distribution):
    r"""Bernoulli distribution of independent bits, given by logits.

    $$\log p(x; \eta) = \sum_i \big[x_i\eta_i - \log(1 + e^{\eta_i})\big] \text{ nats},
    \qquad p_i = \frac1{1+e^{-\eta_i}}$$

    For values strictly between 0 and 1 (grey pixels) this is the expected
    log-likelihood of pixels that are binarized at random with these
    probabilities; it is not a density of the grey values. A logit of ±∞ is a bit
    that is certain. Draws are bits and have no pathwise gradient.

    Args:
        logits: log-odds $\eta$, of shape `batch_shape + event_shape`.
        event_ndim: number of trailing axes that form one event.
        finite: whether no logit is ±∞, as of those that a linear map gives. They need no bound,
            which takes time in training.

    Examples:
        >>> p = Bernoulli([[100.0, -100.0, 0.0]])
        >>> print(f"{float(p.log_prob([[1.0, 0.0, 1.0]])[0]):.4f}")
        -0.6931
    """

    support = UNIT_INTERVAL

    def __init__(self, logits: Any, event_ndim: int = 1, finite: bool = False) -> None:
        logits = as_float(logits)
        self.logits = logits if finite else bounded(logits)
        super().__init__(self.logits, event_ndim)

    def log_prob(self, value: Tensor, observed: Tensor | None = None) -> Tensor:
        nats = as_observed(value, observed) * self.logits - ops.softplus(self.logits)
        return unbounded(self.sum_event(nats, observed))

    def sample(self, sample_shape: tuple[int, ...] = (), seed: Seed = None) -> Tensor:
        uniform = keras.random.uniform(self._draw_shape(sample_shape), seed=seed)
        return as_float(uniform < self.mean())

    def mean(self) -> Tensor:
        return ops.sigmoid(self.logits)

    def variance(self) -> Tensor:
        return ops.sigmoid(self.logits) * ops.sigmoid(-self.logits)

    def entropy(self) -> Tensor:
        return self.sum_event(ops.softplus(self.logits) - self.logits * self.mean())

    def factors(self) -> "Bernoulli":
        return Bernoulli(self.logits, event_ndim=0)
