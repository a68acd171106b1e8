"""A prior that is a trained mixture."""

from typing import Any

import keras
import numpy as np

from keras_vae.arguments import is_whole, whole
from keras_vae.distributions import Mixture, Normal
from keras_vae.heads.head import bounded_scale, raw_of
from keras_vae.k_means import k_means, squared_distances
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
        started: whether `start` has placed them among data; set by it, and saved.
        **kwargs: passed to `keras.layers.Layer`.

    Examples:
        >>> NormalMixturePrior(2, components=10, seed=0).distribution()
        Mixture(batch_shape=(), event_shape=(2,))
    """

    def __init__(
        self,
        latent_dim: int,
        components: int,
        seed: int | None = None,
        started: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not is_whole(components) or components < 1:
            raise ValueError(f"`components` must be at least 1; received components={components}.")
        self.latent_dim, self.components = whole("latent_dim", latent_dim, 1), int(components)
        self.seed, self.started = seed, started
        shape = (self.components, self.latent_dim)
        normal = keras.initializers.RandomNormal(stddev=1.0, seed=seed)
        self.logits = self.add_weight(shape=(self.components,), initializer="zeros", name="logits")
        self.loc = self.add_weight(shape=shape, initializer=normal, name="loc")
        self.log_scale = self.add_weight(shape=shape, initializer="zeros", name="log_scale")

    def distribution(self) -> Mixture:
        return Mixture(self.logits, Normal(self.loc, bounded_scale(self.log_scale)))

    def start(self, z: np.ndarray) -> None:
        """Place the normals at clusters of latent variables (k-means++, then Lloyd), once."""
        if self.started:
            return
        centres = k_means(z, self.components, np.random.default_rng(self.seed))
        nearest = squared_distances(z, centres).argmin(axis=1)
        counts = np.bincount(nearest, minlength=self.components)
        sums = [np.bincount(nearest, axis**2, self.components) for axis in (z - centres[nearest]).T]
        variance = np.stack(sums, axis=1) / np.maximum(counts, 1)[:, None]
        variance = np.where(counts[:, None] > 1, variance, z.var(axis=0)) + 1e-6
        self.loc.assign(centres)
        self.log_scale.assign(raw_of(np.sqrt(variance)))
        self.logits.assign(np.log(np.maximum(counts, 1) / len(z)))
        self.started = True

    def get_config(self) -> dict[str, Any]:
        own = {"latent_dim": self.latent_dim, "components": self.components, "seed": self.seed}
        own["started"] = self.started
        return {**super().get_config(), **own}
