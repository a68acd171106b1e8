"""Estimates of log p(x) from draws of the posterior, compiled and in chunks."""

from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from keras_vae.distributions.distribution import Tensor

CHUNK = 50


class LogLikelihood(NamedTuple):
    r"""An importance-sampling estimate of log p(x), one value per example.

    Attributes:
        value: estimate of log p(x) in nats; too low on average, by about half the squared
            standard error.
        standard_error: its standard error in nats (delta method); NaN for a single sample.
        effective_sample_size: $(\sum w)^2/\sum w^2$, between 1 and the number of samples.
    """

    value: np.ndarray
    standard_error: np.ndarray
    effective_sample_size: np.ndarray


class LogWeights(keras.Model):
    r"""Log importance weights of draws from the posterior, run by `predict`.

    $$\log w = \log p(x\mid z) + \log p(z) - \log q(z\mid x),\qquad z\sim q(z\mid x)$$

    Args:
        vae: the model.
        num_samples: number of draws per example.
        noise: a `keras.random.SeedGenerator`.
    """

    def __init__(self, vae: Any, num_samples: int, noise: Any) -> None:
        super().__init__()
        self.vae, self.num_samples, self.noise = vae, num_samples, noise

    def call(self, x: Tensor) -> dict[str, Tensor]:
        terms = self.vae.terms(x, self.vae.draw(x, self.num_samples, self.noise))
        log_weights = terms.log_likelihood + terms.log_prior - terms.log_posterior
        elbo = -terms.reconstruction_loss - terms.kl
        return {"log_weights": ops.transpose(log_weights), "elbo": elbo, "kl": terms.kl}


def chunks(vae: Any, x: Any, num_samples: int, seed: Any, batch_size: int, verbose: int) -> Any:
    """For chunk after chunk of the draws: its size and what `LogWeights` gives for all of x."""
    if not isinstance(num_samples, int) or num_samples < 1:
        raise ValueError(
            f"`num_samples` must be an integer of at least 1; received num_samples={num_samples!r}."
        )
    seeded = isinstance(seed, keras.random.SeedGenerator)
    noise = seed if seeded else keras.random.SeedGenerator(seed)
    whole, rest = divmod(num_samples, CHUNK)
    progress = keras.utils.Progbar(whole + (rest > 0), verbose=verbose, unit_name="chunk")
    done = 0
    for size, repeats in ((CHUNK, whole), (rest, 1)):
        if size * repeats == 0:
            continue
        estimator = LogWeights(vae, size, noise)
        for _ in range(repeats):
            yield size, estimator.predict(x, batch_size=batch_size, verbose=0)
            done += 1
            progress.update(done)


def estimate_elbo(
    vae: Any,
    x: Any,
    num_samples: int = 1,
    seed: Any = None,
    batch_size: int = 128,
    verbose: int = 0,
) -> np.ndarray:
    """The ELBO (β = 1) of each example, averaged over `num_samples` draws; nats."""
    total: Any = 0.0
    for size, chunk in chunks(vae, x, num_samples, seed, batch_size, verbose):
        total = total + size * np.asarray(chunk["elbo"], "float64")
    return np.asarray(total / num_samples)


def estimate_log_likelihood(
    vae: Any,
    x: Any,
    num_samples: int = 500,
    seed: Any = None,
    batch_size: int = 128,
    verbose: int = 0,
) -> LogLikelihood:
    r"""Importance sampling of log p(x) with the posterior as proposal.

    $$\log p(x) \approx \log\frac1S\sum_{s=1}^S w_s$$

    Burda et al. 2016, equation 8. Sums are kept in float64 relative to the largest weight
    so far, so that log-weights near $-10^4$ do not vanish; memory does not grow with S.
    """
    largest: Any = -np.inf
    first: Any = 0.0
    second: Any = 0.0
    for _, chunk in chunks(vae, x, num_samples, seed, batch_size, verbose):
        log_weights = np.asarray(chunk["log_weights"], "float64")
        top = np.maximum(largest, log_weights.max(axis=1))
        shrink = np.exp(largest - top)
        weights = np.exp(log_weights - top[:, None])
        first = first * shrink + weights.sum(axis=1)
        second = second * shrink**2 + (weights**2).sum(axis=1)
        largest = top
    effective = first**2 / second
    value = largest + np.log(first / num_samples)
    if num_samples == 1:
        return LogLikelihood(value, np.full_like(value, np.nan), effective)
    # Sample variance of the mean weight, relative to its square.
    variance = np.maximum(num_samples / effective - 1.0, 0.0) / (num_samples - 1)
    return LogLikelihood(value, np.sqrt(variance), effective)
