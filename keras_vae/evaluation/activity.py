"""Which latent dimensions a trained VAE uses: active units and the KL of each."""

from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

from keras_vae.distributions import Distribution
from keras_vae.divergences import kl_divergence
from keras_vae.estimators.models import check_vae
from keras_vae.evaluation.codes import posterior_in_batches
from keras_vae.evaluation.group_costs import group_costs
from keras_vae.latents import OneGroup
from keras_vae.tensors import Seed

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE


def active_units(vae: "VAE", x: Any, threshold: float = 0.01, batch_size: int = 256) -> Any:
    r"""Which latent dimensions depend on the data.

    Dimension j is active where the mean of its posterior varies over the data:

    $$A_j = \operatorname{Var}_x\big(\mathbb E_{q(z\mid x)}[z_j]\big) > \text{threshold}$$

    The variance divides by the number of examples, as that of a population does.

    Args:
        vae: a trained model.
        x: examples, of shape (n, ...).
        threshold: least variance of an active dimension.
        batch_size: examples at a time.

    Returns:
        Booleans of shape (latent_dim,); their sum is the number of active units. Of several groups
        of latent variables a dict by name, such as `z_1`.

    Raises:
        ValueError: if `threshold` is negative.
        NotImplementedError: if the latent variables are codes, which are names and no numbers.

    References:
        Burda, Grosse & Salakhutdinov 2016, Importance Weighted Autoencoders, section 5.2.

    Examples:
        >>> import keras_vae
        >>> encoder = keras_vae.Encoder(latent_dim=3, hidden_units=())
        >>> vae = keras_vae.VAE(encoder, keras_vae.Decoder((3,), hidden_units=()))
        >>> vae.build((None, 3))
        >>> none = np.zeros(3)
        >>> encoder.set_weights([np.diag([1.0, 0.0, 0.3]), none, np.zeros((3, 3)), none])
        >>> active_units(vae, np.array([[1.0, 1.0, 1.0], [-1.0, -1.0, -1.0]])).tolist()
        [True, False, True]
    """
    check_threshold(threshold)
    check_vae(vae)
    if vae.latents.point:
        raise NotImplementedError(
            f"The codes of {type(vae.latents).__name__} are names, and have no variance. "
            "report(vae, x) says how many of them are in use."
        )
    codes = vae.encode(x, batch_size)
    if isinstance(codes, dict):
        return {name: vary(code, threshold) for name, code in codes.items()}
    return vary(codes, threshold)


def check_threshold(threshold: float) -> None:
    """Raise a ValueError unless the threshold is a variance."""
    if not isinstance(threshold, Real) or not threshold >= 0.0:
        raise ValueError(
            f"`threshold` is a variance and must not be negative; received threshold={threshold!r}."
        )


def vary(codes: np.ndarray, threshold: float) -> np.ndarray:
    """Which of the codes vary over the examples by more than the threshold."""
    return np.asarray(codes.var(axis=0, dtype="float64") > threshold)


def kl_per_dimension(
    vae: "VAE", x: Any, batch_size: int = 256, num_samples: int = 1, seed: Seed = None
) -> Any:
    r"""KL of the posterior to the prior in each latent dimension, averaged over the data.

    $$\mathrm{KL}_j = \frac1n\sum_{i=1}^n \mathrm{KL}\big(q(z_j\mid x_i)\,\Vert\,p(z_j)\big)
    \text{ nats}$$

    For a normal posterior and the standard normal prior each term is
    $\frac12(\sigma_j^2 + \mu_j^2 - 1 - \log\sigma_j^2)$ (Kingma & Welling 2014, appendix B), and
    the sum over j is the rate. With several groups of latent variables the two distributions
    depend on draws of other groups, and the KL is averaged over these draws.

    Args:
        vae: a trained model.
        x: examples, of shape (n, ...).
        batch_size: examples at a time.
        num_samples: draws of z per example, of several groups.
        seed: integer or `keras.random.SeedGenerator` for these draws.

    Returns:
        Nats, of shape (latent_dim,). Of several groups a dict by name, such as `z_1`, whose sum
        over everything is the rate.

    Raises:
        NotImplementedError: if posterior or prior does not factorize over the latent dimensions,
            or the pair has no closed form.

    Examples:
        >>> import keras_vae
        >>> encoder = keras_vae.Encoder(latent_dim=2, hidden_units=())
        >>> vae = keras_vae.VAE(encoder, keras_vae.Decoder((2,), hidden_units=()))
        >>> vae.build((None, 2))
        >>> none = np.zeros(2)
        >>> encoder.set_weights([np.diag([2.0, 0.0]), none, np.zeros((2, 2)), none])
        >>> kl_per_dimension(vae, np.array([[1.0, 1.0], [-1.0, -1.0]])).tolist()
        [2.0, 0.0]
    """
    check_vae(vae)
    if not isinstance(vae.latents, OneGroup):
        nats = group_costs(vae, x, "kl_per_dimension", num_samples, seed, batch_size)
        return nats if len(nats) > 1 else nats[vae.latents.groups[0]]
    return kl_of_factors(posterior_in_batches(vae, x, batch_size), vae.prior.distribution())


def kl_of_factors(posterior: Distribution, prior: Any) -> np.ndarray:
    """KL of each latent dimension, averaged over the examples."""
    if isinstance(prior, Distribution):  # any other has no closed form, and is told so
        prior = prior.factors()
    nats = kl_divergence(posterior.factors(), prior)
    return np.asarray(ops.convert_to_numpy(nats).mean(axis=0, dtype="float64"))
