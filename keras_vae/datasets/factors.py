"""Pictures with the factors that made them, as arrays and in batches."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from keras_vae.arguments import count, whole


class Factors(NamedTuple):
    """Pictures, and what was put into each of them.

    Attributes:
        x: pictures, float32 of shape (n, size, size, 1), in [0, 1].
        factors: the level of each factor, int64 of shape (n, k), from 0 on: what scores of
            disentanglement take.
        names: the k names, in the order of the columns.
        sizes: the number of levels of each factor.
        values: the value of each factor, float64 of shape (n, k): what the picture was drawn from.
        kinds: "ordered" or "nominal" for each factor; the levels of a nominal one are names, whose
            order means nothing.
    """

    x: np.ndarray
    factors: np.ndarray
    names: tuple[str, ...]
    sizes: tuple[int, ...]
    values: np.ndarray
    kinds: tuple[str, ...]

    def column(self, name: str) -> np.ndarray:
        """The values of one factor, of shape (n,).

        Raises:
            ValueError: if there is no factor of this name.
        """
        if name not in self.names:
            raise ValueError(f"There is no factor {name!r}; there are {', '.join(self.names)}.")
        return self.values[:, self.names.index(name)]


def batches(
    draw: Callable[..., Factors],
    batch_size: int = 128,
    steps: int | None = None,
    seed: int = 0,
    **arguments: Any,
) -> Iterator[Factors]:
    """Batches drawn one after another, none of them kept, so that no picture comes twice.

    Args:
        draw: `datasets.sprites`, `datasets.faces`, or what is called like them,
            `draw(n, seed=…, **arguments)`.
        batch_size: pictures in a batch.
        steps: number of batches; None for no end.
        seed: the same seed gives the same batches.
        arguments: what `draw` is told besides.

    Returns:
        An iterator of `Factors`. To train on it, give `fit` the pictures alone, and say how long an
        epoch is: `vae.fit(((batch.x,) for batch in batches(faces)), steps_per_epoch=100,
        shuffle=False)`.

    Raises:
        ValueError: if `batch_size` or `steps` is no integer of at least 1.

    Examples:
        >>> from keras_vae import datasets
        >>> for batch in datasets.batches(datasets.sprites, batch_size=8, steps=2, size=32):
        ...     print(batch.x.shape, batch.names[0])
        (8, 32, 32, 1) shape
        (8, 32, 32, 1) shape
    """
    batch_size, seed = count("batch_size", batch_size), whole("seed", seed, 0)
    steps = None if steps is None else count("steps", steps)
    return drawn(draw, batch_size, steps, np.random.default_rng(seed), arguments)


def drawn(
    draw: Callable[..., Factors],
    batch_size: int,
    steps: int | None,
    seeds: np.random.Generator,
    arguments: dict[str, Any],
) -> Iterator[Factors]:
    """The batches; a generator of its own, so that bad arguments are told at the call."""
    done = 0
    while steps is None or done < steps:
        yield draw(batch_size, seed=int(seeds.integers(2**31)), **arguments)
        done += 1
