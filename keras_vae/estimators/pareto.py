"""How heavy the tail of importance weights is: the shape of a generalized Pareto distribution."""

import math

import numpy as np


def tail_size(num_samples: int) -> int:
    """How many of the largest weights are the tail: min(S/5, 3√S)."""
    return math.ceil(min(0.2 * num_samples, 3.0 * math.sqrt(num_samples)))


def reliable_up_to(num_samples: int) -> float:
    """Largest k̂ at which an estimate from S weights can be trusted: min(1 − 1/log₁₀ S, 0.7)."""
    return min(1.0 - 1.0 / math.log10(num_samples), 0.7) if num_samples > 10 else 0.0


def pooled(k: np.ndarray, num_samples: int) -> np.ndarray:
    r"""k̂ of each example, drawn towards the mean over the examples by as much as it is noise.

    The fit to M weights has a standard error of $(1+k)/\sqrt M$ (Smith 1987), 0.2 for 500 samples,
    and k̂ is too small exactly where the largest weights have not been seen, so that the estimate
    is off by the most. What k̂ varies beyond this noise is what the examples differ in.

    Args:
        k: k̂ of shape (n,), as `pareto_k` gives it with its 10 further observations.
        num_samples: S.
    """
    known = np.isfinite(k)
    if known.sum() < 2:
        return k
    mean, size = k[known].mean(), tail_size(num_samples)
    noise = (size / (size + 10.0)) ** 2 * (1.0 + max(mean, 0.0)) ** 2 / size
    share = max(0.0, 1.0 - noise / max(k[known].var(ddof=1), 1e-12))
    drawn = k.copy()
    drawn[known] = mean + share * (k[known] - mean)
    return drawn


def pareto_k(largest: np.ndarray) -> np.ndarray:
    r"""Shape k̂ of the generalized Pareto distribution of the largest weights of each example.

    Moments of the weights exist up to order 1/k: with k < ½ the variance of their mean is finite,
    with k > 1 not even the mean. The fit is the empirical Bayes estimate of Zhang & Stephens
    (2009, section 4), drawn towards ½ by as much as 10 observations weigh (Vehtari et al. 2024,
    Pareto Smoothed Importance Sampling, appendix C).

    Args:
        largest: the M + 1 largest weights of each example, of shape (n, M + 1), in any order and
            on any scale; the smallest one is the threshold.

    Returns:
        k̂ of shape (n,); NaN for a tail of fewer than 5 weights, -inf where all are equal.

    Examples:
        Quantiles of weights $u^{-1/2}$, whose tail has the shape ½:

        >>> u = (np.arange(1000) + 0.5) / 1000
        >>> print(f"{pareto_k(u[None, :101] ** -0.5)[0]:.2f}")
        0.50
    """
    blocks = np.array_split(np.asarray(largest, "float64"), 1 + len(largest) // 500)
    return np.concatenate([fit(block) for block in blocks])


def fit(largest: np.ndarray) -> np.ndarray:
    """`pareto_k` of a block of examples that is small enough for its grid."""
    ordered = np.sort(largest, axis=1)
    excess = ordered[:, 1:] - ordered[:, :1]
    size = excess.shape[1]
    if size < 5:
        return np.full(len(excess), np.nan)
    flat = excess[:, -1] <= 1e-3 * ordered[:, -1]  # equal, but for the rounding of log p(x|z)
    excess = np.where(flat[:, None], 1.0, excess)
    # The likelihood profiled over θ = −k/σ, on a grid of values that the quartile suggests.
    grid = 30 + int(math.sqrt(size))
    spread = 1.0 - np.sqrt(grid / (np.arange(grid) + 0.5))
    quartile = np.maximum(excess[:, int(size / 4 + 0.5) - 1], 1e-6 * excess[:, -1])
    theta = 1.0 / excess[:, -1:] + spread / (3.0 * quartile[:, None])
    shape = np.log1p(-theta[:, :, None] * excess[:, None, :]).mean(axis=2)
    log_profile = size * (np.log(-theta / shape) - shape - 1.0)
    posterior = np.exp(log_profile - log_profile.max(axis=1, keepdims=True))
    best = (theta * posterior).sum(axis=1) / posterior.sum(axis=1)
    k = np.log1p(-best[:, None] * excess).mean(axis=1)
    return np.where(flat, -np.inf, (size * k + 10.0 * 0.5) / (size + 10.0))
