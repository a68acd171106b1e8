"""The mutual information gap from a histogram: exact cases, and scikit-learn on the same bins."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics import adjusted_mutual_info_score

from keras_vae.disentanglement import mutual_information_gap
from keras_vae.disentanglement.information import information_by_chance, rank_bins
from tests.oracles.grids import ROTATION, at_random, grid, noise

pytestmark = pytest.mark.one_backend("NumPy alone")

SIZES = (3, 6, 40, 32, 32)


def test_codes_equal_to_the_factors_score_one_whatever_their_sizes():
    factors = grid((3, 6, 40, 2), 7)
    found = mutual_information_gap(factors, factors, resamples=2)
    assert_allclose(found.value, 1.0, rtol=1e-12)
    assert found.details["bins"].tolist() == [3, 6, 40, 2]
    assert found.details["active"] == 4 and found.details["examples"] == len(factors)
    assert_allclose(found.details["entropies"], np.log([3, 6, 40, 2]), rtol=1e-12)
    assert_allclose(np.diag(found.details["information"]), found.details["entropies"], rtol=1e-12)
    factors = at_random(SIZES, 10_000)  # not quite independent of each other
    assert_allclose(mutual_information_gap(factors, factors, resamples=2).value, 1.0, atol=1e-3)


def equal_widths(codes, factors, bins):
    """The score with bins of equal width and nothing taken away, as implementations have it."""
    gaps = []
    for level in factors.T:
        shown = []
        for code in codes.T:
            joint = np.histogram2d(code, level, bins=(bins, level.max() + 1))[0] / len(code)
            rows, columns = joint.sum(axis=1), joint.sum(axis=0)
            seen = joint > 0
            shown.append(np.sum(joint[seen] * np.log(joint[seen] / np.outer(rows, columns)[seen])))
        second, first = sorted(shown)[-2:]
        gaps.append((first - second) / -np.sum(columns * np.log(columns)))
    return np.mean(gaps)


def test_bins_of_equal_width_say_otherwise():
    factors = at_random(SIZES, 10_000)
    found = [equal_widths(factors, factors, bins) for bins in (10, 20, 40)]
    assert_allclose(found, [0.79, 0.90, 0.99], atol=0.005)
    assert equal_widths(np.exp(factors / factors.max(axis=0) * 8), factors, 20) < 0.65
    outlier = np.vstack([factors, factors[:1] + 10**6])
    levels = np.vstack([factors, factors[:1]])
    assert equal_widths(outlier, levels, 20) < 0.01
    assert mutual_information_gap(outlier, levels, resamples=2).value > 0.95


@pytest.mark.parametrize("seed", range(3))
def test_information_is_what_scikit_learn_adjusts_for_chance(seed):
    factors = at_random((3, 7), 600, seed)
    codes = noise(600, 3, seed) + factors @ [[1.0, 0.5, 0.0], [0.0, 0.5, 0.0]]
    found = mutual_information_gap(codes, factors, resamples=2).details
    for i, code in enumerate(codes.T):
        place = np.argsort(np.argsort(code)) * 20 // 600
        for j, level in enumerate(factors.T):
            most = min(np.log(20), found["entropies"][j])
            share = adjusted_mutual_info_score(level, place, average_method="min")
            expected = most * max(0.0, share)
            assert_allclose(found["information"][i, j], expected, rtol=1e-8, atol=1e-12)


def test_information_by_chance_is_the_mean_over_all_orders():
    """Of two and two of four examples: 2 of 6 orders show log 2, the others nothing."""
    assert_allclose(information_by_chance(np.array([2, 2]), np.array([2, 2])), np.log(2.0) / 3.0)
    many = information_by_chance(np.full(20, 500), np.full(32, 312))
    assert_allclose(many, 19 * 31 / (2 * 10_000), rtol=0.05)


def test_noise_scores_nothing():
    factors = at_random(SIZES, 10_000)
    found = mutual_information_gap(noise(10_000, 5), factors, resamples=20)
    assert found.value < 1e-3 and found.details["information"].max() < 5e-3
    few = at_random(SIZES, 500)  # where chance shows more than a nat
    assert mutual_information_gap(noise(500, 5), few, resamples=2).value < 0.02


def test_missing_shared_and_dead_codes():
    factors = grid((4, 5, 3), 10)
    first, second, third = factors.T
    cases = {
        "one factor missing": ([first, second], 2 / 3),
        "a code twice": ([first, second, third, third], 2 / 3),
        "one dead": ([first, second, third, 0 * first], 1.0),
        "constants": ([0 * first, 0 * first + 7], 0.0),
        "a single code": ([second], 1 / 3),
        "one code for everything": ([100 * first + 10 * second + third], 1.0),
    }
    for case, (codes, expected) in cases.items():
        found = mutual_information_gap(np.stack(codes, axis=1), factors, bins=60, resamples=2)
        assert_allclose(found.value, expected, atol=1e-9, err_msg=case)
        assert np.isfinite(found.standard_error), case


def test_a_constant_in_single_precision_is_constant():
    factors = grid((3, 4), 5)
    constant = np.float32(0.1) * np.ones((60, 1), "float32")
    constant[::2] = np.nextafter(constant[0, 0], np.float32(1.0))
    found = mutual_information_gap(np.hstack([factors, constant]), factors, resamples=2)
    assert found.details["active"] == 2 and found.details["bins"].tolist() == [3, 4, 1]


def test_a_rotation_of_two_factors_loses_the_gap():
    """v₁ + v₂ and v₁ − v₂ of two signs say the same of both: ½ log 2 less chance."""
    factors = grid((2, 2), 50)
    signs = 2.0 * factors - 1.0
    codes = signs @ [[1.0, 1.0], [1.0, -1.0]]
    found = mutual_information_gap(codes, factors, resamples=2)
    assert_allclose(found.value, 0.0, atol=1e-12)
    assert_allclose(found.details["information"], 0.5 * np.log(2.0), rtol=0.02)
    normal = at_random((10, 10, 10), 5000) - 4.5
    dense = mutual_information_gap(normal @ ROTATION, (normal + 4.5).astype(int), resamples=20)
    assert dense.value < 0.02


@pytest.mark.parametrize("n", [1000, 1001, 1010, 37])
def test_the_sign_turns_the_bins_around(n):
    code = noise(n, 1)[:, 0].round(2)  # some are equal
    bins = rank_bins(code, 20)
    assert np.array_equal(rank_bins(-code, 20), bins.max() - bins)
    assert np.array_equal(rank_bins(np.exp(3 * code), 20), bins)
    assert len(np.unique(bins)) == bins.max() + 1
    assert all(len(np.unique(bins[code == value])) == 1 for value in code)


def test_few_values_are_kept_whole():
    assert rank_bins(np.array([5.0, 0.1, 5.0, -3.0]), 3).tolist() == [2, 1, 2, 0]
