"""Priors p(z): layers that hold the variables of a distribution without input."""

from typing import Any

import keras
from keras import ops

from keras_vae.distributions import Distribution, Mixture, Normal
from keras_vae.layers.bodies import positive_integers
from keras_vae.layers.head import bounded_scale, register


class Prior(keras.layers.Layer):
    """Base of all priors: `distribution()` returns p(z).

    A new prior makes its weights in `__init__` (there is no input whose shape it would
    have to wait for) and overrides `distribution`.
    """

    def distribution(self) -> Distribution:
        """The prior p(z) with the present values of its variables."""
        raise NotImplementedError


@register
class StandardNormalPrior(Prior):
    """The standard normal prior N(0, I).

    Args:
        latent_dim: number of latent dimensions.

    Examples:
        >>> StandardNormalPrior(2).distribution()
        Normal(batch_shape=(), event_shape=(2,))
    """

    def __init__(self, latent_dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        (self.latent_dim,) = positive_integers("latent_dim", latent_dim)

    def distribution(self) -> Normal:
        return Normal(ops.zeros((self.latent_dim,)), 1.0)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "latent_dim": self.latent_dim}


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


@register
class NormalMixturePrior(Prior):
    r"""A trained mixture of diagonal normals, $\sum_k \pi_k \mathcal N(z; \mu_k, \sigma_k^2)$.

    There is no closed form of the KL divergence to a mixture; the ELBO then estimates it
    from the draws of z.

    Args:
        latent_dim: number of latent dimensions.
        components: number of normals.
        seed: integer that places the initial means.

    Examples:
        >>> NormalMixturePrior(2, components=10, seed=0).distribution()
        Mixture(batch_shape=(), event_shape=(2,))
    """

    def __init__(
        self, latent_dim: int, components: int, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if components < 1:
            raise ValueError(f"`components` must be at least 1; received components={components}.")
        self.latent_dim, self.components, self.seed = latent_dim, components, seed
        shape = (components, latent_dim)
        normal = keras.initializers.RandomNormal(stddev=1.0, seed=seed)
        self.logits = self.add_weight(shape=(components,), initializer="zeros", name="logits")
        self.loc = self.add_weight(shape=shape, initializer=normal, name="loc")
        self.log_scale = self.add_weight(shape=shape, initializer="zeros", name="log_scale")

    def distribution(self) -> Mixture:
        return Mixture(self.logits, Normal(self.loc, bounded_scale(self.log_scale)))

    def get_config(self) -> dict[str, Any]:
        own = {"latent_dim": self.latent_dim, "components": self.components, "seed": self.seed}
        return {**super().get_config(), **own}
