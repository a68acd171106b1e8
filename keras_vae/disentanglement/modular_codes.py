"""Modularity: whether each code speaks of one factor alone."""

from typing import Any

import numpy as np

from keras_vae.arguments import count
from keras_vae.disentanglement.factors import Known, active_codes, as_codes, as_factors
from keras_vae.disentanglement.information import Histogram, histogram, information
from keras_vae.disentanglement.scores import Score, bootstrap

LOUD = 5.0
"""Standard deviations above chance from which on a code is said to speak of a factor."""


def modularity(
    codes: Any,
    factors: Any,
    bins: int = 20,
    active: Any = None,
    *,
    resamples: int = 100,
    seed: int = 0,
) -> Score:
    r"""Whether each code speaks of one factor alone.

    $$\mathrm{modularity}=\operatorname*{mean}_{i\text{ active}}\Big[
    1-\frac{\sum_{j\ne j^*}I_{ij}^2}{(F-1)\,I_{ij^*}^2}\Big],\qquad j^*=\arg\max_jI_{ij}$$

    with the information $I_{ij}$ of `mutual_information_gap`. It is 1 where every code speaks of
    one factor, be it noise beside it, and 0 where each says as much of all factors. Left out are
    codes that are not active, and silent ones: whose information is for no factor more than 5
    standard deviations, $\sqrt{(B-1)(V-1)/2}\,/n$, above chance. Their numbers are returned.
    Without any code left it is 0.

    Elsewhere noise scores 0.66 (five factors of 3, 6, 40, 32 and 32 values), because what a code
    seems to say by chance counts in full, and a constant code counts as 0.

    **What it cannot see:** factors that no code speaks of, and two codes that say the same.

    Args:
        codes: float, of shape (n, D): means of q(z|x), as `vae.encode(x)` gives them.
        factors: integers of shape (n, F), two factors at least, or a `datasets.Factors`.
        bins: least number of bins of a code with more values.
        active: which codes count, booleans of shape (D,), as `evaluation.active_units` gives them;
            by default those that vary.
        resamples: samples of the bootstrap.
        seed: of the bootstrap.

    Returns:
        A `Score`, with `information` (D, F) in nats, `of_code` (D,), NaN for those left out, `bins`
        (D,), `examples`, and the numbers of `active`, `inactive` and `silent` codes, which are
        active and say nothing, in its details.

    Raises:
        ValueError: if shapes do not agree, a factor is constant, or there is one alone.

    References:
        Ridgeway & Mozer 2018, Learning Deep Disentangled Embeddings with the F-Statistic Loss,
        section 2.

    Examples:
        >>> factors = np.indices((3, 4)).reshape(2, -1).T.repeat(10, axis=0)
        >>> dead = np.zeros((len(factors), 1))
        >>> found = modularity(np.hstack([factors, dead]), factors)
        >>> print(f"{found.value:.4f}, inactive: {found.details['inactive']}")
        1.0000, inactive: 1
    """
    codes = as_codes(codes)
    known = as_factors(factors, len(codes), least=2)
    counted = active_codes(codes, active)
    binned = histogram(codes, known, count("bins", bins, 2))
    said = information(binned, known, np.ones(len(codes)))
    speaks = counted & (said > LOUD * deviation_by_chance(binned, known)).any(axis=1)

    def score(weights: np.ndarray) -> float:
        each = of_information(information(binned, known, weights)[speaks])
        return float(np.nanmean(each)) if np.isfinite(each).any() else 0.0

    value, error = bootstrap(score, len(codes), resamples, seed)
    return Score(
        float(value),
        float(error),
        {
            "information": said,
            "of_code": of_information(np.where(speaks[:, None], said, 0.0)),
            "bins": binned.bins,
            "examples": len(codes),
            "active": int(counted.sum()),
            "inactive": int((~counted).sum()),
            "silent": int((counted & ~speaks).sum()),
        },
    )


def deviation_by_chance(binned: Histogram, known: Known) -> np.ndarray:
    r"""Standard deviation of what chance shows, (D, F): 2n times it is about χ² distributed."""
    freedom = np.outer(binned.bins - 1, known.sizes - 1)
    return np.asarray(np.sqrt(0.5 * freedom) / len(known.levels))


def of_information(matrix: np.ndarray) -> np.ndarray:
    """Modularity of each code from the information (D, F); NaN where a code says nothing."""
    largest = matrix.max(axis=1)
    squares = np.sum(matrix**2, axis=1) - largest**2
    most = (matrix.shape[1] - 1) * largest**2
    return 1.0 - np.divide(squares, most, np.full(len(matrix), np.nan), where=largest > 0.0)
