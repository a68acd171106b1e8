"""Separated attribute predictability: how much better one code predicts a factor than the next."""

from typing import Any

import numpy as np

from keras_vae.disentanglement.factors import as_codes, as_factors
from keras_vae.disentanglement.scores import Score, bootstrap, gap


def sap(
    codes: Any, factors: Any, kinds: Any = None, *, resamples: int = 100, seed: int = 0
) -> Score:
    r"""Separated attribute predictability: by how much one code predicts a factor best.

    $$\mathrm{SAP}=\frac1F\sum_j\big(S_{(1)j}-S_{(2)j}\big)$$

    $S_{ij}$ is R² of the linear regression of an ordered factor on one code, the square of their
    correlation; for a nominal factor of V values it is the share of examples that V − 1 thresholds
    on one code put into the right class, best thresholds being taken. Of a single code the second
    is 0.

    Codes equal to the factors score 1 for ordered factors; for nominal ones with equally frequent
    values 1 − 1/V, since the second code guesses. Other implementations take the accuracy of a
    linear support vector machine for both kinds: it puts three quarters of a perfect code with 4
    ordered values into the right class, and one half with 6, because no line splits off the middle
    ones.

    **What it cannot see:** what a code says of an ordered factor beyond a line, such as |v|, or an
    angle that turns by 360°; what two codes say together.

    Args:
        codes: float, of shape (n, D): means of q(z|x), as `vae.encode(x)` gives them.
        factors: integers of shape (n, F), or a `datasets.Factors`.
        kinds: "ordered" or "nominal" for each factor; if None, what `factors` says, or all ordered.
        resamples: samples of the bootstrap.
        seed: of the bootstrap.

    Returns:
        A `Score`, with the `scores` S (D, F), `kinds`, `examples` and the number of `active` codes,
        those that vary, in its details.

    Raises:
        ValueError: if shapes do not agree, a factor is constant, or a kind is unknown.

    References:
        Kumar, Sattigeri & Balakrishnan 2018, Variational Inference of Disentangled Latent Concepts
        from Unlabeled Observations, section 3.

    Examples:
        >>> factors = np.indices((3, 4)).reshape(2, -1).T
        >>> print(f"{sap(factors, factors).value:.4f}")
        1.0000
        >>> print(f"{sap(factors, factors, kinds=('nominal', 'ordered')).value:.4f}")  # 2/3 and 1
        0.8333
    """
    codes = as_codes(codes)
    known = as_factors(factors, len(codes), kinds)
    nominal = [j for j, kind in enumerate(known.kinds) if kind == "nominal"]
    sorts = [np.unique(code, return_inverse=True)[1] for code in codes.T] if nominal else []

    def predicted(weights: np.ndarray) -> np.ndarray:
        scores = squared_correlations(codes, known.values.astype("float64"), weights)
        for j in nominal:
            for i, places in enumerate(sorts):
                scores[i, j] = best_thresholds(places, known.levels[:, j], weights)
        return scores

    value, error = bootstrap(
        lambda weights: float(np.mean(gap(predicted(weights)))), len(codes), resamples, seed
    )
    return Score(
        float(value),
        float(error),
        {
            "scores": predicted(np.ones(len(codes))),
            "kinds": known.kinds,
            "examples": len(codes),
            "active": int(codes.any(axis=0).sum()),
        },
    )


def squared_correlations(codes: np.ndarray, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """corr² of each code with each factor, of shape (D, F); 0 where one of them is constant."""
    shares = weights / weights.sum()
    codes, values = codes - shares @ codes, values - shares @ values
    together = (codes * shares[:, None]).T @ values
    alone = np.outer(shares @ codes**2, shares @ values**2)
    return np.divide(together**2, alone, np.zeros_like(alone), where=alone > 0.0)


def best_thresholds(places: np.ndarray, levels: np.ndarray, weights: np.ndarray) -> float:
    """Largest share of examples in the right class, if V intervals of a code each get one class.

    Args:
        places: where each example stands among the distinct values of the code, from 0.
        levels: its class, from 0.
        weights: how often it counts.
    """
    size = int(levels.max()) + 1
    counts = np.bincount(levels * (places.max() + 1) + places, weights, size * (places.max() + 1))
    below = np.pad(counts.reshape(size, -1).cumsum(axis=1), ((0, 0), (1, 0)))
    right = np.zeros(below.shape[1])  # the most that can be right below each threshold
    for _ in range(size):
        # The last interval goes to one class: it adds what stands between its start and its end.
        right = np.max(below + np.maximum.accumulate(right - below, axis=1), axis=0)
    return float(right[-1] / weights.sum())
