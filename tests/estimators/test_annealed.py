"""Annealed importance sampling on the linear-Gaussian model, where log p(x) is known."""

import numpy as np
import pytest

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
    lower, upper, x = sandwich(vae, 4, num_temperatures=3, num_chains=2, seed=0, batch_size=2)
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
    for lower, upper, x in (wide, close):
        truth = log_evidence(x)
        # 0.15 is four standard errors of the closer one, 96 chains each way.
        assert lower.mean() < truth.mean() + 0.15 and upper.mean() > truth.mean() - 0.15
    assert np.mean(wide.upper - wide.lower) > 1.0
    assert np.mean(close.upper - close.lower) < 0.4


@pytest.mark.parametrize("wrong", [{"num_temperatures": 0}, {"num_chains": 0}])
def test_counts_are_checked(wrong):
    with pytest.raises(ValueError, match=f"`{next(iter(wrong))}` must be at least 1"):
        annealed_log_likelihood(known_vae(FULL), DATA, **wrong)
