"""What a location and a scale have in common in every family."""

from typing import Any, Self

from keras import ops

from keras_vae.distributions.distribution import Distribution
from keras_vae.tensors import Tensor, as_float, broadcast_over


class LocationScale(Distribution):
    r"""Independent coordinates $\mu + \sigma\varepsilon$ with a symmetric standard noise.

    Args:
        loc: centre and mean $\mu$, of shape `batch_shape + event_shape`.
        scale: scale $\sigma > 0$; broadcasts against `loc`.
        event_ndim: number of trailing axes that form one event.
    """

    reparameterized = True

    def __init__(self, loc: Any, scale: Any, event_ndim: int = 1) -> None:
        self.scale = as_float(scale)
        self.loc = broadcast_over(as_float(loc), self.scale)
        super().__init__(self.loc, event_ndim)

    def mean(self) -> Tensor:
        return self.loc

    def detached(self) -> Self:
        loc, scale = ops.stop_gradient(self.loc), ops.stop_gradient(self.scale)
        return type(self)(loc, scale, self.event_ndim)

    def factors(self) -> Self:
        return type(self)(self.loc, self.scale, event_ndim=0)
