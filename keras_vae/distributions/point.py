"""All of the mass on one value."""

from typing import Any

from keras import ops

from keras_vae.distributions.distribution import Distribution
from keras_vae.tensors import Seed, Tensor


class Point(Distribution):
    r"""A discrete distribution that gives probability 1 to one value, such as the nearest code.

    Its `log_prob` is 0 at the value, 0 nats of entropy, and draws are the value itself.

    Args:
        value: the value, of shape `batch_shape + event_shape` and any type.
        event_ndim: number of trailing axes that form one event.

    Examples:
        >>> q = Point([[3, 1], [0, 2]])
        >>> q
        Point(batch_shape=(2,), event_shape=(2,))
        >>> [float(nats) for nats in q.log_prob([[3, 1], [0, 0]])]
        [0.0, -inf]
    """

    def __init__(self, value: Any, event_ndim: int = 1) -> None:
        self.value = ops.convert_to_tensor(value)
        super().__init__(self.value, event_ndim)

    def log_prob(self, value: Tensor, observed: Tensor | None = None) -> Tensor:
        same = ops.equal(ops.cast(value, self.value.dtype), self.value)
        return self.sum_event(ops.where(same, 0.0, -float("inf")), observed)

    def sample(self, sample_shape: tuple[int, ...] = (), seed: Seed = None) -> Tensor:
        return ops.broadcast_to(self.value, self._draw_shape(sample_shape))

    def mean(self) -> Tensor:
        return self.value

    def variance(self) -> Tensor:
        return 0.0 * ops.cast(self.value, "float32")

    def entropy(self) -> Tensor:
        return self.sum_event(self.variance())
