"""Codes on a grid: each feature is replaced by the nearest vector of a codebook."""

import math
from typing import Any

import keras
from keras import ops

from keras_vae.arguments import nonnegative, positive_integers
from keras_vae.distributions import Point
from keras_vae.keras_compat import register
from keras_vae.latents.group import Group
from keras_vae.latents.latents import Draws, Latents
from keras_vae.tensors import Seed, Tensor, as_float


@register
class VectorQuantized(Latents, keras.layers.Layer):
    r"""Discrete codes $z$ on a grid of N positions, each one of K vectors $e_k$.

    $$z_i = \arg\min_k\lVert h_i - e_k\rVert^2,\qquad q(z\mid x)\text{ is a point},\qquad
    \mathrm{KL} = -\log p(z) = N\log K$$

    under the uniform prior, so that the ELBO is $\log p(x\mid z) - N\log K$ without any sampling.
    The decoder sees $e_{z_i}$, and its gradient goes straight through to $h$. The loss has a
    commitment $\beta_c\lVert h - \mathrm{sg}(e_z)\rVert^2$, summed over the grid. The codebook is
    no trained weight: it moves to running averages of the features that each code was given,

    $$n_k\leftarrow\gamma n_k + (1-\gamma)\sum_i[z_i=k],\quad
    s_k\leftarrow\gamma s_k + (1-\gamma)\sum_{i:z_i=k}h_i,\quad e_k = s_k/n_k.$$

    Logs: `perplexity`, the exponential of the entropy of the codes of a batch, between 1 and K, and
    `commitment`.

    Args:
        num_codes: number K of vectors.
        code_dim: their length, which is that of the last axis of the features.
        decay: γ of the running averages, in [0, 1); 0 is one step of Lloyd's algorithm.
        commitment: weight $\beta_c$.
        seed: integer that places the first vectors.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: where a number is out of range, or the features have another length.

    References:
        van den Oord, Vinyals & Kavukcuoglu 2017, Neural Discrete Representation Learning,
        equations 1 to 3 and appendix A.1.

    Examples:
        >>> import numpy as np, keras_vae
        >>> body = keras.layers.Conv2D(4, 3, strides=2, padding="same")
        >>> decoder = keras_vae.Decoder(
        ...     (8, 8, 1), body=keras.layers.Conv2DTranspose(4, 3, strides=2, padding="same")
        ... )
        >>> vae = keras_vae.VAE(body, decoder, latents=VectorQuantized(16, 4, seed=0))
        >>> vae.build((None, 8, 8, 1))
        >>> codes = vae.encode(np.ones((5, 8, 8, 1)))
        >>> codes.shape, codes.dtype.name
        ((5, 4, 4), 'int32')
        >>> vae.decode(codes).shape
        (5, 8, 8, 1)
    """

    measures = ("perplexity", "commitment")
    point = True

    def __init__(
        self,
        num_codes: int,
        code_dim: int,
        decay: float = 0.99,
        commitment: float = 0.25,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        (self.num_codes,) = positive_integers("num_codes", num_codes)
        (self.code_dim,) = positive_integers("code_dim", code_dim)
        self.decay, self.commitment = (
            nonnegative("decay", decay),
            nonnegative("commitment", commitment),
        )
        if self.decay >= 1.0:
            raise ValueError(f"decay={decay!r} must be below 1, or the codebook never moves.")
        self.seed = seed

    def build(self, input_shape: Any) -> None:
        *grid, length = tuple(input_shape)[1:]
        if length != self.code_dim:
            raise ValueError(
                f"The codebook holds vectors of length code_dim={self.code_dim}, and the features "
                f"have shape {tuple(input_shape)[1:]}, the last axis being their length. Let the "
                f"body end in {self.code_dim} channels, or write code_dim={length}."
            )
        self.shape = (*grid, length)
        start = keras.initializers.RandomNormal(stddev=1.0, seed=self.seed)
        shape = (self.num_codes, self.code_dim)
        settings: dict[str, Any] = {"trainable": False, "aggregation": "mean"}
        self.sums = self.add_weight(shape=shape, initializer=start, name="sums", **settings)
        self.counts = self.add_weight(
            shape=shape[:1], initializer="ones", name="counts", **settings
        )

    def codebook(self) -> Tensor:
        """The vectors $e_k$, of shape (num_codes, code_dim)."""
        counts = ops.convert_to_tensor(self.counts)[:, None]
        # A copy: assigning to a variable must not change what stands in the graph.
        return (ops.convert_to_tensor(self.sums) + 0.0) / ops.maximum(counts, 1e-6)

    def infer(
        self,
        features: Tensor,
        num_samples: int | None = 1,
        seed: Seed = None,
        training: bool = False,
        condition: Tensor | None = None,
    ) -> Draws:
        features = as_float(features)
        book = ops.stop_gradient(self.codebook())
        # ‖h − e‖² but for ‖h‖², which is the same for all codes.
        distance = ops.sum(ops.square(book), axis=-1) - 2.0 * ops.matmul(
            features, ops.transpose(book)
        )
        z = ops.cast(ops.argmin(distance, axis=-1), "int32")
        squares = ops.square(features - ops.take(book, z, axis=0))
        commitment = ops.sum(squares, axis=tuple(range(1, len(squares.shape))))
        found = {"z": z, "features": features, "commitment": commitment}
        return {"z": {name: value[None] for name, value in found.items()}}

    def group(self, name: str, draws: Draws) -> Group:
        z = draws[name]["z"]
        cells = math.prod(self.shape[:-1])
        log_prior = ops.full(ops.shape(z)[:2], -cells * math.log(self.num_codes))
        point = Point(z, event_ndim=len(self.shape) - 1)
        return Group(point, None, z, ops.zeros_like(log_prior), log_prior)

    def decoder_input(self, draws: Draws) -> Tensor:
        z, features = draws["z"]["z"], draws["z"].get("features")
        vectors = ops.take(ops.stop_gradient(self.codebook()), z, axis=0)
        if features is None:
            return vectors
        return features + ops.stop_gradient(vectors - features)

    def generate(
        self, num_samples: int, seed: Seed = None, condition: Tensor | None = None
    ) -> Tensor:
        shape = (num_samples, *self.shape[:-1])
        z = keras.random.randint(shape, 0, self.num_codes, seed=seed)
        return self.decoder_input({"z": {"z": z}})

    def penalty(self, draws: Draws) -> Tensor:
        return self.commitment * draws["z"]["commitment"][0]

    def measure(self, draws: Draws) -> dict[str, Tensor]:
        used = self.shares(draws["z"]["z"][0])
        entropy = -ops.sum(used * ops.log(ops.maximum(used, 1e-30)))
        commitment = draws["z"]["commitment"][0]
        return {
            "perplexity": ops.exp(entropy) + ops.zeros_like(commitment),
            "commitment": commitment,
        }

    def shares(self, z: Tensor) -> Tensor:
        """How often each code is used, as shares that sum to 1."""
        return ops.mean(ops.one_hot(ops.reshape(z, (-1,)), self.num_codes), axis=0)

    def update(self, draws: Draws, sample_weight: Tensor | None, finite: Tensor) -> None:
        if not self.trainable:
            return
        z, features = draws["z"]["z"][0], ops.stop_gradient(draws["z"]["features"][0])
        chosen = ops.one_hot(z, self.num_codes)
        if sample_weight is not None:
            weight = ops.reshape(sample_weight, (-1, *[1] * (len(chosen.shape) - 1)))
            chosen = chosen * weight
        chosen = ops.reshape(chosen, (-1, self.num_codes))
        features = ops.reshape(features, (-1, self.code_dim))
        new = {
            "counts": ops.sum(chosen, axis=0),
            "sums": ops.matmul(ops.transpose(chosen), features),
        }
        for name, value in new.items():
            variable = getattr(self, name)
            before = ops.convert_to_tensor(variable)
            after = self.decay * before + (1.0 - self.decay) * value
            variable.assign(ops.where(finite, after, before))

    def get_config(self) -> dict[str, Any]:
        names = ("num_codes", "code_dim", "decay", "commitment", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
