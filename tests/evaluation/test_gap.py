"""The gap between log p(x) and the bound, taken apart where every part of it is known."""

import numpy as np
import pytest

from keras_vae import VAE, Decoder, Encoder
from keras_vae.evaluation import inference_gap
from keras_vae.layers import ConvBody, NormalMixturePrior
from tests.conformance.factories import MODELS, VECTORS
from tests.oracles.linear_gaussian import (
    APPROXIMATION,
    DATA,
    FULL,
    LOG_P,
    SHIFT,
    SHIFTED_SCALE,
    TOTAL,
    known_vae,
    log_evidence,
)


@pytest.mark.usefixtures("large_chunks")
def test_a_diagonal_posterior_loses_what_the_formula_says():
    vae = known_vae(SHIFTED_SCALE, shift=SHIFT)
    before = [np.array(w) for w in vae.get_weights()]
    gap = inference_gap(vae, DATA, steps=250, learning_rate=0.05, num_samples=2000, seed=0)
    # The bounds are means over 2000 draws with standard errors of 0.001 and 0.03; the same draws
    # give log p(x) and the best bound, so that their difference is closer than both.
    np.testing.assert_allclose(gap.log_likelihood, log_evidence(DATA), atol=5e-3)
    np.testing.assert_allclose(gap.approximation, APPROXIMATION, atol=5e-4)
    np.testing.assert_allclose(gap.amortization, TOTAL - APPROXIMATION, atol=0.12)
    for weight, now in zip(before, vae.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, now)


def test_standard_errors_are_what_repetition_shows():
    """One example 60 times: each is refined by itself, with draws of its own."""
    vae, copies = known_vae(SHIFTED_SCALE, shift=SHIFT), np.repeat(DATA[:1], 60, axis=0)
    gap = inference_gap(vae, copies, steps=250, learning_rate=0.05, num_samples=200, seed=0)
    exact = (LOG_P, LOG_P - APPROXIMATION, LOG_P - TOTAL, APPROXIMATION, TOTAL - APPROXIMATION)
    for name, value in zip(gap.standard_error._fields, exact, strict=True):
        error = getattr(gap.standard_error, name)
        found = getattr(gap, name)
        assert error.shape == (60,)
        assert 0.7 < found.std() / np.sqrt(np.mean(error**2)) < 1.4, name
        assert abs(found.mean() - value) < 4.0 * error.mean() / 60**0.5 + 3e-4, name


def test_a_full_covariance_leaves_no_approximation_gap():
    vae = known_vae(1.4 * FULL, shift=SHIFT)
    gap = inference_gap(vae, DATA, steps=250, learning_rate=0.05, num_samples=50, seed=0)
    np.testing.assert_allclose(gap.approximation, 0.0, atol=1e-5)
    assert np.all(gap.amortization > 0.2)


def test_any_body_and_a_trained_prior():
    images = np.random.default_rng(0).random((4, 8, 8, 1)).astype("float32")
    vae = VAE(
        Encoder(2, body=ConvBody((4,)), head="multivariate_normal"),
        Decoder((8, 8, 1), hidden_units=(5,)),
        prior=NormalMixturePrior(2, components=3),
        seed=0,
    )
    vae.build((None, 8, 8, 1))
    gap = inference_gap(vae, images, steps=60, num_samples=20, seed=0)
    assert np.all(gap.best_elbo > gap.elbo)
    assert all(variable.trainable for variable in vae.prior.trainable_variables)


@pytest.mark.parametrize("name", ["steps", "num_samples"])
def test_counts_are_checked_before_anything_is_trained(name):
    with pytest.raises(ValueError, match=f"`{name}` must be an integer of at least 1; .*=0"):
        inference_gap(known_vae(FULL), DATA, **{name: 0})


def test_a_ladder_has_no_parameters_per_example():
    with pytest.raises(NotImplementedError, match="a network that all examples share"):
        inference_gap(MODELS["ladder"].built(), VECTORS)
