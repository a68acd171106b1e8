"""Log p(x) of each example by importance sampling."""

import warnings
from typing import Any, NamedTuple

import numpy as np

from keras_vae.estimators.log_weights import BATCH_SIZE, chunks
from keras_vae.estimators.pareto import pareto_k, reliable_up_to, tail_size


class LogLikelihood(NamedTuple):
    r"""An importance-sampling estimate of log p(x), one value per example.

    Attributes:
        value: estimate of log p(x) in nats; too low on average, by about half the squared
            standard error.
        standard_error: its standard error in nats (delta method); NaN for a single sample.
        effective_sample_size: $(\sum w)^2/\sum w^2$, between 1 and the number of samples.
        pareto_k: shape k̂ of the tail of the weights: above ½ their variance is infinite, above
            0.7 neither value nor standard error can be trusted; NaN below 21 samples.
    """

    value: np.ndarray
    standard_error: np.ndarray
    effective_sample_size: np.ndarray
    pareto_k: np.ndarray


def estimate_log_likelihood(
    vae: Any,
    x: Any,
    num_samples: int = 500,
    seed: Any = None,
    y: Any = None,
    batch_size: int = BATCH_SIZE,
    verbose: int = 0,
) -> LogLikelihood:
    r"""Importance sampling of log p(x) with the posterior as proposal.

    $$\log p(x) \approx \log\frac1S\sum_{i=1}^S w_i$$

    Burda et al. 2016, equation 8. Sums are kept in float64 relative to the largest weight
    so far, so that log-weights near $-10^4$ do not vanish; memory does not grow with S, but for
    the largest $3\sqrt S$ weights of each example, from which k̂ is fitted.

    Args:
        vae: the model.
        x: examples, of shape (n, ...).
        num_samples: draws S per example.
        seed: integer or `keras.random.SeedGenerator` for the draws.
        y: what the decoder describes instead of x (denoising).
        batch_size: examples at a time.
        verbose: 1 shows a progress bar.

    Raises:
        ValueError: if `num_samples` is no integer of at least 1.

    Warns:
        UserWarning: if the posterior is a bad proposal for some examples, which k̂ tells.
    """
    largest: Any = -np.inf
    first: Any = 0.0
    second: Any = 0.0
    tail: Any = None
    size = tail_size(num_samples) + 1
    for _, chunk in chunks(vae, x, num_samples, seed, batch_size, verbose, y):
        drawn = chunk["log_weights"]
        tail = drawn if tail is None else np.concatenate([tail, drawn], axis=1)
        tail = np.partition(tail, -min(size, tail.shape[1]), axis=1)[:, -size:]
        log_weights = np.asarray(drawn, "float64")
        top = np.maximum(largest, log_weights.max(axis=1))
        shrink = np.exp(largest - top)
        weights = np.exp(log_weights - top[:, None])
        first = first * shrink + weights.sum(axis=1)
        second = second * shrink**2 + (weights**2).sum(axis=1)
        largest = top
    effective = first**2 / second
    value = largest + np.log(first / num_samples)
    k = pareto_k(np.exp(np.asarray(tail, "float64") - largest[:, None]))
    warn_of_heavy_tails(k, num_samples)
    if num_samples == 1:
        return LogLikelihood(value, np.full_like(value, np.nan), effective, k)
    # Sample variance of the mean weight, relative to its square.
    variance = np.maximum(num_samples / effective - 1.0, 0.0) / (num_samples - 1)
    return LogLikelihood(value, np.sqrt(variance), effective, k)


def warn_of_heavy_tails(k: np.ndarray, num_samples: int) -> None:
    """Say for how many examples the posterior is a bad proposal; below 100 draws k̂ is noise."""
    limit = reliable_up_to(num_samples)
    heavy = int(np.sum(k > limit))
    if heavy and num_samples >= 100:
        warnings.warn(
            f"For {heavy} of {len(k)} examples the largest importance weights are too heavy for "
            f"{num_samples} samples: k̂ is above {limit:.2f} (largest: {k.max():.2f}), so log p(x) "
            "is likely higher than the estimate, and its standard error too small. Ask for more "
            "samples; if k̂ stays, the posterior is too narrow: a richer one, or training with "
            "objectives.IWAE, makes a better proposal.",
            stacklevel=4,
        )
