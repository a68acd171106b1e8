"""Logistic regression, one class against the rest: a linear classifier that never changes."""

import numpy as np

STEPS = 50
"""Newton steps at most; from zero it takes about ten."""

TOLERANCE = 1e-12
"""Part of a loss that is rounding."""


def standardized(features: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Features with the mean 0 and variance 1 that `like` gets, and a column of ones."""
    scale = like.std(axis=0)
    scaled = (features - like.mean(axis=0)) / np.where(scale > 0.0, scale, 1.0)
    return np.hstack([scaled, np.ones((len(features), 1))])


def one_against_rest(features: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    r"""Weights of a logistic regression for each class, of shape (classes, columns).

    Each minimizes its own

    $$\sum_n\log\big(1+e^{-y_nw^\top f_n}\big)+\tfrac12\lVert w\rVert^2,\qquad y_n=\pm1$$

    without a penalty on the last weight, the intercept, by Newton's method.

    Args:
        features: of shape (n, columns), the last one being ones.
        labels: the class of each example, from 0.
        classes: their number.
    """
    signs = np.where(labels[:, None] == np.arange(classes), 1.0, -1.0)
    penalty = np.ones(features.shape[1])
    penalty[-1] = 1e-9  # of the intercept, so that a class without examples has a minimum too
    weights = np.zeros((classes, features.shape[1]))
    losses = loss(weights, features, signs, penalty)
    for _ in range(STEPS):
        wrong = 0.5 * (1.0 - np.tanh(0.5 * signs * (features @ weights.T)))
        gradient = penalty * weights - (signs * wrong).T @ features
        curvature = wrong * (1.0 - wrong)
        hessian = np.stack([(features * each[:, None]).T @ features for each in curvature.T])
        step = np.linalg.solve(hessian + np.diag(penalty), gradient[..., None])[..., 0]
        length = np.ones((classes, 1))
        for _ in range(STEPS):  # half the step where it would go up
            found = loss(weights - length * step, features, signs, penalty)
            if not (up := found > losses + TOLERANCE * (1.0 + losses)).any():
                break
            length = np.where(up[:, None], 0.5 * length, length)
        weights, before, losses = weights - length * step, losses, found
        if np.all(before - losses <= TOLERANCE * (1.0 + losses)):
            break
    return weights


def loss(
    weights: np.ndarray, features: np.ndarray, signs: np.ndarray, penalty: np.ndarray
) -> np.ndarray:
    """What each class minimizes, in nats."""
    nats = np.logaddexp(0.0, -signs * (features @ weights.T)).sum(axis=0)
    return np.asarray(nats + 0.5 * np.sum(penalty * weights**2, axis=1))
