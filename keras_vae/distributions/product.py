"""A product of distributions: columns of several kinds in one vector."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from keras import ops

from keras_vae.distributions.distribution import Distribution
from keras_vae.distributions.support import Support
from keras_vae.tensors import Seed, Tensor, as_generator


class Product(Distribution):
    r"""Independent distributions over the columns of one vector, such as those of a table.

    $$\log p(x) = \sum_j \log p_j(x_{c_j}) \text{ nats}$$

    with the columns $c_j$ of part j, next to each other and in the order of the parts. Densities
    and masses stand in one sum: a real column adds the logarithm of a density, in its own unit,
    and a count that of a probability.

    Args:
        parts: distributions over vectors, of one batch shape.

    Examples:
        >>> from keras_vae.distributions import Bernoulli, Normal
        >>> p = Product([Normal([0.0, 0.0], 1.0), Bernoulli([0.0])])
        >>> print(f"{float(p.log_prob([0.0, 0.0, 1.0])):.4f}")
        -2.5310
    """

    def __init__(self, parts: Sequence[Distribution]) -> None:
        for part in parts:
            if part.event_ndim != 1:
                raise ValueError(
                    f"The parts of a Product describe vectors (event_ndim=1); received {part!r}."
                )
        self.parts = tuple(parts)
        self.sizes = tuple(int(part.shape[-1]) for part in parts)  # type: ignore[arg-type]
        self.support = Columns(
            "one value of each column",
            parts=tuple(
                (type(part).__name__, part.support, size)
                for part, size in zip(self.parts, self.sizes, strict=True)
            ),
        )
        super().__init__(ops.concatenate([part._like for part in parts], axis=-1), 1)

    def log_prob(self, value: Tensor, observed: Tensor | None = None) -> Tensor:
        columns = split(value, self.sizes)
        seen = [None] * len(columns) if observed is None else split(observed, self.sizes)
        parts = zip(self.parts, columns, seen, strict=True)
        return sum(part.log_prob(x, mask) for part, x, mask in parts)

    def sample(self, sample_shape: tuple[int, ...] = (), seed: Seed = None) -> Tensor:
        noise = as_generator(seed)
        return self._joined([part.sample(sample_shape, seed=noise) for part in self.parts])

    def mean(self) -> Tensor:
        return self._joined([part.mean() for part in self.parts])

    def variance(self) -> Tensor:
        return self._joined([part.variance() for part in self.parts])

    def entropy(self) -> Tensor:
        return sum(part.entropy() for part in self.parts)

    def detached(self) -> "Product":
        return Product([part.detached() for part in self.parts])

    def _joined(self, columns: list[Tensor]) -> Tensor:
        return ops.concatenate(columns, axis=-1)


@dataclass(frozen=True)
class Columns(Support):
    """The supports of the columns of one vector, in their order.

    Args:
        parts: of each group of columns the family, its support, and how many they are.
    """

    parts: tuple[tuple[str, Support, int], ...] = ()

    def contains(self, value: Tensor, observed: Tensor | None = None) -> Tensor:
        """Whether the values of each column are of its support; one-hot columns give one answer."""
        sizes = [size for _, _, size in self.parts]
        columns = split(value, sizes)
        seen = [None] * len(columns) if observed is None else split(observed, sizes)
        found = [
            support.contains(x, mask)
            for (_, support, _), x, mask in zip(self.parts, columns, seen, strict=True)
        ]
        return ops.concatenate(found, axis=-1)

    def holds(self, other: Support) -> bool:
        """Whether every value of the other support is one of these."""
        return self == other

    def fault(
        self, name: str, value: np.ndarray, span: tuple[float, float], family: str
    ) -> str | None:
        """What is wrong with the first columns that do not fit, in a sentence."""
        ends = list(itertools.accumulate(size for _, _, size in self.parts))
        for (part, support, size), end in zip(self.parts, ends, strict=True):
            columns = value[..., end - size : end]
            numbers = columns[~np.isnan(columns)]
            if not numbers.size:
                continue
            last = f" to {end - 1}" if size > 1 else ""
            which = f"Column{'s' if last else ''} {end - size}{last} of {name}"
            bounds = float(numbers.min()), float(numbers.max())
            if (fault := support.fault(which, columns, bounds, part)) is not None:
                return fault
        return None

    def warn_of_scale(self, name: str, span: tuple[float, float]) -> None:
        """Nothing: columns of several kinds have no scale in common."""


def split(value: Tensor, sizes: Sequence[int]) -> list[Tensor]:
    """The columns of a vector, as many at a time as the sizes tell."""
    value = ops.convert_to_tensor(value)
    ends = list(itertools.accumulate(sizes))
    return [value[..., end - size : end] for end, size in zip(ends, sizes, strict=True)]
