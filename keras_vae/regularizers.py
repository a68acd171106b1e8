"""Penalties on the activity of a layer, for sparse codes."""

from typing import Any

import keras
from keras import ops

from keras_vae.distributions import Bernoulli
from keras_vae.divergences import kl_divergence
from keras_vae.keras_compat import register
from keras_vae.tensors import Tensor, as_float


@register
class BernoulliKL(keras.regularizers.Regularizer):
    r"""Sparse code: every unit is asked to be on for the same small share of the examples.

    $$\Omega = \gamma\sum_j\mathrm{KL}\big(\mathrm{Bernoulli}(\rho)\,\Vert\,
    \mathrm{Bernoulli}(\hat\rho_j)\big),\qquad \hat\rho_j = \frac1B\sum_i h_{ij}$$

    in nats, for activations $h$ of shape (B, ...) in [0, 1], such as those of a sigmoid; outside
    of it the penalty is NaN, and training stops. It is given to a layer as
    `activity_regularizer`; L1 sparsity is Keras' own `keras.regularizers.L1`. Keras divides an
    activity regularizer by the size of the batch, so that calling this one returns $B\,\Omega$,
    and what is added to the loss is $\Omega$, the same for a batch and for its copies.

    $\hat\rho_j$ is kept away from 0 and 1 by `keras.config.epsilon()`, so that penalty and
    gradient are finite for a unit that is always off or always on.

    Args:
        target: wanted mean activation $\rho$, between 0 and 1.
        weight: $\gamma\ge0$.

    Raises:
        ValueError: where `target` or `weight` is out of range.

    References:
        Ng 2011, Sparse autoencoder, section 3.

    Examples:
        >>> penalty = BernoulliKL(target=0.05)
        >>> activations = keras.ops.array([[0.1, 0.05], [0.3, 0.05]])  # means 0.2 and 0.05
        >>> print(f"{float(penalty(activations)) / 2:.6f}")
        0.093943
    """

    def __init__(self, target: float, weight: float = 1.0) -> None:
        if not 0.0 < target < 1.0:
            raise ValueError(
                "`target` of BernoulliKL is the wanted mean activation, a number between 0 and 1 "
                f"such as 0.05; received target={target!r}."
            )
        if not 0.0 <= weight < float("inf"):
            raise ValueError(
                f"`weight` of BernoulliKL must be a number of at least 0; received {weight!r}."
            )
        self.target, self.weight = target, weight

    def __call__(self, x: Tensor) -> Tensor:
        """The penalty of activations of shape (B, ...), times B."""
        activations = as_float(x)
        wanted = ops.full_like(activations[0], self.target)
        # The share of "off" is a mean of its own: 1 - on would lose digits near 1.
        on, off = (ops.mean(share, axis=0) for share in (activations, 1.0 - activations))
        q, p = (
            Bernoulli(log_odds(*shares), event_ndim=len(wanted.shape))
            for shares in ((wanted, 1.0 - wanted), (on, off))
        )
        return self.weight * as_float(ops.shape(activations)[0]) * kl_divergence(q, p)

    def get_config(self) -> dict[str, Any]:
        return {"target": self.target, "weight": self.weight}


def log_odds(on: Tensor, off: Tensor) -> Tensor:
    """log(on / off) for shares that may be exactly 0."""
    epsilon = keras.config.epsilon()
    shrink = 1.0 - 2.0 * epsilon
    return ops.log(shrink * on + epsilon) - ops.log(shrink * off + epsilon)
