"""The linear map from features to what has the shape of an event."""

import math
import warnings
from typing import Any

import keras
from keras import ops

from keras_vae.keras_compat import register
from keras_vae.tensors import Tensor

MANY_WEIGHTS = 1_000_000


@register
class LinearMap(keras.layers.Layer):
    """A linear map from features to a tensor of a given shape.

    Pointwise over shared spatial axes, dense otherwise.

    Args:
        shape: shape of the output without the batch axis.
        kernel_initializer: start of the kernel; the bias starts at zero.
    """

    def __init__(
        self, shape: tuple[int, ...], kernel_initializer: str = "glorot_uniform", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.shape = tuple(shape)
        self.kernel_initializer = kernel_initializer

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        features: tuple[Any, ...] = tuple(input_shape[1:])
        self.pointwise = len(features) > 0 and features[:-1] == self.shape[:-1]
        inputs = features[-1] if self.pointwise else math.prod(features)
        units = self.shape[-1] if self.pointwise else math.prod(self.shape)
        spatial = len(features) > 1 and len(self.shape) > 1
        if spatial and not self.pointwise and inputs * units > MANY_WEIGHTS:
            wanted = (*self.shape[:-1], "channels")
            warnings.warn(
                f"The body gives features of shape {features}, whose axes are not those of the "
                f"event {self.shape}: they are flattened for a dense map of {inputs * units:,} "
                f"weights. Let the body end in features of shape {wanted}, as "
                f"keras_vae.layers.ConvTransposeBody({self.shape}) does, for a map at each "
                "position; or let it end in keras.layers.Flatten(), if the dense map is meant.",
                stacklevel=2,
            )
        self.kernel = self.add_weight(
            shape=(inputs, units), initializer=self.kernel_initializer, name="kernel"
        )
        self.bias = self.add_weight(shape=(units,), initializer="zeros", name="bias")

    def call(self, features: Tensor) -> Tensor:
        if not self.pointwise and len(features.shape) > 2:
            features = ops.reshape(features, (-1, self.kernel.shape[0]))
        outputs = ops.matmul(features, self.kernel) + self.bias
        if self.pointwise or len(self.shape) == 1:
            return outputs
        return ops.reshape(outputs, (-1, *self.shape))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (input_shape[0], *self.shape)

    def get_config(self) -> dict[str, Any]:
        own = {"shape": self.shape, "kernel_initializer": self.kernel_initializer}
        return {**super().get_config(), **own}
