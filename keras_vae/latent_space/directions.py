"""How codes depend on a label, within groups of examples in which other attributes do not vary."""

from typing import Any

import numpy as np

from keras_vae.logistic import logistic_regression

METHODS = ("difference", "logistic", "ridge")
SEPARATED = 1e-6  # nats per example, of weights that grow without end


def as_labels(labels: Any, examples: int, method: str) -> np.ndarray:
    """Labels as float64, one for each code, which vary and suit the method."""
    labels = np.asarray(labels, "float64")
    if labels.shape != (examples,) or not np.isfinite(labels).all():
        raise ValueError(
            f"`labels` has shape {labels.shape}; expected one finite number for each of the "
            f"{examples} codes."
        )
    if labels.min() == labels.max():
        raise ValueError(
            f"All {examples} labels are {labels[0]:g}: a direction needs examples with the "
            "attribute and without."
        )
    if method not in METHODS:
        raise ValueError(f"method={method!r} must be one of {', '.join(map(repr, METHODS))}.")
    if method == "logistic" and not np.isin(labels, (0.0, 1.0)).all():
        raise ValueError(
            'method="logistic" is for labels 0 and 1; received values from '
            f'{labels.min():g} to {labels.max():g}. Write method="ridge", or labels > median.'
        )
    return labels


def strata_of(labels: np.ndarray, balance: Any) -> tuple[np.ndarray, np.ndarray]:
    """The number of each example's stratum, and which examples are in one whose labels vary.

    Raises:
        ValueError: if the attributes do not fit the labels, or no stratum has labels that vary.
    """
    if balance is None:
        return np.zeros(len(labels), "int64"), np.ones(len(labels), bool)
    balance = np.asarray(balance)
    balance = balance[:, None] if balance.ndim == 1 else balance
    if balance.ndim != 2 or len(balance) != len(labels):
        raise ValueError(
            f"`balance` has shape {balance.shape}; expected ({len(labels)}, k): the other "
            "attributes of each example."
        )
    _, strata = np.unique(balance, axis=0, return_inverse=True)
    strata = strata.reshape(-1)
    telling = vary(labels, strata)[strata]
    if not telling.any():
        raise ValueError(
            f"`balance` leaves no two examples with equal attributes and different labels: its "
            f"{strata.max() + 1} strata hold {len(labels) / (strata.max() + 1):.1f} examples each. "
            "Give attributes of few values: levels, such as `factors` of a data set, or quantiles."
        )
    return strata, telling


def vary(labels: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """In which strata the labels are not all the same."""
    lowest, highest = np.full(strata.max() + 1, np.inf), np.full(strata.max() + 1, -np.inf)
    np.minimum.at(lowest, strata, labels)
    np.maximum.at(highest, strata, labels)
    return np.asarray(highest > lowest)


def within(values: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """Values less the mean of their stratum, of shape (n, k)."""
    counts = np.maximum(np.bincount(strata), 1)
    means = np.stack([np.bincount(strata, column) / counts for column in values.T], axis=-1)
    return np.asarray(values - means[strata])


def difference(z: np.ndarray, labels: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """The change of the mean code per unit of the label, within strata."""
    labels = within(labels[:, None], strata)[:, 0]
    return np.asarray(labels @ within(z, strata) / (labels @ labels))


def ridge(z: np.ndarray, labels: np.ndarray, strata: np.ndarray, penalty: float) -> np.ndarray:
    """Weights of the codes that explain the label best, within strata."""
    z, labels = within(z, strata), within(labels[:, None], strata)[:, 0]
    matrix = z.T @ z / len(z) + penalty * np.eye(z.shape[1])
    return np.linalg.lstsq(matrix, z.T @ labels / len(z), rcond=None)[0]


def logistic(z: np.ndarray, labels: np.ndarray, strata: np.ndarray, penalty: float) -> np.ndarray:
    """Weights of the codes in the log-odds of the label, with an intercept for each stratum.

    The penalty is on the mean of the log loss.

    Raises:
        ValueError: if a hyperplane separates the labels, so that the weights have no bound.
    """
    design = np.hstack([within(z, strata), np.eye(strata.max() + 1)[strata]])
    penalties = np.where(np.arange(design.shape[1]) < z.shape[1], penalty * len(z), 0.0)
    weights = logistic_regression(design, labels > 0.0, penalties)
    odds = design @ weights
    nats = np.mean(np.logaddexp(0.0, odds) - labels * odds)
    if penalty == 0.0 and nats < SEPARATED:
        raise ValueError(
            "The codes tell the labels apart without an error, and the weights of a logistic "
            "regression then have no bound at penalty=0: give a larger one, such as 0.001."
        )
    return weights[: z.shape[1]]
