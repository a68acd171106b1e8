"""The head of a normal distribution with a full covariance."""

import math

from keras import ops

from keras_vae.distributions import MultivariateNormal
from keras_vae.heads.head import Head, Parameters, bounded_scale
from keras_vae.keras_compat import register
from keras_vae.tensors import Tensor


@register
class MultivariateNormalHead(Head):
    r"""Normal distribution with a full covariance $LL^\top$ per example.

    The diagonal of the Cholesky factor is positive through a bounded exponential, the
    entries below it are free: $D(D+1)/2$ of the $D^2$ outputs of one linear map, of which
    the others are not used. The map starts at the identity. For vectors only.

    Examples:
        >>> from keras import ops
        >>> head = MultivariateNormalHead(event_shape=(3,))
        >>> parameters = head(ops.ones((2, 5)))
        >>> tuple(parameters["scale_tril"].shape)
        (2, 3, 3)
    """

    family = MultivariateNormal

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        if self.event_shape is not None and len(self.event_shape) != 1:
            raise ValueError(
                "MultivariateNormalHead models vectors, events with one axis; received "
                f"event_shape={self.event_shape}. Use NormalHead for arrays."
            )
        self.loc = self.linear("loc")
        size = math.prod(self.loc.shape) ** 2
        self.factor = self.linear("factor", (size,), kernel_initializer="zeros")
        for linear in (self.loc, self.factor):
            linear.build(input_shape)

    def call(self, features: Tensor) -> Parameters:
        loc = self.loc.call(features)
        size = loc.shape[-1]
        free = ops.reshape(self.factor.call(features), (-1, size, size))
        diagonal = bounded_scale(ops.diagonal(free, axis1=1, axis2=2))
        return {
            "loc": loc,
            "scale_tril": ops.tril(free, -1) + diagonal[..., None] * ops.eye(size),
        }

    def distribution(
        self, parameters: Parameters, target: Tensor | None = None
    ) -> MultivariateNormal:
        return MultivariateNormal(parameters["loc"], parameters["scale_tril"])
