"""Distributions: log-probabilities and moments against float64, extremes, shapes, errors."""

import itertools
import math

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose
from scipy import special

from keras_vae.distributions import (
    Bernoulli,
    Categorical,
    ContinuousBernoulli,
    Distribution,
    Laplace,
    Mixture,
    MultivariateNormal,
    Normal,
)
from keras_vae.tensors import as_float
from tests.oracles.families import FAMILIES
from tests.oracles.gradients import value

BATCH = (4,)
every_family = pytest.mark.parametrize("family", FAMILIES, ids=str)


def moments(d):
    return d.mean(), d.variance(), d.stddev()


@every_family
def test_formulas(family):
    rng = np.random.default_rng(1)
    parameters, x = family.draw(rng, BATCH), family.values(rng, BATCH)

    def read(*parameters):
        d = family.make(*parameters)
        return (d.log_prob(x), d.entropy(), *moments(d))

    log_prob, entropy, mean, variance, stddev = value(read, *parameters)
    assert_allclose(log_prob, family.log_prob(x, *parameters), rtol=1e-5, atol=1e-5)
    assert_allclose(entropy, family.entropy(*parameters), rtol=1e-5, atol=1e-5)
    assert_allclose(mean, family.mean(*parameters), rtol=1e-5)
    assert_allclose(variance, family.variance(*parameters), rtol=1e-5)
    assert_allclose(stddev, np.sqrt(family.variance(*parameters)), rtol=1e-5)


@every_family
def test_mixture_of_every_family(family):
    rng = np.random.default_rng(2)
    logits, parameters = rng.normal(size=(*BATCH, 2)), family.draw(rng, (*BATCH, 2))
    x, weights = family.values(rng, BATCH), special.softmax(logits, axis=-1)

    def read(logits, *parameters):
        d = Mixture(logits, family.make(*parameters))
        return d.log_prob(x), d.mean(), d.variance()

    log_prob, mean, variance = value(read, logits, *parameters)
    of_components = family.log_prob(x[:, None], *parameters)
    expected = special.logsumexp(np.log(weights) + of_components, axis=-1)
    assert_allclose(log_prob, expected, rtol=1e-5, atol=1e-5)
    first = np.einsum("bk,bkd->bd", weights, family.mean(*parameters))
    squares = family.variance(*parameters) + family.mean(*parameters) ** 2
    second = np.einsum("bk,bkd->bd", weights, squares)
    assert_allclose(mean, first, rtol=1e-5, atol=1e-6)
    assert_allclose(variance, second - first**2, rtol=1e-4, atol=1e-6)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TFP runs on TensorFlow")
@every_family
def test_against_tensorflow_probability(family):
    tfd = pytest.importorskip("tensorflow_probability").distributions
    names = {
        Normal: (tfd.Normal, "loc", "scale"),
        Laplace: (tfd.Laplace, "loc", "scale"),
        MultivariateNormal: (tfd.MultivariateNormalTriL, "loc", "scale_tril"),
        Bernoulli: (tfd.Bernoulli, "logits"),
        ContinuousBernoulli: (tfd.ContinuousBernoulli, "logits"),
        Categorical: (tfd.OneHotCategorical, "logits"),
    }
    theirs, *keys = names[family.make]
    rng = np.random.default_rng(3)
    parameters = [p.astype("float32") for p in family.draw(rng, BATCH)]
    oracle = theirs(**dict(zip(keys, parameters, strict=True)))
    if oracle.event_shape.rank == 0:
        oracle = tfd.Independent(oracle, 1)
    d, x = family.make(*parameters), family.values(rng, BATCH).astype("float32")
    assert_allclose(d.log_prob(x), oracle.log_prob(x), rtol=1e-4, atol=1e-5)
    assert_allclose(d.mean(), oracle.mean(), rtol=1e-4)
    assert_allclose(d.variance(), oracle.variance(), rtol=1e-4)
    assert_allclose(d.entropy(), oracle.entropy(), rtol=1e-4, atol=1e-5)


LINE = np.linspace(-30.0, 30.0, 60_001)
UNIT = np.linspace(0.0, 1.0, 20_001)
THREE_BITS = np.array(list(itertools.product((0.0, 1.0), repeat=3)))
TWO_CLASSES_OF_THREE = np.eye(3)[list(itertools.product(range(3), repeat=2))]


@pytest.mark.parametrize(
    ("make", "support", "cell"),
    [
        (lambda: Normal(0.7, 1.3, event_ndim=0), LINE, 1e-3),
        (lambda: Laplace(0.7, 1.3, event_ndim=0), LINE, 1e-3),
        (lambda: Mixture([0.4, -0.3], Normal([-2.0, 3.0], [0.7, 1.0], 0)), LINE, 1e-3),
        (lambda: ContinuousBernoulli(-0.5, event_ndim=0), UNIT, 5e-5),
        (lambda: ContinuousBernoulli(25.0, event_ndim=0), UNIT, 5e-5),
        (lambda: Bernoulli([0.3, -2.0, 5.0]), THREE_BITS, 1.0),
        (lambda: Mixture([1.0, 0.0], Bernoulli([[0.3, -2, 5], [4, 1, -1]])), THREE_BITS, 1.0),
        (
            lambda: Categorical([[0.3, -2.0, 1.0], [1.0, 2.0, 0.0]], event_ndim=2),
            TWO_CLASSES_OF_THREE,
            1.0,
        ),
        (
            lambda: MultivariateNormal([0.5, -0.3], [[1.0, 0.0], [0.6, 0.8]]),
            np.stack(np.meshgrid(LINE[::100], LINE[::100], indexing="ij"), axis=-1),
            0.01,
        ),
    ],
)
def test_integrates_to_one(make, support, cell):
    density = np.exp(value(lambda x: make().log_prob(x), support).astype("float64"))
    edges = np.ones_like(density)
    if cell < 1.0 and support is UNIT:  # the trapezoid rule; elsewhere the tails are empty
        edges[[0, -1]] = 0.5
    assert math.isclose((density * edges).sum() * cell, 1.0, rel_tol=2e-5)


@pytest.mark.parametrize(
    ("make", "batch", "event", "one"),
    [
        (lambda: Normal(0.0, 1.0, event_ndim=0), (), (), 0.5),
        (lambda: Normal([[0.0, 1.0, 2.0]], 1.0), (1,), (3,), np.ones(3)),
        (lambda: Normal(0.0, np.ones((5, 1, 3)), event_ndim=2), (5,), (1, 3), np.ones(3)),
        (lambda: Laplace(np.zeros((5, 1)), np.ones((2, 5, 3))), (2, 5), (3,), np.ones(3)),
        (lambda: MultivariateNormal(np.zeros(3), np.tile(np.eye(3), (5, 1, 1))), (5,), (3,), 1.0),
        (lambda: MultivariateNormal(np.zeros((5, 3)), np.eye(3)), (5,), (3,), np.ones(3)),
        (lambda: Bernoulli(np.zeros((5, 4, 3)), event_ndim=3), (), (5, 4, 3), 1.0),
        (lambda: ContinuousBernoulli(np.zeros((5, 4)), event_ndim=0), (5, 4), (), 0.5),
        (lambda: Categorical(np.zeros((5, 4, 3)), event_ndim=2), (5,), (4, 3), np.eye(3)[0]),
        (lambda: Mixture([0.0, 0.0], Normal([0.0, 1.0], 1.0, event_ndim=0)), (), (), 0.5),
        (
            lambda: Mixture(np.zeros((5, 2)), Bernoulli(np.zeros((5, 2, 4, 3)), event_ndim=2)),
            (5,),
            (4, 3),
            1.0,
        ),
    ],
)
def test_shapes(make, batch, event, one):
    d = make()
    assert (d.batch_shape, d.event_shape, d.shape) == (batch, event, batch + event)
    assert repr(d) == f"{type(d).__name__}(batch_shape={batch}, event_shape={event})"

    def read():
        draws, entropy = d.sample((6, 2), seed=0), isinstance(d, Mixture) or d.entropy()
        per_event = d.log_prob(np.broadcast_to(one, batch + event)), entropy
        return moments(d), draws, d.sample(seed=0), d.log_prob(draws), per_event

    of_draw, draws, draw, log_prob, per_event = value(read)
    assert [m.shape for m in (*of_draw, draw)] == [batch + event] * 4
    assert draws.shape == (6, 2, *batch, *event)
    assert log_prob.shape == (6, 2, *batch)
    assert {v.shape for v in per_event[: 1 if isinstance(d, Mixture) else 2]} == {batch}


@pytest.mark.parametrize(
    "family", [f for f in FAMILIES if f.make is not MultivariateNormal], ids=str
)
def test_factors(family):
    rng = np.random.default_rng(5)
    parameters, x = family.draw(rng, (4, 2)), family.values(rng, (4, 2))
    d, classes = family.make(*parameters, event_ndim=2), family.make is Categorical
    assert d.factors().event_shape == ((3,) if classes else ())
    parts, whole = value(lambda: (d.factors().log_prob(x), d.log_prob(x)))
    assert parts.shape == ((4, 2) if classes else (4, 2, 3))
    assert_allclose(parts.reshape(4, -1).sum(-1), whole, rtol=1e-5)


def test_a_full_covariance_has_no_factors():
    with pytest.raises(NotImplementedError) as error:
        MultivariateNormal(np.zeros(3), np.eye(3)).factors()
    assert str(error.value) == (
        "MultivariateNormal does not factorize over the axes of its event; only distributions "
        "with independent coordinates have factors."
    )


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "int32"])
def test_everything_is_in_the_float_type(dtype):
    keras.config.set_dtype_policy("mixed_bfloat16")

    def read():
        d = Normal(ops.ones((2, 3), dtype=dtype), ops.ones((3,), dtype=dtype))
        return d.sample(seed=0), d.log_prob(ops.zeros((2, 3), dtype=dtype)), d.entropy()

    try:
        assert {one.dtype.name for one in value(read)} == {"float32"}
    finally:
        keras.config.set_dtype_policy("float32")


EVENT_ERROR = (
    "{name} has parameters of shape {shape}, so `event_ndim` must lie between 0 and {most}; "
    "received event_ndim={given}. Event axes are the last ones."
)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Normal([0.0], [[1.0], [2.0]], event_ndim=3),
            EVENT_ERROR.format(name="Normal", shape=(2, 1), most=2, given=3),
        ),
        (
            lambda: Bernoulli(0.0),
            EVENT_ERROR.format(name="Bernoulli", shape=(), most=0, given=1),
        ),
        (
            lambda: Laplace([0.0], 1.0, event_ndim=-1),
            EVENT_ERROR.format(name="Laplace", shape=(1,), most=1, given=-1),
        ),
        (
            lambda: Categorical([0.0, 1.0], event_ndim=0),
            "The last axis of a Categorical holds the classes and belongs to the event, so "
            "`event_ndim` must be at least 1; received event_ndim=0.",
        ),
        (
            lambda: MultivariateNormal(np.zeros(3), np.eye(2)),
            "`scale_tril` must end in two axes as long as the last axis of `loc`; received loc of "
            "shape (3,) and scale_tril of shape (2, 2). For a diagonal covariance use "
            "Normal(loc, scale).",
        ),
        (
            lambda: MultivariateNormal(np.zeros(3), np.ones(3)),
            "`scale_tril` must end in two axes as long as the last axis of `loc`; received loc of "
            "shape (3,) and scale_tril of shape (3,). For a diagonal covariance use "
            "Normal(loc, scale).",
        ),
        (
            lambda: Mixture(np.zeros(2), Normal(np.zeros((5, 2, 3)), 1.0)),
            "`logits` must have the batch shape of `components`, whose last axis counts them; "
            "received logits of shape (2,) and components with batch shape (5, 2).",
        ),
    ],
)
def test_errors_of_construction(make, message):
    with pytest.raises(ValueError) as error:
        make()
    assert str(error.value) == message


def test_a_mixture_has_no_entropy():
    with pytest.raises(NotImplementedError) as error:
        Mixture([0.0, 0.0], Normal([[0.0], [1.0]], 1.0)).entropy()
    assert str(error.value) == (
        "Mixture has no closed form of its entropy; estimate it with "
        "`-keras.ops.mean(d.log_prob(d.sample((1000,))), axis=0)`."
    )


def test_a_distribution_of_ones_own():
    """Only `log_prob` and `sample` are needed; what is missing says so."""

    class Dirac(Distribution):
        def __init__(self, place):
            self.place = as_float(place)
            super().__init__(self.place, event_ndim=1)

    for missing in (lambda d: d.log_prob(0.0), lambda d: d.sample(), lambda d: d.mean()):
        with pytest.raises(NotImplementedError):
            missing(Dirac([1.0]))
