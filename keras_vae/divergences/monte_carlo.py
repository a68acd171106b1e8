"""Divergences estimated from draws."""

from keras import ops

from keras_vae.distributions import Distribution
from keras_vae.tensors import Seed, Tensor


def monte_carlo_kl(
    q: Distribution, p: Distribution, num_samples: int = 1, seed: Seed = None
) -> Tensor:
    r"""Kullback-Leibler divergence estimated from draws of q.

    $$\widehat{\mathrm{KL}} = \frac1S\sum_{i=1}^S \log q(z_i) - \log p(z_i),\qquad z_i\sim q$$

    Unbiased; single values may be negative. Gradients flow through the draws where
    q has a pathwise gradient, and are those of the score function elsewhere.

    Args:
        q: the distribution to draw from.
        p: anything with a `log_prob`.
        num_samples: number of draws S.
        seed: integer or `keras.random.SeedGenerator`.

    Returns:
        Nats, one value per event.

    Examples:
        >>> from keras_vae.distributions import Normal
        >>> q = Normal([0.0, 0.0], 1.0)
        >>> print(f"{float(monte_carlo_kl(q, q, num_samples=10, seed=0)):.1f}")
        0.0
    """
    if num_samples < 1:
        raise ValueError(f"`num_samples` must be at least 1; received num_samples={num_samples}.")
    z = q.sample((num_samples,), seed=seed)
    log_q = q.log_prob(z)
    ratio = log_q - p.log_prob(z)
    if not q.reparameterized:
        # The value stays; its gradient gains E[ratio ∇ log q], which draws cannot carry.
        ratio = ratio + ops.stop_gradient(ratio) * (log_q - ops.stop_gradient(log_q))
    return ops.mean(ratio, axis=0)
