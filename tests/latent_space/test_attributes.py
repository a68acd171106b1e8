"""Directions of attributes where they are known: means, covariances, confounders."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import LogisticRegression

from keras_vae.latent_space import AttributeVector
from keras_vae.latent_space.directions import logistic

pytestmark = pytest.mark.one_backend("NumPy alone")

SMILE, GLASSES = np.array([2.0, 0.0, 1.0]), np.array([0.5, 3.0, 0.0])
METHODS = ("difference", "logistic", "ridge")


def exact_noise(n, covariance, seed=0):
    """n draws whose mean is 0 and whose covariance is this one, without an error."""
    noise = np.random.default_rng(seed).standard_normal((n, len(covariance)))
    noise -= noise.mean(axis=0)
    root = np.linalg.cholesky(noise.T @ noise / n)
    return noise @ np.linalg.inv(root).T @ np.linalg.cholesky(covariance).T


def two_attributes(cells, noise=0.5):
    """Codes smile·SMILE + glasses·GLASSES + noise, the noise the same in each of four cells."""
    labels = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], cells, axis=0)
    parts = [exact_noise(n, noise * np.eye(3), seed=n) for n in cells]
    return labels @ np.stack([SMILE, GLASSES]) + np.concatenate(parts), labels


def cosine(a, b):
    return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def test_the_difference_of_class_means():
    z, labels = two_attributes([40, 40, 40, 40])
    smile = AttributeVector.fit(z, labels[:, 0])
    assert_allclose(smile.direction, SMILE, atol=1e-12)
    assert_allclose(AttributeVector.fit(z, -labels[:, 0]).direction, -SMILE, atol=1e-12)


def test_the_change_per_unit_of_an_ordered_attribute():
    """Twice the label, half the change; on exact data the slope of a line."""
    labels = np.linspace(-1, 1, 21)
    z = np.outer(labels, SMILE) + 7.0
    assert_allclose(AttributeVector.fit(z, labels).direction, SMILE, rtol=1e-12)
    assert_allclose(AttributeVector.fit(z, 2 * labels).direction, SMILE / 2, rtol=1e-12)


def test_a_confounder_comes_along_unless_balanced():
    """Plain: the smile and as much of the glasses as P(glasses | smile) differs. Balanced: none."""
    z, labels = two_attributes([850, 150, 150, 850])
    assert_allclose(np.corrcoef(labels.T)[0, 1], 0.7)
    plain = AttributeVector.fit(z, labels[:, 0]).direction
    assert_allclose(plain, SMILE + 0.7 * GLASSES, atol=1e-12)
    balanced = AttributeVector.fit(z, labels[:, 0], balance=labels[:, 1]).direction
    assert_allclose(balanced, SMILE, atol=1e-12)


def test_a_balance_is_the_mean_of_the_differences_within_strata():
    """Strata of unlike sizes, directions and shares; one without smiles says nothing."""
    random = np.random.default_rng(0)
    strata = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], [10, 25, 30, 12], axis=0)
    labels = (random.uniform(size=77) < 0.2 + 0.3 * strata[:, 0]).astype(int)
    labels[-12:] = 0
    z = random.standard_normal((77, 3)) + labels[:, None] * (1 + strata[:, :1])
    differences, weights = [], []
    for stratum in [(0, 0), (0, 1), (1, 0)]:
        here = (strata == stratum).all(axis=1)
        one, zero = here & (labels == 1), here & (labels == 0)
        differences.append(z[one].mean(axis=0) - z[zero].mean(axis=0))
        weights.append(one.sum() * zero.sum() / here.sum())
    found = AttributeVector.fit(z, labels, balance=strata).direction
    assert_allclose(found, np.average(differences, axis=0, weights=weights), rtol=1e-12)


def test_least_squares_avoids_directions_that_vary_anyway():
    """Σ⁻¹d, by Fisher's identity without an error; its length by the class means."""
    covariance = np.array([[2.0, 0.8, 0.0], [0.8, 1.0, 0.3], [0.0, 0.3, 0.5]])
    noise = exact_noise(300, covariance)
    z = np.concatenate([noise, noise + SMILE])
    labels = np.repeat([0, 1], 300)
    found = AttributeVector.fit(z, labels, "ridge", penalty=0.0).direction
    weights = np.linalg.solve(covariance, SMILE)
    assert_allclose(found, weights * (weights @ SMILE) / (weights @ weights), rtol=1e-9)


def test_logistic_weights_of_normal_classes():
    """The same Σ⁻¹d in the limit of many codes."""
    random = np.random.default_rng(1)
    covariance = np.array([[2.0, 0.8, 0.0], [0.8, 1.0, 0.3], [0.0, 0.3, 0.5]])
    noise = random.multivariate_normal(np.zeros(3), covariance, 40_000)
    labels = np.arange(40_000) % 2
    z = noise + 0.7 * labels[:, None] * SMILE
    found = AttributeVector.fit(z, labels, "logistic", penalty=0.0).direction
    assert cosine(found, np.linalg.solve(covariance, SMILE)) > 0.9995


@pytest.mark.parametrize("penalty", [0.003, 0.1])
def test_logistic_weights_are_those_of_another_implementation(penalty):
    z, labels = two_attributes([50, 30, 20, 60], noise=3.0)
    found = AttributeVector.fit(z, labels[:, 0], "logistic", penalty=penalty).direction
    oracle = LogisticRegression(C=1 / (penalty * len(z)), tol=1e-10).fit(z, labels[:, 0]).coef_[0]
    assert_allclose(found / np.linalg.norm(found), oracle / np.linalg.norm(oracle), atol=1e-5)


def test_logistic_weights_in_closed_form():
    """One bit as code: a log odds ratio, the common one of two strata with unlike base rates.

    Without strata it is of the other sign: Simpson's paradox.
    """
    # Bit 0 with label 0 and 1, bit 1 with label 0 and 1, of either stratum: the odds ratio is 4.
    counts = [20, 80, 1, 16, 16, 1, 80, 20]
    bit = np.repeat([0.0, 0, 1, 1, 0, 0, 1, 1], counts)[:, None]
    labels = np.repeat([0.0, 1, 0, 1, 0, 1, 0, 1], counts)
    strata = np.repeat([0, 0, 0, 0, 1, 1, 1, 1], counts)
    assert_allclose(logistic(bit, labels, strata, 0.0), np.log(4.0), rtol=1e-6)
    assert_allclose(logistic(bit, labels, 0 * strata, 0.0), 2 * np.log(36 / 81), rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_recovers_the_direction_under_balance(method):
    """Noise of equal variance in all directions: Σ⁻¹d is d."""
    z, labels = two_attributes([850, 150, 150, 850], noise=4.0)
    found = AttributeVector.fit(z, labels[:, 0], method, balance=labels[:, 1], penalty=0.0)
    assert found.method == method
    tolerance = {"difference": 1e-12, "ridge": 1e-12, "logistic": 0.05}[method]
    assert 1 - cosine(found.direction, SMILE) < tolerance
    assert_allclose(found.direction @ SMILE / (SMILE @ SMILE), 1.0, atol=2 * tolerance)


@pytest.mark.parametrize("method", METHODS)
def test_codes_of_any_rank_dead_ones_among_them(method):
    z, labels = two_attributes([20, 20, 20, 20], noise=4.0)
    z = np.stack([z, 0 * z], axis=1)
    found = AttributeVector.fit(z, labels[:, 0], method, penalty=0.0)
    assert found.direction.shape == (2, 3)
    assert_allclose(found.direction[1], 0.0, atol=1e-12)
    assert found.move(z).shape == z.shape and found.move(z[0]).shape == (2, 3)


def test_moves():
    smile = AttributeVector(SMILE)
    z = np.ones((2, 3), "float32")
    assert smile.move(z).dtype == "float32"
    assert_array_equal(smile.move(z, [0.0, 2.0]), [z[0], z[0] + 2 * SMILE])
    assert_array_equal(smile.move(z[0], -1), z[0] - SMILE)
    with pytest.raises(ValueError, match=r"z has shape \(1, 2\); expected codes of shape \(3,\)"):
        smile.move(np.zeros((1, 2)))


def test_orthogonal_to_others():
    smile = AttributeVector(SMILE, "ridge")
    others = [AttributeVector(GLASSES), AttributeVector(2 * GLASSES)]  # one and the same
    found = smile.orthogonal_to(others)
    expected = SMILE - GLASSES * (SMILE @ GLASSES) / (GLASSES @ GLASSES)
    assert_allclose(found.direction, expected, atol=1e-12)
    assert found.method == "ridge"
    assert_allclose(smile.orthogonal_to([]).direction, SMILE)
    with pytest.raises(ValueError, match="they span it"):
        smile.orthogonal_to([smile])
    with pytest.raises(ValueError, match="not directions of the same codes"):
        smile.orthogonal_to([AttributeVector(np.ones(2))])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"z": np.zeros(4)}, r"expected codes of shape \(n, latent_dim\)"),
        ({"z": np.zeros((4, 2), "int32")}, "Discrete codes are names"),
        ({"labels": [0, 1, 0]}, "expected one finite number for each of the 4 codes"),
        ({"labels": [0, 1, 0, np.nan]}, "expected one finite number"),
        ({"labels": [1, 1, 1, 1]}, "All 4 labels are 1"),
        ({"method": "svm"}, "must be one of 'difference', 'logistic', 'ridge'"),
        ({"method": "logistic", "labels": [0, 1, 2, 1]}, 'Write method="ridge"'),
        ({"method": "logistic", "penalty": 0.0}, "tell the labels apart without an error"),
        ({"penalty": -1.0}, "penalty=-1.0 must be"),
        ({"balance": [0, 1, 2]}, r"`balance` has shape \(3, 1\); expected \(4, k\)"),
        ({"labels": [0.1, 0.1, 0.1, 0.2], "balance": [0, 0, 0, 1]}, "its 2 strata hold 2.0 exam"),
        ({"balance": [0.1, 0.2, 0.3, 0.4]}, "its 4 strata hold 1.0 examples each"),
    ],
)
def test_bad_arguments(arguments, words):
    z = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 2.0], [1.0, 3.0]])
    with pytest.raises(ValueError, match=words):
        AttributeVector.fit(**{"z": z, "labels": [0, 1, 0, 1], **arguments})
