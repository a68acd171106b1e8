"""Missing values in the likelihood: left out exactly, for each example its own."""

from functools import partial

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
    MultivariateNormal,
    Normal,
)
from keras_vae.objectives import Terms
from tests.oracles.gradients import gradient, value

B, S = 5, 3  # examples, draws


def of_observed(x, likelihood):
    x = ops.convert_to_tensor(x, "float32")
    return Terms(x, {}, likelihood, observed=ops.logical_not(ops.isnan(x))).log_likelihood


@pytest.mark.parametrize(
    "make",
    [
        partial(Normal, scale=0.7, event_ndim=2),
        partial(Laplace, scale=0.7, event_ndim=2),
        partial(Bernoulli, event_ndim=2),
        partial(ContinuousBernoulli, event_ndim=2),
        partial(Categorical, event_ndim=2),
        partial(Categorical, event_ndim=1),
    ],
    ids=lambda make: f"{make.func.__name__}{make.keywords['event_ndim']}",
)
def test_missing_values(make):
    """No value and no gradient, with any number of draws."""
    classes = make.func is Categorical
    event = (2, 3)[-make.keywords["event_ndim"] :]
    rng = np.random.default_rng(1)
    logits = rng.normal(size=(S, B, *event))
    holes = rng.uniform(size=(B, *event)) < 0.4
    holes[0], holes[1] = True, False
    x = (
        np.eye(3)[rng.integers(0, 3, (B, *event[:-1]))]
        if classes
        else rng.uniform(size=(B, *event))
    )
    gone = np.broadcast_to(holes.any(-1, keepdims=True), holes.shape) if classes else holes
    x, seen = np.where(holes, np.nan, x), np.nan_to_num(x)

    def parts(logits):
        """Zero where missing: of one-hot values the whole vector is missing."""
        one_by_one = make(logits).factors().log_prob(seen)
        where = gone.any(-1) if classes else gone
        return ops.where(where, 0.0, one_by_one)

    found = value(lambda logits: of_observed(x, make(logits)), logits)
    assert found.shape == (S, B)
    assert_allclose(found, value(parts, logits).reshape(S, B, -1).sum(-1), rtol=1e-5)
    assert not found[:, 0].any()
    slope = gradient(lambda logits: of_observed(x, make(logits)), logits)
    assert_allclose(slope, gradient(parts, logits), rtol=1e-5)
    assert ((slope != 0.0) == np.broadcast_to(~gone, slope.shape)).all()


def test_a_full_covariance_is_marginalized():
    """log N(x_o; μ_o, Σ_oo), for each example its own part of the covariance."""
    rng = np.random.default_rng(0)
    loc = rng.normal(size=(S, B, 4)).astype("float32")
    factor = (np.tril(rng.normal(size=(S, B, 4, 4)), -1) + 1.5 * np.eye(4)).astype("float32")
    x = rng.normal(size=(B, 4)).astype("float32")
    seen = np.array([[1, 1, 1, 1], [0, 1, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0], [1, 1, 0, 1]], bool)
    x[~seen] = np.nan
    covariance = factor.astype("float64") @ np.swapaxes(factor, -1, -2)
    expected = np.zeros((S, B))
    for s, b in np.ndindex(S, B):
        if (o := seen[b]).any():
            part = covariance[s, b][np.ix_(o, o)]
            expected[s, b] = stats.multivariate_normal(loc[s, b, o], part).logpdf(x[b, o])
    found = value(lambda loc: of_observed(x, MultivariateNormal(loc, factor)), loc)
    assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    slope = gradient(lambda loc: of_observed(x, MultivariateNormal(loc, factor)), loc)
    assert ((slope != 0.0) == np.broadcast_to(seen, slope.shape)).all()
