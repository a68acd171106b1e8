"""Which values a family describes."""

import math

import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_array_equal

from keras_vae import distributions, layers
from keras_vae.distributions import COUNTS, ONE_HOT, POSITIVE, REAL, UNIT_INTERVAL

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
    if not np.isnan(values).all():
        for value, within in zip(values, inside, strict=True):
            if not np.isnan(value).any():
                span = float(value.min()), float(value.max())
                said = support.fault("x", value[None], span, "Family")
                assert (said is None) == within, said


def test_families_say_what_they_describe():
    assert distributions.Bernoulli.support is distributions.ContinuousBernoulli.support
    assert distributions.Bernoulli.support is UNIT_INTERVAL
    assert distributions.Categorical.support is ONE_HOT
    for family in (distributions.Normal, distributions.Laplace, distributions.MultivariateNormal):
        assert family.support is REAL
    bits = distributions.Bernoulli([[0.0], [1.0]])
    assert distributions.Mixture([0.0, 0.0], bits).support is UNIT_INTERVAL
    assert layers.BernoulliHead().support is UNIT_INTERVAL and layers.NormalHead().support is REAL
