"""The shape of the tail of importance weights, against distributions whose shape is known."""

import numpy as np
import pytest

from keras_vae.estimators.pareto import pareto_k, pooled, reliable_up_to, tail_size

SHAPES = [-0.5, 0.0, 0.2, 0.5, 0.8, 1.2]


def quantiles(shape, size):
    """Evenly spaced quantiles of the generalized Pareto distribution, 0 first."""
    rest = 1.0 - (np.arange(size) + 0.5) / size
    excess = -np.log(rest) if shape == 0.0 else (rest**-shape - 1.0) / shape
    return np.concatenate([[0.0], excess])


@pytest.mark.parametrize("shape", SHAPES)
def test_the_shape_of_quantiles(shape):
    # 5000 of them outweigh the 10 that pull towards one half.
    assert pareto_k(quantiles(shape, 5000)[None]) == pytest.approx(shape, abs=0.003)


def test_scale_threshold_and_order_do_not_matter():
    tail = quantiles(0.5, 50)
    rows = np.stack([tail, 1e-30 * tail, 1e6 * tail[::-1], tail + 7.0])
    np.testing.assert_allclose(pareto_k(rows), pareto_k(rows[:1])[0], rtol=1e-6)


def test_pooling_takes_noise_away_and_leaves_differences():
    rng = np.random.default_rng(0)

    def fitted(*shapes):
        draws = [rng.uniform(size=(400, 500)) ** -k for k in shapes]
        return pareto_k(-np.sort(-np.concatenate(draws), axis=1)[:, : tail_size(500) + 1])

    same = fitted(0.6)
    assert same.std() > 0.12 and pooled(same, 500).std() < 0.06
    np.testing.assert_allclose(pooled(same, 500).mean(), same.mean(), rtol=1e-12)
    apart = pooled(fitted(0.1, 1.1), 500)
    assert np.mean(apart[:400] < 0.63) > 0.95 < np.mean(apart[400:] > 0.63)
    for few in (np.array([0.9]), np.array([0.9, -np.inf]), np.array([np.nan, np.nan])):
        np.testing.assert_array_equal(pooled(few, 500), few)
    np.testing.assert_allclose(pooled(np.array([0.25, 0.35, -np.inf]), 500), [0.3, 0.3, -np.inf])


def test_blocks_join():
    rows = np.stack([quantiles(0.1 + 0.8 * i / 1200, 20) for i in range(1200)])
    k = pareto_k(rows)
    assert np.all(np.diff(k) > 0.0)
    np.testing.assert_allclose(k[1000:1010], pareto_k(rows[1000:1010]), rtol=1e-12)


def test_too_few_or_equal_weights():
    assert np.all(np.isnan(pareto_k(np.ones((2, 5)))))
    assert np.all(pareto_k(np.ones((2, 30))) == -np.inf)


@pytest.mark.parametrize(("draws", "size"), [(10, 2), (100, 20), (500, 68), (5000, 213)])
def test_size_of_the_tail(draws, size):
    assert tail_size(draws) == size


def test_few_samples_allow_only_light_tails():
    assert reliable_up_to(100) == pytest.approx(0.5)
    assert reliable_up_to(5000) == 0.7
    assert reliable_up_to(5) == 0.0
