"""Parameters that broadcast: documented shapes, and the values of parameters written out."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_vae import kl_divergence
from keras_vae.distributions import Laplace, Mixture, MultivariateNormal, Normal
from tests.oracles.gradients import value

RNG = np.random.default_rng(0)
K = 2
FACTOR = np.array([[0.8, 0.0], [0.5, 1.2]])


def loc_scale(loc, scale):
    return RNG.normal(size=(*loc, K)), RNG.uniform(0.5, 1.5, scale)


def loc_factor(loc, factor):
    return RNG.normal(size=(*loc, K)), FACTOR * RNG.uniform(0.5, 1.5, (*factor, 1, 1))


SCALES = {
    "a number": ((5,), ()),
    "one for each coordinate": ((5,), (K,)),
    "one for each example": ((5,), (5, 1)),
    "more batch axes in scale": ((), (5, K)),
    "both": ((5, 1), (4, K)),
    "ones": ((1,), (5, 1)),
}
FACTORS = {
    "one factor": ((5,), ()),
    "one mean": ((), (5,)),
    "both": ((5, 1), (4,)),
    "ones": ((1,), (5,)),
    "nothing": ((5,), (5,)),
}
CASES = [
    *(
        (family, name, loc_scale(*shapes))
        for family in (Normal, Laplace)
        for name, shapes in SCALES.items()
    ),
    *((MultivariateNormal, name, loc_factor(*shapes)) for name, shapes in FACTORS.items()),
]


def written_out(family, loc, scale):
    """The same parameters without anything left to broadcast."""
    batch = np.broadcast_shapes(
        loc.shape, scale.shape[:-1] if family is MultivariateNormal else scale.shape
    )
    shape = (*batch, K) if family is MultivariateNormal else batch
    return np.broadcast_to(loc, batch), np.broadcast_to(scale, shape)


@pytest.mark.parametrize(("family", "name", "parameters"), CASES)
def test_shapes_and_values(family, name, parameters):
    loc, scale = written_out(family, *parameters)
    batch = loc.shape[:-1]
    x = RNG.normal(size=loc.shape)
    event = {
        "mean": lambda d: d.mean(),
        "variance": lambda d: d.variance(),
        "stddev": lambda d: d.stddev(),
        "sample": lambda d: d.sample(seed=0),
    }
    number = {
        "log_prob": lambda d: d.log_prob(x),
        "entropy": lambda d: d.entropy(),
        "detached": lambda d: d.detached().log_prob(x),
    }
    other = {
        "covariance": lambda d: d.covariance(),
        "marginals": lambda d: d.marginals().log_prob(x),
    }
    kinds = ((event, (*batch, K)), (number, batch))
    expected = {name: shape for methods, shape in kinds for name in methods}
    expected |= {"covariance": (*batch, K, K), "marginals": (*batch, K), "draws": (7, *batch, K)}
    expected |= {"log_prob of draws": (7, *batch), "kl": batch, "kl from one": batch}
    one = family(np.zeros(K), FACTOR if family is MultivariateNormal else 1.0)
    methods = event | number | other
    methods |= {
        "draws": lambda d: d.sample((7,), seed=0),
        "log_prob of draws": lambda d: d.log_prob(np.zeros((7, *batch, K))),
        "kl": lambda d: kl_divergence(d, one),
        "kl from one": lambda d: kl_divergence(one, d),
    }

    def read(*parameters):
        d = family(*parameters)
        assert (d.batch_shape, d.event_shape) == (batch, (K,))
        return {name: method(d) for name, method in methods.items()}

    found, plain = value(read, *parameters), value(read, loc, scale)
    assert {name: one.shape for name, one in found.items()} == expected
    for name, one in found.items():
        assert_allclose(one, plain[name], rtol=1e-5, atol=1e-6, err_msg=name)


def test_a_mixture_of_broadcast_components():
    """Weights for each example, and components that share their scale."""

    def read():
        d = Mixture(np.zeros((5, 3)), Normal(np.zeros((3, K)), np.ones((5, 1, 1))))
        return d.mean(), d.variance(), d.sample(seed=0), d.log_prob(np.zeros((5, K)))

    *of_event, log_prob = value(read)
    assert [one.shape for one in of_event] == [(5, K)] * 3
    assert log_prob.shape == (5,)
