"""Codes on a grid: each feature is replaced by the nearest vector of a codebook."""

import math
from typing import Any

import numpy as np
from keras import ops

from keras_vae.arguments import nonnegative
from keras_vae.keras_compat import register
from keras_vae.latents.codebook import Codebook
from keras_vae.latents.codes import Codes
from keras_vae.latents.latents import Draws
from keras_vae.latents.straight_through import GRADIENTS, direction
from keras_vae.tensors import Seed, Tensor, as_float


@register
class VectorQuantized(Codes):
    r"""Discrete codes $z$ on a grid of N positions, each one of K vectors $e_k$.

    $$z_i = \arg\min_k\lVert h_i - e_k\rVert^2,\qquad q(z\mid x)\text{ is a point},\qquad
    \mathrm{KL} = -\log p(z) = N\log K$$

    under the uniform prior, so that the ELBO is $\log p(x\mid z) - N\log K$ without any sampling.
    The decoder sees $e_{z_i}$, and its gradient goes straight through to $h$. The loss has a
    commitment $\beta_c\lVert h - \mathrm{sg}(e_z)\rVert^2$, in nats per example: summed over the
    grid and over the length of the vectors. (With a mean over both instead, and a squared error
    divided by the variance of the data, as in Sonnet, the weight is not this $\beta_c$.)

    The codebook is no trained weight by default: it moves to running averages of the features that
    each code was given,

    $$n_k\leftarrow\gamma n_k + (1-\gamma)\sum_i[z_i=k],\quad
    s_k\leftarrow\gamma s_k + (1-\gamma)\sum_{i:z_i=k}h_i,\quad e_k = s_k/n_k,$$

    and a code without features stays where it is. With `learned_by="gradient"` it is trained on
    $\lVert\mathrm{sg}(h) - e_z\rVert^2$, of weight 1 beside the commitment.

    Logs, beside those of `Codes`: `commitment`, the squared distance without its weight, and
    `restarts`, the number of dead codes that have been moved since the beginning.

    Args:
        num_codes: number K of vectors.
        code_dim: their length, which is that of the last axis of the features.
        decay: γ of the running averages, in [0, 1); 0 is one step of Lloyd's algorithm.
        commitment: weight $\beta_c$.
        seed: integer that places the first vectors, and the dead ones.
        learned_by: `"averages"` or `"gradient"`.
        start: `"data"` places the vectors by k-means, among the features of the first examples
            that training sees, or `"random"`, from a standard normal.
        restart: a code that is chosen less often than this part of what it would be, were all
            chosen alike, is dead, and moves to a random feature of the batch; in [0, 1), 0 leaves
            the dead alone.
        normalize: compare and pass on vectors of length 1, features and codes alike.
        gradient: `"straight_through"`, or `"rotation"` for that of Fifty et al. 2024, which turns
            it as the feature was turned.
        **kwargs: passed to `Codes`.

    Raises:
        ValueError: where a number is out of range, or the features have another length.

    References:
        van den Oord, Vinyals & Kavukcuoglu 2017, Neural Discrete Representation Learning,
        equations 1 to 3 and appendix A.1; Dhariwal et al. 2020, Jukebox, section 3 (restarts);
        Yu et al. 2022, Vector-quantized Image Modeling with Improved VQGAN, section 3.2
        (vectors of length 1).

    Examples:
        >>> import keras, numpy as np, keras_vae
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

    measures = (*Codes.measures, "commitment")
    latest = ("restarts",)

    def __init__(
        self,
        num_codes: int,
        code_dim: int,
        decay: float = 0.99,
        commitment: float = 0.25,
        seed: int | None = None,
        learned_by: str = "averages",
        start: str = "data",
        restart: float = 0.05,
        normalize: bool = False,
        gradient: str = "straight_through",
        **kwargs: Any,
    ) -> None:
        super().__init__(num_codes, **kwargs)
        self.commitment = nonnegative("commitment", commitment)
        for name, value, values in (
            ("start", start, ("data", "random")),
            ("gradient", gradient, tuple(GRADIENTS)),
        ):
            if value not in values:
                one, other = values
                raise ValueError(f"{name}={value!r} must be {one!r} or {other!r}.")
        self.start_from, self.gradient = start, gradient
        self.book_settings: dict[str, Any] = {
            "num_codes": num_codes,
            "code_dim": code_dim,
            "learned_by": learned_by,
            "decay": decay,
            "restart": restart,
            "normalize": normalize,
            "seed": seed,
        }
        self.books = self.new_books()
        self.code_dim = self.books[0].code_dim

    def new_books(self) -> list[Codebook]:
        """The codebooks, one for each stage."""
        return [Codebook(**self.book_settings, name="codebook")]

    def build(self, input_shape: Any) -> None:
        *grid, length = tuple(input_shape)[1:]
        if length != self.code_dim:
            raise ValueError(
                f"The codebook holds vectors of length code_dim={self.code_dim}, and the features "
                f"have shape {tuple(input_shape)[1:]}, the last axis being their length. Let the "
                f"body end in {self.code_dim} channels, or write code_dim={length}."
            )
        self.shape = (*grid, length)
        self.code_shape = tuple(grid) if self.stages is None else (*grid, self.stages)
        for book in self.books:
            if not book.built:
                book.build()

    def codebook(self) -> Tensor:
        """The vectors $e_k$, of shape (num_codes, code_dim)."""
        return self.books[0].vectors()

    def in_turn(self) -> list[Codebook]:
        """The codebook of each stage."""
        return [self.books[stage % len(self.books)] for stage in range(self.stages or 1)]

    def per_stage(self, z: Tensor) -> list[Tensor]:
        """The codes of each stage."""
        return [z] if self.stages is None else ops.unstack(z, self.stages, axis=-1)

    def vectors(self, z: Tensor) -> Tensor:
        return self.books[0].take(z)

    def compared(self, features: Tensor) -> Tensor:
        """The features as they are compared with the codebook, in float32."""
        features = as_float(features)
        return direction(features)[1] if self.books[0].normalize else features

    def infer(
        self,
        features: Tensor,
        num_samples: int | None = 1,
        seed: Seed = None,
        training: bool = False,
        condition: Tensor | None = None,
    ) -> Draws:
        features = rest = self.compared(features)
        codes, commitment, distance = [], 0.0, 0.0
        for book in self.in_turn():
            codes.append(book.nearest(rest))
            vectors = book.take(codes[-1])
            fixed = ops.stop_gradient(vectors)
            commitment = commitment + per_example(ops.square(rest - fixed))
            distance = distance + per_example(ops.square(ops.stop_gradient(rest) - vectors))
            rest = rest - fixed
        z = (codes[0] if self.stages is None else ops.stack(codes, axis=-1))[None]
        found = {"features": features, "commitment": commitment}
        if self.books[0].learned_by == "gradient":
            found["distance"] = distance
        found = {name: value[None] for name, value in found.items()}
        return {"z": {"z": z, "log_prior": self.log_prior(z, condition, training), **found}}

    def decoder_input(self, draws: Draws) -> Tensor:
        features, vectors = draws["z"].get("features"), super().decoder_input(draws)
        return vectors if features is None else GRADIENTS[self.gradient](features, vectors)

    def penalty(self, draws: Draws) -> Tensor:
        found = draws["z"]
        penalty = self.commitment * found["commitment"][0]
        return penalty + found["distance"][0] if "distance" in found else penalty

    def measure(self, draws: Draws) -> dict[str, Tensor]:
        restarts = [book.restarts + 0.0 for book in self.books]
        return {
            **super().measure(draws),
            "commitment": draws["z"]["commitment"][0],
            "restarts": sum(restarts[1:], restarts[0]),
        }

    @property
    def first_examples(self) -> int:
        wait = self.start_from == "data" and self.trainable
        if not wait or any(float(ops.convert_to_numpy(book.started)) for book in self.books):
            return 0
        places = math.prod(self.shape[:-1])
        return max(256, math.ceil(32 * self.books[0].num_codes / places))

    def start(self, features: Tensor) -> None:
        rest = np.reshape(ops.convert_to_numpy(self.compared(features)), (-1, self.code_dim))
        for book in self.books:
            book.start(rest)
            fixed = ops.convert_to_tensor(rest)
            rest = ops.convert_to_numpy(fixed - book.take(book.nearest(fixed)))

    def update(self, draws: Draws, sample_weight: Tensor | None, finite: Tensor) -> None:
        if not self.trainable:
            return
        rest, given = ops.stop_gradient(draws["z"]["features"][0]), []
        codes = self.per_stage(draws["z"]["z"][0])
        for book, z in zip(self.in_turn(), codes, strict=True):
            given.append((book, z, rest))
            rest = rest - ops.stop_gradient(book.take(z))
        if len(self.books) < len(given):  # one codebook moves once
            rests = ops.stack([rest for _, _, rest in given], axis=1)
            given = [(self.books[0], ops.stack(codes, axis=1), rests)]
        for book, z, rest in given:
            book.update(z, rest, sample_weight, finite)

    def get_config(self) -> dict[str, Any]:
        own = {"commitment": self.commitment, "start": self.start_from, "gradient": self.gradient}
        return {**super().get_config(), **self.book_settings, **own}


def per_example(values: Tensor) -> Tensor:
    """Sums over all axes but the first."""
    return ops.sum(values, axis=tuple(range(1, len(values.shape))))
