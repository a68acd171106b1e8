"""Logits of ±∞ are exact limits, and leave everything at finite logits as it is."""

import math

import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose

from keras_vae import kl_divergence
from keras_vae.distributions import Bernoulli, Categorical, ContinuousBernoulli
from tests.oracles.gradients import gradient, value

INF = math.inf
LOG_2 = math.log(2.0)
UNIFORM = [0.0, 0.0, 0.0]
MASKED = [0.0, 0.0, -INF]

LOG_PROBS = [
    (Bernoulli, [INF], [1.0], 0.0),
    (Bernoulli, [INF], [0.0], -INF),
    (Bernoulli, [INF], [0.5], -INF),
    (Bernoulli, [-INF], [0.0], 0.0),
    (Bernoulli, [-INF], [1.0], -INF),
    (Bernoulli, [INF, 0.0], [1.0, 1.0], -LOG_2),
    (Categorical, MASKED, [1.0, 0.0, 0.0], -LOG_2),
    (Categorical, MASKED, [0.0, 0.0, 1.0], -INF),
    (Categorical, [5.0, INF, -INF], [0.0, 1.0, 0.0], 0.0),
    (Categorical, [5.0, INF, -INF], [1.0, 0.0, 0.0], -INF),
    (Categorical, [INF, INF, -INF], [1.0, 0.0, 0.0], -LOG_2),
    (ContinuousBernoulli, [INF], [1.0], INF),
    (ContinuousBernoulli, [INF], [0.9], -INF),
    (ContinuousBernoulli, [-INF], [0.0], INF),
    (ContinuousBernoulli, [-INF], [0.1], -INF),
]

# Entropy, mean, variance.
MOMENTS = [
    (Bernoulli, [INF, -INF, 0.0], LOG_2, [1.0, 0.0, 0.5], [0.0, 0.0, 0.25]),
    (Categorical, MASKED, LOG_2, [0.5, 0.5, 0.0], [0.25, 0.25, 0.0]),
    (Categorical, [-INF, INF, 3.0], 0.0, [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]),
    (ContinuousBernoulli, [INF, -INF, 0.0], -INF, [1.0, 0.0, 0.5], [0.0, 0.0, 1 / 12]),
]

DIVERGENCES = [
    (Bernoulli, [INF], [0.0], LOG_2),
    (Bernoulli, [-INF], [0.0], LOG_2),
    (Bernoulli, [0.0], [INF], INF),
    (Bernoulli, [0.0], [-INF], INF),
    (Bernoulli, [INF], [INF], 0.0),
    (Bernoulli, [INF], [-INF], INF),
    (Categorical, MASKED, UNIFORM, math.log(1.5)),
    (Categorical, UNIFORM, MASKED, INF),
    (Categorical, MASKED, MASKED, 0.0),
    (Categorical, [INF, 0.0, 0.0], UNIFORM, math.log(3.0)),
    (ContinuousBernoulli, [INF], [0.0], INF),
    (ContinuousBernoulli, [0.0], [-INF], INF),
    (ContinuousBernoulli, [INF], [INF], 0.0),
]


@pytest.mark.parametrize(("make", "logits", "x", "expected"), LOG_PROBS)
def test_log_prob(make, logits, x, expected):
    assert_allclose(value(lambda: make(logits).log_prob(x)), expected, rtol=1e-6)


@pytest.mark.parametrize(("make", "logits", "entropy", "mean", "variance"), MOMENTS)
def test_entropy_moments_and_draws(make, logits, entropy, mean, variance):
    def read():
        d = make(logits)
        return d.entropy(), d.mean(), d.variance(), d.sample((50,), seed=0)

    *found, draws = value(read)
    for one, expected in zip(found, (entropy, mean, variance), strict=True):
        assert_allclose(one, expected, rtol=1e-5, atol=1e-7)
    certain = np.equal(variance, 0.0)
    expected = np.broadcast_to(mean, draws.shape)[:, certain]
    assert_allclose(draws[:, certain], expected, rtol=1e-6, atol=1e-30)


@pytest.mark.parametrize(("make", "q", "p", "expected"), DIVERGENCES)
def test_divergences(make, q, p, expected):
    assert_allclose(value(lambda: kl_divergence(make(q), make(p))), expected, rtol=1e-6)


def test_a_masked_class_leaves_the_gradient_of_the_others():
    """As over the classes that are left."""
    one, kept = np.eye(3)[0], np.array([0.3, -1.0])

    def masked(logits):
        return Categorical(ops.concatenate([logits, ops.full((1,), -INF)]))

    def read(d, x, prior):
        return d.log_prob(x) + d.entropy() + kl_divergence(d, Categorical(prior))

    found = gradient(lambda logits: read(masked(logits), one, UNIFORM), kept)
    expected = gradient(lambda logits: read(Categorical(logits), one[:2], [0.0, 0.0]), kept)
    assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("make", [Bernoulli, ContinuousBernoulli])
def test_a_certain_coordinate_leaves_the_gradient_of_the_others(make):
    def read(logits):
        d = make(ops.concatenate([logits, ops.full((1,), INF)]))
        return d.log_prob([0.2, 1.0]) + d.entropy()

    def alone(logits):
        d = make(logits)
        return d.log_prob([0.2]) + d.entropy()

    logit = np.array([0.7])
    assert_allclose(gradient(read, logit), gradient(alone, logit), rtol=1e-6)


def test_nan_is_not_hidden():
    def read():
        nan = [math.nan, 0.0, 1.0]
        of_bits, of_classes = Bernoulli(nan), Categorical(nan)
        return (
            of_bits.log_prob([1.0, 0.0, 0.0]),
            of_bits.entropy(),
            of_classes.log_prob([0.0, 1.0, 0.0]),
            of_classes.entropy(),
            kl_divergence(of_bits, Bernoulli(UNIFORM)),
            kl_divergence(Categorical(UNIFORM), of_classes),
        )

    assert np.isnan(value(read)).all()


def test_finite_logits_need_no_bound():
    """Value and gradient are the same without it."""

    def read(finite):
        return lambda logits: Bernoulli(logits, finite=finite).log_prob([0.0, 1.0, 0.3])

    logits = np.array([[-80.0, 0.0, 3.0], [1e30, -2.0, 1e-30]])
    for of in (value, gradient):
        np.testing.assert_array_equal(of(read(True), logits), of(read(False), logits))
