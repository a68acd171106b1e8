"""What every prior p(z) is: a layer that holds the variables of a distribution without input."""

from typing import Any

import keras
import numpy as np

from keras_vae.distributions import Distribution
from keras_vae.tensors import Tensor


class Prior(keras.layers.Layer):
    """Base of all priors: `distribution()` returns p(z).

    A new prior makes its weights in `__init__` (there is no input whose shape it would
    have to wait for) and overrides `distribution`.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.built = True

    def distribution(self) -> Distribution:
        """The prior p(z) with the present values of its variables."""
        raise NotImplementedError

    def log_prob(
        self, z: Tensor, condition: Tensor | None = None, training: bool = False
    ) -> Tensor:
        """Log p(z) in nats, one number per event; without a network it is that of the distribution.

        Args:
            z: latent variables; batch axes come first.
            condition: what they are given, for a prior that takes it.
            training: whether a network inside behaves as in training.
        """
        return self.distribution().log_prob(z)

    def start(self, z: np.ndarray) -> None:
        """Take a start from latent variables of examples, once, before the prior is fitted."""


class FixedPrior(Prior):
    """A prior without variables: any object with `log_prob` and `sample`.

    Args:
        fixed: the object, for example a distribution of TensorFlow Probability on the
            TensorFlow backend.
    """

    def __init__(self, fixed: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fixed = fixed

    def distribution(self) -> Any:
        return self.fixed

    def get_config(self) -> dict[str, Any]:
        raise NotImplementedError(
            f"A prior of type {type(self.fixed).__name__} cannot be saved with the model. Write a "
            "subclass of keras_vae.layers.Prior that makes it in `distribution`, or save the "
            "weights alone with save_weights."
        )


def as_prior(prior: Any) -> Prior:
    """A `Prior` from a prior, or from any object with `log_prob` and `sample`."""
    if isinstance(prior, Prior):
        return prior
    if hasattr(prior, "log_prob") and hasattr(prior, "sample"):
        return FixedPrior(prior)
    raise TypeError(
        "`prior` must be a keras_vae.layers.Prior, or an object with `log_prob` and `sample`; "
        f"received {type(prior).__name__}."
    )


def check_event(prior: Any, latent_shape: tuple[int, ...]) -> None:
    """Raise a ValueError where the prior describes events that the posterior does not make."""
    distribution = prior.distribution()
    # Distributions of other libraries may not tell, or tell in a type of their own.
    event_shape = getattr(distribution, "event_shape", latent_shape)
    if tuple(event_shape) != latent_shape:
        latent_dim = event_shape[0] if len(event_shape) == 1 else tuple(event_shape)
        raise ValueError(
            f"The prior, a {type(distribution).__name__}, describes latent variables of shape "
            f"{tuple(event_shape)}, but the encoder makes them of shape {latent_shape}. Give both "
            f"the same shape; for this prior it is Encoder(latent_dim={latent_dim}, ...)."
        )
