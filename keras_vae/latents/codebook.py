"""A codebook: K vectors, the search for the nearest, and how they follow the features."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import nonnegative, positive_integers, share, yes_or_no
from keras_vae.k_means import k_means
from keras_vae.keras_compat import over_replicas, register, sums_by
from keras_vae.latents.straight_through import direction
from keras_vae.tensors import Tensor

CHUNK = 1024
"""Codes that a feature is compared with at a time, so that memory does not grow with K."""


@register
class Codebook(keras.layers.Layer):
    r"""K vectors $e_k$ that follow the features they are the nearest to.

    By running averages, of the number of features that fall to a code, and of the features,

    $$n_k\leftarrow\gamma n_k + (1-\gamma)c_k,\qquad
    e_k\leftarrow e_k + \frac{1-\gamma}{n_k}\Big(\sum_{i: z_i=k} h_i - c_k e_k\Big),\qquad
    c_k = \#\{i: z_i=k\},$$

    which is the quotient $s_k/n_k$ of averages of sums and counts, and leaves a code without
    features where it is, to the bit; or by gradients, which an optimizer applies.

    A code is dead where $n_k < \rho\,\bar T/K$, with $\bar T$ the running average of the number of
    features in a step. It moves to a random feature of the batch, with $n_k = \bar T/K$.

    Args:
        num_codes: number K of vectors.
        code_dim: their length.
        learned_by: `"averages"` or `"gradient"`.
        decay: γ, in [0, 1).
        restart: ρ, in [0, 1); 0 lets dead codes be.
        normalize: whether all vectors have length 1; the features must have it then, too.
        seed: integer for the start and the restarts.
        **kwargs: passed to `keras.layers.Layer`.
    """

    def __init__(
        self,
        num_codes: int,
        code_dim: int,
        learned_by: str = "averages",
        decay: float = 0.99,
        restart: float = 0.05,
        normalize: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        (self.num_codes,) = positive_integers("num_codes", num_codes)
        (self.code_dim,) = positive_integers("code_dim", code_dim)
        if learned_by not in ("averages", "gradient"):
            raise ValueError(
                f"learned_by={learned_by!r} must be 'averages', which follow the features, or "
                "'gradient', which an optimizer applies."
            )
        self.decay = nonnegative("decay", decay)
        if self.decay >= 1.0:
            raise ValueError(f"decay={decay!r} must be below 1, or the codebook never moves.")
        self.learned_by, self.restart = learned_by, share("restart", restart)
        self.normalize, self.seed = yes_or_no("normalize", normalize), seed
        self.noise = keras.random.SeedGenerator(seed)

    def build(self, input_shape: Any = None) -> None:
        shape, by_gradient = (self.num_codes, self.code_dim), self.learned_by == "gradient"
        new = {"dtype": keras.config.floatx(), "autocast": False, "aggregation": "mean"}
        normal = keras.initializers.RandomNormal(stddev=1.0, seed=self.seed)
        self.points = self.add_weight(
            shape, normal, **{**new, "trainable": by_gradient, "name": "vectors"}
        )
        new["trainable"] = False
        self.counts = self.add_weight(shape[:1], "ones", **new, name="counts")
        as_many = keras.initializers.Constant(float(self.num_codes))
        self.tokens = self.add_weight((), as_many, **new, name="tokens")
        self.restarts = self.add_weight((), "zeros", **new, name="restarts")
        self.started = self.add_weight((), "zeros", **new, name="started")
        if by_gradient:
            # On JAX a step may not assign what has a gradient; restarts move codes by this.
            self.moved = self.add_weight(shape, "zeros", **new, name="moved")

    def vectors(self) -> Tensor:
        """The vectors $e_k$, of shape (num_codes, code_dim)."""
        # A copy: assigning to a variable must not change what stands in the graph. A product, for
        # which TensorFlow adds up the gradients of a code before the optimizer squares them.
        vectors = ops.convert_to_tensor(self.points) * 1.0
        if self.learned_by == "gradient":
            vectors = vectors + ops.convert_to_tensor(self.moved)
        return direction(vectors)[1] if self.normalize else vectors

    def take(self, z: Tensor) -> Tensor:
        """The vectors of codes, of shape (*z.shape, code_dim)."""
        return ops.take(self.vectors(), z, axis=0)

    def nearest(self, features: Tensor) -> Tensor:
        """The nearest code of each feature; of several the lowest. No gradient passes."""
        vectors = ops.stop_gradient(self.vectors())
        # Distances of what is far from 0 and near to each other would cancel.
        middle = ops.mean(vectors, axis=0)
        vectors, features = vectors - middle, ops.stop_gradient(features) - middle
        least = z = None
        for first in range(0, self.num_codes, CHUNK):
            some = vectors[first : first + CHUNK]
            # ‖h − e‖² but for ‖h‖², which is the same for all codes.
            distances = ops.sum(ops.square(some), axis=-1) - 2.0 * ops.matmul(
                features, ops.transpose(some)
            )
            found = ops.cast(ops.argmin(distances, axis=-1), "int32")
            # `ops.min` breaks the graph of `torch.compile`.
            near = ops.take_along_axis(distances, found[..., None], axis=-1)[..., 0]
            z = found + first if z is None else ops.where(near < least, found + first, z)
            least = near if least is None else ops.minimum(near, least)
        return z

    def start(self, features: np.ndarray) -> None:
        """Place the vectors among features of shape (n, code_dim), by k-means."""
        rng = np.random.default_rng(ops.convert_to_numpy(self.noise.next()).astype("int64"))
        if len(features) > 32 * self.num_codes:
            features = rng.choice(features, 32 * self.num_codes, replace=False)
        self.points.assign(k_means(features, self.num_codes, rng))
        self.started.assign(1.0)

    def update(
        self, z: Tensor, features: Tensor, sample_weight: Tensor | None, finite: Tensor
    ) -> None:
        """Follow features of shape (B, ..., code_dim) that have the codes z of shape (B, ...).

        Args:
            z: codes.
            features: what they are the nearest codes of.
            sample_weight: weights of the examples, of shape (B,); None is 1 for each.
            finite: whether the loss is finite; where it is not, nothing changes.
        """
        size, examples = self.num_codes, sample_weight
        if examples is None:
            examples = ops.ones(ops.shape(z)[:1])
        weight = ops.reshape(examples, (-1, *[1] * (len(z.shape) - 1)))
        weight = ops.reshape(weight * ops.ones_like(z, weight.dtype), (-1,))
        z, flat = ops.reshape(z, (-1,)), ops.reshape(features, (-1, self.code_dim))
        flat = ops.where(weight[:, None] > 0.0, flat, 0.0)  # NaN · 0 is NaN
        chosen, sums = sums_by(z, weight, size), sums_by(z, weight[:, None] * flat, size)
        broken = ops.cast(ops.logical_not(finite), weight.dtype)
        found, fresh = over_replicas(
            (chosen, sums, ops.sum(weight), broken), self.random_features(flat, examples)
        )
        chosen, sums, number, broken = found
        moves = ops.logical_and(broken == 0.0, number > 0.0)
        counts = self.averaged(self.counts, chosen, moves)
        tokens = self.averaged(self.tokens, number, moves)
        if self.learned_by == "averages":
            before = ops.convert_to_tensor(self.points) + 0.0
            change = (1.0 - self.decay) * (sums - chosen[:, None] * before)
            vectors = before + change / ops.maximum(counts, 1e-30)[:, None]
            self.points.assign(ops.where(moves, vectors, before))
        if self.restart:
            self.revive(counts, tokens / size, fresh, moves)

    def averaged(self, variable: Any, value: Tensor, moves: Tensor) -> Tensor:
        """Let a running average take in a value; returns what it is then."""
        before = ops.convert_to_tensor(variable) + 0.0
        after = self.decay * before + (1.0 - self.decay) * value
        after = ops.where(moves, after, before)
        variable.assign(after)
        return after

    def revive(self, counts: Tensor, mean: Tensor, fresh: Tensor, moves: Tensor) -> None:
        """Move dead codes to fresh vectors; vector, sum and count start anew together."""
        dead = ops.logical_and(counts < self.restart * mean, moves)
        where = dead[:, None]
        points = ops.convert_to_tensor(self.points) + 0.0
        if self.learned_by == "gradient":
            moved = ops.convert_to_tensor(self.moved) + 0.0
            self.moved.assign(ops.where(where, fresh - ops.stop_gradient(points), moved))
        else:
            self.points.assign(ops.where(where, fresh, points))
        self.counts.assign(ops.where(dead, mean, counts))
        number = ops.sum(ops.cast(dead, counts.dtype))
        self.restarts.assign(ops.convert_to_tensor(self.restarts) + number)

    def random_features(self, features: Tensor, examples: Tensor) -> Tensor:
        """A random feature for each code, of examples drawn by their weights.

        Args:
            features: of shape (examples times places, code_dim).
            examples: weights of the examples, of shape (B,).
        """
        size = (self.num_codes,)
        edges = ops.cumsum(examples)
        # The largest draw must stay below the last edge when it is rounded.
        drawn = keras.random.uniform(size, maxval=1.0 - 1e-6, seed=self.noise) * edges[-1]
        number = ops.cast(ops.shape(examples)[0], "int32")
        rows = ops.cast(ops.searchsorted(edges, drawn, side="right"), "int32")
        rows = ops.minimum(rows, number - 1)
        places = ops.cast(ops.shape(features)[0], "int32") // number
        drawn = keras.random.uniform(size, maxval=1.0 - 1e-6, seed=self.noise)
        place = ops.floor(drawn * ops.cast(places, drawn.dtype))
        return ops.take(features, rows * places + ops.cast(place, "int32"), axis=0)

    def get_config(self) -> dict[str, Any]:
        names = ("num_codes", "code_dim", "learned_by", "decay", "restart", "normalize", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
