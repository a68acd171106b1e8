"""DReG has the expected gradient of IWAE at every β, on a linear-Gaussian model."""

import numpy as np
import pytest
from keras import ops

from keras_vae.distributions import Normal
from keras_vae.latents import Group
from keras_vae.objectives import IWAE, DReG, Terms
from tests.oracles.gradients import gradients

W, VARIANCE, X = np.array([[1.0, 0.4], [-0.3, 0.8], [0.5, -1.2]]), 0.5, np.array([1.0, -0.5, 0.3])
LOC, SCALE = np.array([0.3, 0.2]), np.array([0.7, 0.5])
BETAS = (0.0, 0.35, 1.0, 2.0)


def slopes(objective, noise, beta, w=W, of_group=1.0):
    """Gradients by loc and scale, (2, n, latent_dim): one example for each draw of the noise."""
    decoder, noise = (ops.convert_to_tensor(one, "float32") for one in (w, noise))
    size, latent_dim = noise.shape[1:]

    def loss(loc, scale):
        z = loc + scale * noise

        def decode(z):
            return Normal(ops.matmul(z, ops.transpose(decoder)), VARIANCE**0.5)

        prior = Normal(ops.zeros((latent_dim,)), 1.0)
        group = Group(Normal(loc, scale), prior, z, beta=of_group)
        x = np.broadcast_to(X, (size, 3)).astype("float32")
        return objective(Terms(x, {"z": group}, decode=decode), beta)

    start = [np.broadcast_to(one[:latent_dim], (size, latent_dim)) for one in (LOC, SCALE)]
    return np.stack(gradients(loss, *start)).astype("float64")


@pytest.mark.parametrize("beta", BETAS)
def test_expected_gradient_is_that_of_iwae(beta):
    """The same noise in both, so that the mean difference has a small standard error."""
    noise = np.random.default_rng(0).normal(size=(7, 20_000, 2))
    difference = slopes(DReG(7), noise, beta) - slopes(IWAE(7), noise, beta)
    error = difference.std(axis=1) / np.sqrt(noise.shape[1])
    z = difference.mean(axis=1) / np.maximum(error, 1e-7)
    assert np.abs(z).max() < 3.0, z


@pytest.mark.parametrize("beta", BETAS)
def test_expected_gradient_by_quadrature(beta):
    """Two draws of one latent variable, at 40 × 40 Gauss-Hermite nodes: no noise is left."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    weights = np.outer(weights, weights).ravel() / weights.sum() ** 2
    noise = np.stack(np.meshgrid(nodes, nodes)).reshape(2, -1, 1)
    expected = [
        np.einsum("n,pnl->p", weights, slopes(objective, noise, beta, W[:, :1]))
        for objective in (DReG(2), IWAE(2))
    ]
    np.testing.assert_allclose(*expected, rtol=2e-5, atol=2e-6)


def test_the_weight_of_a_group_multiplies_beta():
    noise = np.random.default_rng(1).normal(size=(3, 2, 2))
    whole, parts = slopes(DReG(3), noise, 0.5), slopes(DReG(3), noise, 2.0, of_group=0.25)
    np.testing.assert_allclose(parts, whole, rtol=1e-5)
