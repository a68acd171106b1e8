"""Signal and noise of the encoder's gradient, on the linear-Gaussian model where both are known."""

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose

from keras_vae import VAE, Decoder, Encoder
from keras_vae.evaluation import GradientSignalToNoise, gradient_signal_to_noise
from keras_vae.layers import NormalHead
from keras_vae.objectives import ELBO, IWAE, DReG, InfoVAE, StickingTheLanding
from tests.oracles.linear_gaussian import (
    DATA,
    ENCODE,
    SHIFT,
    SHIFTED_SCALE,
    VARIANCE,
    B,
    M,
    W,
    known_vae,
)


def with_objective(objective, scale=SHIFTED_SCALE, shift=SHIFT):
    vae = known_vae(scale, shift)
    vae.objective = objective
    return vae


def bias_of_loc(found):
    """Signal and noise for the bias of the posterior mean: kernel (5, 2) first, then the bias."""
    return found.mean[10:12], found.stddev[10:12]


def test_signal_and_noise_are_those_of_the_formula():
    """∇ = -Wᵀ(x - Wz - b)/σ² + μ is linear in z ~ N(μ, s²): mean and covariance are known."""
    draws = 150
    vae = with_objective(ELBO())
    mean, stddev = bias_of_loc(gradient_signal_to_noise(vae, DATA, draws, seed=0))
    mu = (DATA - B) @ ENCODE.T + SHIFT
    slope = W.T @ W / VARIANCE
    signal = np.mean(-(DATA - mu @ W.T - B) @ W / VARIANCE + mu, axis=0)
    noise = np.sqrt((slope**2 @ SHIFTED_SCALE**2) / len(DATA))
    assert np.all(np.abs(mean - signal) < 4 * noise / draws**0.5)
    assert_allclose(stddev, noise, rtol=4 / (2 * draws) ** 0.5)
    assert_allclose(signal, SHIFT * M.sum(axis=1) / VARIANCE, rtol=1e-9)


def test_sticking_the_landing_has_no_noise_at_the_exact_posterior():
    axes = np.linalg.qr(W)[0] * np.array([2.0, 0.7])  # orthogonal, so that the posterior factorizes
    variance = VARIANCE / (VARIANCE + np.sum(axes**2, axis=0))

    def vae(objective):
        made = with_objective(objective, np.sqrt(variance))
        made.encoder.head.loc.kernel.assign(axes / VARIANCE * variance)
        made.encoder.head.loc.bias.assign(-(B @ axes) / VARIANCE * variance)
        made.decoder.head.loc.kernel.assign(axes.T)
        return made

    landed = gradient_signal_to_noise(vae(StickingTheLanding()), DATA, 20, seed=0)
    assert np.abs(landed.mean).max() < 1e-4 and landed.stddev.max() < 1e-4
    assert gradient_signal_to_noise(vae(ELBO()), DATA, 20, seed=0).stddev.max() > 0.1


def test_more_draws_drown_the_signal_of_iwae_and_lift_that_of_dreg():
    """Rainforth et al. 2018: 1/√S for IWAE; Tucker et al. 2019: √S with both gradients by z."""

    def ratio(objective):
        vae = with_objective(objective, shift=0.1)  # close to the optimum the limit comes early
        copies = np.tile(DATA, (10, 1))
        mean, stddev = bias_of_loc(gradient_signal_to_noise(vae, copies, 30, seed=1))
        return np.median(np.abs(mean) / stddev)

    assert ratio(IWAE(32)) < 0.3 * ratio(IWAE(1))
    assert ratio(DReG(32)) > 2.0 * ratio(DReG(1))


def state(vae):
    return [ops.convert_to_numpy(variable) for variable in vae.variables]


def test_the_model_stays_as_it_was():
    """Noise, moving averages and step too, under an objective that draws from the prior."""
    encoder = Encoder(2, body=keras.Sequential([keras.layers.BatchNormalization()]))
    decoder = Decoder((5,), hidden_units=(4,), head=NormalHead("optimal"))
    vae = VAE(encoder, decoder, objective=InfoVAE(), seed=3)
    vae.compile("adam")
    vae.fit(DATA, verbose=0)
    before, step = state(vae), vae.train_function
    optimizer = [ops.convert_to_numpy(v) for v in vae.optimizer.variables]
    first = gradient_signal_to_noise(vae, DATA, 3, seed=5)
    again = gradient_signal_to_noise(vae, DATA, 3, seed=5)
    assert_allclose(again.mean, first.mean, rtol=1e-6)
    assert first.mean.size == sum(np.prod(v.shape) for v in encoder.trainable_variables)
    for old, new in zip(before, state(vae), strict=True):
        np.testing.assert_array_equal(new, old)
    for old, new in zip(optimizer, vae.optimizer.variables, strict=True):
        np.testing.assert_array_equal(ops.convert_to_numpy(new), old)
    assert vae.train_function is step
    vae.fit(DATA, verbose=0)  # it goes on
    assert int(vae.step) == 2


def test_parameters_without_gradient_are_not_counted():
    found = GradientSignalToNoise(np.array([3.0, 0.0, -1.0]), np.array([1.0, 0.0, 2.0]))
    np.testing.assert_array_equal(found.ratio, [3.0, np.nan, 0.5])
    assert found.median == 1.75
    assert np.isnan(GradientSignalToNoise(np.zeros(2), np.zeros(2)).median)


def test_what_does_not_fit_gets_a_sentence():
    vae = with_objective(ELBO())
    with pytest.raises(ValueError, match="at least two draws; received num_draws=1"):
        gradient_signal_to_noise(vae, DATA, 1)
    vae.encoder.trainable = False
    with pytest.raises(ValueError, match="The encoder has no trainable weights"):
        gradient_signal_to_noise(vae, DATA)
