"""Tighter bounds and other gradients, on the linear-Gaussian model with injected noise."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import logsumexp, softmax

from keras_vae import objectives
from keras_vae.objectives import CIWAE, ELBO, IWAE, MIWAE, DReG, Renyi, StickingTheLanding
from tests.oracles.gradients import gradient, value
from tests.oracles.weights import (
    LOC,
    LOG_W,
    NOISE,
    SCALE,
    SLOPE,
    VARIANCE,
    W,
    X,
    log_weights,
    loss,
    terms,
)


def log_mean_exp(log_w):
    return logsumexp(log_w, axis=0) - np.log(len(log_w))


VALUES = {
    "iwae": (IWAE(6), -log_mean_exp(LOG_W)),
    "dreg has the value of iwae": (DReG(6), -log_mean_exp(LOG_W)),
    "sticking the landing": (StickingTheLanding(6), -LOG_W.mean(0)),
    "ciwae": (
        CIWAE(0.3, 6),
        -0.3 * LOG_W.mean(0) - 0.7 * log_mean_exp(LOG_W),
    ),
    "miwae, two bounds": (
        MIWAE(2, 6),
        -0.5 * (log_mean_exp(LOG_W[0::2]) + log_mean_exp(LOG_W[1::2])),
    ),
    "miwae, one bound": (MIWAE(1, 6), -log_mean_exp(LOG_W)),
    "miwae, all bounds": (MIWAE(6, 6), -LOG_W.mean(0)),
    "rényi": (Renyi(0.4, 6), -log_mean_exp(0.6 * LOG_W) / 0.6),
    "rényi of order 0": (Renyi(0.0, 6), -log_mean_exp(LOG_W)),
    "rényi of order 1": (Renyi(1.0, 6), -LOG_W.mean(0)),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_are_the_formula(name):
    objective, expected = VALUES[name]
    np.testing.assert_allclose(value(loss(objective), LOC, SCALE), expected, rtol=1e-5)


@pytest.mark.parametrize("objective", [IWAE(6), DReG(6), MIWAE(2, 6), Renyi(0.5, 6)])
def test_bounds_survive_log_weights_near_minus_ten_thousand(objective):
    far = X + 60.0
    expected, _ = log_weights(x=far)
    assert expected.max() < -8000

    def found(loc, scale):
        return objective(terms(loc, scale, x=far), 1.0)

    assert np.isfinite(value(found, LOC, SCALE)).all()
    np.testing.assert_array_less(-value(found, LOC, SCALE), expected.max(0) + 1.0)


def test_beta_weighs_both_terms_of_the_kl():
    without_kl = value(loss(IWAE(6), beta=0.0), LOC, SCALE)
    likelihood = value(lambda a, b: terms(a, b).log_likelihood, LOC, SCALE)
    np.testing.assert_allclose(without_kl, -log_mean_exp(likelihood), rtol=1e-5)


def test_the_gradient_of_the_decoder_favours_the_best_draw():
    """∇ = Σ w̃ ∇log w with weights that sum to 1."""

    def by_decoder(objective):
        return lambda decoder: objective(terms(LOC, SCALE, decoder), 1.0)

    weights = softmax(LOG_W, axis=0)
    residual = X - (LOC + SCALE * NOISE) @ W.T
    z = LOC + SCALE * NOISE
    expected = -np.einsum("sb,sbi,sbj->ij", weights, residual, z) / VARIANCE
    for objective in (IWAE(6), DReG(6)):
        found = gradient(by_decoder(objective), W)
        np.testing.assert_allclose(found, expected, rtol=2e-4, atol=2e-4)


def test_doubly_reparameterized_gradient_squares_the_weights():
    """Tucker et al. 2019, equation 6: dz/dloc = 1 and dz/dscale = noise."""
    squared = softmax(LOG_W, axis=0)[..., None] ** 2
    by_loc, by_scale = gradient(loss(DReG(6)), LOC, SCALE)
    np.testing.assert_allclose(by_loc, -np.sum(squared * SLOPE, 0), rtol=1e-3, atol=1e-3)
    expected = -np.sum(squared * SLOPE * NOISE, 0)
    np.testing.assert_allclose(by_scale, expected, rtol=1e-3, atol=1e-3)


def test_sticking_the_landing_learns_through_z_alone():
    by_loc, by_scale = gradient(loss(StickingTheLanding(6)), LOC, SCALE)
    np.testing.assert_allclose(by_loc, -SLOPE.mean(0), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(by_scale, -(SLOPE * NOISE).mean(0), rtol=1e-3, atol=1e-3)


def test_sticking_the_landing_has_no_noise_at_the_exact_posterior():
    orthogonal = np.linalg.qr(W)[0] * np.array([2.0, 0.7])  # so that the posterior is diagonal
    precision = 1.0 + np.sum(orthogonal**2, 0) / VARIANCE
    loc, scale = X @ orthogonal / VARIANCE / precision, np.ones_like(LOC) / np.sqrt(precision)

    def slope(objective):
        def objective_at(loc, scale):
            return objective(terms(loc, scale, decoder=orthogonal), 1.0)

        return np.abs(np.concatenate(gradient(objective_at, loc, scale))).max()

    assert slope(StickingTheLanding(6)) < 1e-3
    assert slope(ELBO(6, kl="monte_carlo")) > 0.1


@keras.saving.register_keras_serializable(package="reader")
class Reader(objectives.Objective):
    """A reader's own objective: the best of several draws."""

    def __call__(self, terms, beta):
        best = ops.max(terms.log_likelihood, axis=0)
        return beta * terms.kl - best


def test_an_objective_of_ones_own_needs_no_edit_of_a_model():
    from keras_vae import VAE, Decoder, Encoder

    encoder, decoder = Encoder(2, hidden_units=(8,)), Decoder((5,), hidden_units=(8,))
    vae = VAE(encoder, decoder, objective=Reader(num_samples=3))
    vae.compile("adam")
    logs = vae.fit(np.full((16, 5), 0.5), verbose=0).history
    assert logs["loss"][0] <= -logs["elbo"][0]
    copy = VAE.from_config(vae.get_config())
    assert isinstance(copy.objective, Reader) and copy.objective.num_samples == 3


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: IWAE(0), "`num_samples` of IWAE must be an integer of at least 1"),
        (lambda: MIWAE(4, 6), "`bounds` must divide `num_samples`"),
        (lambda: CIWAE(1.5), "`elbo_share` must lie in"),
    ],
)
def test_what_does_not_fit_gets_a_sentence(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()
