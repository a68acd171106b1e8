"""Objectives of two players against closed forms: the best critic, and who learns from what."""

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae.objectives import AAE, VAEGAN, FactorVAE
from keras_vae.objectives.total_correlation import independently_ordered
from tests.oracles.gradients import gradients, value
from tests.oracles.noise import inject
from tests.oracles.weights import LOC, NOISE, SCALE, W, X, terms

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(60)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
PLANE = np.stack(np.meshgrid(NODES, NODES), axis=-1).reshape(-1, 2)
ON_PLANE = np.outer(WEIGHTS, WEIGHTS).ravel()
BETA = 0.7


class Given:
    """A network of given weights, with what a critic is asked for."""

    non_trainable_variables = ()

    def __init__(self, function, *weights):
        self.function, self.trainable_variables = function, list(weights)

    def __call__(self, draws, training=False):
        return self.function(draws, *self.trainable_variables)

    def stateless_call(self, weights, others, draws, training):
        return self.function(draws, *weights), others


def quadratic(z, a, b, c):
    return (a + b * ops.sum(z**2, axis=-1) + c * ops.prod(z, axis=-1))[:, None]


def linear(z, a, b):
    return a + b * z


def lesson_of(objective, function, real, fake):
    """What the critic learns, as a function of its weights, by quadrature."""

    def lesson(*weights):
        vars(objective)["critic"] = Given(function, *weights)
        pair = (ops.convert_to_tensor(kind, "float32") for kind in (real, fake))
        return objective.lesson(terms(LOC, SCALE, noise=NOISE[:1]), *pair)

    return lesson


def test_the_best_critic_tells_the_total_correlation():
    """Of two normal codes with correlation ρ: t is quadratic, and its mean −½ log(1 − ρ²)."""
    rho = 0.6
    best = [-0.5 * np.log(1 - rho**2), -(rho**2) / (2 - 2 * rho**2), rho / (1 - rho**2)]
    codes = PLANE @ np.linalg.cholesky([[1, rho], [rho, 1]]).T
    lesson = lesson_of(FactorVAE(), quadratic, codes, PLANE)
    for weight, ascent in zip(best, (0.0, 0.05, 0.05), strict=True):
        assert abs(weight) > ascent  # the critic is no constant

    def weighted(*weights):
        return lesson(*weights) * ops.convert_to_tensor(ON_PLANE, "float32")

    assert_allclose(gradients(weighted, *best), 0.0, atol=1e-5)
    worse = [best[0], best[1], 0.8 * best[2]]
    assert np.abs(gradients(weighted, *worse)).max() > 1e-3
    logits = value(lambda z, *weights: quadratic(z, *weights)[:, 0], codes, *best)
    assert_allclose(ON_PLANE @ logits, -0.5 * np.log(1 - rho**2), rtol=1e-5)


def test_the_best_critic_of_codes_against_the_prior():
    """Of q(z) = N(m, 1) and p(z) = N(0, 1): t = log p/q = m²/2 − mz; the prior is real."""
    m, grid = 1.3, NODES[:, None]
    lesson = lesson_of(AAE(), linear, grid, grid + m)

    def weighted(a, b):
        return lesson(a, b) * ops.convert_to_tensor(WEIGHTS, "float32")

    assert_allclose(gradients(weighted, m**2 / 2, -m), 0.0, atol=1e-5)
    assert np.abs(gradients(weighted, -(m**2) / 2, m)[1]) > 0.1  # the other sign


def softplus(value):
    return np.logaddexp(0.0, value)


def test_the_loss_of_the_adversarial_autoencoder(monkeypatch):
    """−log p(x|z) + β log(1 + exp(−t(z))); what trains the critic counts nothing."""
    inject(monkeypatch, "normal", NOISE[1])
    objective = AAE()

    def loss(loc, scale, a, b):
        vars(objective)["critic"] = Given(lambda z, a, b: linear(z[:, :1], a, b), a, b)
        return objective(terms(loc, scale, noise=NOISE[:1]), BETA)

    z = LOC + SCALE * NOISE[0]
    residual = (X - z @ W.T) / 0.5
    nats = 0.5 * np.sum(residual**2 + np.log(2 * np.pi * 0.25), axis=1)
    expected = nats + BETA * softplus(-(0.3 + 0.8 * z[:, 0]))
    assert_allclose(value(loss, LOC, SCALE, 0.3, 0.8), expected, rtol=1e-5)
    *_, a, b = gradients(loss, LOC, SCALE, 0.3, 0.8)
    sure = [1 / (1 + np.exp(-(0.3 + 0.8 * one[:, 0]))) for one in (NOISE[1], z)]
    assert_allclose(a, 0.5 * (sure[0] - 1 + sure[1]).sum(), rtol=1e-4)
    assert_allclose(b, 0.5 * ((sure[0] - 1) * NOISE[1][:, 0] + sure[1] * z[:, 0]).sum(), rtol=1e-4)


RANDOM = np.random.default_rng(11)
BODY, LOGIT = RANDOM.normal(size=(5, 4)), RANDOM.normal(size=(4, 1))
GAMMA = 0.4


def features(x, body):
    return ops.tanh(ops.matmul(x, body))


def critic(x, body, logit):
    return ops.matmul(features(x, body), logit)


def vae_gan():
    return VAEGAN((5,), keras.layers.Dense(4), GAMMA)


def who_learns(loc, decoder, body, logit):
    """The loss of `VAEGAN`, with networks that are functions of their weights."""
    objective = vae_gan()
    vars(objective)["critic"] = Given(critic, body, logit)
    objective.critic.layers = [Given(features, body)]
    return objective(
        terms(loc, SCALE, decoder, NOISE[:1], ops.convert_to_tensor(X, "float32")), BETA
    )


def parts(loc, decoder, body, logit):
    """Its terms, each as it stands on paper and without a stop."""
    x, noise, drawn = (ops.convert_to_tensor(v, "float32") for v in (X, NOISE[:1], NOISE[1]))
    given = terms(loc, SCALE, decoder, noise, x)
    again, new = (
        ops.matmul(given.z[0], ops.transpose(decoder)),
        ops.matmul(drawn, ops.transpose(decoder)),
    )
    alike = 0.5 * ops.sum((features(x, body) - features(again, body)) ** 2, axis=1)
    told = [critic(one, body, logit)[:, 0] for one in (x, again, new)]
    fools = ops.softplus(-told[1]) + ops.softplus(-told[2])
    wrong = (ops.softplus(-told[0]) + ops.softplus(told[1]) + ops.softplus(told[2])) / 3
    return given.kl, alike, fools, wrong


def test_who_learns_from_what_in_a_vae_gan(monkeypatch):
    """All nine: three networks, three terms."""
    inject(monkeypatch, "normal", NOISE[1])
    given = (LOC, W, BODY, LOGIT)
    learned = gradients(who_learns, *given)
    each = [gradients(lambda *w, term=term: parts(*w)[term], *given) for term in range(4)]
    kl, alike, fools, wrong = each
    expected = [
        BETA * kl[0] + alike[0],
        GAMMA * alike[1] + fools[1],
        wrong[2],
        wrong[3],
    ]
    for found, wanted in zip(learned, expected, strict=True):
        assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
    # Each of the zeros of the table is one that had to be made.
    for unwanted in (fools[0], wrong[0], wrong[1], alike[2], fools[2], fools[3]):
        assert np.abs(unwanted).max() > 1e-2
    terms_of = value(lambda *w: ops.stack(parts(*w)), *given)
    loss = BETA * terms_of[0] + GAMMA * terms_of[1] + terms_of[2]
    assert_allclose(value(who_learns, *given), loss, rtol=1e-5)


def ordered(z, weights):
    return value(lambda z, w: independently_ordered(z, w, seed=3), z, weights)


def test_each_coordinate_has_an_order_of_its_own():
    z = np.arange(24.0).reshape(8, 3)
    found = ordered(z, np.ones(8))
    assert_array_equal(np.sort(found, axis=0), z)
    orders = {tuple(column) for column in (found - found.min(axis=0)).T}
    assert len(orders) == 3


def test_the_order_of_weighted_examples():
    """One of weight 0 stays out, and one of weight 2 comes twice; z may be a grid."""
    z = np.arange(16.0).reshape(4, 2, 2)
    found = ordered(z, np.array([0.0, 2.0, 1.0, 1.0]))
    assert_array_equal(np.sort(found, axis=0), z[[1, 1, 2, 3]])


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: FactorVAE(-1.0), "gamma=-1.0 must be a finite number >= 0"),
        (lambda: AAE(hidden_units=(0,)), "`hidden_units` must be positive integers"),
        (lambda: VAEGAN((8,), keras.layers.Dense(3), gamma=0), "gamma=0 would leave the features"),
        (
            lambda: FactorVAE(critic=keras.layers.Dense(2)).build((None, 3)),
            r"critic of FactorVAE gives \(None, 2\).*one logit for each example",
        ),
    ],
)
def test_what_does_not_fit_gets_a_sentence(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()


def test_a_critic_of_pictures_says_that_it_needs_all_of_them():
    given = terms(LOC, SCALE, noise=NOISE[:1])
    given.observed = X > 0.0
    with pytest.raises(NotImplementedError, match="whole examples"):
        vae_gan()(given, 1.0)
