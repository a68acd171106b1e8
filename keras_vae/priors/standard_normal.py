"""The standard normal prior."""

from typing import Any

from keras import ops

from keras_vae.arguments import positive_integers
from keras_vae.distributions import Normal
from keras_vae.keras_compat import register
from keras_vae.priors.prior import Prior


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
