"""Draws of the code and their densities: under q(z|x), under the prior, under all posteriors."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from keras_vae.arguments import count
from keras_vae.distributions import Distribution
from keras_vae.divergences import closed_form, kl_divergence
from keras_vae.estimators.log_weights import log_mean_exp
from keras_vae.evaluation.codes import posterior_in_batches
from keras_vae.evaluation.pairs import float64, pairwise_log_prob
from keras_vae.tensors import Seed, Tensor, as_seed

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE


class CodeDensities(NamedTuple):
    r"""Draws of S codes for each of n examples, and log-densities of shape (S, n) in nats.

    Attributes:
        posterior: q(z|x), of batch shape (n,).
        draws: z, of shape (S, n, latent_dim).
        log_posterior: $\log q(z_i\mid x_i)$.
        log_prior: $\log p(z_i)$.
        log_aggregate: $\log\frac1n\sum_j q(z_i\mid x_j)$, over all examples.
        half: which of two random halves an example is in, booleans of shape (n,).
        log_other_half: the same over the half that example i is not in.
        rate: KL(q(z|x) ‖ p(z)) of each example, of shape (n,); in closed form where there is one.
    """

    posterior: Distribution
    draws: np.ndarray
    log_posterior: np.ndarray
    log_prior: np.ndarray
    log_aggregate: np.ndarray
    half: np.ndarray
    log_other_half: np.ndarray
    rate: np.ndarray


def encode_densities(
    vae: "VAE", x: Any, num_samples: int, seed: Seed, batch_size: int
) -> CodeDensities:
    """`code_densities` of a model's codes of x."""
    return drawn_densities(vae, posterior_in_batches(vae, x, batch_size), num_samples, seed)


def drawn_densities(
    vae: "VAE", posterior: Distribution, num_samples: int, seed: Seed
) -> CodeDensities:
    """`code_densities` of draws of the posteriors of a model."""
    draws = posterior.sample((count("num_samples", num_samples),), seed=as_seed(seed))
    return code_densities(posterior, vae.prior.distribution(), draws)


def code_densities(posterior: Distribution, prior: Any, draws: Tensor) -> CodeDensities:
    """The densities of draws; work grows with n², memory with n.

    Args:
        posterior: q(z|x), of batch shape (n,).
        prior: p(z), with a `log_prob`.
        draws: of shape (S, n, latent_dim).
    """
    log_prior = float64(prior.log_prob(draws))
    log_posterior, log_aggregate, log_other_half = (np.empty_like(log_prior) for _ in range(3))
    rows, log_prob = pairwise_log_prob(posterior)
    examples = log_prior.shape[1]
    # Always the same halves; evens and odds would be two classes where data alternate.
    half = np.random.default_rng(0).permutation(examples) % 2 == 1
    halves = [half, ~half] if examples > 1 else [~half]
    shares = np.log([[members.mean()] for members in halves])
    for draw in range(len(log_prior)):
        for start in range(0, examples, rows):
            here = slice(start, start + rows)
            pairs = log_prob(draws[draw, here])  # log q(z_i|x_j) in row i, column j
            log_posterior[draw, here] = np.diagonal(pairs, offset=start)
            means = np.stack([log_mean_exp(pairs[:, members]) for members in halves])
            with np.errstate(invalid="ignore"):  # codes that are NaN have densities that are NaN
                log_aggregate[draw, here] = np.logaddexp.reduce(means + shares)
            log_other_half[draw, here] = np.where(half[here], means[-1], means[0])
    rate = (log_posterior - log_prior).mean(axis=0)
    if closed_form(posterior, prior) is not None:
        rate = float64(kl_divergence(posterior, prior))
    return CodeDensities(
        posterior,
        float64(draws),
        log_posterior,
        log_prior,
        log_aggregate,
        half,
        log_other_half,
        rate,
    )
