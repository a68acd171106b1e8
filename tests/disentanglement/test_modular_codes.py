"""Modularity: its formula in loops, noise and constants that do not count."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_vae.disentanglement import modularity
from keras_vae.disentanglement.modular_codes import of_information
from tests.oracles.grids import at_random, grid, noise

pytestmark = pytest.mark.one_backend("NumPy alone")

SIZES = (3, 6, 40, 32, 32)


def test_noise_and_constants_are_left_out():
    factors, n = at_random(SIZES, 10_000), 10_000
    dead = np.full((n, 5), 0.3)
    for codes, silent, inactive in (
        (factors, 0, 0),
        (np.hstack([factors, noise(n, 5)]), 5, 0),
        (np.hstack([factors, noise(n, 5), dead]), 5, 5),
    ):
        found = modularity(codes, factors, resamples=2)
        assert_allclose(found.value, 1.0, rtol=1e-6)
        assert (found.details["silent"], found.details["inactive"]) == (silent, inactive)
        assert np.isnan(found.details["of_code"]).sum() == silent + inactive
    for codes in (noise(n, 5), dead):
        found = modularity(codes, factors, resamples=2)
        assert found.value == found.standard_error == 0.0


def test_without_that_noise_scores_two_thirds():
    """The information that 20 bins of equal width show, with nothing taken away."""
    factors, codes = at_random(SIZES, 10_000), noise(10_000, 5)
    plug_in = np.zeros((5, 5))
    for i, code in enumerate(codes.T):
        for j, level in enumerate(factors.T):
            joint = np.histogram2d(code, level, bins=(20, SIZES[j]))[0] / 10_000
            independent = np.outer(joint.sum(axis=1), joint.sum(axis=0))
            seen = joint > 0
            plug_in[i, j] = np.sum(joint[seen] * np.log(joint[seen] / independent[seen]))
    assert_allclose(of_information(plug_in).mean(), 0.66, atol=0.03)


def test_the_formula_in_loops():
    matrix = np.array([[1.0, 0.5, 0.0], [0.2, 0.2, 0.2], [0.0, 0.0, 0.0], [0.0, 3.0, 0.0]])
    found = of_information(matrix)
    for row, value in zip(matrix, found, strict=True):
        if not row.any():
            assert np.isnan(value)
            continue
        best = int(np.argmax(row))
        others = sum(row[j] ** 2 for j in range(3) if j != best)
        assert_allclose(value, 1.0 - others / (2 * row[best] ** 2), atol=1e-12)


def test_codes_that_say_as_much_of_both_score_nothing():
    """z = 10 v₁ + v₂ of two factors with 4 values: as much of both, and 0."""
    factors = grid((4, 4), 20)
    found = modularity(factors @ [[10.0], [1.0]], factors, resamples=2)
    assert_allclose(found.value, 0.0, atol=1e-12)
    both = np.hstack([factors @ [[10.0], [1.0]], factors])
    assert_allclose(modularity(both, factors, resamples=2).value, 2 / 3, rtol=1e-12)


def test_the_active_codes_may_be_named():
    factors = grid((4, 4), 20)
    both = np.hstack([factors @ [[10.0], [1.0]], factors])
    found = modularity(both, factors, active=[False, True, True], resamples=2)
    assert_allclose(found.value, 1.0, rtol=1e-12)
    assert found.details["active"] == 2 and found.details["inactive"] == 1
    with pytest.raises(ValueError, match="expected a boolean for each of the 3 codes"):
        modularity(both, factors, active=[1, 2])
