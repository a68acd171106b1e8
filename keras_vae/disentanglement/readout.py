"""Explicitness: how well a linear classifier finds the value of a factor in all codes together."""

from typing import Any

import numpy as np

from keras_vae.arguments import whole
from keras_vae.disentanglement.factors import as_codes, as_factors
from keras_vae.disentanglement.logistic import one_against_rest, standardized
from keras_vae.disentanglement.scores import Score, bootstrap


def explicitness(codes: Any, factors: Any, *, resamples: int = 100, seed: int = 0) -> Score:
    r"""How well a linear classifier tells each value of a factor from the rest, given all codes.

    $$\mathrm{explicitness}=\frac1F\sum_j\operatorname*{mean}_v\
    P\big(t_{jv}(z)>t_{jv}(z')\mid v_j=v,\ v_j'\ne v\big)$$

    the area under the curve (AUC) of the logit $t_{jv}$ of a logistic regression for value v
    against all others. It is 1 where a plane splits off each value, and ½ by chance. It is fitted
    on one random half of the examples, codes having variance 1 and the penalty being ½‖w‖², and the
    area is that of the other half. A tie counts ½; values that one half lacks are left out.

    **What it cannot see:** which code says it: every rotation of the codes scores the same but for
    the penalty. And no plane splits off the middle of an ordered factor: a code that *is* a factor
    of 4 values scores 0.83, with its two middle values at ⅔.

    Args:
        codes: float, of shape (n, D): means of q(z|x), as `vae.encode(x)` gives them.
        factors: integers of shape (n, F), or a `datasets.Factors`.
        resamples: samples of the bootstrap: of the half that is judged, the classifier at rest.
        seed: of the halves and the bootstrap.

    Returns:
        A `Score`, with the area `of_factor` (F,), the `predictor`, `examples` and the number of
        `active` codes, those that vary, in its details.

    Raises:
        ValueError: if shapes do not agree, or a factor is constant.

    References:
        Ridgeway & Mozer 2018, Learning Deep Disentangled Embeddings with the F-Statistic Loss,
        section 2.

    Examples:
        >>> factors = np.indices((2, 2)).reshape(2, -1).T.repeat(20, axis=0)
        >>> print(f"{explicitness(factors, factors).value:.4f}")
        1.0000
        >>> print(f"{explicitness(0.0 * factors, factors).value:.4f}")
        0.5000
    """
    codes = as_codes(codes)
    known = as_factors(factors, len(codes))
    order = np.random.default_rng([whole("seed", seed, 0), 1]).permutation(len(codes))
    fitted, judged = order[: len(codes) // 2], order[len(codes) // 2 :]
    features = standardized(codes, codes[fitted])
    columns = []
    for size, level in zip(known.sizes, known.levels.T, strict=True):
        weights = one_against_rest(features[fitted], level[fitted], size)
        logits = (features[judged] @ weights.T).round(10)  # ties up to rounding are ties
        columns.append(
            [
                (np.unique(logits[:, value], return_inverse=True)[1], level[judged] == value)
                for value in range(size)
                if 0 < np.sum(level[fitted] == value) and 0 < np.mean(level[judged] == value) < 1
            ]
        )
    if not all(columns):
        raise ValueError(
            f"{len(codes)} examples came, too few to fit on one half and judge on the other: no "
            "value of a factor is in both. Give more examples, several of each value."
        )

    def areas(weights: np.ndarray) -> np.ndarray:
        return np.array(
            [np.mean([area(*place, weights) for place in column]) for column in columns]
        )

    value, error = bootstrap(
        lambda weights: float(np.mean(areas(weights))), len(judged), resamples, seed
    )
    return Score(
        float(value),
        float(error),
        {
            "of_factor": areas(np.ones(len(judged))),
            "predictor": "logistic regression, one value against the rest",
            "examples": len(codes),
            "active": int(codes.any(axis=0).sum()),
        },
    )


def area(places: np.ndarray, positive: np.ndarray, weights: np.ndarray) -> float:
    """Area under the curve: how often a positive example has the higher place, a tie being ½.

    Args:
        places: where the logit of each example stands among all, from 0, equal ones together.
        positive: which examples are positive.
        weights: how often each counts; where only one kind is left, the area is ½.
    """
    above = np.bincount(places, weights * positive)
    below = np.bincount(places, weights * ~positive)
    pairs = above.sum() * below.sum()
    if pairs == 0.0:
        return 0.5
    return float(np.sum(above * (below.cumsum() - 0.5 * below)) / pairs)
