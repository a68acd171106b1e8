"""A prior that is a trained mixture."""

from typing import Any

import keras

from keras_vae.arguments import is_whole, whole
from keras_vae.distributions import Mixture, Normal
from keras_vae.heads.head import bounded_scale
from keras_vae.keras_compat import register
from keras_vae.priors.prior import Prior


@register
class NormalMixturePrior(Prior):
    r"""A trained mixture of diagonal normals, $\sum_j \alpha_j \mathcal N(z; \mu_j, \sigma_j^2)$.

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
        if not is_whole(components) or components < 1:
            raise ValueError(f"`components` must be at least 1; received components={components}.")
        self.latent_dim, self.components = whole("latent_dim", latent_dim, 1), int(components)
        self.seed = seed
        shape = (self.components, self.latent_dim)
        normal = keras.initializers.RandomNormal(stddev=1.0, seed=seed)
        self.logits = self.add_weight(shape=(self.components,), initializer="zeros", name="logits")
        self.loc = self.add_weight(shape=shape, initializer=normal, name="loc")
        self.log_scale = self.add_weight(shape=shape, initializer="zeros", name="log_scale")

    def distribution(self) -> Mixture:
        return Mixture(self.logits, Normal(self.loc, bounded_scale(self.log_scale)))

    def get_config(self) -> dict[str, Any]:
        own = {"latent_dim": self.latent_dim, "components": self.components, "seed": self.seed}
        return {**super().get_config(), **own}
