"""Factors on full grids and at random, and codes made of them by formula."""

import numpy as np

# A rotation whose codes each hold two factors alike, and half as much of the third.
ROTATION = np.array([[2.0, -1.0, 2.0], [2.0, 2.0, -1.0], [-1.0, 2.0, 2.0]]) / 3.0


def grid(sizes, repeats=1):
    """Every combination of levels, each the same number of times; of shape (n, F)."""
    return np.indices(sizes).reshape(len(sizes), -1).T.repeat(repeats, axis=0)


def at_random(sizes, n, seed=0):
    """Independent factors, each value equally likely; of shape (n, F)."""
    random = np.random.default_rng(seed)
    return np.stack([random.integers(size, size=n) for size in sizes], axis=1)


def noise(n, codes, seed=1):
    """Codes that know nothing."""
    return np.random.default_rng(seed).normal(size=(n, codes))
