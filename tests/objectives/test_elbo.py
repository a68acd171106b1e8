"""Objectives: from four log-probabilities to one loss per example, against float64."""

import json

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose
from scipy import stats

from keras_vae.distributions import (
    Bernoulli,
    Mixture,
    Normal,
)
from keras_vae.latents import Group
from keras_vae.objectives import ELBO, Capacity, FreeBits, Objective, Terms
from keras_vae.schedules import Linear
from tests.oracles.gradients import gradients, value

B, S, L = 5, 3, 2  # examples, draws, latent dimensions
RNG = np.random.default_rng(0)
X = RNG.uniform(size=(B, 2, 3))
Z = RNG.normal(size=(S, B, L))
LOC, SCALE = RNG.normal(size=(B, L)), RNG.uniform(0.3, 1.5, (B, L))
LOGITS = RNG.normal(size=(B, S, 2, 3)).swapaxes(0, 1)
PARAMETERS = (LOC, SCALE, LOGITS)

LOG_LIKELIHOOD = (LOGITS * X - np.logaddexp(0.0, LOGITS)).sum((2, 3))
LOG_PRIOR = stats.norm.logpdf(Z).sum(-1)
LOG_POSTERIOR = stats.norm.logpdf(Z, LOC, SCALE).sum(-1)
KL_PER_DIMENSION = 0.5 * (SCALE**2 + LOC**2 - 1.0) - np.log(SCALE)
KL = KL_PER_DIMENSION.sum(-1)


def standard_normal():
    return Normal(np.zeros(L), 1.0)


def mixture():
    return Mixture([0.0, 1.0], Normal(np.array([[0.0, 1.0], [2.0, -1.0]]), 1.0))


def terms(loc, scale, logits, prior=standard_normal, x=X, z=Z, **kwargs):
    x, z = (ops.convert_to_tensor(one, "float32") for one in (x, z))
    groups = {"z": Group(Normal(loc, scale), prior(), z)}
    return Terms(x, groups, Bernoulli(logits, event_ndim=2), **kwargs)


def loss(objective, beta=1.0, prior=standard_normal, **kwargs):
    """One loss per example, as a function of the parameters."""
    return lambda *parameters: objective(terms(*parameters, prior=prior, **kwargs), beta)


TERMS = {
    "log_likelihood": LOG_LIKELIHOOD,
    "reconstruction_loss": -LOG_LIKELIHOOD.mean(0),
    "log_prior": LOG_PRIOR,
    "log_posterior": LOG_POSTERIOR,
    "log_weights": LOG_LIKELIHOOD + LOG_PRIOR - LOG_POSTERIOR,
    "kl": KL,
    "monte_carlo_kl": (LOG_POSTERIOR - LOG_PRIOR).mean(0),
    "kl_per_dimension": KL_PER_DIMENSION,
}


def test_terms():
    def read(*parameters):
        given = terms(*parameters)
        return {name: getattr(given, name) for name in TERMS}

    for name, found in value(read, *PARAMETERS).items():
        assert found.shape == TERMS[name].shape, name
        assert_allclose(found, TERMS[name], rtol=1e-5, atol=1e-5, err_msg=name)


def test_terms_are_computed_once_and_only_when_asked_for():
    class Counted(Bernoulli):
        calls = 0

        def log_prob(self, value):
            Counted.calls += 1
            return super().log_prob(value)

    given = terms(*PARAMETERS)
    given.likelihood = Counted(LOGITS, event_ndim=2)
    assert given.kl is given.kl
    assert Counted.calls == 0
    assert given.log_likelihood is given.log_likelihood
    assert Counted.calls == 1


def test_kl_without_closed_form_is_the_mean_over_the_draws():
    def read(*parameters):
        given = terms(*parameters, prior=mixture)
        return given.kl, given.log_prior

    kl, log_prior = value(read, *PARAMETERS)
    assert_allclose(kl, (LOG_POSTERIOR - log_prior).mean(0), rtol=1e-5)


def test_kl_needs_a_prior_of_the_same_size():
    with pytest.raises(ValueError, match=r"q has event shape \(2,\) and p has event shape \(1,\)"):
        terms(*PARAMETERS, prior=lambda: Normal([0.0], 1.0)).kl  # noqa: B018


@pytest.mark.parametrize("kl", [None, "closed_form", "monte_carlo"])
def test_elbo(kl):
    divergence = (LOG_POSTERIOR - LOG_PRIOR).mean(0) if kl == "monte_carlo" else KL
    betas = (0.0, 1.0, 4.0)
    every = value(lambda *p: [loss(ELBO(S, kl), beta)(*p) for beta in betas], *PARAMETERS)
    for beta, found in zip(betas, every, strict=True):
        expected = -LOG_LIKELIHOOD.mean(0) + beta * divergence
        assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_elbo_by_monte_carlo_is_the_closed_form_within_four_standard_errors():
    def read(loc, scale):
        z = Normal(loc, scale).sample((2000,), seed=0)
        given = terms(loc, scale, np.zeros((B, 1, 2, 3)), z=z)
        draws = given.log_posterior - given.log_prior
        return draws, *(ELBO(kl=kl)(given, 1.0) for kl in ("monte_carlo", "closed_form"))

    draws, estimated, exact = value(read, LOC, SCALE)
    assert (np.abs(estimated - exact) < 4.0 * draws.std(0) / np.sqrt(2000)).all()
    assert (estimated != exact).all()


def test_elbo_asked_for_a_closed_form_that_does_not_exist():
    with pytest.raises(NotImplementedError, match=r"no closed form of KL\(Normal ‖ Mixture\)"):
        loss(ELBO(S, "closed_form"), prior=mixture)(*PARAMETERS)


FREE = 0.5 * (np.sort(KL_PER_DIMENSION.mean(0)).sum())  # between the two dimensions


@pytest.mark.parametrize("free_bits", [0.0, FREE, 100.0])
def test_free_bits(free_bits):
    """Σⱼ max(λ, mean over the batch of KLⱼ): the maximum after the mean."""
    found = value(loss(FreeBits(free_bits, S), 2.0), *PARAMETERS)
    used = np.maximum(free_bits, KL_PER_DIMENSION.mean(0)).sum()
    assert found.shape == (B,)
    assert_allclose(found.mean(), -LOG_LIKELIHOOD.mean() + 2.0 * used, rtol=1e-5)
    if free_bits == FREE:
        before = np.maximum(free_bits, KL_PER_DIMENSION).sum(-1).mean()
        assert abs(before - used) > 0.05, "the case does not tell the two orders apart"


def test_free_bits_are_free():
    """No gradient for a dimension below λ, and the ordinary one above it."""
    free, plain = (
        gradients(loss(objective), *PARAMETERS) for objective in (FreeBits(FREE, S), ELBO(S))
    )
    below = KL_PER_DIMENSION.mean(0) < FREE
    assert below.tolist() in ([True, False], [False, True])
    for one, other in zip(free[:2], plain[:2], strict=True):
        assert not one[:, below].any()
        assert_allclose(one[:, ~below], other[:, ~below], rtol=1e-5)
    assert_allclose(free[2], plain[2], rtol=1e-5)


@pytest.mark.parametrize("capacity", [0.0, 0.5, 20.0])
def test_capacity(capacity):
    """γ|KL − C|, with the gradient of KL towards C."""
    found = value(loss(Capacity(capacity, gamma=7.0, num_samples=S), 0.5), *PARAMETERS)
    expected = -LOG_LIKELIHOOD.mean() + 3.5 * abs(KL.mean() - capacity)
    assert_allclose(found.mean(), expected, rtol=1e-5)
    slope, _, _ = gradients(loss(Capacity(capacity, 7.0, S)), *PARAMETERS)
    assert_allclose(slope, 7.0 * np.sign(KL.mean() - capacity) * LOC, rtol=1e-4)


def test_capacity_by_schedule():
    objective = Capacity(Linear(0.0, 8.0, steps=4), gamma=1.0, num_samples=S)
    every = value(lambda *p: [loss(objective, step=t)(*p) for t in (0, 1, 9)], *PARAMETERS)
    for capacity, found in zip((0.0, 2.0, 8.0), every, strict=True):
        expected = -LOG_LIKELIHOOD.mean() + abs(KL.mean() - capacity)
        assert_allclose(found.mean(), expected, rtol=1e-5)


WEIGHT = np.array([0.0, 1.0, 5.0, 0.0, 0.5], "float32")


@pytest.mark.parametrize("objective", [FreeBits(0.6, S), Capacity(0.9, gamma=1.0, num_samples=S)])
def test_means_over_the_batch_are_weighted(objective):
    """What is decided by a mean over the batch is decided by the mean of the loss."""

    def constraint(weight):
        if isinstance(objective, FreeBits):
            mean = np.average(KL_PER_DIMENSION, weights=weight, axis=0)
            return np.maximum(0.6, mean).sum()
        return abs(np.average(KL, weights=weight) - 0.9)

    weight = ops.convert_to_tensor(WEIGHT)
    found = value(loss(objective, sample_weight=weight), *PARAMETERS) + LOG_LIKELIHOOD.mean(0)
    assert_allclose(np.average(found, weights=WEIGHT), constraint(WEIGHT), rtol=1e-5)
    assert abs(constraint(WEIGHT) - constraint(np.ones(B))) > 0.05


OBJECTIVES = [
    ELBO(S),
    ELBO(S, "monte_carlo"),
    FreeBits(FREE, S),
    Capacity(1.0, 7.0, S),
    Capacity(Linear(0.5, 2.0, steps=3), 7.0, S),
]
every_objective = pytest.mark.parametrize("objective", OBJECTIVES)


@every_objective
def test_invariant_under_tiling_the_batch(objective):
    loc, scale, logits = PARAMETERS
    tiled = [np.concatenate([one] * 3) for one in (loc, scale)]
    tiled.append(np.concatenate([logits] * 3, axis=1))
    x, z = np.concatenate([X] * 3), np.concatenate([Z] * 3, axis=1)
    once, thrice = value(loss(objective), *PARAMETERS), value(loss(objective, x=x, z=z), *tiled)
    assert_allclose(thrice, np.tile(once, 3), rtol=1e-5)


@every_objective
def test_configuration_goes_through_json(objective):
    config = keras.saving.serialize_keras_object(objective)
    again = keras.saving.deserialize_keras_object(json.loads(json.dumps(config)))
    assert type(again) is type(objective)
    assert keras.saving.serialize_keras_object(again) == config
    assert again.num_samples == S
    both = value(lambda *p: [loss(one, step=1)(*p) for one in (objective, again)], *PARAMETERS)
    assert_allclose(*both)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: ELBO(0),
            "`num_samples` of ELBO must be an integer of at least 1; received num_samples=0.",
        ),
        (
            lambda: FreeBits(0.5, num_samples=2.0),
            "`num_samples` of FreeBits must be an integer of at least 1; received num_samples=2.0.",
        ),
        (
            lambda: ELBO(kl="exact"),
            "`kl` must be 'closed_form', 'monte_carlo' or None; received kl='exact'.",
        ),
        (lambda: FreeBits(-0.1), "free_bits=-0.1 must be a finite number >= 0."),
        (lambda: Capacity(float("nan")), "capacity=nan must be a finite number >= 0."),
        (lambda: Capacity(1.0, gamma=-1.0), "gamma=-1.0 must be a finite number >= 0."),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError) as error:
        make()
    assert str(error.value) == message


def test_an_objective_of_ones_own():
    class Squared(Objective):
        def __call__(self, terms, beta):
            return -ops.mean(terms.log_likelihood, axis=0) + beta * terms.kl**2

    assert_allclose(
        value(loss(Squared(S), 2.0), *PARAMETERS), -LOG_LIKELIHOOD.mean(0) + 2.0 * KL**2, rtol=1e-5
    )
    with pytest.raises(NotImplementedError):
        loss(Objective())(*PARAMETERS)
