"""Total correlation: closed forms of two and three codes."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_vae.disentanglement import total_correlation
from tests.oracles.exact import gaussian_data
from tests.oracles.grids import noise

pytestmark = pytest.mark.one_backend("NumPy alone")


@pytest.mark.parametrize("rho", [0.0, 0.5, -0.9])
def test_two_codes(rho):
    white, _ = gaussian_data([1.0, 1.0], examples=50)
    codes = white @ np.array([[1.0, rho], [0.0, np.sqrt(1.0 - rho**2)]])
    found = total_correlation(codes)
    assert_allclose(found.value, -0.5 * np.log1p(-(rho**2)), atol=1e-12)
    assert_allclose(found.details["correlations"], [[1.0, rho], [rho, 1.0]], atol=1e-12)
    assert found.standard_error > 0.0


def test_the_determinant_of_numpy_and_no_scale():
    codes = noise(40, 4) @ noise(4, 4)
    expected = -0.5 * np.linalg.slogdet(np.corrcoef(codes.T))[1]
    assert_allclose(total_correlation(codes).value, expected, rtol=1e-9)
    moved = codes[:, [2, 0, 3, 1]] * [1e6, -1.0, 1e-5, 3.0] + 0.5
    assert_allclose(total_correlation(moved).value, expected, rtol=1e-6)


def test_constant_and_inactive_codes_do_not_count():
    codes = noise(40, 2)
    with_dead = np.hstack([codes, np.full((40, 1), 0.1), codes[:, :1]])
    found = total_correlation(with_dead, active=[True, True, True, False])
    assert_allclose(found.value, total_correlation(codes).value, rtol=1e-12)
    assert found.details["active"] == 2
    for few in (np.zeros((40, 3)), codes[:, :1]):
        assert total_correlation(few).value == 0.0


def test_a_code_twice_is_infinite():
    codes = noise(40, 2)
    found = total_correlation(np.hstack([codes, codes @ [[1.0], [2.0]]]))
    assert found.value == np.inf and np.isnan(found.standard_error)


def test_independent_codes_are_too_large_by_d_d_minus_one_over_4n():
    found = [total_correlation(noise(100, 4, seed), resamples=2).value for seed in range(200)]
    assert_allclose(np.mean(found), 4 * 3 / 400, rtol=0.1)


def test_dependence_without_correlation_is_not_seen():
    z = np.linspace(-1.0, 1.0, 101)
    assert_allclose(total_correlation(np.stack([z, z**2], axis=1)).value, 0.0, atol=1e-12)


def test_more_codes_than_examples():
    with pytest.raises(ValueError, match="3 examples came for 4 codes; expected more examples"):
        total_correlation(noise(3, 4))
