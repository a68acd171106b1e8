"""Rényi's bound is continuous in its order, α = 1 included."""

import numpy as np
import pytest
from keras import ops
from scipy.special import logsumexp

from keras_vae.distributions import Normal
from keras_vae.latents import Group
from keras_vae.objectives import Renyi, Terms
from tests.oracles.gradients import gradients, value

LOC, NOISE = np.array([[0.3], [-1.0], [2.0]]), np.random.default_rng(0).normal(size=(6, 3, 1))
X = np.array([[1.0], [4.0], [-40.0]])  # log-weights near -1, -10 and -1000


def loss(alpha):
    def at(loc):
        z = loc + ops.convert_to_tensor(NOISE, "float32")
        group = Group(Normal(loc, 1.0), Normal(np.zeros(1), 1.0), z)
        terms = Terms(X.astype("float32"), {"z": group}, decode=lambda z: Normal(z, 1.0))
        return Renyi(alpha, num_samples=6)(terms, 1.0)

    return at


def log_weights():
    def log_normal(distance):
        return -0.5 * (distance**2 + np.log(2.0 * np.pi))[..., 0]

    z = LOC + NOISE
    return log_normal(X - z) + log_normal(z) - log_normal(NOISE)


ORDERS = [1.0 + sign * 10.0**-power for power in (2, 3, 4, 6, 8) for sign in (-1, 1)]


@pytest.mark.parametrize("alpha", [*ORDERS, 1.0, 0.5, 0.0, -1.0, 3.0])
def test_value_and_gradient_at_every_order(alpha):
    logs, power = log_weights(), 1.0 - alpha
    centre, weights = logs.mean(0), np.full(logs.shape, 1 / 6)
    expected = -centre
    if power:
        relative = power * (logs - logs.max(0))
        expected = -logs.max(0) - np.log1p(np.expm1(relative).mean(0)) / power
        weights = np.exp(relative - logsumexp(relative, axis=0))
    np.testing.assert_allclose(value(loss(alpha), LOC), expected, rtol=2e-6)
    # d log w / d loc through z; the score of q is 0 because z moves with loc.
    slope = (X - LOC - NOISE) - (LOC + NOISE)
    expected = -(weights[..., None] * slope).sum(0)
    np.testing.assert_allclose(gradients(loss(alpha), LOC)[0], expected, rtol=1e-4, atol=1e-4)
