"""The effect of a direction on examples that took no part in finding it."""

from typing import TYPE_CHECKING, Any

import numpy as np

from keras_vae.arguments import count, whole
from keras_vae.latent_space.attributes import AttributeVector
from keras_vae.latent_space.codes import as_codes
from keras_vae.latent_space.effects import Effect, Measure, changes, mean_of

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE


def cross_validated_effect(
    vae: "VAE",
    z: Any,
    labels: Any,
    measure: Measure,
    *,
    folds: int = 5,
    amount: float = 1.0,
    seed: int = 0,
    method: str = "difference",
    balance: Any = None,
    penalty: float = 1e-3,
    condition: Any = None,
    batch_size: int = 1024,
) -> Effect:
    """The effect of an `AttributeVector` on codes that took no part in fitting, each of them once.

    The codes are split at random; those of each part are moved along the direction that is fitted
    on all others.

    Args:
        vae: the model whose decoder is asked.
        z: codes of shape (n, latent_dim).
        labels: one number for each code, as in `AttributeVector.fit`.
        measure: pictures in, one number for each out, such as `datasets.mouth_curvature`.
        folds: number of parts.
        amount: how far to move.
        seed: of the split.
        method: as in `AttributeVector.fit`.
        balance: as in `AttributeVector.fit`.
        penalty: as in `AttributeVector.fit`.
        condition: what each code is given, of shape (n, ...), for a model with `condition_shape`.
        batch_size: codes to decode at a time.

    Returns:
        An `Effect`; its standard error is that over the codes, for the directions found.

    Raises:
        ValueError: as `AttributeVector.fit`; and if there are fewer codes than parts, or less than
            two parts.

    Examples:
        >>> from types import SimpleNamespace
        >>> double = SimpleNamespace(decode=lambda z, batch_size: 2.0 * z)
        >>> z = np.array([[0.0], [3.0]] * 10)
        >>> effect = cross_validated_effect(double, z, [0, 1] * 10, lambda x: x[:, 0])
        >>> print(f"{effect.value:.4f}")  # the classes lie 3 apart, and their pictures 6
        6.0000
    """
    z, labels = as_codes("z", z), np.asarray(labels)
    folds, moved = count("folds", folds, least=2), np.empty(z.shape, "float32")
    if folds > len(z) or len(labels) != len(z):
        raise ValueError(
            f"Expected a label for each of the {len(z)} codes, and folds={folds} at most as many; "
            f"received {len(labels)} labels."
        )
    order = np.random.default_rng(whole("seed", seed, 0)).permutation(len(z))
    for part in np.array_split(order, folds):
        rest = np.setdiff1d(order, part)
        others = None if balance is None else np.asarray(balance)[rest]
        vector = AttributeVector.fit(z[rest], labels[rest], method, others, penalty)
        moved[part] = vector.move(z[part], amount)
    (change,), _ = changes(vae, z, moved, [measure], condition, batch_size)
    return mean_of(change)
