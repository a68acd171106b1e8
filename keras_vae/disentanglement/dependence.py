"""Total correlation of codes, as far as correlations show it."""

from typing import Any

import numpy as np

from keras_vae.disentanglement.factors import active_codes, as_codes
from keras_vae.disentanglement.scores import Score, bootstrap


def total_correlation(
    codes: Any, active: Any = None, *, resamples: int = 100, seed: int = 0
) -> Score:
    r"""Total correlation of the normal that has the correlation matrix P of the codes, in nats.

    $$-\tfrac12\log\det P\ \ge 0$$

    It is $\mathrm{KL}(q(z)\,\Vert\,\prod_jq(z_j))$ where q(z) is normal; 0 where no two codes are
    correlated; infinite where one is a linear map of the others. It knows no shift and no scale of
    a code. Of n examples of D independent codes it is D(D − 1)/4n too large on average.

    **What it cannot see:** dependence without correlation, such as of z and z². For q(z) that is
    not normal it is therefore no bound, neither from below nor from above. And it says nothing of
    factors: independent codes may each mix all of them.

    Args:
        codes: float, of shape (n, D): means of q(z|x), as `vae.encode(x)` gives them, or draws.
        active: which codes count, booleans of shape (D,), as `evaluation.active_units` gives them;
            by default those that vary.
        resamples: samples of the bootstrap.
        seed: of the bootstrap.

    Returns:
        A `Score` in nats, with the `correlations` of the active codes, `examples` and the number of
        `active` codes in its details. With fewer than two of them it is 0.

    Raises:
        ValueError: if the codes are no numbers of shape (n, D), or not more examples than codes.

    References:
        Watanabe 1960, Information Theoretical Analysis of Multivariate Correlation. Normal
        variables: Cover & Thomas 2006, Elements of Information Theory, theorem 8.4.1.

    Examples:
        >>> codes = np.array([[1.0, 1.0], [-1.0, -1.0], [1.0, 0.0], [-1.0, 0.0]])
        >>> print(f"{total_correlation(codes).value:.4f}")  # correlation √½: ½ log 2
        0.3466
    """
    codes = as_codes(codes)
    examples = len(codes)
    codes = codes[:, active_codes(codes, active)]
    if examples <= codes.shape[1]:
        raise ValueError(
            f"{examples} examples came for {codes.shape[1]} codes; expected more examples than "
            "codes, since their correlation matrix is singular otherwise."
        )
    value, error = bootstrap(
        lambda weights: of_correlations(correlations(codes, weights)), examples, resamples, seed
    )
    return Score(
        float(value),
        float(error),
        {
            "correlations": correlations(codes, np.ones(examples)),
            "examples": examples,
            "active": codes.shape[1],
        },
    )


def correlations(codes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Correlation matrix of weighted examples."""
    codes = codes - np.average(codes, axis=0, weights=weights)
    covariance = (codes * weights[:, None]).T @ codes
    scale = np.sqrt(np.diagonal(covariance))
    scale = np.where(scale > 0.0, scale, 1.0)  # constant in a sample of the bootstrap
    found = covariance / np.outer(scale, scale)
    np.fill_diagonal(found, 1.0)
    return np.asarray(found)


def of_correlations(matrix: np.ndarray) -> float:
    """−½ log det, which is infinite where an eigenvalue is 0 up to rounding."""
    values = np.linalg.eigvalsh(matrix)
    if np.any(values <= len(values) * np.finfo("float64").eps * values.max(initial=0.0)):
        return float("inf")
    return float(max(0.0, -0.5 * np.sum(np.log(values))))
