"""The evidence lower bound of each example."""

from typing import Any

import numpy as np
from keras import ops

from keras_vae.estimators.log_weights import BATCH_SIZE, LogWeights, chunks
from keras_vae.tensors import Tensor


class Bound(LogWeights):
    """The ELBO and its KL, averaged over draws, run by `predict`."""

    def start(self, examples: Any) -> dict[str, Tensor]:
        return {name: ops.zeros((examples,)) for name in ("elbo", "kl")}

    def add(self, number: Any, known: dict[str, Tensor], terms: Any) -> dict[str, Tensor]:
        elbo = -terms.reconstruction_loss - terms.kl
        return {
            "elbo": known["elbo"] + elbo / self.chunks,
            "kl": known["kl"] + terms.kl / self.chunks,
        }

    def outputs_of(self, known: dict[str, Tensor]) -> dict[str, Tensor]:
        return known


def estimate_elbo(
    vae: Any,
    x: Any,
    num_samples: int = 1,
    seed: Any = None,
    y: Any = None,
    batch_size: int = BATCH_SIZE,
    verbose: int = 0,
) -> np.ndarray:
    """The ELBO (β = 1) of each example, averaged over `num_samples` draws; nats.

    Args:
        vae: the model.
        x: examples, of shape (n, ...).
        num_samples: draws of z per example.
        seed: integer or `keras.random.SeedGenerator` for the draws.
        y: what the decoder describes instead of x (denoising).
        batch_size: examples at a time.
        verbose: 1 shows a progress bar.
    """
    total: Any = 0.0
    for size, chunk in chunks(vae, x, num_samples, seed, batch_size, verbose, y, Bound):
        total = total + size * np.asarray(chunk["elbo"], "float64")
    return np.asarray(total / num_samples)
