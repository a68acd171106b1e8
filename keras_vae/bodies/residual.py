"""Convolutional bodies with residual blocks, between an array and a grid of features."""

from typing import Any

import keras
from keras import ops

from keras_vae.arguments import Shape, count, positive_integers
from keras_vae.bodies.convolutional import AXES, CONVOLUTIONS, TRANSPOSED
from keras_vae.keras_compat import KeepsFrozen, register
from keras_vae.tensors import Tensor


class ResidualBody(KeepsFrozen, keras.layers.Layer):
    """Base of the two residual bodies.

    Args:
        filters: channels of each convolution that changes the size.
        channels: channels of the features; None is the last of them.
        blocks: number of residual blocks, at the coarsest size.
        rank: number of axes of the array: 1 for sequences, 2 for images, 3 for volumes.
        **kwargs: passed to `keras.layers.Layer`.
    """

    def __init__(
        self,
        filters: Shape = (32, 64),
        channels: int | None = None,
        blocks: int = 2,
        rank: int = 2,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = positive_integers("filters", filters)
        if not self.filters:
            raise ValueError("`filters` must name at least one convolution; received ().")
        self.channels = None if channels is None else count("channels", channels)
        self.blocks, self.rank = count("blocks", blocks), count("rank", rank)
        if self.rank > 3:
            raise ValueError(f"`rank` must be 1, 2 or 3; received rank={rank!r}.")
        self.settings = {"dtype": self.dtype_policy, "trainable": self.trainable}

    def convolution(self, channels: int, width: int, name: str, **kwargs: Any) -> Any:
        """A convolution that keeps the size."""
        kind = CONVOLUTIONS[self.rank - 1]
        return kind(channels, width, padding="same", name=name, **self.settings, **kwargs)

    def residual_blocks(self, channels: int) -> list[tuple[Any, Any]]:
        """The convolutions of each block, three wide and then one."""
        return [
            (
                self.convolution(channels // 2 or 1, 3, f"block_{number}_3"),
                self.convolution(channels, 1, f"block_{number}_1"),
            )
            for number in range(self.blocks)
        ]

    def build_blocks(self, shape: Any) -> Any:
        """Make the convolution in front and the blocks, for inputs of a shape; what they give."""
        width = self.filters[-1]
        self.first = self.convolution(width, 3, "first")
        self.residual = self.residual_blocks(width)
        self.first.build(shape)
        shape = (*shape[:-1], width)
        for wide, narrow in self.residual:
            wide.build(shape)
            narrow.build(wide.compute_output_shape(shape))
        return shape

    def check(self, input_shape: Any) -> tuple[Any, ...]:
        """The shape of the inputs, or a sentence."""
        if len(input_shape) != self.rank + 2:
            raise ValueError(
                f"A {type(self).__name__} of rank={self.rank} takes examples of shape "
                f"{AXES[self.rank - 1]}; received examples of shape {tuple(input_shape[1:])}."
            )
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        names = ("filters", "channels", "blocks", "rank")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def through(blocks: list[tuple[Any, Any]], features: Tensor) -> Tensor:
    """Features with what each block adds to them, behind a last rectifier."""
    for wide, narrow in blocks:
        features = features + narrow(ops.relu(wide(ops.relu(features))))
    return ops.relu(features)


@register
class ResidualConvBody(ResidualBody):
    """Strided convolutions, then residual blocks, then a linear map: an array to a grid of vectors.

    Each convolution halves the axes, rounded up.

    Args:
        filters: channels of each strided convolution.
        channels: length of the vectors; None is the last of `filters`.
        blocks: number of residual blocks.
        rank: number of axes: 1 for sequences, 2 for images, 3 for volumes.
        **kwargs: passed to `keras.layers.Layer`.

    References:
        van den Oord, Vinyals & Kavukcuoglu 2017, Neural Discrete Representation Learning,
        section 4.1.

    Examples:
        >>> tuple(ResidualConvBody((16, 32), channels=8)(keras.ops.ones((5, 28, 28, 1))).shape)
        (5, 7, 7, 8)
    """

    def build(self, input_shape: Any) -> None:
        shape = self.check(input_shape)
        self.strided = [
            self.convolution(channels, 4, f"conv_{i}", strides=2, activation="relu")
            for i, channels in enumerate(self.filters)
        ]
        for layer in self.strided:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        shape = self.build_blocks(shape)
        self.last = self.convolution(self.channels or self.filters[-1], 1, "last")
        self.last.build(shape)

    def call(self, inputs: Tensor) -> Tensor:
        for layer in self.strided:
            inputs = layer(inputs)
        return self.last(through(self.residual, self.first(inputs)))


@register
class ResidualTransposeBody(ResidualBody):
    """The mirror image: residual blocks on a grid of vectors, then transposed convolutions.

    Each transposed convolution doubles the axes; the features have the axes of the decoder's
    output, so that a head is a linear map of the channels at every position.

    Args:
        filters: channels of each strided convolution of the encoder; they come in reverse.
        channels: channels of the features; None is the first of `filters`.
        blocks: number of residual blocks.
        rank: number of axes: 1 for sequences, 2 for images, 3 for volumes.
        **kwargs: passed to `keras.layers.Layer`.

    References:
        van den Oord, Vinyals & Kavukcuoglu 2017, Neural Discrete Representation Learning,
        section 4.1.

    Examples:
        >>> tuple(ResidualTransposeBody((16, 32))(keras.ops.ones((5, 7, 7, 8))).shape)
        (5, 28, 28, 16)
    """

    def build(self, input_shape: Any) -> None:
        shape = self.build_blocks(self.check(input_shape))
        *inner, _ = self.filters[::-1]
        transposed = TRANSPOSED[self.rank - 1]
        self.doubling = [
            transposed(channels, 4, 2, "same", activation="relu", name=f"up_{i}", **self.settings)
            for i, channels in enumerate((*inner, self.channels or self.filters[0]))
        ]
        for layer in self.doubling:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)

    def call(self, inputs: Tensor) -> Tensor:
        features = through(self.residual, self.first(inputs))
        for layer in self.doubling:
            features = layer(features)
        return features
