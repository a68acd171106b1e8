"""A causal transformer: a prior over codes of any shape, in raster order."""

import math
from typing import Any

import keras
from keras import ops

from keras_vae.arguments import Shape, positive_integers, share
from keras_vae.keras_compat import register
from keras_vae.priors.autoregressive import AutoregressivePrior, enlarged
from keras_vae.tensors import Tensor


@register
class CausalTransformer(AutoregressivePrior):
    r"""Transformer over codes of any shape, in raster order, the last axis fastest.

    $$\log p(z\mid c) = \sum_i \log\mathrm{softmax}(f(z_{<i}, c))_{z_i}\text{ nats}$$

    The codes are moved on by one place, behind a learned start, so that place i sees the codes
    before it; each place has a learned vector of its own. Blocks normalize first, then attend, then
    apply two dense layers. A condition is added in every place.

    Args:
        width: length of the vectors inside, divisible by `heads`.
        layers: number of blocks.
        heads: number of attention heads.
        dropout: share of the activations left out in training.
        grid: shape of the codes of one example; the model tells it.
        num_codes: number of codes; the model tells it.
        condition_shape: shape of a condition: a vector, or vectors on a grid, enlarged where it is
            coarser; the model tells it.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: where a number is out of range.

    References:
        Vaswani et al. 2017, Attention Is All You Need; Radford et al. 2019, Language Models are
        Unsupervised Multitask Learners (normalization first).

    Examples:
        >>> prior = CausalTransformer(8, 1, heads=2, grid=(2, 3), num_codes=5)
        >>> tuple(prior.log_prob(ops.zeros((4, 2, 3), "int32")).shape)
        (4,)
    """

    def __init__(
        self,
        width: int = 64,
        layers: int = 3,
        heads: int = 4,
        dropout: float = 0.1,
        grid: Shape | None = None,
        num_codes: int | None = None,
        condition_shape: Shape | None = None,
        **kwargs: Any,
    ) -> None:
        (self.width,) = positive_integers("width", width)
        (self.layers,) = positive_integers("layers", layers)
        (self.heads,) = positive_integers("heads", heads)
        self.dropout = share("dropout", dropout)
        if self.width % self.heads:
            raise ValueError(
                f"`width` must be divisible by `heads`; received width={width} and heads={heads}."
            )
        super().__init__(grid, num_codes, condition_shape, **kwargs)

    def build_network(self) -> None:
        shape: Any = (None, self.places, self.width)
        small = keras.initializers.RandomNormal(stddev=0.02)
        self.embedding = keras.layers.Embedding(self.num_codes, self.width, name="codes")
        self.embedding.build((None, self.places))
        self.position = self.add_weight((self.places, self.width), small, name="position")
        self.first = self.add_weight((1, 1, self.width), small, name="first")
        if self.condition_shape is not None:
            self.given = keras.layers.Dense(self.width, name="given")
            self.given.build((None, self.condition_shape[-1]))
        self.blocks: list[Block] = []
        for number in range(self.layers):
            block = Block(self.width, self.heads, self.dropout, name=f"block_{number}")
            block.build(shape)
            self.blocks.append(block)
        self.norm = keras.layers.LayerNormalization(name="norm")
        self.norm.build(shape)
        self.out = keras.layers.Dense(self.num_codes, name="logits")
        self.out.build(shape)

    def logits(self, z: Tensor, condition: Tensor | None = None, training: bool = False) -> Tensor:
        grid = self.grid or ()
        codes = self.embedding(ops.reshape(z, (-1, self.places)))
        start = ops.broadcast_to(self.first, (ops.shape(codes)[0], 1, self.width))
        features = ops.concatenate([start, codes[:, :-1]], axis=1) + self.position
        if condition is not None:
            features = features + self.in_places(self.given(condition))
        for block in self.blocks:
            features = block(features, training=training)
        return ops.reshape(self.out(self.norm(features)), (-1, *grid, self.num_codes))

    def in_places(self, condition: Tensor) -> Tensor:
        """A condition for each place: a vector for all alike, a coarser grid enlarged."""
        if len(condition.shape) == 2:
            return condition[:, None]
        grid: Any = self.grid
        condition = enlarged(condition, grid[: len(condition.shape) - 2])
        rest = math.prod(grid[len(condition.shape) - 2 :])  # stages, all in one place
        return ops.repeat(
            ops.reshape(condition, (-1, self.places // rest, self.width)), rest, axis=1
        )

    def get_config(self) -> dict[str, Any]:
        names = ("width", "layers", "heads", "dropout")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@register
class Block(keras.layers.Layer):
    """Attention to what came before, then two dense layers, each added to its input.

    Args:
        width: length of the vectors.
        heads: number of attention heads.
        dropout: share of the activations left out in training.
        **kwargs: passed to `keras.layers.Layer`.
    """

    def __init__(self, width: int, heads: int, dropout: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.width, self.heads, self.dropout = width, heads, dropout
        self.attention = keras.layers.MultiHeadAttention(heads, width // heads, dropout=dropout)
        self.norms = [keras.layers.LayerNormalization(name=f"norm_{i}") for i in range(2)]
        self.wide = keras.layers.Dense(4 * width, activation="gelu", name="wide")
        self.narrow = keras.layers.Dense(width, name="narrow")
        self.drop = keras.layers.Dropout(dropout)

    def build(self, input_shape: Any) -> None:
        for norm in self.norms:
            norm.build(input_shape)
        self.attention.build(input_shape, input_shape)
        self.wide.build(input_shape)
        self.narrow.build((*input_shape[:-1], 4 * self.width))

    def call(self, features: Tensor, training: bool = False) -> Tensor:
        normed = self.norms[0](features)
        seen = self.attention(normed, normed, use_causal_mask=True, training=training)
        features = features + self.drop(seen, training=training)
        normed = self.narrow(self.wide(self.norms[1](features)))
        return features + self.drop(normed, training=training)

    def get_config(self) -> dict[str, Any]:
        names = ("width", "heads", "dropout")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
