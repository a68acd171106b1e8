"""A normal prior that learns how widely each latent dimension is spread."""

from typing import Any

import numpy as np
from keras import ops

from keras_vae.arguments import whole
from keras_vae.distributions import Normal
from keras_vae.heads.head import bounded_scale, raw_of
from keras_vae.keras_compat import register
from keras_vae.priors.prior import Prior


@register
class RelevancePrior(Prior):
    r"""A normal prior with a learned scale for each latent dimension, $\mathcal N(0, s_j^2)$.

    For given posteriors the best scale, and the KL divergence with it, are

    $$s_j^2 = \mathbb E_x[\mu_j(x)^2 + \sigma_j(x)^2],\qquad
    \mathbb E_x[\mathrm{KL}_j] = \log s_j - \mathbb E_x[\log\sigma_j(x)]$$

    A dimension is relevant as far as s is wider than its σ. The scale alone tells nothing: encoder
    and decoder may stretch a dimension as they like, and the ELBO stays. It tells all where the
    noise has a unit, `Encoder(…, head=NormalHead(1.0))`: then $\mathbb E[\mathrm{KL}_j]=\log s_j$
    nats, and a dimension without use has s = 1. That is automatic relevance determination (MacKay
    1994; Bishop 1999 for principal components), with the noise as unit instead of a hyperprior.

    Args:
        latent_dim: number of latent dimensions.
        **kwargs: passed to `keras.layers.Layer`.

    Examples:
        >>> prior = RelevancePrior(2)
        >>> prior.start(np.array([[3.0, 1.0], [-3.0, 1.0]]))
        >>> print(ops.convert_to_numpy(prior.distribution().stddev()).round(4))
        [3. 1.]
    """

    def __init__(self, latent_dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.latent_dim = whole("latent_dim", latent_dim, 1)
        self.log_scale = self.add_weight((self.latent_dim,), "zeros", name="log_scale")

    def distribution(self) -> Normal:
        return Normal(ops.zeros((self.latent_dim,)), bounded_scale(self.log_scale))

    def start(self, z: np.ndarray) -> None:
        """Take the scales that describe these latent variables best."""
        self.log_scale.assign(raw_of(np.sqrt(np.mean(z**2, axis=0) + 1e-12)))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "latent_dim": self.latent_dim}
