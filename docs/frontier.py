"""The linear VAE of the digits that the figure of rate and distortion moves along its frontier."""

import json

import numpy as np
from sklearn.datasets import load_digits

UNITS = 16


def linear_vae():
    """Eigenvalues, directions, the maximum-likelihood σ², and ten digits that were held out."""
    digits, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(digits))
    held_out = [order[:100][labels[order[:100]] == digit][0] for digit in range(10)]
    known = digits[order[100:]] / 16
    values, vectors = np.linalg.eigh(np.cov(known.T, bias=True))
    values, vectors = np.maximum(values[::-1], 0), vectors[:, ::-1].T
    return {
        "average": known.mean(axis=0),
        "eigenvalues": values,
        "directions": vectors[:UNITS],
        "variance": values[UNITS:].mean(),
        "digits": digits[held_out] / 16,
    }


def figure(fallback):
    """The element that the figure fills; ``fallback`` is what stands there without JavaScript."""
    model = {name: np.round(value, 5).tolist() for name, value in linear_vae().items()}
    data = f'<script type="application/json">{json.dumps(model)}</script>'
    return (
        f'<div class="movable" data-figure="frontier">{data}<noscript>{fallback}</noscript></div>'
    )
