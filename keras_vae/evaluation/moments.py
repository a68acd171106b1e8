"""Means and variances of the aggregate posterior, from those of the posteriors."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from keras_vae.distributions import Distribution
from keras_vae.evaluation.codes import posterior_in_batches
from keras_vae.evaluation.pairs import float64

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE


class CodeMoments(NamedTuple):
    """Means and variances of the aggregate posterior in each latent dimension.

    Attributes:
        mean: mean of q(z), of shape (latent_dim,).
        variance: variance of q(z): that of the posterior means, plus `noise`.
        noise: mean variance of the posteriors.
    """

    mean: np.ndarray
    variance: np.ndarray
    noise: np.ndarray


def code_moments(vae: "VAE", x: Any, batch_size: int = 1024) -> CodeMoments:
    r"""Means and variances of the aggregate posterior, without any draws.

    $$\mathbb E_{q(z)}[z_j] = \frac1n\sum_i\mu_j(x_i),\qquad
    \operatorname{Var}_{q(z)}[z_j] = \operatorname{Var}_x[\mu_j] + \frac1n\sum_i\sigma_j^2(x_i)$$

    Args:
        vae: a trained model.
        x: examples, of shape (n, ...).
        batch_size: examples to encode at a time.

    Returns:
        A `CodeMoments`.

    Examples:
        >>> import keras_vae
        >>> encoder = keras_vae.Encoder(latent_dim=1, hidden_units=())
        >>> vae = keras_vae.VAE(encoder, keras_vae.Decoder((1,), hidden_units=()))
        >>> vae.build((None, 1))
        >>> one, none = np.ones((1, 1)), np.zeros(1)
        >>> encoder.set_weights([2.0 * one, none, 0.0 * one, none])  # N(±2, 1)
        >>> code_moments(vae, np.array([[1.0], [-1.0]])).variance.tolist()
        [5.0]
    """
    return moments_of_codes(posterior_in_batches(vae, x, batch_size))


def moments_of_codes(posterior: Distribution) -> CodeMoments:
    """`code_moments` of the posteriors of the examples."""
    means, variances = float64(posterior.mean()), float64(posterior.variance())
    noise = variances.mean(axis=0)
    return CodeMoments(means.mean(axis=0), means.var(axis=0) + noise, noise)
