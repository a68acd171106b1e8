"""Which values a family describes."""

import math

import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_array_equal

from keras_vae import distributions, layers
from keras_vae.distributions import COUNTS, ONE_HOT, POSITIVE, REAL, UNIT_INTERVAL
from tests.oracles.gradients import value

nan = math.nan


@pytest.mark.parametrize(
    ("support", "values", "inside"),
    [
        (REAL, [-1e30, 0.0, 1e30, nan], [True, True, True, False]),
        (POSITIVE, [-1.0, 0.0, 1e-30, 5.0, nan], [False, False, True, True, False]),
        (UNIT_INTERVAL, [-1e-6, 0.0, 0.3, 1.0, 1.00001, nan], [False, *[True] * 3, False, False]),
        (COUNTS, [-1.0, 0.0, 0.5, 3.0, nan], [False, True, False, True, False]),
        (ONE_HOT, [[0, 1], [0.5, 0.5], [1, 1], [2, -1], [nan, 1]], [True, True, *[False] * 3]),
    ],
)
def test_contains(support, values, inside):
    values = np.array(values, "float32")
    found = ops.convert_to_numpy(support.contains(ops.array(values)))
    assert_array_equal(found.reshape(-1), inside)  # one answer for each one-hot vector
    assert_array_equal(value(support.describes, values.reshape(len(values), -1)), inside)
    if not np.isnan(values).all():
        for one, within in zip(values, inside, strict=True):
            if not np.isnan(one).any():
                span = float(one.min()), float(one.max())
                said = support.fault("x", one[None], span, "Family")
                assert (said is None) == within, said


def test_one_value_among_many_tells():
    """A compiled extreme of some backends passes NaN by."""
    x = np.full((6, 999), 0.5, "float32")
    x[1, 500], x[2, 0], x[3, 998], x[4, 7] = nan, nan, 1.1, -math.inf
    expected = [True, False, False, False, False, True]
    assert_array_equal(value(UNIT_INTERVAL.describes, x), expected)
    seen = x != 1.1
    found = value(lambda x, seen: UNIT_INTERVAL.describes(x, seen > 0.5), x, seen)
    assert_array_equal(found, [True, False, False, True, False, True])


def test_families_say_what_they_describe():
    assert distributions.Bernoulli.support is distributions.ContinuousBernoulli.support
    assert distributions.Bernoulli.support is UNIT_INTERVAL
    assert distributions.Categorical.support is ONE_HOT
    for family in (distributions.Normal, distributions.Laplace, distributions.MultivariateNormal):
        assert family.support is REAL
    bits = distributions.Bernoulli([[0.0], [1.0]])
    assert distributions.Mixture([0.0, 0.0], bits).support is UNIT_INTERVAL
    assert layers.BernoulliHead().support is UNIT_INTERVAL and layers.NormalHead().support is REAL
