"""The β-VAE score: how well differences of codes tell which factor two examples share."""

from typing import Any

import numpy as np

from keras_vae.arguments import count, whole
from keras_vae.disentanglement.batches import sharing, which_factor
from keras_vae.disentanglement.factors import as_codes, as_factors
from keras_vae.disentanglement.logistic import one_against_rest, standardized
from keras_vae.disentanglement.scores import Score, bootstrap


def beta_vae_score(
    codes: Any,
    factors: Any,
    points: int = 2000,
    pairs: int = 64,
    *,
    resamples: int = 100,
    seed: int = 0,
) -> Score:
    r"""How well a linear classifier tells which factor the two examples of a pair share.

    For each point one factor j is held. Each of L pairs is drawn from the examples that have one
    value of it in common, a value of its own, and the point is

    $$d = \frac1L\sum_{l=1}^L |z_l-z_l'|$$

    A linear classifier is fitted to d and j on one half of the points; the score is its accuracy on
    the other. It is logistic regression, one factor against the rest, with features of variance 1
    and the penalty ½‖w‖². Chance is 1/F; if no code varies, it is 0. Pairs are drawn again from the
    examples given, so that correlated factors stay correlated.

    **What it cannot see:** one factor of three that no code speaks of leaves the score at 1.00, as
    the classifier can tell it by the two others. A rotation of three codes with parts of ⅔, ⅔ and ⅓
    scores about 0.95, others 1.00.

    Args:
        codes: float, of shape (n, D): means of q(z|x), as `vae.encode(x)` gives them.
        factors: integers of shape (n, F), two factors at least, or a `datasets.Factors`.
        points: number of points, of which one half is fitted.
        pairs: pairs in a point, L.
        resamples: samples of the bootstrap: of the points that are judged, the classifier at rest.
        seed: of the pairs and the bootstrap.

    Returns:
        A `Score`, with `confusion` (F, F), the factor held and the one it was taken for in the
        points that are judged, the `predictor`, `examples` and the number of `active` codes, those
        that vary, in its details.

    Raises:
        ValueError: if shapes do not agree, a factor is constant, or there is one alone.

    References:
        Higgins et al. 2017, β-VAE: Learning Basic Visual Concepts with a Constrained Variational
        Framework, section 3.

    Examples:
        >>> factors = np.indices((3, 4)).reshape(2, -1).T.repeat(10, axis=0)
        >>> print(f"{beta_vae_score(factors, factors, points=100).value:.4f}")
        1.0000
    """
    codes = as_codes(codes)
    known = as_factors(factors, len(codes), least=2)
    points, pairs = count("points", points, 2 * len(known.sizes)), count("pairs", pairs)
    random = np.random.default_rng([whole("seed", seed, 0), 1])
    held = which_factor(known, points, random)
    distances = np.zeros((points, codes.shape[1]))
    for _ in range(pairs):
        first, second = codes[sharing(known, held, 2, random)].swapaxes(0, 1)
        distances += np.abs(first - second) / pairs
    half = points // 2
    features = standardized(distances, distances[:half])
    weights = one_against_rest(features[:half], held[:half], len(known.sizes))
    found = (features[half:] @ weights.T).argmax(axis=1)
    right = (found == held[half:]) & codes.any()
    value, error = bootstrap(
        lambda counts: float(np.average(right, weights=counts)),
        points - half,
        resamples,
        seed,
    )
    confusion = np.zeros((len(known.sizes), len(known.sizes)), "int64")
    np.add.at(confusion, (held[half:], found), 1)
    return Score(
        float(value),
        float(error),
        {
            "confusion": confusion,
            "predictor": "logistic regression, one factor against the rest",
            "examples": len(codes),
            "active": int(codes.any(axis=0).sum()),
        },
    )
