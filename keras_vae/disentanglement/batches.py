"""Examples that share the value of one factor, drawn again from those that are there."""

import numpy as np

from keras_vae.disentanglement.factors import Known


def which_factor(known: Known, votes: int, random: np.random.Generator) -> np.ndarray:
    """A factor for each vote, all of them equally often up to one, in random order."""
    return np.asarray(random.permutation(np.arange(votes) % len(known.sizes)))


def sharing(known: Known, factor: np.ndarray, size: int, random: np.random.Generator) -> np.ndarray:
    """Examples that share the value of a factor; the value is that of a random example.

    Args:
        known: the factors of all examples.
        factor: which factor is shared, for each of the votes.
        size: examples for each vote, drawn with replacement.
        random: the generator.

    Returns:
        Numbers of examples, of shape (votes, size).
    """
    found = np.empty((len(factor), size), "int64")
    for j, levels in enumerate(known.levels.T):
        votes = np.flatnonzero(factor == j)
        counts = np.bincount(levels)
        starts = np.cumsum(counts) - counts
        level = levels[random.integers(len(levels), size=len(votes))]
        places = starts[level][:, None] + random.integers(
            counts[level][:, None], size=(len(votes), size)
        )
        found[votes] = np.argsort(levels, kind="stable")[places]
    return found
