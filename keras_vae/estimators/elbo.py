"""The evidence lower bound of each example."""

from typing import Any

import numpy as np

from keras_vae.estimators.log_weights import BATCH_SIZE, chunks


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
    for size, chunk in chunks(vae, x, num_samples, seed, batch_size, verbose, y):
        total = total + size * np.asarray(chunk["elbo"], "float64")
    return np.asarray(total / num_samples)
