"""The aggregate posterior q(z), the mean of q(z|x) over the data: its information, its distance."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from keras_vae.data import run_in_batches
from keras_vae.divergences import closed_form, kl_divergence
from keras_vae.estimators.log_weights import log_mean_exp
from keras_vae.evaluation.pairs import float64, pairwise_log_prob
from keras_vae.tensors import Seed

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE


class AggregatePosterior(NamedTuple):
    r"""The rate in two parts: what the code says of x, and what is paid without saying anything.

    Attributes:
        mutual_information: I(x; z) in nats, between 0 and the smaller of log n and the rate.
        kl: KL(q(z) ‖ p(z)) in nats.
    """

    mutual_information: float
    kl: float


def aggregate_posterior(
    vae: "VAE", x: Any, num_samples: int = 1, seed: Seed = None, batch_size: int = 1024
) -> AggregatePosterior:
    r"""The rate, taken apart at the aggregate posterior of the given data.

    $$q(z) = \frac1n\sum_{j=1}^n q(z\mid x_j),\qquad
    \underbrace{\frac1n\sum_i\mathrm{KL}(q(z\mid x_i)\,\Vert\,p(z))}_{\text{rate}}
    = \underbrace{\frac1n\sum_i\mathbb E_{q(z\mid x_i)}\Big[\log\frac{q(z\mid x_i)}{q(z)}\Big]
    }_{I(x;z)} + \mathrm{KL}(q(z)\,\Vert\,p(z))$$

    q(z) is the exact mixture over all n examples; only the expectation over z is estimated, with
    the closed form of the rate, where there is one, as control variate, so that the two parts add
    up to it. Work grows with n², memory with n. Of n examples a code can say no more than which
    one it is: $I(x;z)\le\log n$. Where I stands near that ceiling, more examples would raise it
    and lower the KL.

    Args:
        vae: a trained model.
        x: examples, of shape (n, ...); some thousands are enough.
        num_samples: draws of z per example.
        seed: integer or `keras.random.SeedGenerator` for the draws.
        batch_size: examples to encode at a time.

    Returns:
        An `AggregatePosterior`.

    Raises:
        ValueError: if `num_samples` is less than 1.

    References:
        Hoffman & Johnson 2016, ELBO surgery, section 2.

    Examples:
        Two codes far apart, 2 and -2 with a σ near 0.01:

        >>> import keras_vae
        >>> encoder = keras_vae.Encoder(latent_dim=1, hidden_units=())
        >>> vae = keras_vae.VAE(encoder, keras_vae.Decoder((1,), hidden_units=()))
        >>> vae.build((None, 1))
        >>> one, none = np.ones((1, 1)), np.zeros(1)
        >>> encoder.set_weights([2.0 * one, none, 0.0 * one, none - 4.6])
        >>> parts = aggregate_posterior(vae, np.array([[1.0], [-1.0]]))
        >>> print(f"{parts.mutual_information:.4f}")  # log 2
        0.6931
    """
    if num_samples < 1:
        raise ValueError(f"`num_samples` must be at least 1; received num_samples={num_samples}.")
    parameters = run_in_batches(vae.encoder, vae.seen(x), batch_size)
    posterior, prior = vae.encoder.distribution(parameters), vae.prior.distribution()
    draws = posterior.sample((num_samples,), seed=seed)
    log_prior = float64(prior.log_prob(draws))
    log_posterior, log_aggregate = np.empty_like(log_prior), np.empty_like(log_prior)
    rows, log_prob = pairwise_log_prob(posterior)
    examples = log_prior.shape[1]
    for draw in range(num_samples):
        for start in range(0, examples, rows):
            here = slice(start, start + rows)
            pairs = log_prob(draws[draw, here])  # log q(z_i|x_j) in row i, column j
            log_posterior[draw, here] = np.diagonal(pairs, offset=start)
            log_aggregate[draw, here] = log_mean_exp(pairs)
    paid = log_posterior - log_prior
    exact = paid
    if closed_form(posterior, prior) is not None:
        exact = float64(kl_divergence(posterior, prior))
    information, noise = log_posterior - log_aggregate, paid - exact
    # Share 0 estimates I directly, 1 as the rate less a direct KL; the least noisy is between.
    variance = np.mean(noise**2)
    covariance = np.mean((information - information.mean()) * noise)
    share = np.clip(covariance / variance, 0.0, 1.0) if variance else 0.0
    rate = float(np.mean(exact))
    found = float(np.mean(information - share * noise))
    found = max(0.0, min(found, rate, float(np.log(examples))))
    return AggregatePosterior(found, rate - found)


def mutual_information(
    vae: "VAE", x: Any, num_samples: int = 1, seed: Seed = None, batch_size: int = 1024
) -> float:
    r"""I(x; z) in nats: what one draw of the code says about which of the n examples it is of.

    $$I(x;z) = \frac1n\sum_i \mathrm{KL}\big(q(z\mid x_i)\,\Vert\,q(z)\big) \le \log n$$

    0 where the posterior does not depend on x. See `aggregate_posterior`, whose first part it is.

    Args:
        vae: a trained model.
        x: examples, of shape (n, ...).
        num_samples: draws of z per example.
        seed: integer or `keras.random.SeedGenerator` for the draws.
        batch_size: examples to encode at a time.

    Returns:
        Nats.
    """
    return aggregate_posterior(vae, x, num_samples, seed, batch_size).mutual_information


def aggregate_kl(
    vae: "VAE", x: Any, num_samples: int = 1, seed: Seed = None, batch_size: int = 1024
) -> float:
    r"""KL(q(z) ‖ p(z)) in nats, q(z) being the mean of the posteriors over the n examples.

    0 where draws from the prior look like codes of data; large where the codes leave holes in it.
    See `aggregate_posterior`, whose second part it is.

    Args:
        vae: a trained model.
        x: examples, of shape (n, ...).
        num_samples: draws of z per example.
        seed: integer or `keras.random.SeedGenerator` for the draws.
        batch_size: examples to encode at a time.

    Returns:
        Nats.
    """
    return aggregate_posterior(vae, x, num_samples, seed, batch_size).kl


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
    parameters = run_in_batches(vae.encoder, vae.seen(x), batch_size)
    posterior = vae.encoder.distribution(parameters)
    means, variances = float64(posterior.mean()), float64(posterior.variance())
    noise = variances.mean(axis=0)
    return CodeMoments(means.mean(axis=0), means.var(axis=0) + noise, noise)
