"""A score and its bootstrap error, against formulas and against the spread over data sets."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_vae.disentanglement import (
    Score,
    explicitness,
    modularity,
    mutual_information_gap,
    mutual_information_gap_sampled,
    sap,
    total_correlation,
)
from keras_vae.disentanglement.scores import bootstrap, gap
from tests.oracles.grids import at_random, noise

pytestmark = pytest.mark.one_backend("NumPy alone")


def test_the_error_of_a_mean():
    values = np.random.default_rng(0).gamma(2.0, size=(500, 2))
    value, error = bootstrap(lambda weights: weights @ values / weights.sum(), 500, 2000, 0)
    assert_allclose(value, values.mean(axis=0), rtol=1e-12)
    assert_allclose(error, values.std(axis=0) / np.sqrt(500), rtol=0.06)  # 4/√(2·2000)


def test_the_gap_of_the_first_two():
    matrix = np.array([[3.0, 0.0, 1.0], [1.0, 0.0, 5.0], [2.5, 0.0, 5.0]])
    assert gap(matrix).tolist() == [0.5, 0.0, 0.0]
    assert gap(matrix[:1]).tolist() == [3.0, 0.0, 1.0]


def test_the_text_of_a_score():
    assert str(Score(0.12345, 0.0006, {})) == "0.123 ± 0.001"


@pytest.mark.parametrize(
    "score",
    [
        lambda codes, factors: mutual_information_gap(codes, factors, bins=8, resamples=30),
        lambda codes, factors: mutual_information_gap_sampled(
            codes, np.full(codes.shape, 0.5), factors, resamples=30
        ),
        lambda codes, factors: sap(codes, factors, resamples=30),
        lambda codes, factors: sap(codes, factors, ("nominal", "nominal"), resamples=30),
        lambda codes, factors: modularity(codes, factors, bins=8, resamples=30),
        lambda codes, factors: total_correlation(codes, resamples=30),
    ],
    ids=["histogram", "sampled", "sap", "sap of names", "modularity", "total correlation"],
)
def test_the_error_is_the_spread_over_data(score):
    """40 data sets from one distribution spread by as much as each of them says."""
    values, errors = [], []
    for seed in range(40):
        factors = at_random((4, 4), 400, seed)
        codes = factors @ [[1.0, 0.4], [0.0, 1.0]] + noise(400, 2, seed + 100) * [0.5, 1.0]
        found = score(codes, factors)
        values.append(found.value)
        errors.append(found.standard_error)
    assert_allclose(np.std(values, ddof=1), np.mean(errors), rtol=0.4)


def test_the_error_of_a_held_out_half_leaves_out_the_fit():
    factors = at_random((4, 4), 400)
    found = explicitness(factors + noise(400, 2), factors)
    assert 0.0 < found.standard_error < 0.05
