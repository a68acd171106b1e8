"""Annealed importance sampling on the linear-Gaussian model, where log p(x) is known."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_vae.estimators.annealed import MetropolisStep, annealed_log_weights
from keras_vae.estimators.log_weights import log_mean_exp, log_mean_exp_error
from keras_vae.evaluation import annealed_log_likelihood, sandwich
from tests.oracles.linear_gaussian import (
    DATA,
    FULL,
    SHIFT,
    known_vae,
    log_evidence,
)


def test_with_the_exact_posterior_every_path_gives_log_p():
    vae = known_vae(FULL)
    for temperatures in (1, 5):
        value = annealed_log_likelihood(vae, DATA, temperatures, num_chains=2, seed=0)
        np.testing.assert_allclose(value, log_evidence(DATA), rtol=1e-5)
    lower, upper, x, *_ = sandwich(vae, 4, num_temperatures=3, num_chains=2, seed=0, batch_size=2)
    np.testing.assert_allclose(lower, log_evidence(x), rtol=1e-5)
    np.testing.assert_allclose(upper, log_evidence(x), rtol=1e-5)


def test_annealing_repairs_a_proposal_that_misses():
    # Narrower than the posterior and beside it: importance sampling with 16 draws is lost.
    vae = known_vae(0.8 * FULL, shift=2.0 * SHIFT)
    errors = [
        np.abs(annealed_log_likelihood(vae, DATA, steps, 16, seed=0) - log_evidence(DATA)).mean()
        for steps in (1, 200)
    ]
    assert errors[0] > 1.0
    assert errors[1] < 0.7


def test_the_sandwich_holds_log_p_and_closes():
    vae = known_vae(FULL, shift=SHIFT)
    wide, close = (sandwich(vae, 24, steps, 4, seed=1) for steps in (1, 100))
    for lower, upper, x, *_ in (wide, close):
        truth = log_evidence(x)
        # 0.15 is four standard errors of the closer one, 96 chains each way.
        assert lower.mean() < truth.mean() + 0.15 and upper.mean() > truth.mean() - 0.15
    assert np.mean(wide.upper - wide.lower) > 1.0
    assert np.mean(close.upper - close.lower) < 0.4


def test_standard_errors_are_what_repetition_shows():
    """200 runs on one example; a proposal whose weights have a finite variance."""
    vae, copies = known_vae(1.2 * FULL, shift=0.5 * SHIFT), np.repeat(DATA[:1], 200, axis=0)
    value, error = annealed_log_likelihood(
        vae, copies, 4, num_chains=16, seed=0, batch_size=200, standard_error=True
    )
    assert_allclose(np.sqrt(np.mean(error**2)), value.std(), rtol=0.15)
    z = (value - log_evidence(DATA[0])) / error
    assert abs(z.mean()) < 0.35 and 0.8 < z.std() < 1.25
    alone = annealed_log_likelihood(vae, DATA, 2, num_chains=1, seed=0, standard_error=True)
    assert np.isnan(alone[1]).all()


def test_errors_of_the_sandwich():
    """Of the chains back as well, for the z at which they begin."""
    vae, copies = known_vae(1.2 * FULL, shift=0.5 * SHIFT), np.repeat(DATA[:1], 200, axis=0)
    start = np.full((200, 16, 2), 0.3, "float32")
    step = MetropolisStep(vae)
    back = -annealed_log_weights(step, copies, start, np.linspace(1.0, 0.0, 5))
    told = log_mean_exp_error(back)
    assert_allclose(np.sqrt(np.mean(told**2)), log_mean_exp(back).std(), rtol=0.15)
    found = sandwich(vae, 200, num_temperatures=4, num_chains=16, seed=0, batch_size=200)
    z = (found.lower - log_evidence(found.x)) / found.lower_standard_error
    assert abs(z.mean()) < 0.4 and 0.75 < z.std() < 1.4
    assert found.upper_standard_error.shape == (200,) and np.all(found.upper_standard_error > 0)


@pytest.mark.parametrize("wrong", [{"num_temperatures": 0}, {"num_chains": 0}])
def test_counts_are_checked(wrong):
    with pytest.raises(ValueError, match=f"`{next(iter(wrong))}` must be an integer of at least 1"):
        annealed_log_likelihood(known_vae(FULL), DATA, **wrong)
