"""Monte Carlo KL: within four standard errors of the exact value, and so are its gradients."""

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose

from keras_vae import kl_divergence, monte_carlo_kl
from keras_vae.distributions import Bernoulli, Mixture, MultivariateNormal, Normal
from tests.oracles.families import FAMILIES
from tests.oracles.gradients import gradient, gradients, value

REPEATS, DRAWS = 40, 100


def within(estimates, expected, standard_errors=4.0):
    """Whether the mean over the first axis lies as near to the expected value."""
    error = estimates.std(0, ddof=1) / np.sqrt(len(estimates))
    return (np.abs(estimates.mean(0) - expected) <= standard_errors * error + 1e-6).all()


@pytest.mark.parametrize("family", FAMILIES, ids=str)
def test_estimate(family):
    """Each row of the batch is one estimate of the same number."""
    rng = np.random.default_rng(0)
    q, p = family.draw(rng, ()), family.draw(rng, ())
    rows = [np.repeat(one[None], REPEATS, axis=0) for one in q]

    def estimate(*q):
        return monte_carlo_kl(family.make(*q), family.make(*p), DRAWS, seed=0)

    def exact(*q):
        return kl_divergence(family.make(*q), family.make(*p))

    estimates = value(estimate, *rows)
    assert estimates.shape == (REPEATS,)
    assert within(estimates, value(exact, *q))
    if family.make.reparameterized:
        pairs = zip(gradients(estimate, *rows), gradients(exact, *q), strict=True)
        for found, expected in pairs:
            lower = np.tri(3) if family.make is MultivariateNormal and expected.ndim == 2 else 1.0
            assert within(found * lower, expected * lower)


def test_the_standard_error_is_what_repetition_shows():
    """400 estimates of the same number, whose terms have a standard deviation of exactly 1.5."""
    q, p = Normal(np.zeros((400, 1)), 1.0), Normal(np.full((400, 1), 1.5), 1.0)
    pair = monte_carlo_kl(q, p, num_samples=50, seed=0, standard_error=True)
    values, errors = (ops.convert_to_numpy(part) for part in pair)
    assert_allclose(values, ops.convert_to_numpy(monte_carlo_kl(q, p, 50, seed=0)), rtol=1e-6)
    assert_allclose(np.sqrt(np.mean(errors**2)), 1.5 / 50**0.5, rtol=0.04)
    z = (values - 0.5 * 1.5**2) / errors
    assert abs(z.mean()) < 0.2 and abs(z.std() - 1.0) < 0.15
    assert np.isnan(ops.convert_to_numpy(monte_carlo_kl(q, p, 1, 0, standard_error=True)[1])).all()


def test_the_standard_error_leaves_gradients_as_they_are():
    def estimate(logits, standard_error):
        found = monte_carlo_kl(Bernoulli(logits), Bernoulli([[0.3]]), 20, 0, standard_error)
        return found[0] + 0.0 * found[1] if standard_error else found

    logits = np.array([[0.4]])
    told = gradient(lambda logits: estimate(logits, True), logits)
    assert_allclose(told, gradient(lambda logits: estimate(logits, False), logits), rtol=1e-6)


def test_draws_exactly_what_is_asked(monkeypatch):
    noise = np.random.default_rng(0).normal(size=(7, 2, 3)).astype("float32")
    shapes = []

    def recorded(shape, **_):
        shapes.append(tuple(shape))
        return ops.convert_to_tensor(noise)

    monkeypatch.setattr(keras.random, "normal", recorded)
    q, p = Normal(np.ones((2, 3)), 0.5), Normal(np.zeros(3), 1.0)
    estimate = ops.convert_to_numpy(monte_carlo_kl(q, p, num_samples=7))
    assert shapes == [(7, 2, 3)]
    # log q - log p at z = 1 + ε/2.
    ratio = (-0.5 * noise**2 + np.log(2.0) + 0.5 * (1.0 + 0.5 * noise) ** 2).sum(-1)
    assert_allclose(estimate, ratio.mean(0), rtol=1e-5)


def test_anything_with_a_log_prob():
    class Flat:
        def log_prob(self, z):
            return ops.zeros_like(z[..., 0]) - 3.0

    q = Normal([0.0], 1.0)
    estimate = float(monte_carlo_kl(q, Flat(), num_samples=2000, seed=0))
    assert abs(estimate - (3.0 - float(q.entropy()))) < 4.0 * np.sqrt(0.5 / 2000)


def test_no_draws():
    q = Normal([0.0], 1.0)
    with pytest.raises(ValueError) as error:
        monte_carlo_kl(q, q, num_samples=0)
    assert str(error.value) == "`num_samples` must be at least 1; received num_samples=0."


def mixture():
    return Mixture(np.log([0.4, 0.6]), Normal([[-2.0], [3.0]], [[0.7], [1.0]]))


@pytest.mark.parametrize(
    ("loc", "scale", "forward", "reverse"),
    [
        (1.0, np.sqrt(6.796), 0.432588354, None),  # moments matched: the optimum of forward KL
        (2.980086, 1.029821, None, 0.505506050),  # the two optima of reverse KL
        (-1.986050, 0.719520, None, 0.910400401),
    ],
)
def test_normal_and_mixture(loc, scale, forward, reverse):
    """No closed form: by quadrature, and by Monte Carlo within four standard errors."""
    grid = np.linspace(-16.0, 16.0, 3201)
    cell = grid[1] - grid[0]

    def log_probs(loc, scale):
        return mixture().log_prob(grid[:, None]), Normal([loc], [scale]).log_prob(grid[:, None])

    def integral(loc, scale):
        log_p, log_q = log_probs(loc, scale)
        first, second = (log_p, log_q) if forward else (log_q, log_p)
        return cell * ops.sum(ops.exp(first) * (first - second))

    assert_allclose(value(integral, loc, scale), forward or reverse, rtol=2e-5)
    slopes = gradient(integral, loc, scale)
    assert_allclose(slopes, [0.0, 0.0], atol=1e-4)

    def estimate():
        p, q = mixture(), Normal([loc], [scale])
        first, second = (p, q) if forward else (q, p)
        z = first.sample((4000,), seed=0)
        return first.log_prob(z) - second.log_prob(z), monte_carlo_kl(first, second, 4000, seed=0)

    ratios, mean = value(estimate)
    assert_allclose(mean, ratios.mean(), rtol=1e-4)
    assert within(ratios, forward or reverse)


def test_draws_without_a_path_have_the_gradient_of_the_score():
    logits, other = np.array([[0.4, -1.0]]), Bernoulli([[-0.5, 0.3]])

    def estimate(logits):
        return monte_carlo_kl(Bernoulli(logits), other, num_samples=4000, seed=0)

    exact = gradient(lambda logits: kl_divergence(Bernoulli(logits), other), logits)
    assert_allclose(gradient(estimate, logits), exact, atol=0.03)
