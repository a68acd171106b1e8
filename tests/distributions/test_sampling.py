"""Draws: goodness of fit, seeds, and the pathwise gradient with injected noise."""

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose
from scipy import stats

from keras_vae.distributions import (
    Bernoulli,
    Categorical,
    ContinuousBernoulli,
    Laplace,
    Mixture,
    MultivariateNormal,
    Normal,
)
from tests.oracles.families import FAMILIES
from tests.oracles.gradients import gradient, value
from tests.oracles.noise import inject

DRAWS = 4000
every_family = pytest.mark.parametrize("family", FAMILIES, ids=str)


def cb_cdf(x, eta):
    return x if eta == 0.0 else np.expm1(eta * x) / np.expm1(eta)


@pytest.mark.parametrize(
    ("make", "cdfs"),
    [
        (
            lambda: Normal([-2.0, 0.5, 30.0], [0.1, 1.0, 5.0]),
            [stats.norm(-2.0, 0.1).cdf, stats.norm(0.5, 1.0).cdf, stats.norm(30.0, 5.0).cdf],
        ),
        (
            lambda: Laplace([-2.0, 0.5], [0.1, 3.0]),
            [stats.laplace(-2.0, 0.1).cdf, stats.laplace(0.5, 3.0).cdf],
        ),
        (
            lambda: ContinuousBernoulli([0.0, -0.6, 0.6, 3.0, -100.0, 100.0]),
            [lambda x, e=eta: cb_cdf(x, e) for eta in (0.0, -0.6, 0.6, 3.0, -100.0)]
            + [lambda x: np.exp(100.0 * (x - 1.0))],
        ),
        (
            lambda: Mixture(np.log([0.4, 0.6]), Normal([[-2.0], [3.0]], [[0.7], [1.0]])),
            [lambda x: 0.4 * stats.norm.cdf(x, -2.0, 0.7) + 0.6 * stats.norm.cdf(x, 3.0, 1.0)],
        ),
    ],
    ids=["Normal", "Laplace", "ContinuousBernoulli", "Mixture"],
)
def test_goodness_of_fit(make, cdfs):
    draws = value(lambda: make().sample((DRAWS,), seed=0))
    for draw, cdf in zip(draws.T, cdfs, strict=True):
        assert stats.kstest(draw, cdf).pvalue > 1e-3
    # Coordinates are independent, and so are successive draws.
    bound = 5.0 / np.sqrt(DRAWS)
    assert np.abs(np.corrcoef(draws.T) - np.eye(len(cdfs))).max() < bound
    assert max(abs(np.corrcoef(draw[1:], draw[:-1])[0, 1]) for draw in draws.T) < bound


def test_goodness_of_fit_of_a_full_covariance():
    loc, factor = np.array([1.0, -0.5, 2.0]), np.array([[1.0, 0, 0], [0.6, 0.8, 0], [-2, 1, 0.1]])
    draws = value(lambda: MultivariateNormal(loc, factor).sample((DRAWS,), seed=0))
    white = np.linalg.solve(factor, (draws - loc).T)
    assert min(stats.kstest(one, stats.norm.cdf).pvalue for one in white) > 1e-3
    assert np.abs(np.corrcoef(white) - np.eye(3)).max() < 5.0 / np.sqrt(DRAWS)


@every_family
def test_mean_and_variance_of_draws(family):
    """Each family within five standard errors, and a mixture of it too."""
    rng = np.random.default_rng(0)
    logits, parameters = rng.normal(size=(2, 2)), family.draw(rng, (2, 2))

    def read():
        components = family.make(*parameters)
        mixture = Mixture(logits, components)
        return [(d.sample((DRAWS,), seed=1), d.mean(), d.variance()) for d in (components, mixture)]

    for draws, mean, variance in value(read):
        error = np.sqrt(variance / DRAWS)
        assert (np.abs(draws.mean(0) - mean) < 5.0 * error).all()
        squares = (draws - mean) ** 2
        error = squares.std(0) / np.sqrt(DRAWS)
        assert (np.abs(squares.mean(0) - variance) < 5.0 * error).all()


@pytest.mark.parametrize("make", [Bernoulli, Categorical])
def test_frequencies(make):
    d = make([3.0, -1.0, 0.5, -4.0])
    draws, expected = value(lambda: (d.sample((20_000,), seed=0), d.mean()))
    assert set(draws.ravel()) == {0.0, 1.0}
    assert make is Bernoulli or (draws.sum(-1) == 1.0).all()
    error = np.sqrt(expected * (1.0 - expected) / 20_000)
    assert (np.abs(draws.mean(0) - expected) < 4.0 * error).all()


@every_family
def test_seeds(family):
    rng = np.random.default_rng(0)
    logits, parameters = np.zeros((6, 2)), family.draw(rng, (6, 2))

    def draws(d):
        generator, twin = keras.random.SeedGenerator(7), keras.random.SeedGenerator(7)
        return [d.sample((3,), seed=seed) for seed in (7, 7, 8, generator, generator, twin)]

    def read():
        components = family.make(*parameters)
        return draws(components), draws(Mixture(logits, components))

    for one, same, other, first, second, of_twin in value(read):
        assert (one == same).all()
        assert (one != other).any()
        assert (first != second).any()
        assert (first == of_twin).all()


def test_gradient_of_normal_draws(monkeypatch):
    noise = np.random.default_rng(0).normal(size=(5, 2, 3))
    inject(monkeypatch, "normal", noise)
    loc, scale = np.zeros((2, 3)), np.array([0.5, 1.0, 2.0])
    of_loc, of_scale = gradient(lambda m, s: Normal(m, s).sample((5,)), loc, scale)
    assert_allclose(of_loc, np.full((2, 3), 5.0))
    assert_allclose(of_scale, noise.sum((0, 1)), rtol=1e-5)


def test_gradient_of_draws_with_a_full_covariance(monkeypatch):
    rng = np.random.default_rng(0)
    noise, weight = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    inject(monkeypatch, "normal", noise)

    def weighted(loc, factor):
        return ops.convert_to_tensor(weight, "float32") * MultivariateNormal(loc, factor).sample(
            (5,)
        )

    of_loc, of_factor = gradient(weighted, np.ones(3), np.tril(rng.normal(size=(3, 3))))
    assert_allclose(of_loc, weight.sum(0), rtol=1e-5)
    assert_allclose(np.tril(of_factor), np.tril(weight.T @ noise), rtol=1e-5)


def test_gradient_of_laplace_draws(monkeypatch):
    uniform = np.random.default_rng(0).uniform(size=(2, 5, 3))
    inject(monkeypatch, "uniform", uniform)
    loc, scale = np.zeros(3), np.array([0.5, 1.0, 2.0])
    of_loc, of_scale = gradient(lambda m, b: Laplace(m, b).sample((5,)), loc, scale)
    standard = -np.log1p(-uniform[0]) + np.log1p(-uniform[1])
    assert_allclose(of_loc, np.full(3, 5.0))
    assert_allclose(of_scale, standard.sum(0), rtol=1e-4)


ETA = np.array([0.0, 1e-3, 0.05, 0.0999, 0.1001, 0.3, 0.79, 0.81, 3.0, 15.0, 60.0])
ETA = np.concatenate([-ETA[::-1], ETA])


@pytest.mark.parametrize("level", [0.02, 0.3, 0.5, 0.9])
def test_continuous_bernoulli_inverts_its_distribution_function(monkeypatch, level):
    """x = log1p(u expm1 η)/η, and dx/dη = −(∂F/∂η)/p(x), at λ = 1/2 too."""
    level = float(np.float32(level))
    inject(monkeypatch, "uniform", np.full(ETA.shape, level))

    def sample(logits):
        return ContinuousBernoulli(logits).sample()

    eta = np.where(ETA == 0.0, 1e-5, ETA)  # float64 is smooth there
    expected = np.log1p(level * np.expm1(eta)) / eta
    assert_allclose(value(sample, ETA), expected, rtol=1e-5, atol=2e-6)
    step = 1e-4 * np.maximum(1.0, np.abs(eta))
    up, down = (np.log1p(level * np.expm1(e)) / e for e in (eta + step, eta - step))
    assert_allclose(gradient(sample, ETA), (up - down) / (2.0 * step), rtol=1e-3, atol=2e-5)


@pytest.mark.parametrize("level", [0.0, 6e-8, 1.0 - 6e-8])
def test_continuous_bernoulli_draws_are_finite_for_every_uniform(monkeypatch, level):
    eta = np.array([-1e6, -104.0, -20.0, -0.5, 0.0, 0.5, 20.0, 104.0, 1e6])
    inject(monkeypatch, "uniform", np.full(eta.shape, level))

    def sample(logits):
        return ContinuousBernoulli(logits).sample()

    draws = value(sample, eta)
    assert ((draws >= 0.0) & (draws <= 1.0)).all()
    assert np.isfinite(gradient(sample, eta)).all()


@every_family
def test_which_draws_carry_gradients(family):
    rng = np.random.default_rng(0)
    pathwise = family.make in (Normal, MultivariateNormal, Laplace, ContinuousBernoulli)
    assert family.make.reparameterized is pathwise
    assert Mixture.reparameterized is False
    parameters = family.draw(rng, (2,))
    flows = gradient(
        lambda first: family.make(first, *parameters[1:]).sample(seed=0), parameters[0]
    )
    assert flows.any() == pathwise

    def mixture(logits, first):
        return Mixture(logits, family.make(first, *parameters[1:])).sample(seed=0)

    assert not any(flow.any() for flow in gradient(mixture, np.zeros(2), parameters[0]))


@pytest.mark.parametrize("family", [f for f in FAMILIES if f.make.reparameterized], ids=str)
def test_detached(family):
    """The same density, in which only the value carries a gradient."""
    rng = np.random.default_rng(0)
    parameters, x = family.draw(rng, (2,)), family.values(rng, (2,))
    q = family.make(*parameters)
    assert_allclose(*value(lambda: [d.log_prob(x) for d in (q, q.detached())]), rtol=1e-6)

    def log_prob(x, *parameters):
        return family.make(*parameters).detached().log_prob(x)

    of_value, *of_parameters = gradient(log_prob, x, *parameters)
    assert of_value.all()
    assert not any(flow.any() for flow in of_parameters)
