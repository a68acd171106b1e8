"""One mask of what was observed: the others are integrated out, whatever stands in their place."""

from functools import partial

import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose

from keras_vae.distributions import (
    Bernoulli,
    Categorical,
    ContinuousBernoulli,
    Laplace,
    Mixture,
    MultivariateNormal,
    Normal,
    Poisson,
    Product,
)
from tests.oracles.gradients import gradient, value

RNG = np.random.default_rng(0)
LOC = RNG.normal(size=(4, 3)).astype("float32")
SEEN = np.array([[1, 1, 1], [1, 0, 1], [0, 0, 1], [0, 0, 0]], bool)
FAMILIES = {
    "normal": (partial(Normal, scale=0.7), 1.5),
    "laplace": (partial(Laplace, scale=0.7), 1.5),
    "bernoulli": (Bernoulli, 1.0),
    "continuous_bernoulli": (ContinuousBernoulli, 0.3),
    "poisson": (Poisson, 2.0),
    "full covariance": (lambda loc: MultivariateNormal(loc, 0.7 * np.eye(3)), 1.5),
    "product": (
        lambda loc: Product([Normal(loc[..., :2], 0.7), Poisson(loc[..., 2:])]),
        2.0,
    ),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_the_sum_is_over_what_was_observed(name):
    """The coordinates are independent, so each adds what it has alone."""
    make, number = FAMILIES[name]
    x = np.full(SEEN.shape, number, "float32")
    alone = []
    for column in range(3):
        only = np.zeros(SEEN.shape, bool)
        only[:, column] = True
        alone.append(value(lambda loc, only=only: make(loc).log_prob(x, only), LOC))
    assert_allclose(sum(alone), value(lambda loc: make(loc).log_prob(x), LOC), rtol=1e-5)
    expected = np.where(SEEN, np.stack(alone, axis=-1), 0.0).sum(axis=-1)
    for junk in (np.nan, -1e30, np.inf):
        broken = np.where(SEEN, x, junk).astype("float32")
        found = value(lambda loc, b=broken: make(loc).log_prob(b, SEEN), LOC)
        assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
        slope = gradient(lambda loc, b=broken: make(loc).log_prob(b, SEEN), LOC)
        assert ((slope != 0.0) == SEEN).all()


def test_a_class_is_seen_or_not():
    """One hole in a one-hot vector is enough: its class was not seen."""
    x = np.eye(3, dtype="float32")[[0, 1, 2, 0]]
    found = value(lambda eta: Categorical(eta).log_prob(x, SEEN), LOC)
    whole = value(lambda eta: Categorical(eta).log_prob(x), LOC)
    assert_allclose(found, np.where(SEEN.all(axis=-1), whole, 0.0), rtol=1e-6)


def test_a_mixture_marginalizes_its_components():
    mixture = Mixture([0.2, -0.4], Normal(LOC[:2], 0.7))
    x = np.array([0.3, np.nan, -1.0])
    found = value(lambda: mixture.log_prob(x, ~np.isnan(x)))
    shorter = Mixture([0.2, -0.4], Normal(LOC[:2, ::2], 0.7))
    assert_allclose(found, value(lambda: shorter.log_prob([0.3, -1.0])), rtol=1e-6)


def test_products_join_what_their_parts_say():
    p = Product([Normal(LOC[:, :2], 0.5), Categorical(LOC), Poisson(LOC[:, :1])])
    assert p.batch_shape == (4,) and p.event_shape == (6,)
    drawn = ops.convert_to_numpy(p.sample((500,), seed=0))
    assert drawn.shape == (500, 4, 6)
    assert np.asarray(p.support.contains(ops.array(drawn))).all()
    assert_allclose(drawn.mean(axis=0), ops.convert_to_numpy(p.mean()), atol=0.3)
    parts = [part.variance() for part in p.parts]
    assert_allclose(
        ops.convert_to_numpy(p.variance()),
        np.concatenate([ops.convert_to_numpy(v) for v in parts], -1),
    )
    with pytest.raises(ValueError, match="describe vectors"):
        Product([Normal(LOC, 1.0, event_ndim=2)])
