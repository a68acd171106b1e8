"""What no score may depend on: order, sign, scale and shift of codes, dead codes among them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_vae.disentanglement import (
    beta_vae_score,
    dci,
    explicitness,
    factor_vae_score,
    modularity,
    mutual_information_gap,
    mutual_information_gap_sampled,
    sap,
)
from tests.oracles.grids import at_random, noise

pytestmark = pytest.mark.one_backend("NumPy alone")

FACTORS = at_random((3, 4), 401)
CODES = FACTORS @ [[1.0, 0.3, 0.0], [0.2, 1.0, 0.0]] + 0.5 * noise(401, 3)
SCORES = {
    "mutual_information_gap": mutual_information_gap,
    "modularity": modularity,
    "sap": sap,
    "explicitness": explicitness,
    "beta_vae_score": lambda *given, **kw: beta_vae_score(*given, points=400, **kw),
    "factor_vae_score": lambda *given, **kw: factor_vae_score(*given, votes=400, **kw),
}


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("kinds", [("ordered", "ordered"), ("nominal", "ordered")])
def test_order_sign_scale_and_shift(name, kinds):
    class Factors:
        factors, names = FACTORS, ("a", "b")

    Factors.kinds = kinds
    expected = SCORES[name](CODES, Factors, resamples=2)
    shift = np.array([5.0, 0.0, -9.0])
    for codes in (CODES[:, [2, 0, 1]], -CODES, CODES * [1e-6, 3.0, 1e4], CODES + shift):
        found = SCORES[name](codes, Factors, resamples=2)
        assert_allclose(found.value, expected.value, atol=1e-6)
        assert_allclose(found.standard_error, expected.standard_error, atol=1e-6)


@pytest.mark.parametrize("name", SCORES)
def test_dead_codes_and_names_of_values(name):
    expected = SCORES[name](CODES, FACTORS, resamples=2).value
    dead = np.hstack([np.full((401, 2), 0.3), CODES])
    assert_allclose(SCORES[name](dead, FACTORS, resamples=2).value, expected, atol=1e-6)
    assert_allclose(SCORES[name](CODES, 7 * FACTORS - 3, resamples=2).value, expected, atol=1e-6)


@pytest.mark.parametrize("name", ["mutual_information_gap", "modularity"])
def test_rank_bins_know_no_monotone_map(name):
    expected = SCORES[name](CODES, FACTORS, resamples=2).value
    maps = np.stack([np.exp(CODES[:, 0]), -(CODES[:, 1] ** 3), np.arctan(CODES[:, 2])], axis=1)
    assert_allclose(SCORES[name](maps, FACTORS, resamples=2).value, expected, atol=1e-12)


@pytest.mark.parametrize("name", ["mutual_information_gap", "modularity", "sap"])
def test_the_order_of_examples_does_not_matter(name):
    order = np.random.default_rng(0).permutation(401)
    expected = SCORES[name](CODES, FACTORS, resamples=2).value
    found = SCORES[name](CODES[order], FACTORS[order], resamples=2).value
    assert_allclose(found, expected, atol=1e-12)


def test_forests_know_order_of_values_alone():
    expected = dci(CODES, FACTORS, resamples=2)
    for codes in (4.0 * CODES, np.exp2(CODES)):
        for one, other in zip(dci(codes, FACTORS, resamples=2), expected, strict=True):
            assert_allclose(one.value, other.value, atol=0.02)


def test_sampled_codes_know_no_scale():
    loc, scale = CODES, np.exp(0.2 * noise(401, 3, 5))
    expected = mutual_information_gap_sampled(loc, scale, FACTORS, resamples=2).value
    factor = np.array([1e-3, 7.0, 100.0])
    found = mutual_information_gap_sampled(loc * factor, scale * factor, FACTORS, resamples=2)
    assert_allclose(found.value, expected, rtol=1e-9)
