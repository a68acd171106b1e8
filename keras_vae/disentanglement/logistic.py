"""A linear classifier that never changes: logistic regression, one class against the rest."""

import numpy as np

from keras_vae.logistic import logistic_regression


def standardized(features: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Features with the mean 0 and variance 1 that `like` gets, and a column of ones."""
    scale = like.std(axis=0)
    scaled = (features - like.mean(axis=0)) / np.where(scale > 0.0, scale, 1.0)
    return np.hstack([scaled, np.ones((len(features), 1))])


def one_against_rest(features: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Weights for each class, of shape (classes, columns), with the penalty ½‖w‖².

    Args:
        features: of shape (n, columns), the last one being ones; its weight has no penalty.
        labels: the class of each example, from 0.
        classes: their number.
    """
    penalties = np.ones(features.shape[1])
    penalties[-1] = 1e-9  # of the intercept, so that a class without examples has a minimum too
    return np.stack([logistic_regression(features, labels == c, penalties) for c in range(classes)])
