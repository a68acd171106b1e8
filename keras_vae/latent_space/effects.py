"""What a move of codes does to decoded pictures, measured on them, with standard errors."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from keras_vae.latent_space.codes import as_codes
from keras_vae.latent_space.interpolation import decoded

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE


class Effect(NamedTuple):
    """A mean over examples.

    Attributes:
        value: the mean.
        standard_error: its standard error; NaN where there is one example alone.
    """

    value: float
    standard_error: float


Measure = Callable[[Any], Any]


def changes(
    vae: "VAE",
    z: Any,
    moved: np.ndarray,
    measures: Sequence[Measure],
    condition: Any,
    batch_size: int,
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The change of each measure by a move, and its value before, each of shape (n,)."""
    both = np.concatenate([as_codes("z", z), moved])
    twice = None if condition is None else np.concatenate([condition, condition])
    pictures = decoded(vae, both, twice, batch_size)
    before, after = [], []
    for measure in measures:
        found = np.asarray(measure(pictures), "float64")
        if found.shape != (len(both),):
            raise ValueError(
                f"A measure gave an array of shape {found.shape} for {len(both)} pictures; "
                "expected one number for each."
            )
        before.append(found[: len(moved)])
        after.append(found[len(moved) :])
    return [late - early for late, early in zip(after, before, strict=True)], before


def mean_of(values: np.ndarray) -> Effect:
    """Mean and standard error of values of shape (n,)."""
    n = len(values)
    error = values.std(ddof=1) / n**0.5 if n > 1 else float("nan")
    return Effect(float(values.mean()), float(error))


def relative(change: np.ndarray, own: np.ndarray, before: np.ndarray) -> Effect:
    """Ratio of two mean changes in units of a spread; its error is that of a ratio, to first order.

    An attribute that does not vary over the pictures has no spread to compare with, and gives 0
    where it does not change either, else infinity.
    """
    if abs(own.mean()) < 1e-12:
        raise ValueError(
            "The move does not change the attribute of this direction at all, so that nothing can "
            "be told per unit of it: look at `effect`, and at whether the decoder uses the code."
        )
    ratio, spread = change.mean() / own.mean(), before.std()
    if spread == 0.0:
        return Effect(0.0 if ratio == 0.0 else float("inf"), float("nan"))
    error = mean_of(change - ratio * own).standard_error / abs(own.mean())
    return Effect(float(ratio / spread), float(error / spread))
