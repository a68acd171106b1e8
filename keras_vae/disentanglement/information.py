"""Mutual information of codes and factors from a histogram, less what chance alone shows."""

from typing import NamedTuple

import numpy as np

from keras_vae.disentanglement.factors import Known


class Histogram(NamedTuple):
    """Codes in bins.

    Attributes:
        of_code: the bin of each code, counted from 0, of shape (n, D).
        bins: the number of bins of each code, of shape (D,).
        chance: information that a code of these bins shows by chance, in nats, of shape (D, F).
    """

    of_code: np.ndarray
    bins: np.ndarray
    chance: np.ndarray


def rank_bins(code: np.ndarray, bins: int) -> np.ndarray:
    """The bin of each example by its rank, counted from 0; up to `bins` values are kept whole.

    Examples with equal codes share their mean rank. One on an edge goes towards the middle, one on
    an edge in the middle has a bin of its own: so −z has the bins of z, in reverse.
    """
    values, which, counts = np.unique(code, return_inverse=True, return_counts=True)
    if len(values) <= bins:
        return np.asarray(which)
    twice_the_rank = 2 * np.cumsum(counts) - counts
    place = bins * (twice_the_rank - len(code)) / (2 * len(code))  # from -bins / 2 to bins / 2
    bin_of_value = np.sign(place) * np.ceil(np.abs(place) - bins % 2 / 2)
    return np.asarray(np.unique(bin_of_value, return_inverse=True)[1][which])


def histogram(codes: np.ndarray, known: Known, bins: int) -> Histogram:
    """Codes in at least as many bins as the factor with most values has, and what chance shows."""
    bins = max(bins, int(known.sizes.max()))
    of_code = np.stack([rank_bins(code, bins) for code in codes.T], axis=1)
    counts = [np.bincount(column) for column in of_code.T]
    levels = [np.bincount(column) for column in known.levels.T]
    chance = np.array([[information_by_chance(a, b) for b in levels] for a in counts])
    return Histogram(of_code, of_code.max(axis=0) + 1, chance)


def information_by_chance(rows: np.ndarray, columns: np.ndarray) -> float:
    r"""Mean information of a table with these sums, over all orders of its examples, in nats.

    $$\sum_{a,b}\sum_k \frac kn\log\frac{nk}{ab}\,
    \frac{\binom ak\binom{n-a}{b-k}}{\binom nb}$$

    About $(B-1)(V-1)/2n$ for B bins and V values where no cell is rare.

    References:
        Vinh, Epps & Bailey 2010, Information Theoretic Measures for Clusterings Comparison:
        Variants, Properties, Normalization and Correction for Chance.
    """
    n = int(rows.sum())
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    total = 0.0
    for a, rows_alike in zip(*np.unique(rows, return_counts=True), strict=True):
        for b, columns_alike in zip(*np.unique(columns, return_counts=True), strict=True):
            k = np.arange(max(1, a + b - n), min(a, b) + 1)
            of_four = log_factorial[[a, b, n - a, n - b]].sum() - log_factorial[n]
            cells = log_factorial[[k, a - k, b - k, n - a - b + k]].sum(axis=0)
            mean = np.sum(k / n * np.log(n * k / (a * b)) * np.exp(of_four - cells))
            total += rows_alike * columns_alike * mean
    return total


def entropy(counts: np.ndarray) -> float:
    """Entropy of frequencies in nats; nothing is added by what never occurs."""
    shares = counts[counts > 0] / counts.sum()
    return float(-np.sum(shares * np.log(shares)))


def information(binned: Histogram, known: Known, weights: np.ndarray) -> np.ndarray:
    r"""I(zᵢ; vⱼ) in nats of shape (D, F), adjusted for chance.

    With the information $\hat I$ of the table, E what chance shows and M = min(H(z), H(v)), the
    most there can be:

    $$I = M\,\frac{\max(0, \hat I - E)}{M - E}$$

    It is about Î − E where little is known, and H(v) where the code says all.
    """
    found = np.zeros(binned.chance.shape)
    for i, code in enumerate(binned.of_code.T):
        for j, level in enumerate(known.levels.T):
            joint = np.bincount(
                code * known.sizes[j] + level, weights, binned.bins[i] * known.sizes[j]
            ).reshape(binned.bins[i], known.sizes[j])
            both = entropy(joint.sum(axis=1)), entropy(joint.sum(axis=0))
            most, chance = min(both), binned.chance[i, j]
            seen = sum(both) - entropy(joint.ravel()) - chance
            if seen > 0.0 and most > chance:
                found[i, j] = min(most, most * seen / (most - chance))
    return found


def entropies(known: Known, weights: np.ndarray) -> np.ndarray:
    """H(vⱼ) in nats, of shape (F,)."""
    return np.array([entropy(np.bincount(level, weights)) for level in known.levels.T])
