"""log p(x) and the ELBO of each example, on the linear-Gaussian model where both are known."""

import keras
import numpy as np
import pytest

from keras_vae.estimators import LogLikelihood
from keras_vae.estimators.log_weights import LogWeights
from tests.oracles.linear_gaussian import (
    APPROXIMATION,
    BEST_DIAGONAL,
    DATA,
    FULL,
    LOG_P,
    SHIFT,
    SHIFTED_SCALE,
    VARIANCE,
    B,
    W,
    X,
    known_vae,
    log_evidence,
)


def test_the_exact_posterior_has_no_error_at_all():
    value, error, effective, _ = known_vae(FULL).log_likelihood(DATA, num_samples=7, seed=0)
    np.testing.assert_allclose(value, log_evidence(DATA), rtol=1e-5)
    np.testing.assert_allclose(value[0], LOG_P, rtol=1e-5)
    np.testing.assert_allclose(error, 0.0, atol=1e-4)
    np.testing.assert_allclose(effective, 7.0, rtol=1e-4)


@pytest.mark.usefixtures("large_chunks")
def test_a_poor_proposal_says_how_far_it_may_be_off():
    vae = known_vae(SHIFTED_SCALE, shift=SHIFT)
    value, error, effective, _ = vae.log_likelihood(DATA, num_samples=2000, seed=0)
    assert np.all(np.abs(value - log_evidence(DATA)) < 5 * error)
    assert np.all((error > 0.005) & (error < 0.3) & (effective < 1500))


@pytest.mark.usefixtures("large_chunks")
def test_the_elbo_of_each_example_is_evidence_minus_gap():
    elbo = known_vae(BEST_DIAGONAL).elbo(DATA, num_samples=4000, seed=0)
    np.testing.assert_allclose(elbo, log_evidence(DATA) - APPROXIMATION, atol=0.1)


def test_as_many_draws_as_asked_for_across_chunks():
    vae = known_vae(SHIFTED_SCALE, shift=SHIFT)
    for num_samples in (1, 3, 50, 120):
        effective = vae.log_likelihood(DATA, num_samples, seed=0).effective_sample_size
        assert np.all(effective <= num_samples * (1 + 1e-6))
    _, error, effective, _ = vae.log_likelihood(DATA, num_samples=1, seed=0)
    assert np.all(np.isnan(error)) and np.all(effective == 1.0)


def test_batches_do_not_matter_but_seeds_do():
    vae = known_vae(FULL)
    first = vae.elbo(DATA, num_samples=3, seed=1)
    np.testing.assert_array_equal(first, vae.elbo(DATA, num_samples=3, seed=1))
    assert np.all(first != vae.elbo(DATA, num_samples=3, seed=2))
    ragged = vae.log_likelihood(DATA, num_samples=3, batch_size=2, seed=1).value
    np.testing.assert_allclose(ragged, log_evidence(DATA), rtol=1e-5)


def test_log_weights_near_minus_ten_thousand_do_not_vanish():
    vae = known_vae(FULL)
    far = DATA + 100.0
    value = vae.log_likelihood(far, num_samples=5, seed=0).value
    assert np.all(value < -1e4)
    np.testing.assert_allclose(value, log_evidence(far), rtol=1e-4)


@pytest.mark.parametrize("num_samples", [0, -1, 2.5])
def test_the_number_of_draws_is_checked(num_samples):
    with pytest.raises(ValueError, match="`num_samples` must be an integer of at least 1"):
        known_vae(FULL).elbo(DATA, num_samples=num_samples)


@pytest.mark.usefixtures("large_chunks")
def test_a_posterior_that_is_too_narrow_is_told_by_the_tail_of_its_weights():
    # A proposal of s times the true width has weights with a tail of shape 1 − s², here 0.98.
    known = known_vae(BEST_DIAGONAL)
    exact = known.log_likelihood(DATA, num_samples=2000, seed=0)
    assert np.all(exact.pareto_k < 0.5)
    narrow = known_vae(0.15 * BEST_DIAGONAL)
    with pytest.warns(UserWarning, match="For 3 of 3 examples .* k̂ is above 0.70"):
        estimate = narrow.log_likelihood(DATA, num_samples=20_000, seed=0)
    assert np.all(estimate.pareto_k > 0.75)


COPIES = np.repeat(X[None], 300, axis=0).astype("float32")


@pytest.mark.usefixtures("large_chunks")
@pytest.mark.parametrize(("width", "covered"), [(0.8, 0.93), (0.7, 0.88)])
def test_standard_errors_cover_where_they_are_told(width, covered):
    """A proposal of s times the width of the posterior: weights with a tail of shape 1 − s²."""
    found = known_vae(width * FULL).log_likelihood(COPIES, num_samples=500, seed=0)
    told = np.isfinite(found.standard_error)
    assert told.mean() > 0.97
    off = np.abs(found.value - LOG_P)[told] / found.standard_error[told]
    assert np.mean(off < 2.0) > covered - 0.05  # three standard errors of a share of 300


@pytest.mark.usefixtures("large_chunks")
def test_the_error_of_a_proposal_that_is_too_narrow_is_unknown():
    """By luck k̂ is below its limit for some; told by themselves, their errors would cover 1 in 10
    of them, since no large weight was drawn."""
    with pytest.warns(UserWarning, match=r"For 300 of 300 .* standard error is unknown \(NaN\)"):
        found = known_vae(0.4 * FULL).log_likelihood(COPIES, num_samples=500, seed=0)
    lucky = found.pareto_k < 0.6
    assert lucky.any() and np.all(np.isnan(found.standard_error))
    assert np.mean(found.value[lucky] < LOG_P) > 0.85


def test_below_a_hundred_draws_nothing_is_warned_of_and_errors_may_be_unknown():
    found = known_vae(0.3 * FULL).log_likelihood(COPIES, num_samples=60, seed=0)
    assert np.mean(np.isnan(found.standard_error)) > 0.9
    found = known_vae(0.95 * FULL).log_likelihood(COPIES, num_samples=60, seed=0)
    assert np.all(np.isfinite(found.standard_error))


def test_the_mean_and_its_error():
    """Over data of the model: by repetition with other data and other draws, 50 at a time."""
    vae, rng = known_vae(0.9 * FULL), np.random.default_rng(0)
    x = B + rng.normal(size=(40, 50, 2)) @ W.T + VARIANCE**0.5 * rng.normal(size=(40, 50, 5))
    found = vae.log_likelihood(x.reshape(2000, 5).astype("float32"), 100, seed=0, batch_size=500)
    parts = zip(*(np.split(field, 40) for field in found), strict=True)
    values, errors = np.transpose([LogLikelihood(*part).mean() for part in parts])
    entropy = 0.5 * np.linalg.slogdet(2 * np.pi * np.e * (W @ W.T + VARIANCE * np.eye(5)))[1]
    z = (values + entropy) / errors
    # The standard deviation of 40 values has one of 0.11.
    assert abs(z.mean()) < 0.5 and 0.65 < z.std() < 1.4
    value, error = vae.log_likelihood(DATA[:1], 5, seed=0).mean()
    assert np.isfinite(value) and np.isnan(error)


@pytest.mark.usefixtures("large_chunks")
def test_the_decoder_may_describe_something_else_than_the_encoder_saw():
    vae = known_vae(FULL)
    same = vae.log_likelihood(DATA, 3, seed=0, y=DATA).value
    np.testing.assert_allclose(same, log_evidence(DATA), rtol=1e-5)
    value, error, _, _ = vae.log_likelihood(DATA + 0.1, 500, seed=0, y=DATA)
    assert np.all(np.abs(value - log_evidence(DATA)) < 5 * error) and np.all(error > 1e-3)
    np.testing.assert_allclose(vae.elbo(DATA + 0.1, 500, seed=0, y=DATA), value, atol=0.3)


def test_an_estimate_is_compiled_once(monkeypatch):
    """The second call of a model runs what the first one made, with the noise of its own seed."""
    vae, traces = known_vae(FULL), []
    original = LogWeights.terms
    monkeypatch.setattr(LogWeights, "terms", lambda *given: traces.append(1) or original(*given))
    first = vae.elbo(DATA, num_samples=3, seed=1)
    made = len(traces)
    np.testing.assert_array_equal(vae.elbo(DATA, num_samples=3, seed=1), first)
    assert len(traces) == (2 * made if keras.config.backend() == "torch" else made)


def test_a_seed_generator_moves_on():
    vae, noise = known_vae(FULL), keras.random.SeedGenerator(1)
    first, second = (vae.elbo(DATA, num_samples=3, seed=noise) for _ in range(2))
    np.testing.assert_array_equal(first, vae.elbo(DATA, num_samples=3, seed=1))
    assert np.all(first != second)
