"""Priors over codes on a grid that write one code after the other."""

import math
from typing import Any, Self

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import Shape, count
from keras_vae.priors.prior import Prior
from keras_vae.tensors import Seed, Tensor, as_float, as_generator


class AutoregressivePrior(Prior):
    r"""Base of the priors that write a grid of codes in raster order, each given those before it.

    $$\log p(z) = \sum_{i=1}^N \log p(z_i\mid z_1,\dots,z_{i-1}, c)\text{ nats}$$

    One pass of the network gives all factors of a grid that is known; a draw takes one pass for
    each code. Latent variables tell it their grid and the number of codes, as an encoder tells its
    head the shape of an event.

    A subclass writes `build_network` and `logits`.

    Args:
        grid: shape of the codes of one example; the latent variables tell it.
        num_codes: number K of codes; the latent variables tell it.
        condition_shape: shape of what the codes are given: a vector, such as a label, or a grid of
            vectors, such as the level above; the model tells it.
        **kwargs: passed to `keras.layers.Layer`.
    """

    trainable: Any

    def __init__(
        self,
        grid: Shape | None = None,
        num_codes: int | None = None,
        condition_shape: Shape | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.grid: Shape | None = None
        self.num_codes: int | None = None
        self.condition_shape: Shape | None = None
        self.built = False
        if grid is not None and num_codes is not None:
            self.for_codes(grid, num_codes, condition_shape)

    def for_codes(self, grid: Shape, num_codes: int, condition_shape: Shape | None = None) -> Self:
        """Tell the prior what it describes, and make its weights; returns the prior itself."""
        told = tuple(grid), num_codes, None if condition_shape is None else tuple(condition_shape)
        if self.grid is None:
            self.grid, self.num_codes, self.condition_shape = told
            self.build(None)
            # Of all that has just been made; TensorFlow passes over a value that is there already.
            trainable = self.trainable
            for value in (not trainable, trainable):
                self.trainable = value
        elif told != (self.grid, self.num_codes, self.condition_shape):
            raise ValueError(
                f"This {type(self).__name__} was made for {self.num_codes} codes on a grid of "
                f"shape {self.grid} under a condition of shape {self.condition_shape}, and is now "
                f"asked for {told[1]} codes, {told[0]}, {told[2]}. Make a new one for this model."
            )
        return self

    def build(self, input_shape: Any) -> None:
        if self.grid is None:
            raise ValueError(
                f"{type(self).__name__} does not know its codes; a model tells it in fit_prior. By "
                f"hand, write {type(self).__name__}(..., grid=(7, 7), num_codes=64)."
            )
        self.build_network()

    def build_network(self) -> None:
        """Make the weights, for codes on `self.grid` below `self.num_codes`."""
        raise NotImplementedError

    def logits(self, z: Tensor, condition: Tensor | None = None, training: bool = False) -> Tensor:
        """Logits of each code given those before it, of shape (B, *grid, num_codes).

        Args:
            z: codes, integers of shape (B, *grid).
            condition: of shape (B, ...), where the prior has one.
            training: whether the network behaves as in training.
        """
        raise NotImplementedError

    def log_prob(
        self, z: Tensor, condition: Tensor | None = None, training: bool = False
    ) -> Tensor:
        """Log p of codes of shape (..., *grid), in nats; draws before the batch are folded."""
        grid = self.grid or ()
        leading = ops.shape(z)[: len(z.shape) - len(grid)]
        flat = ops.reshape(z, (-1, *grid))
        if condition is not None and len(leading) > 1:
            shape = ops.shape(condition)
            condition = ops.broadcast_to(condition, (*leading[:-1], *shape))
            condition = ops.reshape(condition, (-1, *shape[1:]))
        log_probs = ops.log_softmax(as_float(self.logits(flat, condition, training)), axis=-1)
        chosen = ops.take_along_axis(log_probs, ops.cast(flat, "int32")[..., None], axis=-1)
        return ops.reshape(ops.sum(chosen, axis=tuple(range(1, len(grid) + 2))), leading)

    def sample(
        self,
        num_samples: int,
        seed: Seed = None,
        condition: Tensor | None = None,
        temperature: float = 1.0,
    ) -> Tensor:
        """Codes of shape (num_samples, *grid), written one after the other.

        Args:
            num_samples: number of grids.
            seed: integer or `keras.random.SeedGenerator`.
            condition: one for each, where the prior has one.
            temperature: logits are divided by it: near 0 the likeliest code is taken, 1 draws from
                the prior, above 1 the draws are more even.
        """
        if not temperature > 0.0:
            raise ValueError(f"`temperature` must be above 0; received {temperature!r}.")
        noise, num_samples = as_generator(seed), count("num_samples", num_samples)
        z = np.zeros((num_samples, *(self.grid or ())), "int32")
        given = {} if condition is None else {"condition": ops.convert_to_numpy(condition)}
        writer = Writer(self)
        for place in np.ndindex(*(self.grid or ())):
            at = (slice(None), *place)
            logits = writer.predict_on_batch({"z": z, **given})[at]
            drawn = keras.random.categorical(ops.array(logits / temperature), 1, seed=noise)
            z[at] = ops.convert_to_numpy(drawn)[:, 0]
        return ops.convert_to_tensor(z)

    @property
    def places(self) -> int:
        """Number N of codes of one example."""
        return math.prod(self.grid or ())

    def get_config(self) -> dict[str, Any]:
        names = ("grid", "num_codes", "condition_shape")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


class Writer(keras.Model):
    """The logits of a prior, compiled, for as many codes as there are to write."""

    def __init__(self, prior: AutoregressivePrior) -> None:
        super().__init__()
        self.prior = prior

    def call(self, given: dict[str, Tensor]) -> Tensor:
        return self.prior.logits(given["z"], given.get("condition"))


def enlarged(vectors: Tensor, grid: Shape) -> Tensor:
    """Vectors of shape (..., *coarser grid, D), each repeated in all the places that it covers."""
    first = len(vectors.shape) - 1 - len(grid)
    for axis, size in enumerate(grid, start=first):
        there = vectors.shape[axis]
        vectors = ops.repeat(vectors, -(-size // there), axis=axis)
    return vectors[(..., *(slice(size) for size in grid), slice(None))]
