"""Objectives that look at the aggregate posterior, with injected noise."""

import numpy as np
import pytest
from scipy.special import logsumexp

from keras_vae.objectives import DIPVAE, ELBO, BetaTC, InfoVAE, aggregate
from tests.oracles.gradients import value
from tests.oracles.weights import LOC, LOG_W, NOISE, SCALE, loss, terms


def stratified_weights(weights, dataset_size):
    log_weights = aggregate.stratified_log_weights
    return np.exp(value(lambda w: log_weights(w, dataset_size), weights))


def test_stratified_weights_sum_to_one_and_stand_for_the_data_set():
    weights = stratified_weights(np.ones(5), 100)
    np.testing.assert_allclose(weights.sum(1), 1.0, rtol=1e-6)
    np.testing.assert_allclose(np.diag(weights), 1 / 100, rtol=1e-6)
    np.testing.assert_allclose(weights[~np.eye(5, dtype=bool)], 99 / 100 / 4, rtol=1e-6)
    np.testing.assert_allclose(stratified_weights(np.ones(5), 5), 1 / 5, rtol=1e-6)


def test_stratified_weights_of_weighted_examples():
    """Absent, twice, and half; a weight that all share changes nothing."""
    found = stratified_weights(np.array([0.0, 2.0, 0.5]), 10)
    others = np.array([[0.0, 2.0, 0.5], [0.0, 1.0, 0.5], [0.0, 2.0, 0.0]])
    expected = 0.1 * np.eye(3) + 0.9 * others / others.sum(1, keepdims=True)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    halves, ones = (stratified_weights(np.full(4, weight), 10) for weight in (0.5, 1.0))
    np.testing.assert_allclose(halves, ones, rtol=1e-6)
    np.testing.assert_array_equal(stratified_weights(np.ones(1), 10), [[1.0]])


def test_beta_tc_is_the_elbo_at_beta_one_and_weighs_total_correlation_only():
    def at(beta):
        return value(lambda a, b: BetaTC(3)(terms(a, b, noise=NOISE[:1]), beta), LOC, SCALE)

    np.testing.assert_allclose(at(1.0), -LOG_W[0], rtol=1e-5)
    z, factors = (LOC + SCALE * NOISE[0])[:, None], (LOC, SCALE)
    log_q = -0.5 * ((z - factors[0]) / factors[1]) ** 2 - np.log(factors[1] * np.sqrt(2 * np.pi))
    log_w = np.log(stratified_weights(np.ones(3), 3))
    joint = logsumexp(log_w + log_q.sum(-1), axis=1)
    product = logsumexp(log_w[..., None] + log_q, axis=1).sum(-1)
    np.testing.assert_allclose(at(5.0) - at(1.0), 4 * (joint - product), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kind", ["I", "II"])
def test_dip_penalizes_the_covariance_of_the_aggregate(kind):
    covariance = np.cov(LOC.T, bias=True)
    if kind == "II":
        covariance = covariance + np.diag((SCALE**2).mean(0))
    penalty = 2 * 3.0 * covariance[0, 1] ** 2 + 7.0 * np.sum((np.diag(covariance) - 1) ** 2)
    with_it = value(loss(DIPVAE(3.0, 7.0, kind, 6)), LOC, SCALE)
    np.testing.assert_allclose(with_it - value(loss(ELBO(6)), LOC, SCALE), penalty, rtol=1e-4)


def test_info_vae_is_the_elbo_where_its_weights_say_so():
    found = value(loss(InfoVAE(alpha=0.0, weight=1.0, num_samples=6)), LOC, SCALE)
    np.testing.assert_allclose(found, value(loss(ELBO(6)), LOC, SCALE), rtol=1e-5)


def test_mmd_tells_samples_of_two_distributions_apart():
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(size=(3, 200, 2))
    distance = aggregate.mmd
    assert abs(value(distance, a, b)) < 0.05 < 0.5 < value(distance, a, c + 3.0)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: BetaTC(1), "`dataset_size` is the number of training examples"),
        (lambda: DIPVAE(kind="III"), "`kind` must be 'I' or 'II'"),
    ],
)
def test_what_does_not_fit_gets_a_sentence(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()
