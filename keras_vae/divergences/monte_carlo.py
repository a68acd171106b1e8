"""Divergences estimated from draws."""

from keras import ops

from keras_vae.distributions import Distribution
from keras_vae.tensors import Seed, Tensor, as_seed


def monte_carlo_kl(
    q: Distribution,
    p: Distribution,
    num_samples: int = 1,
    seed: Seed = None,
    standard_error: bool = False,
) -> Tensor:
    r"""Kullback-Leibler divergence estimated from draws of q.

    $$\widehat{\mathrm{KL}} = \frac1S\sum_{i=1}^S \log q(z_i) - \log p(z_i),\qquad z_i\sim q$$

    Unbiased; single values may be negative. Gradients flow through the draws where
    q has a pathwise gradient, and are those of the score function elsewhere.

    Its standard error falls as $1/\sqrt S$ and tends to 0 where q is p: the terms are then all 0.

    Args:
        q: the distribution to draw from.
        p: anything with a `log_prob`; its batch shape broadcasts against that of q.
        num_samples: number of draws S.
        seed: integer or `keras.random.SeedGenerator`.
        standard_error: return a pair, the estimate and its standard error: the standard deviation
            of the S terms divided by √S, NaN for a single draw. The error carries no gradient.

    Returns:
        Nats, of the batch shape of q and p: one value per event. With `standard_error=True`, values
        and errors.

    Raises:
        ValueError: if `num_samples` is less than 1.

    References:
        Kingma & Welling 2014, Auto-Encoding Variational Bayes, equation 6, whose last two terms it
        is.

    Examples:
        >>> from keras_vae.distributions import Normal
        >>> q = Normal([0.0, 0.0], 1.0)
        >>> print(f"{float(monte_carlo_kl(q, q, num_samples=10, seed=0)):.1f}")
        0.0
        >>> p = Normal([1.0, 0.0], 1.0)  # the exact KL is 1/2, and a term's standard deviation 1
        >>> value, error = monte_carlo_kl(q, p, num_samples=10_000, seed=0, standard_error=True)
        >>> print(f"{float(error):.2f}")
        0.01
    """
    if num_samples < 1:
        raise ValueError(f"`num_samples` must be at least 1; received num_samples={num_samples}.")
    z = q.sample((num_samples,), seed=as_seed(seed))
    log_q = q.log_prob(z)
    ratio = log_q - p.log_prob(z)
    if not q.reparameterized:
        # The value stays; its gradient gains E[ratio ∇ log q], which draws cannot carry.
        ratio = ratio + ops.stop_gradient(ratio) * (log_q - ops.stop_gradient(log_q))
    value = ops.mean(ratio, axis=0)
    if not standard_error:
        return value
    if num_samples == 1:
        return value, float("nan") * ops.ones_like(value)
    squares = ops.square(ops.stop_gradient(ratio - value))
    return value, ops.sqrt(ops.sum(squares, axis=0) / (num_samples * (num_samples - 1)))
