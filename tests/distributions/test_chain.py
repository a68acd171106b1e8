"""Two stochastic layers, against the joint normal distribution that linear ones are."""

import numpy as np
import pytest
from keras import ops

from keras_vae import Encoder
from keras_vae.distributions import Chain, MultivariateNormal, Normal
from keras_vae.layers import ChainHead
from tests.conformance.factories import MODELS, VECTORS, two_layers

SLOPE = np.array([[0.5, -1.0, 0.3], [2.0, 0.1, -0.4]], "float32")  # b = aSLOPE + noise
LOC, SCALE, NOISE = np.array([1.0, -0.5]), np.array([0.7, 1.2]), 0.6


def chain(reverse=False):
    first = Normal(LOC[None].astype("float32"), SCALE[None].astype("float32"))
    return Chain(first, lambda a: Normal(ops.matmul(a, SLOPE), NOISE), 3, reverse)


def joint():
    """Mean and covariance of (a, b) in float64."""
    slope, variance = SLOPE.astype("float64"), np.diag(SCALE**2)
    below = slope.T @ variance
    covariance = np.block([[variance, below.T], [below, below @ slope + NOISE**2 * np.eye(3)]])
    return np.concatenate([LOC, LOC @ slope]), covariance


def test_a_linear_chain_is_one_normal():
    mean, covariance = joint()
    values = np.random.default_rng(0).normal(size=(4, 1, 5)).astype("float32")
    expected = MultivariateNormal(mean, np.linalg.cholesky(covariance)).log_prob(values)
    np.testing.assert_allclose(chain().log_prob(values), expected, rtol=2e-5)
    turned = np.concatenate([values[..., 2:], values[..., :2]], axis=-1)
    np.testing.assert_allclose(chain(reverse=True).log_prob(turned), expected, rtol=2e-5)
    np.testing.assert_allclose(chain().mean()[0], mean, rtol=1e-6)


def test_draws_have_the_moments_of_the_joint():
    draws = ops.convert_to_numpy(chain().sample((20_000,), seed=0))[:, 0]
    mean, covariance = joint()
    error = np.sqrt(np.diag(covariance) / len(draws))
    assert np.all(np.abs(draws.mean(axis=0) - mean) < 4 * error)
    np.testing.assert_allclose(np.cov(draws.T), covariance, atol=0.12)


def test_a_seed_gives_both_parts_noise_of_their_own():
    twins = Chain(Normal(np.zeros((1, 2)), 1.0), lambda a: Normal(0.0 * a, 1.0), 2)
    a, b = np.split(ops.convert_to_numpy(twins.sample((50,), seed=3)), 2, axis=-1)
    assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.5


def test_prior_and_posterior_of_a_model_of_two_layers():
    """Each is put together by hand from its two normals."""
    vae = MODELS["two_layers"].built()
    outputs = vae(VECTORS)
    terms = vae.terms(VECTORS, outputs)
    z = ops.convert_to_numpy(outputs["z"])[:, 0]
    upper, lower = z[:, 2:], z[:, :2]

    def log_normal(value, parameters):
        loc, scale = (ops.convert_to_numpy(parameters[name]) for name in ("loc", "scale"))
        noise = (value - loc) / scale
        return np.sum(-0.5 * noise**2 - np.log(scale) - 0.5 * np.log(2 * np.pi), axis=-1)

    first = {name: outputs[f"posterior_{name}"] for name in ("loc", "scale")}
    standard = {"loc": np.zeros_like(upper), "scale": np.ones_like(upper)}
    up, down = vae.encoder.head.upward, vae.prior.downward
    expected = {
        "log_posterior": log_normal(lower, first) + log_normal(upper, up(lower)),
        "log_prior": log_normal(upper, standard) + log_normal(lower, down(upper)),
    }
    for name, value in expected.items():
        found = ops.convert_to_numpy(getattr(terms, name))[0]
        np.testing.assert_allclose(found, value, rtol=1e-5, err_msg=name)


def test_every_network_of_two_layers_learns():
    vae = two_layers()
    vae.compile("adam")
    vae.build((None, 8))
    before = [np.array(w) for w in vae.get_weights()]
    names = [w.path for w in vae.weights]
    vae.fit(VECTORS, batch_size=5, verbose=0)
    still = [
        name
        for name, old, new in zip(names, before, vae.get_weights(), strict=True)
        if np.array_equal(old, new) and "seed" not in name
    ]
    assert still == []


def test_a_code_too_short_for_both_parts():
    encoder = Encoder(1, (5,), head=ChainHead(two_layers().encoder.head.upward))
    with pytest.raises(ValueError, match="which leaves none for h₁"):
        encoder.build((None, 8))
