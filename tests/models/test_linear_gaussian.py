"""Evidence, bounds and gaps of the linear-Gaussian model, of which everything is known."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_vae import kl_divergence
from keras_vae.distributions import MultivariateNormal
from tests.oracles.linear_gaussian import (
    APPROXIMATION,
    BEST_DIAGONAL,
    ENCODE,
    FULL,
    LOG_P,
    SHIFT,
    SHIFTED_SCALE,
    TOTAL,
    VARIANCE,
    B,
    W,
    X,
    exact_posterior,
    known_vae,
    log_evidence,
    tensor,
)
from tests.oracles.noise import sigma_points

COPIES, DRAWS = 400, 50  # the same in all tests: JAX compiles every operation for every shape


def exact_elbo(vae, x, monkeypatch):
    """The ELBO per example, without any noise of sampling."""
    with monkeypatch.context() as patch:
        patch.setattr(keras.random, "normal", sigma_points)
        terms = vae.terms(tensor(x), vae(tensor(x)))
    return ops.convert_to_numpy(ops.mean(terms.log_likelihood, axis=0) - terms.kl)


def log_weights(x, *q):
    """log p(x|z) + log p(z) - log q(z|x), of shape (COPIES, DRAWS), and the draws z of q."""
    vae, x = known_vae(*q, num_samples=DRAWS), tensor(np.tile(x, (COPIES, 1)))
    terms = vae.terms(x, vae(x))
    log_w = terms.log_likelihood + terms.log_prior - terms.log_posterior
    z = ops.swapaxes(terms.z, 0, 1)
    return ops.convert_to_numpy(ops.transpose(log_w)).astype("float64"), ops.convert_to_numpy(z)


def importance_weighted_bound(log_w):
    """The bound of Burda et al. 2016, one value per row, in Keras' own arithmetic."""
    sums = ops.convert_to_numpy(ops.logsumexp(tensor(log_w), axis=-1))
    return sums.astype("float64") - np.log(log_w.shape[-1])


def test_log_evidence():
    covariance = W @ W.T + VARIANCE * np.eye(5)
    evidence = MultivariateNormal(tensor(B), tensor(np.linalg.cholesky(covariance)))
    assert log_evidence(X) == pytest.approx(LOG_P, abs=1e-12)
    assert float(ops.convert_to_numpy(evidence.log_prob(tensor(X)))) == pytest.approx(
        LOG_P, abs=1e-5
    )


def test_evidence_is_joint_over_posterior_at_every_z():
    """p(x) = p(x|z) p(z) / p(z|x), whatever z is; not p(x|z)."""
    vae = known_vae(FULL)
    z = tensor(np.random.default_rng(0).normal(scale=2.0, size=(10, 2)))
    x = tensor(X[None])
    log_joint = vae.likelihood(z).log_prob(x) + vae.prior.distribution().log_prob(z)
    log_p = ops.convert_to_numpy(log_joint - vae.posterior(x).log_prob(z))
    np.testing.assert_allclose(log_p, LOG_P, rtol=2e-5)
    assert np.std(ops.convert_to_numpy(vae.likelihood(z).log_prob(x))) > 10.0


@pytest.mark.parametrize(
    ("scale", "shift", "gap"),
    [
        (FULL, 0.0, 0.0),
        (BEST_DIAGONAL, 0.0, APPROXIMATION),
        (SHIFTED_SCALE, SHIFT, TOTAL),
    ],
    ids=["full", "best_diagonal", "shifted"],
)
def test_elbo_and_gap_make_the_evidence(scale, shift, gap, monkeypatch):
    vae = known_vae(scale, shift)
    elbo = exact_elbo(vae, X[None], monkeypatch)[0]
    q = vae.posterior(tensor(X[None]))
    found = float(ops.convert_to_numpy(kl_divergence(q, exact_posterior(X[None])))[0])
    assert found == pytest.approx(gap, abs=2e-6)
    assert elbo == pytest.approx(LOG_P - gap, abs=1e-5)
    assert elbo + found == pytest.approx(LOG_P, abs=1e-5)


def test_elbo_and_gap_make_the_evidence_for_any_q(monkeypatch):
    rng = np.random.default_rng(1)
    x = B + rng.normal(size=(20, 5)) @ np.diag([1.0, 2.0, 0.5, 1.0, 1.5])
    for scale in (rng.uniform(0.05, 2.0, 2), np.array([[0.7, 0.0], [-0.4, 0.2]])):
        vae = known_vae(scale, shift=rng.normal(size=2))
        gap = ops.convert_to_numpy(kl_divergence(vae.posterior(tensor(x)), exact_posterior(x)))
        assert np.all(gap > 0.01)
        np.testing.assert_allclose(
            exact_elbo(vae, x, monkeypatch) + gap, log_evidence(x), rtol=1e-5
        )


def test_gap_is_approximation_and_amortization(monkeypatch):
    """Cremer et al. 2018: total gap = best q of the family + what the encoder misses."""
    best = exact_elbo(known_vae(BEST_DIAGONAL), X[None], monkeypatch)[0]
    for scale in (BEST_DIAGONAL * 1.05, BEST_DIAGONAL * 0.95):
        assert exact_elbo(known_vae(scale), X[None], monkeypatch)[0] < best
    amortized = exact_elbo(known_vae(SHIFTED_SCALE, SHIFT), X[None], monkeypatch)[0]
    assert best - amortized == pytest.approx(TOTAL - APPROXIMATION, abs=1e-5)


def test_importance_weighted_bounds_rise_to_the_evidence():
    log_w, _ = log_weights(X, SHIFTED_SCALE, SHIFT)
    bounds, errors = [], []
    for k in (1, 5, DRAWS):
        bound = importance_weighted_bound(log_w.reshape(-1, k))
        bounds.append(bound.mean())
        errors.append(bound.std() / len(bound) ** 0.5)
    assert bounds[0] == pytest.approx(-14.400732797833, abs=4 * errors[0])
    assert bounds[0] + 0.1 < bounds[1] < bounds[2] - 0.1  # far beyond the standard errors
    assert bounds[2] < LOG_P + 3 * errors[2]
    assert max(errors) < 0.02


def test_importance_weights_are_unbiased():
    log_w, z = log_weights(X, SHIFTED_SCALE, 0.1)
    weights = np.exp(log_w - LOG_P)
    assert weights.mean() == pytest.approx(1.0, abs=4 * weights.std() / weights.size**0.5)
    assert weights.std() < 5.0
    # Self-normalized, they turn draws of q into draws of the exact posterior.
    shares = (weights / weights.sum())[..., None]
    mean = np.sum(shares * z, axis=(0, 1))
    error = np.sqrt(np.sum((shares * (z - mean)) ** 2, axis=(0, 1)))
    assert np.all(np.abs(mean - ENCODE @ (X - B)) < 4 * error)
    assert np.all(error < 0.01)


def test_exact_posterior_has_no_variance():
    log_w, _ = log_weights(X, FULL)
    np.testing.assert_allclose(log_w, LOG_P, rtol=1e-5)
    for k in (1, 5, DRAWS):
        bound = importance_weighted_bound(log_w.reshape(-1, k))
        np.testing.assert_allclose(bound, LOG_P, rtol=1e-5)


def test_very_small_weights_do_not_underflow():
    far = B + 42.0 * np.array([1.0, 1.0, -1.0, 0.5, 1.0])
    expected = log_evidence(far)
    assert expected < -1e4
    exact, _ = log_weights(far, FULL)
    np.testing.assert_allclose(importance_weighted_bound(exact), expected, rtol=1e-5)
    log_w, _ = log_weights(far, SHIFTED_SCALE, SHIFT)
    assert np.all(np.exp(log_w.astype("float32")) == 0.0)
    bound = importance_weighted_bound(log_w)
    assert np.all(np.isfinite(bound))
    assert np.all(bound <= log_w.max(axis=1) + 1e-2)
    assert np.all(bound >= log_w.max(axis=1) - np.log(DRAWS) - 1e-2)
