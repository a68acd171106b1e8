"""Where a codebook starts: k-means++ and Lloyd's algorithm, in NumPy."""

import math

import numpy as np

STEPS = 20
"""Steps of Lloyd's algorithm at most."""


def squared_distances(x: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Of shape (number of x, number of centres); both centred, so that little cancels."""
    middle = centres.mean(axis=0)
    x, centres = x - middle, centres - middle
    squares = np.square(x).sum(axis=1)[:, None] + np.square(centres).sum(axis=1)
    return np.maximum(squares - 2.0 * x @ centres.T, 0.0)


def k_means_plus_plus(x: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """First centres, each a point drawn by its squared distance from those before it.

    Of a few draws the one is kept that leaves the least distance (the greedy form). Where there
    are fewer different points than centres, points repeat.

    Args:
        x: points, of shape (n, d).
        size: number of centres.
        rng: where the draws come from.

    References:
        Arthur & Vassilvitskii 2007, k-means++: The Advantages of Careful Seeding, section 2.2.
    """
    draws = max(1, min(2 + int(math.log(size)), 8192 // size))
    chosen = [int(rng.integers(len(x)))]
    distances = squared_distances(x, x[chosen])[:, 0]
    while len(chosen) < size:
        total = distances.sum()
        share = distances / total if total > 0.0 else None
        candidates = rng.choice(len(x), draws, p=share)
        left = np.minimum(squared_distances(x, x[candidates]), distances[:, None])
        best = int(left.sum(axis=0).argmin())
        chosen.append(int(candidates[best]))
        distances = left[:, best]
        distances[chosen[-1]] = 0.0
    return x[chosen]


def k_means(x: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Centres of clusters, of shape (size, d); one without points stays where it is."""
    x = np.asarray(x, "float64")
    centres = k_means_plus_plus(x, size, rng)
    before = None
    for _ in range(STEPS):
        nearest = squared_distances(x, centres).argmin(axis=1)
        if before is not None and (nearest == before).all():
            break
        before, counts = nearest, np.bincount(nearest, minlength=size)
        sums = np.stack([np.bincount(nearest, axis, minlength=size) for axis in x.T], axis=1)
        centres = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres)
    return centres
