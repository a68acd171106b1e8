"""A gated PixelCNN: a prior over a plane of codes, by masked convolutions without a blind spot."""

from typing import Any

import keras
from keras import ops

from keras_vae.arguments import Shape, positive_integers
from keras_vae.keras_compat import register
from keras_vae.priors.autoregressive import AutoregressivePrior, enlarged
from keras_vae.tensors import Tensor, as_float


@register
class PixelCNN(AutoregressivePrior):
    r"""Gated PixelCNN over a plane of codes, in raster order.

    $$\log p(z\mid c) = \sum_i \log\mathrm{softmax}(f(z_{<i}, c))_{z_i}\text{ nats}$$

    A vertical stack of convolutions sees all rows above, a horizontal one the codes to the left in
    the same row. The vertical stack is shifted down by a row before it enters the horizontal one,
    so that every place sees all of its past within reach and nothing else. A stack of layers
    reaches (layers × kernel_size // 2) places up and to both sides.

    Args:
        filters: channels of each stack.
        layers: number of gated layers.
        kernel_size: width of the convolutions, odd.
        grid: height and width of the plane; the model tells it.
        num_codes: number of codes; the model tells it.
        condition_shape: shape of a condition: a vector, or vectors on a plane, which is enlarged
            where it is coarser; the model tells it.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: where a number is out of range, or the grid is no plane.

    References:
        van den Oord et al. 2016, Conditional Image Generation with PixelCNN Decoders, section 2.

    Examples:
        >>> prior = PixelCNN(8, 2, grid=(4, 4), num_codes=5)
        >>> tuple(prior.log_prob(ops.zeros((3, 4, 4), "int32")).shape)
        (3,)
        >>> tuple(prior.sample(2, seed=0).shape)
        (2, 4, 4)
    """

    def __init__(
        self,
        filters: int = 32,
        layers: int = 4,
        kernel_size: int = 5,
        grid: Shape | None = None,
        num_codes: int | None = None,
        condition_shape: Shape | None = None,
        **kwargs: Any,
    ) -> None:
        (self.filters,) = positive_integers("filters", filters)
        (self.layers,) = positive_integers("layers", layers)
        (self.kernel_size,) = positive_integers("kernel_size", kernel_size)
        if self.kernel_size % 2 == 0 or self.kernel_size < 3:
            raise ValueError(
                f"`kernel_size` must be odd and at least 3; received kernel_size={kernel_size!r}."
            )
        super().__init__(grid, num_codes, condition_shape, **kwargs)

    def build_network(self) -> None:
        if len(self.grid or ()) != 2:
            raise ValueError(
                f"A PixelCNN writes a plane of codes, and these have the shape {self.grid}. "
                "priors.CausalTransformer takes any shape."
            )
        shape: Any = (None, *(self.grid or ()), self.num_codes)
        condition = None if self.condition_shape is None else (None, 1, 1, self.condition_shape[-1])
        self.gated: list[Gated] = []
        for number in range(self.layers):
            layer = Gated(self.filters, self.kernel_size, number == 0, name=f"gated_{number}")
            layer.build(shape, shape, condition)
            self.gated.append(layer)
            shape = (*shape[:-1], self.filters)
        self.hidden: Any = keras.layers.Conv2D(
            2 * self.filters, 1, activation="relu", name="hidden"
        )
        self.hidden.build(shape)
        self.out: Any = keras.layers.Conv2D(self.num_codes, 1, name="logits")
        self.out.build((*shape[:-1], 2 * self.filters))

    def logits(self, z: Tensor, condition: Tensor | None = None, training: bool = False) -> Tensor:
        down = right = as_float(ops.one_hot(z, self.num_codes))
        if condition is not None:
            at_all = len(condition.shape) == 2  # a vector, for all places alike
            condition = condition[:, None, None] if at_all else enlarged(condition, self.grid or ())
        for layer in self.gated:
            down, right = layer(down, right, condition=condition)
        return self.out(self.hidden(ops.relu(right)))

    def get_config(self) -> dict[str, Any]:
        names = ("filters", "layers", "kernel_size")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def shifted_down(features: Tensor) -> Tensor:
    """Row i of the result is row i − 1, of an array (B, height, width, C); the first is 0."""
    return ops.pad(features, ((0, 0), (1, 0), (0, 0), (0, 0)))[:, :-1]


@register
class Gated(keras.layers.Layer):
    r"""One layer of a gated PixelCNN: two stacks of which none sees the present or the future.

    The vertical stack sees all rows down to the present one, the horizontal stack the present row
    to the left, and the vertical one of the row above. Both are gated, $\tanh(a)\,\sigma(b)$.

    Args:
        filters: channels of each stack.
        kernel_size: width of the kernel, odd.
        first: whether this is the first layer, whose inputs are the codes themselves: the
            horizontal stack then does not see its own place, and passes it on by no shortcut.
        **kwargs: passed to `keras.layers.Layer`.
    """

    def __init__(self, filters: int, kernel_size: int, first: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filters, self.kernel_size, self.first = filters, kernel_size, first
        self.reach = kernel_size // 2
        self.to_vertical = keras.layers.Conv2D(
            2 * filters, (self.reach + 1, kernel_size), name="vertical"
        )
        width = self.reach + (0 if first else 1)
        self.to_horizontal = keras.layers.Conv2D(2 * filters, (1, width), name="horizontal")
        self.across = keras.layers.Conv2D(2 * filters, 1, name="across")
        self.out = keras.layers.Conv2D(filters, 1, name="out")

    def build(
        self, vertical_shape: Any, horizontal_shape: Any, condition_shape: Any = None
    ) -> None:
        plane = (None, None, None)  # whatever its size, it is padded
        self.to_vertical.build((*plane, vertical_shape[-1]))
        self.to_horizontal.build((*plane, horizontal_shape[-1]))
        self.across.build((*plane, 2 * self.filters))
        self.out.build((*plane, self.filters))
        if condition_shape is not None:
            self.given = keras.layers.Dense(4 * self.filters, use_bias=False, name="given")
            self.given.build(condition_shape)

    def call(
        self, vertical: Tensor, horizontal: Tensor, condition: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        side, none = (self.reach, self.reach), (0, 0)
        down = self.to_vertical(ops.pad(vertical, (none, (self.reach, 0), side, none)))
        right = self.to_horizontal(ops.pad(horizontal, (none, none, (self.reach, 0), none)))
        if self.first:  # one place too many, beyond the last
            right = right[:, :, :-1]
        right = right + self.across(shifted_down(down))
        if condition is not None:
            one, other = ops.split(self.given(condition), 2, axis=-1)
            down, right = down + one, right + other
        through = self.out(gate(right))
        return gate(down), through if self.first else horizontal + through

    def get_config(self) -> dict[str, Any]:
        names = ("filters", "kernel_size", "first")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def gate(features: Tensor) -> Tensor:
    """The first half of the channels, let through by the second."""
    value, door = ops.split(features, 2, axis=-1)
    return ops.tanh(value) * ops.sigmoid(door)
