"""The categorical distribution over one-hot vectors."""

from typing import Any

import keras
from keras import ops

from keras_vae.distributions.distribution import Distribution
from keras_vae.distributions.limits import bounded, unbounded
from keras_vae.distributions.support import ONE_HOT
from keras_vae.tensors import Seed, Tensor, as_float, as_observed


class Categorical(Distribution):
    r"""Categorical distribution over one-hot vectors; the last axis holds the classes.

    $$\log p(x; \eta) = \sum_c x_c \log \mathrm{softmax}(\eta)_c \text{ nats}$$

    A value is a one-hot vector (`keras.ops.one_hot`, `keras.utils.to_categorical`), so
    that a batch of values has the shape of the logits and the mean is the vector of
    probabilities. A logit of −∞ is a class without mass, one of ∞ takes all of it. With
    `event_ndim` above 1, one event is a whole array of independent one-hot vectors, such
    as a sequence or a quantized image. Draws are one-hot and have no pathwise gradient.

    Args:
        logits: unnormalized log-probabilities, of shape `batch_shape + event_shape`.
        event_ndim: number of trailing axes that form one event, at least 1.

    Examples:
        >>> import math
        >>> p = Categorical([math.log(0.5), math.log(0.3), math.log(0.2)])
        >>> print(f"{float(p.log_prob([0.0, 1.0, 0.0])):.4f}")
        -1.2040
    """

    support = ONE_HOT

    def __init__(self, logits: Any, event_ndim: int = 1) -> None:
        if event_ndim < 1:
            raise ValueError(
                "The last axis of a Categorical holds the classes and belongs to the event, so "
                f"`event_ndim` must be at least 1; received event_ndim={event_ndim}."
            )
        self.logits = bounded(as_float(logits))
        self.log_probs = ops.log_softmax(self.logits, axis=-1)
        super().__init__(self.logits, event_ndim)

    def log_prob(self, value: Tensor, observed: Tensor | None = None) -> Tensor:
        if observed is not None:  # a class is seen, or it is not
            observed = ops.all(observed, axis=-1, keepdims=True)
        nats = as_observed(value, observed) * self.log_probs
        return unbounded(self.sum_event(nats, observed))

    def sample(self, sample_shape: tuple[int, ...] = (), seed: Seed = None) -> Tensor:
        uniform = keras.random.uniform(self._draw_shape(sample_shape), seed=seed)
        # The Gumbel-max trick: the largest of log p_c - log E_c, E_c exponential, is class c
        # with probability p_c. The uniform never reaches 1, so the logarithm is finite.
        perturbed = self.log_probs - ops.log(-ops.log1p(-uniform) + 1e-37)
        return ops.one_hot(ops.argmax(perturbed, axis=-1), self.shape[-1])

    def mean(self) -> Tensor:
        return ops.exp(self.log_probs)

    def variance(self) -> Tensor:
        return self.mean() * (1.0 - self.mean())

    def entropy(self) -> Tensor:
        return self.sum_event(-self.mean() * self.log_probs)

    def factors(self) -> "Categorical":
        return Categorical(self.logits, event_ndim=1)
