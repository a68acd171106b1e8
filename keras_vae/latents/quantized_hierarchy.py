"""Codes on several grids, coarse above fine: each level knows those above it."""

from typing import Any

import keras
from keras import ops

from keras_vae.arguments import positive_integers
from keras_vae.bodies.convolutional import CONVOLUTIONS
from keras_vae.keras_compat import register
from keras_vae.latents.latents import Draws
from keras_vae.latents.levels_of_codes import LevelsOfCodes, side_by_side
from keras_vae.tensors import Seed, Tensor

KERNEL = 3
"""Width of the convolutions between two levels."""


@register
class QuantizedHierarchy(LevelsOfCodes):
    r"""VQ-VAE-2: codes on several grids, coarse above fine, each level knowing those above it.

    The grid of $z_1$, next to the data, is that of the features, and each grid above is half as
    wide as the one below, up to $z_L$. Strided convolutions lead up, from the features $f_1$ of x
    to those of each coarser grid. Codes are then chosen from the top down, each level in the
    knowledge of all above it:

    $$f_{l+1} = \mathrm{up}_l(f_l),\qquad
    h_l = W_l\,[f_l,\ \mathrm{down}_l(q_{l+1},\dots,q_L)],\qquad
    z_l = \text{the code of } h_l,\quad q_l = \text{its vector.}$$

    The decoder sees $q_1,\dots,q_L$ side by side, on the finest grid: a coarser vector stands in
    all the places that it covers. Each posterior is a point, so that the KL divergence of a level
    is its code length, $N_l\log K_l$ under uniform priors, and the ELBO needs no sampling.
    `vae.fit_prior(x, {"z_1": PixelCNN(), "z_2": PixelCNN()})` fits $p(z_L)$ and
    $p(z_l\mid z_{l+1},\dots,z_L)$, each given the true vectors of the levels above.

    The levels are quantizers of this room, each with its own codebook, commitment and restarts.
    Their logs have numbers: `code_length_1`, `perplexity_1`, `usage_1`, `commitment_1`,
    `restarts_1`, …, and `code_length` is the sum over the levels.

    Args:
        levels: the quantizer of each level, $z_1$ first, at least two: `VectorQuantized`,
            `ResidualQuantized` or `FiniteScalar`.
        filters: channels of the convolutions up and down.
        activation: activation of these convolutions.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: where a number is out of range, a level is no quantizer or stands twice, or the
            features have no grid.

    References:
        Razavi, van den Oord & Vinyals 2019, Generating Diverse High-Fidelity Images with VQ-VAE-2,
        section 3.1 and algorithm 1.

    Examples:
        >>> import keras, numpy as np, keras_vae
        >>> levels = [keras_vae.latents.VectorQuantized(16, 4, seed=seed) for seed in (0, 1)]
        >>> vae = keras_vae.VAE(
        ...     keras.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"),
        ...     keras_vae.Decoder(
        ...         (8, 8, 1), body=keras.layers.Conv2DTranspose(8, 3, strides=2, padding="same")
        ...     ),
        ...     latents=QuantizedHierarchy(levels, filters=8),
        ... )
        >>> vae.build((None, 8, 8, 1))
        >>> codes = vae.encode(np.ones((5, 8, 8, 1)))
        >>> {name: z.shape for name, z in codes.items()}
        {'z_1': (5, 4, 4), 'z_2': (5, 2, 2)}
        >>> vae.decode(codes).shape
        (5, 8, 8, 1)
    """

    def __init__(
        self, levels: Any, filters: int = 32, activation: Any = "relu", **kwargs: Any
    ) -> None:
        super().__init__(levels, **kwargs)
        (self.filters,) = positive_integers("filters", filters)
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: Any) -> None:
        shape = tuple(input_shape)
        rank = len(shape) - 2
        if not 1 <= rank <= len(CONVOLUTIONS):
            raise ValueError(
                f"The features have shape {shape[1:]}; expected a grid of one to three axes, and "
                "channels last, such as (8, 8, 32). Let the body end in a convolution."
            )
        grids, self.upward, self.downward, self.words = [], [], [], []
        for index, level in enumerate(self.levels):
            if index:
                self.upward.append(self.convolution(f"up_{index + 1}", shape, strides=2))
                shape = self.upward[-1].compute_output_shape(shape)
            grids.append(tuple(shape[1:-1]))
            width = shape[-1]
            if above := self.width(index + 1):
                given = (*shape[:-1], above)
                self.downward.append(self.convolution(f"down_{index + 1}", given))
                width += self.filters
            word = keras.layers.Dense(
                level.code_dim,
                name=f"word_{index + 1}",
                dtype=self.dtype_policy,
                trainable=self.trainable,
            )
            word.build((*shape[:-1], width))
            self.words.append(word)
            if not level.built:
                level.build((*shape[:-1], level.code_dim))
        self.grids = tuple(grids)
        self.shape = (*grids[0], self.width(0))

    def convolution(self, name: str, input_shape: Any, strides: int = 1) -> Any:
        """A convolution between two levels."""
        layer = CONVOLUTIONS[len(input_shape) - 3](
            self.filters,
            KERNEL,
            strides=strides,
            padding="same",
            data_format="channels_last",
            activation=self.activation,
            name=name,
            dtype=self.dtype_policy,
            trainable=self.trainable,
        )
        layer.build(input_shape)
        return layer

    def infer(
        self,
        features: Tensor,
        num_samples: int | None = 1,
        seed: Seed = None,
        training: bool = False,
        condition: Tensor | None = None,
    ) -> Draws:
        return self.chosen(features, training, condition)

    def chosen(
        self,
        features: Tensor,
        training: bool = False,
        condition: Tensor | None = None,
        start: bool = False,
    ) -> Draws:
        """The codes of all levels, from the top down; `start` lets each begin from what it sees."""
        up = [features]
        for layer in self.upward:
            up.append(layer(up[-1]))
        draws: Draws = {}
        for index, level in reversed(list(enumerate(self.levels))):
            said = up[index]
            if draws:
                above = side_by_side(self.passed_on(draws), self.grids[index])[0]
                said = ops.concatenate([said, self.downward[index](above)], axis=-1)
            said = self.words[index](said)
            if start and level.first_examples:
                level.start(said)
            given = None
            if level.prior is not None:
                above = self.vectors({name: found["z"][0] for name, found in draws.items()})
                given = self.given(index, above, condition)
            draws[self.groups[index]] = level.infer(said, None, None, training, given)["z"]
        return draws

    def start(self, features: Tensor) -> None:
        self.chosen(features, start=True)

    def get_config(self) -> dict[str, Any]:
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "filters": self.filters, "activation": activation}
