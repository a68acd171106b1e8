"""The standard normal prior."""

from typing import Any

from keras import ops

from keras_vae.arguments import Shape, is_several, positive_integers
from keras_vae.distributions import Normal
from keras_vae.keras_compat import register
from keras_vae.priors.prior import Prior


@register
class StandardNormalPrior(Prior):
    """The standard normal prior N(0, I).

    Args:
        latent_dim: number of latent dimensions, or the shape of an array of them.

    Examples:
        >>> StandardNormalPrior(2).distribution()
        Normal(batch_shape=(), event_shape=(2,))
    """

    def __init__(self, latent_dim: int | Shape, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.latent_shape = positive_integers("latent_dim", latent_dim)
        self.latent_dim: Any = self.latent_shape if is_several(latent_dim) else self.latent_shape[0]

    def distribution(self) -> Normal:
        return Normal(ops.zeros(self.latent_shape), 1.0, event_ndim=len(self.latent_shape))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "latent_dim": self.latent_dim}
