"""Logistic regression by Newton's method: the same weights each time, to rounding."""

import numpy as np

STEPS = 50
"""Newton steps at most, and halvings of one; from zero it takes about ten."""

TOLERANCE = 1e-12
"""Part of the loss that a step has to gain."""


def logistic_regression(
    features: np.ndarray, labels: np.ndarray, penalties: np.ndarray
) -> np.ndarray:
    r"""Weights w of the features in the log-odds of a label.

    $$\min_w\ \sum_n\log\big(1+e^{-y_nw^\top f_n}\big)+\tfrac12\sum_k\lambda_kw_k^2$$

    with y = 1 where the label is true and −1 elsewhere. A step that would raise this is halved. Of
    several minima, where features depend on each other, it is the one with the shortest steps.

    Args:
        features: of shape (n, columns); an intercept is a column of ones.
        labels: booleans of shape (n,).
        penalties: λ of each weight, of shape (columns,).

    Returns:
        Weights, of shape (columns,).

    Examples:
        >>> log_odds = logistic_regression(np.ones((4, 1)), np.array([1, 1, 1, 0]) > 0, np.zeros(1))
        >>> print(np.exp(log_odds).round(6))
        [3.]
    """
    signs, weights = np.where(labels, 1.0, -1.0), np.zeros(features.shape[1])

    def loss(weights: np.ndarray) -> float:
        nats = np.logaddexp(0.0, -signs * (features @ weights)).sum()
        return float(nats + penalties @ weights**2 / 2)

    now = loss(weights)
    for _ in range(STEPS):
        wrong = 0.5 * (1.0 - np.tanh(0.5 * signs * (features @ weights)))
        slope = penalties * weights - (signs * wrong) @ features
        curve = (features * (wrong * (1.0 - wrong))[:, None]).T @ features + np.diag(penalties)
        step = np.linalg.lstsq(curve, slope, rcond=None)[0]
        for _ in range(STEPS):
            if loss(weights - step) <= now + TOLERANCE * (1.0 + now):
                break
            step = step / 2
        gain, weights = slope @ step, weights - step
        now = loss(weights)
        if gain <= TOLERANCE * (1.0 + now):
            break
    return weights
