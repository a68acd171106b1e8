"""KL divergences: the exact answers, random parameters, their laws, and Monte Carlo."""

import itertools
import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import integrate, special

from keras_vae import kl_divergence, register_kl
from keras_vae.distributions import (
    Bernoulli,
    Categorical,
    ContinuousBernoulli,
    Laplace,
    Mixture,
    MultivariateNormal,
    Normal,
)
from tests.oracles.families import FAMILIES, cb_normalizer, covariance
from tests.oracles.gradients import gradient, gradients, value

FAMILY = {family.make: family for family in FAMILIES}

FULL = np.linalg.cholesky([[1.0, 0.6], [0.6, 2.0]])
OTHER = np.linalg.cholesky([[2.0, -0.3], [-0.3, 1.0]])
CORRELATED = np.linalg.cholesky([[1.0, 0.9], [0.9, 1.0]])


def kl(q_make, q, p_make, p):
    return value(lambda: kl_divergence(q_make(*q), p_make(*p)))


def full():
    return MultivariateNormal([1.0, -0.5], FULL)


def other():
    return MultivariateNormal([0.0, 0.25], OTHER)


def correlated():
    return MultivariateNormal([0.0, 0.0], CORRELATED)


def normal(scale, size=2):
    return Normal(np.zeros(size), scale)


def bit(probability):
    return Bernoulli(special.logit([probability]))


def classes(*probabilities):
    return Categorical(np.log(probabilities))


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        (lambda: (Normal([0.5, -1, 2], np.exp([0, -0.5, 0.25])), normal(1.0, 3)), 2.883300355936),
        (lambda: (full(), other()), 0.917826536760),
        (lambda: (other(), full()), 1.613583085255),
        (lambda: (full(), normal(1.0)), 0.877651879082),
        (lambda: (full(), MultivariateNormal([0.0, 0.0], np.eye(2))), 0.877651879082),
        (lambda: (bit(0.3), bit(0.7)), 0.338919144155),
        (lambda: (bit(0.05), bit(0.2)), 0.093943026024),
        (lambda: (classes(0.5, 0.3, 0.2), classes(0.2, 0.2, 0.6)), 0.360062440636),
        (lambda: (classes(0.5, 0.3, 0.2), classes(1, 1, 1)), 0.068959198880),  # log 3 - H
        (lambda: (Laplace([0.5], [0.8]), Laplace([-0.3], [1.5])), 0.358144361380),
        # Mean field on a correlated normal, by reverse and by forward KL: -log(1 - 0.9^2) / 2.
        (lambda: (normal(math.sqrt(0.19)), correlated()), 0.830365603411),
        (lambda: (correlated(), normal(1.0)), 0.830365603411),
    ],
)
def test_exact_answers(pair, expected):
    assert_allclose(value(lambda: kl_divergence(*pair())), expected, rtol=3e-6)


def diagonal(loc, scale):
    return loc, scale[..., None] * np.eye(scale.shape[-1])


def full_full(q, p):
    (loc, factor), (center, metric) = q, p
    ours, inverse = covariance(factor), np.linalg.inv(covariance(metric))
    trace = np.trace(inverse @ ours, axis1=-2, axis2=-1)
    distance = np.einsum("...i,...ij,...j", loc - center, inverse, loc - center)
    return 0.5 * (trace + distance - loc.shape[-1] - np.linalg.slogdet(inverse @ ours)[1])


def bernoulli(q, p):
    a, b = special.expit(q[0]), special.expit(p[0])
    return (special.rel_entr(a, b) + special.rel_entr(1.0 - a, 1.0 - b)).sum(-1)


def categorical(q, p):
    return special.rel_entr(special.softmax(q[0], -1), special.softmax(p[0], -1)).sum(-1)


def laplace(q, p):
    (loc, b1), (center, b2) = q, p
    distance = np.abs(loc - center)
    return (np.log(b2 / b1) + distance / b2 + b1 / b2 * np.exp(-distance / b1) - 1.0).sum(-1)


def continuous_bernoulli(q, p):
    mean = FAMILY[ContinuousBernoulli].mean(q[0])
    return (mean * (q[0] - p[0]) - cb_normalizer(q[0]) + cb_normalizer(p[0])).sum(-1)


FORMULAS = {
    (Normal, Normal): lambda q, p: full_full(diagonal(*q), diagonal(*p)),
    (MultivariateNormal, MultivariateNormal): full_full,
    (MultivariateNormal, Normal): lambda q, p: full_full(q, diagonal(*p)),
    (Normal, MultivariateNormal): lambda q, p: full_full(diagonal(*q), p),
    (Bernoulli, Bernoulli): bernoulli,
    (ContinuousBernoulli, ContinuousBernoulli): continuous_bernoulli,
    (Categorical, Categorical): categorical,
    (Laplace, Laplace): laplace,
}
every_pair = pytest.mark.parametrize(("q_make", "p_make"), FORMULAS, ids=lambda make: make.__name__)


BATCHES = [((4,), (4,)), ((3,), ()), ((), (3,)), ((2, 1), (3,))]


@every_pair
def test_formulas_and_broadcasting(q_make, p_make):
    """Of length 3 are a batch axis and the event: neither may be taken for the other."""
    rng = np.random.default_rng(0)
    pairs = [(FAMILY[q_make].draw(rng, b), FAMILY[p_make].draw(rng, c)) for b, c in BATCHES]
    every = value(lambda: [kl_divergence(q_make(*q), p_make(*p)) for q, p in pairs])
    for found, (q, p), batches in zip(every, pairs, BATCHES, strict=True):
        assert found.shape == np.broadcast_shapes(*batches)
        assert_allclose(found, FORMULAS[q_make, p_make](q, p), rtol=1e-5, atol=1e-5)
        assert (found > 0.0).all()


@every_pair
def test_no_divergence_from_itself(q_make, p_make):
    q = FAMILY[q_make].draw(np.random.default_rng(0), (4,))
    p = q
    if q_make is not p_make:  # the same normal, diagonal and full
        loc, scale = FAMILY[Normal].draw(np.random.default_rng(0), (4,))
        same = {Normal: (loc, scale), MultivariateNormal: diagonal(loc, scale)}
        q, p = same[q_make], same[p_make]
    assert_allclose(kl(q_make, q, p_make, p), np.zeros(4), atol=1e-6)
    for one in gradients(lambda *p: kl_divergence(q_make(*q), p_make(*p)), *p):
        assert_allclose(np.tril(one) if one.ndim == 3 else one, np.zeros_like(one), atol=1e-5)


@pytest.mark.parametrize("make", [Normal, Laplace, Bernoulli, ContinuousBernoulli])
def test_additive_over_independent_axes(make):
    rng = np.random.default_rng(0)
    q, p = (make(*FAMILY[make].draw(rng, (4, 2)), event_ndim=2) for _ in range(2))
    whole, parts = value(lambda: (kl_divergence(q, p), kl_divergence(q.factors(), p.factors())))
    assert parts.shape == (4, 2, 3)
    assert_allclose(parts.sum((1, 2)), whole, rtol=1e-5)


def test_categoricals_are_additive_over_sequences():
    rng = np.random.default_rng(0)
    q, p = (Categorical(rng.normal(size=(4, 2, 3)), event_ndim=2) for _ in range(2))
    whole, parts = value(lambda: (kl_divergence(q, p), kl_divergence(q.factors(), p.factors())))
    assert_allclose(parts.sum(1), whole, rtol=1e-5)


def test_diagonal_factor_is_the_diagonal_case():
    rng = np.random.default_rng(0)
    q, p = (FAMILY[Normal].draw(rng, (4,)) for _ in range(2))

    def read():
        both = ([Normal(*d), MultivariateNormal(*diagonal(*d))] for d in (q, p))
        return [kl_divergence(a, b) for a, b in itertools.product(*both)]

    expected, *others = value(read)
    assert_allclose(others, np.tile(expected, (3, 1)), rtol=1e-5)


@pytest.mark.parametrize(
    ("make", "move"),
    [
        (Normal, lambda loc, scale: (3.0 - 2.0 * loc, 2.0 * scale)),
        (Laplace, lambda loc, scale: (3.0 - 2.0 * loc, 2.0 * scale)),
        (MultivariateNormal, lambda loc, factor: (loc @ FULL_MAP.T - 1.0, FULL_MAP @ factor)),
        (Bernoulli, lambda logits: (-logits,)),
        (ContinuousBernoulli, lambda logits: (-logits,)),
        (Categorical, lambda logits: (logits[..., [2, 0, 1]] + 5.0,)),
    ],
)
def test_invariant_under_a_common_map(make, move):
    """Affine maps; for values in [0, 1] the mirror image; for classes their order."""
    rng = np.random.default_rng(0)
    q, p = (FAMILY[make].draw(rng, (4,)) for _ in range(2))
    pairs = (q, p), (move(*q), move(*p))
    before, after = value(lambda: [kl_divergence(make(*a), make(*b)) for a, b in pairs])
    assert_allclose(after, before, rtol=1e-4)


FULL_MAP = np.array([[2.0, 0.0, 0.0], [-1.0, 0.5, 0.0], [0.3, 1.0, 1.5]])


@pytest.mark.parametrize("make", [Normal, Laplace, ContinuousBernoulli])
def test_quadrature(make):
    """The definition itself, integrated in float64."""
    rng = np.random.default_rng(0)
    q, p = ([a[:1] for a in FAMILY[make].draw(rng, ())] for _ in range(2))
    kinks = (float(q[0][0]), float(p[0][0])) if make is Laplace else None
    low, high = (0.0, 1.0) if make is ContinuousBernoulli else (-25.0, 25.0)
    log_q, log_p = (lambda x, d=d: FAMILY[make].log_prob(np.array([x]), *d) for d in (q, p))
    expected, _ = integrate.quad(
        lambda x: np.exp(log_q(x)) * (log_q(x) - log_p(x)), low, high, points=kinks, limit=200
    )
    assert_allclose(kl(make, q, make, p), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("size", [100.0, 400.0])
@pytest.mark.parametrize("make", [Bernoulli, ContinuousBernoulli, Categorical])
def test_extreme_logits(make, size):
    """Finite at probabilities of 0 and 1, with finite gradients on both sides."""
    sure, unsure = size * np.array([1.0, -1.0, 1.0]), np.array([0.5, -1.0, 1.0])

    def both_ways(a, b):
        return kl_divergence(make(a), make(b)) + kl_divergence(make(b), make(a))

    expected = FORMULAS[make, make]((sure,), (unsure,))
    assert_allclose(kl(make, (sure,), make, (unsure,)), expected, rtol=1e-4)
    pairs = np.stack([sure, sure]), np.stack([unsure, -sure])
    assert np.isfinite(gradient(both_ways, *pairs)).all()


@pytest.mark.parametrize("log_variance", [-50.0, 50.0])
@pytest.mark.parametrize("make", [Normal, MultivariateNormal])
def test_extreme_variances(make, log_variance):
    scale = np.full(3, math.exp(0.5 * log_variance))
    q = (np.ones(3), scale) if make is Normal else diagonal(np.ones(3), scale)
    expected = 1.5 * (math.exp(log_variance) - log_variance)
    assert_allclose(kl(make, q, Normal, (np.zeros(3), 1.0)), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("q", "p"),
    [
        (lambda: Mixture([0.0, 0.0], Normal([[0.0], [1.0]], 1.0)), lambda: Normal([0.0], 1.0)),
        (lambda: Normal([0.0], 1.0), lambda: Laplace([0.0], 1.0)),
        (lambda: Bernoulli([0.0]), lambda: ContinuousBernoulli([0.0])),
    ],
)
def test_no_closed_form(q, p):
    q, p = q(), p()
    a, b = type(q).__name__, type(p).__name__
    with pytest.raises(NotImplementedError) as error:
        kl_divergence(q, p)
    assert str(error.value) == (
        f"There is no closed form of KL({a} ‖ {b}); estimate it with "
        "keras_vae.monte_carlo_kl(q, p, num_samples, seed), or enter your own formula with "
        f"@keras_vae.register_kl({a}, {b})."
    )


@pytest.mark.parametrize(
    ("q", "p", "shapes"),
    [
        (lambda: normal(1.0, 3), lambda: Normal(np.zeros(3), 1.0, event_ndim=0), ((3,), ())),
        (lambda: normal(1.0, 1), lambda: normal(1.0, 3), ((1,), (3,))),
        (lambda: normal(1.0, 3), full, ((3,), (2,))),
    ],
)
def test_events_of_unlike_shape(q, p, shapes):
    with pytest.raises(ValueError) as error:
        kl_divergence(q(), p())
    assert str(error.value) == (
        "KL(q ‖ p) compares events of one shape; q has event shape {} and p has event shape {}. "
        "Give both the same `event_ndim`, and parameters with as many coordinates.".format(*shapes)
    )


def test_a_formula_of_ones_own():
    class Own(Normal):
        pass

    class OwnToo(Own):
        pass

    q, p = Own([2.0], 1.0), Normal([0.0], 1.0)
    assert_allclose(kl_divergence(q, p), 2.0)  # what is registered for the bases holds

    @register_kl(Own, Normal)
    def formula(q, p):
        return 7.0

    assert kl_divergence(q, p) == formula(q, p) == kl_divergence(OwnToo([2.0], 1.0), p)
    assert_allclose(kl_divergence(p, q), 2.0)
