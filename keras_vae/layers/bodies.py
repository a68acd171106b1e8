"""Ready bodies: layers that turn inputs into features."""

import math
from typing import Any, ClassVar

import keras
import numpy as np
from keras import ops

from keras_vae.distributions.distribution import Tensor
from keras_vae.layers.head import register

Shape = tuple[int, ...]


def positive_integers(name: str, values: Any) -> Shape:
    """Check one or several positive integers; the error names the argument and the value."""
    several = isinstance(values, (tuple, list))
    numbers = tuple(values) if several else (values,)
    if not all(isinstance(n, (int, np.integer)) and n > 0 for n in numbers):
        kind = "positive integers" if several else "a positive integer"
        raise ValueError(f"`{name}` must be {kind}; received {name}={values!r}.")
    return tuple(int(n) for n in numbers)


@register
class DenseBody(keras.layers.Layer):
    """Flatten, then dense layers; no units at all is the identity, and the model linear.

    Args:
        units: width of each layer.
        activation: activation of each layer.

    Examples:
        >>> tuple(DenseBody((64, 32))(keras.ops.ones((5, 8, 8))).shape)
        (5, 32)
    """

    def __init__(self, units: Shape = (), activation: Any = "relu", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = positive_integers("units", units)
        self.activation = keras.activations.get(activation)
        self.stack = [
            keras.layers.Dense(n, self.activation, name=f"dense_{i}", dtype=self.dtype_policy)
            for i, n in enumerate(self.units)
        ]

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.flat = math.prod(input_shape[1:])  # type: ignore[arg-type]
        width = self.flat
        for layer in self.stack:
            layer.build((None, width))
            width = layer.units

    def call(self, inputs: Tensor) -> Tensor:
        features = ops.reshape(inputs, (-1, self.flat)) if len(inputs.shape) != 2 else inputs
        for layer in self.stack:
            features = layer(features)
        return features

    def get_config(self) -> dict[str, Any]:
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "units": self.units, "activation": activation}


@register
class ConvBody(keras.layers.Layer):
    """Strided convolutions that halve an image again and again; for encoders.

    Args:
        filters: channels of each convolution (stride 2).
        kernel_size: width of the square kernel.
        activation: activation of each layer.

    Examples:
        >>> tuple(ConvBody((16, 32))(keras.ops.ones((5, 28, 28, 1))).shape)
        (5, 7, 7, 32)
    """

    convolution: ClassVar[type[keras.layers.Layer]] = keras.layers.Conv2D

    def __init__(
        self,
        filters: Shape = (32, 64),
        kernel_size: int = 3,
        activation: Any = "relu",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = positive_integers("filters", filters)
        (self.kernel_size,) = positive_integers("kernel_size", kernel_size)
        self.activation = keras.activations.get(activation)
        common = {
            "strides": 2,
            "padding": "same",
            "data_format": "channels_last",
            "activation": self.activation,
            "dtype": self.dtype_policy,
        }
        self.stack = [
            self.convolution(n, kernel_size, name=f"conv_{i}", **common)
            for i, n in enumerate(self.filters)
        ]

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        if len(input_shape) != 4:
            raise ValueError(
                "Convolutions take images of shape (height, width, channels); received examples "
                f"of shape {tuple(input_shape[1:])}. Add a channel axis: x[..., None]."
            )
        for layer in self.stack:
            layer.build(input_shape)
            input_shape = layer.compute_output_shape(input_shape)

    def call(self, inputs: Tensor) -> Tensor:
        for layer in self.stack:
            inputs = layer(inputs)
        return inputs

    def get_config(self) -> dict[str, Any]:
        activation = keras.activations.serialize(self.activation)
        own = {"filters": self.filters, "kernel_size": self.kernel_size, "activation": activation}
        return {**super().get_config(), **own}


@register
class ConvTransposeBody(ConvBody):
    """A dense map to a small image, then transposed convolutions that double it; for decoders.

    Features have the height and width of the image, so that a head is a linear map of the
    channels at every pixel.

    Args:
        image_shape: (height, width, channels) of the decoder's output; height and width must be
            divisible by two to the power of the number of convolutions.
        filters: channels of each transposed convolution (stride 2).
        **kwargs: `kernel_size` and `activation` as in `ConvBody`.

    Examples:
        >>> tuple(ConvTransposeBody((28, 28, 1), (32, 16))(keras.ops.ones((5, 2))).shape)
        (5, 28, 28, 16)
    """

    convolution = keras.layers.Conv2DTranspose

    def __init__(self, image_shape: Shape, filters: Shape = (64, 32), **kwargs: Any) -> None:
        super().__init__(filters, **kwargs)
        self.image_shape = positive_integers("image_shape", image_shape)
        height, width, _ = self.image_shape
        shrink = 2 ** len(self.filters)
        if height % shrink or width % shrink:
            raise ValueError(
                f"{len(self.filters)} transposed convolutions double an image {len(self.filters)} "
                f"times, so height and width must be divisible by {shrink}; received "
                f"image_shape={self.image_shape}. Use fewer filters or pad the images."
            )
        self.small = (height // shrink, width // shrink, self.filters[0])
        self.seed_image = keras.layers.Dense(
            math.prod(self.small), self.activation, name="seed_image", dtype=self.dtype_policy
        )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        # Codes that are not vectors, such as those of a ConvBody, are flattened.
        self.flat = math.prod(input_shape[1:])  # type: ignore[arg-type]
        self.seed_image.build((None, self.flat))
        super().build((None, *self.small))

    def call(self, inputs: Tensor) -> Tensor:
        small = self.seed_image(ops.reshape(inputs, (-1, self.flat)))
        return super().call(ops.reshape(small, (-1, *self.small)))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "image_shape": self.image_shape}
