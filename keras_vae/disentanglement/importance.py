"""DCI: disentanglement, completeness and informativeness, by the importance of codes."""

from typing import Any, NamedTuple

import numpy as np

from keras_vae.arguments import whole
from keras_vae.disentanglement.factors import Known, as_codes, as_factors
from keras_vae.disentanglement.scores import Score, bootstrap

FOREST = {"n_estimators": 10, "min_samples_leaf": 5, "max_features": None}
"""Every tree is offered every code; a leaf that holds a single example would learn noise."""


class DCI(NamedTuple):
    """The three scores of `dci`.

    Attributes:
        disentanglement: whether each code speaks of one factor.
        completeness: whether each factor stands in one code.
        informativeness: how much of the factors the codes predict on held-out examples.
    """

    disentanglement: Score
    completeness: Score
    informativeness: Score


def dci(codes: Any, factors: Any, kinds: Any = None, *, resamples: int = 10, seed: int = 0) -> DCI:
    r"""Disentanglement, completeness and informativeness, by the importance of codes for factors.

    A predictor of each factor from all codes is fitted on one random half of the examples. $I_j$ is
    what it achieves on the other, and $R_{ij}$ the part of it that is due to code i:

    $$I_j=\begin{cases}\max(0, R^2)&\text{ordered}\\
    \max\big(0,\frac{\text{accuracy}-\text{most frequent}}{1-\text{most frequent}}\big)&
    \text{nominal}\end{cases}\qquad
    R_{ij}=I_j\cdot\text{importance}_{ij},\quad\textstyle\sum_i\text{importance}_{ij}=1$$

    $$D=\sum_i\frac{\sum_jR_{ij}}{\sum R}
    \Big(1-\frac{\mathrm H(R_{i\cdot}/\sum_jR_{ij})}{\log F}\Big),\qquad
    C=\sum_j\frac{\sum_iR_{ij}}{\sum R}
    \Big(1-\frac{\mathrm H(R_{\cdot j}/\sum_iR_{ij})}{\log D_z}\Big),\qquad
    I=\frac1F\sum_jI_j$$

    with the $D_z$ codes that came. A code without importance and a factor that cannot be predicted
    weigh 0; without any importance D and C are 0. A constant predictor has $I_j=0$. Codes equal to
    the factors score 1, 1, 1, up to the importance that a tree gives to chance.

    The predictor is a random forest of 10 trees with at least 5 examples in a leaf, a regression
    for ordered factors and a classification for nominal ones; importance is the impurity that the
    splits on a code take away. Another predictor gives other scores, and may order models
    differently.

    **What it cannot see:** D does not see two codes that say the same, C does not see one code that
    says two things: one factor shared by two of five codes has D = 1 and C = 0.856, with three
    factors. Dead codes raise C, through $\log D_z$: it is compared at one D_z.

    Args:
        codes: float, of shape (n, D_z): means of q(z|x), as `vae.encode(x)` gives them.
        factors: integers of shape (n, F), two factors at least, or a `datasets.Factors`.
        kinds: "ordered" or "nominal" for each factor; if None, what `factors` says, or all ordered.
        resamples: samples of the bootstrap; all forests are fitted again for each. Ten of them give
            the error to about a quarter of itself.
        seed: of the halves, the forests and the bootstrap.

    Returns:
        A `DCI` of three `Score`s. Their common details: `importances` R (D_z, F), `of_factor` I
        (F,), `of_code` (D_z,) and `completeness_of_factor` (F,) before they are weighted,
        `predictor`, `kinds`, `examples` and the number of `active` codes, those that vary.

    Raises:
        ImportError: if scikit-learn is not installed.
        ValueError: if shapes do not agree, a factor is constant, or there is one alone.

    References:
        Eastwood & Williams 2018, A Framework for the Quantitative Evaluation of Disentangled
        Representations, section 2.

    Examples:
        >>> factors = np.indices((2, 3)).reshape(2, -1).T.repeat(50, axis=0)
        >>> for score in dci(factors, factors):
        ...     print(f"{score.value:.4f}")
        1.0000
        1.0000
        1.0000
    """
    codes = as_codes(codes)
    known = as_factors(factors, len(codes), kinds, least=2)
    half = np.random.default_rng([whole("seed", seed, 0), 1]).permutation(len(codes)) % 2 == 0

    def scores(weights: np.ndarray) -> np.ndarray:
        importances, achieved = predicted(codes, known, half, weights, seed)
        (_, d), (_, c) = of_codes(importances), of_codes(importances.T)
        return np.array([d, c, achieved.mean()])

    values, errors = bootstrap(scores, len(codes), resamples, seed)
    importances, achieved = predicted(codes, known, half, np.ones(len(codes)), seed)
    details = {
        "importances": importances,
        "of_factor": achieved,
        "of_code": of_codes(importances)[0],
        "completeness_of_factor": of_codes(importances.T)[0],
        "predictor": "random forest of 10 trees",
        "kinds": known.kinds,
        "examples": len(codes),
        "active": int(codes.any(axis=0).sum()),
    }
    return DCI(*(Score(float(v), float(e), details) for v, e in zip(values, errors, strict=True)))


def of_codes(importances: np.ndarray) -> tuple[np.ndarray, float]:
    """1 − H/log of each row, and its mean weighted by the sums of the rows; an empty row is 0."""
    sums = importances.sum(axis=1)
    rows = np.divide(
        importances, sums[:, None], np.zeros_like(importances), where=sums[:, None] > 0.0
    )
    nats = -np.sum(rows * np.log(np.where(rows > 0.0, rows, 1.0)), axis=1)
    most = np.log(max(2, importances.shape[1]))  # a single one has no entropy to divide
    each = np.where(sums > 0.0, 1.0 - nats / most, 0.0)
    return each, float(np.average(each, weights=sums)) if sums.any() else 0.0


def predicted(
    codes: np.ndarray, known: Known, half: np.ndarray, weights: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Importances R, of shape (D, F), and what is achieved on the half that is not fitted (F,)."""
    try:
        from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
    except ImportError as error:
        raise ImportError(
            "keras_vae.disentanglement.dci fits random forests with scikit-learn, which is not "
            "installed: write `pip install keras_vae[metrics]`."
        ) from error
    fitted, judged = half & (weights > 0), ~half & (weights > 0)
    importances = np.zeros((codes.shape[1], len(known.sizes)))
    achieved = np.zeros(len(known.sizes))
    for j, kind in enumerate(known.kinds):
        target = known.values[:, j]
        family = RandomForestClassifier if kind == "nominal" else RandomForestRegressor
        forest = family(**FOREST, random_state=seed).fit(
            codes[fitted], target[fitted], sample_weight=weights[fitted]
        )
        found = forest.predict(codes[judged])
        if kind == "nominal":
            frequent = np.bincount(known.levels[judged, j], weights[judged]).max()
            guess = weights[judged].sum() - frequent
            wrong = np.sum(weights[judged] * (found != target[judged]))
        else:
            mean = np.average(target[judged], weights=weights[judged])
            guess = np.sum(weights[judged] * (target[judged] - mean) ** 2)
            wrong = np.sum(weights[judged] * (target[judged] - found) ** 2)
        achieved[j] = max(0.0, 1.0 - wrong / guess) if guess > 0.0 else 0.0
        importances[:, j] = achieved[j] * forest.feature_importances_
    return importances, achieved
