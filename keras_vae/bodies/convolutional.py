"""Bodies of convolutions, which halve an array again and again, or double it."""

import math
import warnings
from typing import Any

import keras
from keras import ops

from keras_vae.arguments import Shape, is_several, positive_integers
from keras_vae.keras_compat import KeepsFrozen, register
from keras_vae.tensors import Tensor

CONVOLUTIONS = (keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.Conv3D)
TRANSPOSED = (
    keras.layers.Conv1DTranspose,
    keras.layers.Conv2DTranspose,
    keras.layers.Conv3DTranspose,
)
AXES = ("(length, channels)", "(height, width, channels)", "(depth, height, width, channels)")


def kernel(kernel_size: Any, rank: int | None = None) -> Shape:
    """The width of a kernel along each axis; one number is the same along all, two if not told."""
    sizes = positive_integers("kernel_size", kernel_size)
    if not is_several(kernel_size):
        sizes *= rank or 2
    if len(sizes) not in (1, 2, 3) or len(sizes) != (rank or len(sizes)):
        wanted = "one to three widths" if rank is None else f"{rank} widths, one for each axis"
        raise ValueError(
            f"`kernel_size` must be one width or {wanted}; received kernel_size={kernel_size!r}."
        )
    return sizes


def channels_first(shape: Shape) -> str:
    """What to say where an example has its channels first, as far as its shape tells; else ""."""
    first, last = shape[0], shape[-1]
    told = keras.config.image_data_format() == "channels_first" and first < last
    seen = len(shape) == 3 and first in (1, 3, 4) and shape[1] == last > 4
    if not (told or seen):
        return ""
    channels_last = (*shape[1:], first)
    why = "keras.config.image_data_format() says so" if told else "so it looks"
    return (
        f"Examples of shape {shape} have their channels first, {why}, and this body takes them "
        f"last: {channels_last}. Write np.moveaxis(x, 1, -1), and Decoder({channels_last}, …)."
    )


def check_channels_last(shape: Shape) -> None:
    """Raise where Keras was told that channels come first, and they do; warn where it looks so."""
    if said := channels_first(shape):
        if keras.config.image_data_format() == "channels_first":
            raise ValueError(said)
        warnings.warn(said, stacklevel=3)


def stack(body: Any, convolution: type[keras.layers.Layer]) -> list[keras.layers.Layer]:
    """The convolutions of a body, one for each of its filters, with stride 2."""
    return [
        convolution(
            channels,
            body.kernel_size,
            strides=2,
            padding="same",
            data_format="channels_last",
            activation=body.activation,
            name=f"conv_{i}",
            dtype=body.dtype_policy,
            trainable=body.trainable,
        )
        for i, channels in enumerate(body.filters)
    ]


@register
class ConvBody(KeepsFrozen, keras.layers.Layer):
    """Strided convolutions that halve an array again and again; for encoders.

    Args:
        filters: channels of each convolution (stride 2).
        kernel_size: width of the kernel along each axis, which tells how many axes there are:
            `(3,)` for sequences, `(3, 3)` for images, `(3, 3, 3)` for volumes; a single number
            is a square kernel for images.
        activation: activation of each layer.

    Raises:
        ValueError: where a number is not positive, the inputs have another number of axes, or
            their channels first.

    Examples:
        >>> tuple(ConvBody((16, 32))(keras.ops.ones((5, 28, 28, 1))).shape)
        (5, 7, 7, 32)
        >>> tuple(ConvBody((16, 32), kernel_size=(5,))(keras.ops.ones((5, 100, 3))).shape)
        (5, 25, 32)
    """

    def __init__(
        self,
        filters: Shape = (32, 64),
        kernel_size: int | Shape = 3,
        activation: Any = "relu",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = positive_integers("filters", filters)
        self.kernel_size = kernel(kernel_size)
        self.rank = len(self.kernel_size)
        self.activation = keras.activations.get(activation)
        self.stack = stack(self, CONVOLUTIONS[self.rank - 1])

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        if len(input_shape) != self.rank + 2:
            raise ValueError(
                f"A kernel of size {self.kernel_size} takes examples of shape "
                f"{AXES[self.rank - 1]}; received examples of shape {tuple(input_shape[1:])}. Add "
                "a channel axis, x[..., None], or give the kernel one width for each axis."
            )
        check_channels_last(tuple(input_shape[1:]))  # type: ignore[arg-type]
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
class ConvTransposeBody(KeepsFrozen, keras.layers.Layer):
    """A dense map to a small array, then transposed convolutions that double it; for decoders.

    Features have the axes of the decoder's output, so that a head is a linear map of the channels
    at every position.

    Args:
        image_shape: shape of the decoder's output with its channels last, such as (height, width,
            channels) or (length, channels); all but the channels must be divisible by two to the
            power of the number of convolutions.
        filters: channels of each transposed convolution (stride 2).
        kernel_size: width of the kernel along each axis, or one for all.
        activation: activation of each layer.

    Raises:
        ValueError: where a number is not positive, an axis is not divisible, or the channels come
            first.

    Examples:
        >>> tuple(ConvTransposeBody((28, 28, 1), (32, 16))(keras.ops.ones((5, 2))).shape)
        (5, 28, 28, 16)
        >>> tuple(ConvTransposeBody((100, 3), (16,))(keras.ops.ones((5, 2))).shape)
        (5, 100, 16)
    """

    def __init__(
        self,
        image_shape: Shape,
        filters: Shape = (64, 32),
        kernel_size: int | Shape = 3,
        activation: Any = "relu",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.image_shape = positive_integers("image_shape", image_shape)
        self.filters = positive_integers("filters", filters)
        rank = len(self.image_shape) - 1
        if rank not in (1, 2, 3):
            raise ValueError(
                f"`image_shape` must be one of {', '.join(AXES)}; received "
                f"image_shape={self.image_shape}."
            )
        self.kernel_size = kernel(kernel_size, rank)
        self.activation = keras.activations.get(activation)
        shrink = 2 ** len(self.filters)
        *axes, _ = self.image_shape
        if any(size % shrink for size in axes):
            raise ValueError(
                channels_first(self.image_shape)
                or f"{len(self.filters)} transposed convolutions double an image "
                f"{len(self.filters)} times, so height and width must be divisible by {shrink}; "
                f"received image_shape={self.image_shape}. Use fewer filters or pad the images."
            )
        check_channels_last(self.image_shape)
        self.small = (*(size // shrink for size in axes), self.filters[0])
        self.stack = stack(self, TRANSPOSED[rank - 1])
        self.seed_image = keras.layers.Dense(
            math.prod(self.small),
            self.activation,
            name="seed_image",
            dtype=self.dtype_policy,
            trainable=self.trainable,
        )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        # Codes that are not vectors, such as those of a ConvBody, are flattened.
        self.flat = math.prod(input_shape[1:])  # type: ignore[arg-type]
        self.seed_image.build((None, self.flat))
        shape: tuple[int | None, ...] = (None, *self.small)
        for layer in self.stack:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)

    def call(self, inputs: Tensor) -> Tensor:
        features = self.seed_image(ops.reshape(inputs, (-1, self.flat)))
        features = ops.reshape(features, (-1, *self.small))
        for layer in self.stack:
            features = layer(features)
        return features

    def get_config(self) -> dict[str, Any]:
        own = {
            "image_shape": self.image_shape,
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "activation": keras.activations.serialize(self.activation),
        }
        return {**super().get_config(), **own}
