"""Log p(x) of each example by importance sampling."""

import warnings
from typing import Any, NamedTuple

import numpy as np

from keras_vae.arguments import count
from keras_vae.estimators.log_weights import BATCH_SIZE, chunks
from keras_vae.estimators.pareto import pareto_k, pooled, reliable_up_to, tail_size


class MeanLogLikelihood(NamedTuple):
    """The mean of log p(x) over examples.

    Attributes:
        value: nats per example.
        standard_error: nats; NaN for a single example.
    """

    value: float
    standard_error: float


class LogLikelihood(NamedTuple):
    r"""An importance-sampling estimate of log p(x), one value per example.

    Attributes:
        value: estimate of log p(x) in nats; too low on average, by about half the squared
            standard error.
        standard_error: its standard error in nats (delta method); NaN, for unknown, where k̂ is
            above its limit, and for a single sample. ±2 of them hold log p(x) of 93 examples in 100
            at k̂ near 0.4, and of 80 near the limit.
        effective_sample_size: $(\sum w)^2/\sum w^2$, between 1 and the number of samples.
        pareto_k: shape k̂ of the tail of the weights: above ½ their variance is infinite, above
            the limit of min(1 − 1/log₁₀ S, 0.7), which is 0.63 for S = 500, the largest weights
            have not been seen. NaN below 21 samples, where nothing tells; below 100 it is held
            against the limit of 100.
    """

    value: np.ndarray
    standard_error: np.ndarray
    effective_sample_size: np.ndarray
    pareto_k: np.ndarray

    def mean(self) -> MeanLogLikelihood:
        r"""The mean over the examples, with its standard error over the data.

        The error is the spread of the n values divided by √n. It holds the noise of sampling as
        well, each example having draws of its own, and so it is known whatever k̂ is. What it does
        not hold is the bias: where k̂ is above its limit, the values are too low.

        Examples:
            >>> none = np.full(4, np.nan)
            >>> LogLikelihood(np.array([-90.0, -80.0, -100.0, -90.0]), none, none, none).mean()
            MeanLogLikelihood(value=-90.0, standard_error=4.08248290463863)
        """
        examples = len(self.value)
        spread = self.value.std(ddof=1) if examples > 1 else np.nan
        return MeanLogLikelihood(float(self.value.mean()), float(spread / examples**0.5))


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

    The standard error can tell of no weight that was not drawn: it stays below one nat, however
    wrong the estimate. Where the weights are too heavy for S samples it is therefore NaN, not a
    number. Too heavy is a k̂ above its limit (Vehtari et al. 2024), after the k̂ of all examples
    have been pooled by as much as they are noise: k̂ is low by luck where the estimate is.

    Warns:
        UserWarning: if the posterior is a bad proposal for some examples, which k̂ tells.

    References:
        Vehtari, Simpson, Gelman, Yao & Gabry 2024, Pareto Smoothed Importance Sampling.
    """
    num_samples = count("num_samples", num_samples)
    largest: Any = -np.inf
    first: Any = 0.0
    second: Any = 0.0
    tail: Any = None
    size = tail_size(num_samples) + 1
    for _, chunk in chunks(vae, x, num_samples, seed, batch_size, verbose, y):
        drawn = chunk["log_weights"]
        tail = drawn if tail is None else np.concatenate([tail, drawn], axis=1)
        tail = np.partition(tail, -min(size, tail.shape[1]), axis=1)[:, -size:]
        top = np.maximum(largest, drawn.max(axis=1).astype("float64"))
        shrink = np.exp(largest - top)
        weights = np.exp(drawn - top[:, None])
        first = first * shrink + weights.sum(axis=1)
        second = second * shrink**2 + np.einsum("ij,ij->i", weights, weights)
        largest = top
    effective = first**2 / second
    value = largest + np.log(first / num_samples)
    k = pareto_k(np.exp(np.asarray(tail, "float64") - largest[:, None]))
    limit = reliable_up_to(max(num_samples, 100))
    heavy = pooled(k, num_samples) > limit
    if heavy.any() and num_samples >= 100:
        warn_of_heavy_tails(k, heavy, limit, num_samples)
    if num_samples == 1:
        return LogLikelihood(value, np.full_like(value, np.nan), effective, k)
    # Sample variance of the mean weight, relative to its square.
    variance = np.maximum(num_samples / effective - 1.0, 0.0) / (num_samples - 1)
    return LogLikelihood(value, np.where(heavy, np.nan, np.sqrt(variance)), effective, k)


def warn_of_heavy_tails(k: np.ndarray, heavy: np.ndarray, limit: float, num_samples: int) -> None:
    """Say for how many examples the posterior is a bad proposal."""
    warnings.warn(
        f"For {heavy.sum()} of {len(k)} examples the largest importance weights are too heavy for "
        f"{num_samples} samples: k̂ is above {limit:.2f} (largest: {k.max():.2f}), so log p(x) is "
        "likely higher than the estimate, and its standard error is unknown (NaN). Ask for more "
        "samples; if k̂ stays, the posterior is too narrow: a richer one, or training with "
        "objectives.IWAE, makes a better proposal.",
        stacklevel=4,
    )
