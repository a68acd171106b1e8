"""The aggregate posterior, where its information and its distance from the prior are known."""

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose

from keras_vae import kl_divergence
from keras_vae.distributions import Laplace, MultivariateNormal, Normal
from keras_vae.evaluation import (
    aggregate_kl,
    aggregate_posterior,
    code_moments,
    mutual_information,
    pairs,
    rate_distortion,
)
from keras_vae.evaluation.aggregate import parts_of_the_rate
from keras_vae.evaluation.densities import code_densities
from keras_vae.layers import NormalMixturePrior
from tests.oracles.codes import MEANS, coder
from tests.oracles.exact import gaussian_data
from tests.oracles.linear_vae import linear_vae, set_optimum

RANDOM = np.random.default_rng(6)


def rate(vae, x):
    exact = kl_divergence(vae.posterior(ops.convert_to_tensor(x, "float32")), Normal([0.0, 0.0], 1))
    return ops.convert_to_numpy(exact).mean()


def test_one_example_is_not_told_from_others():
    x = np.array([[1.5, -0.5]])
    information, kl = aggregate_posterior(coder([0.1, 0.3]), x, num_samples=3, seed=0)
    assert information == 0.0
    assert_allclose(kl, rate(coder([0.1, 0.3]), x), rtol=1e-6)


@pytest.mark.parametrize("size", [2, 5])
def test_codes_far_apart_tell_which_example_it_is(size):
    x = 10.0 * np.eye(5)[:size, :2] + 10.0 * np.arange(size)[:, None]
    vae = coder([0.1, 0.2])
    information, kl = aggregate_posterior(vae, x, seed=0)
    assert_allclose(information, np.log(size), rtol=1e-12)
    assert_allclose(kl, rate(vae, x) - np.log(size), rtol=1e-6)


def test_a_posterior_that_does_not_depend_on_x_says_nothing():
    vae = coder([0.5, 2.0], means_matter=0.0, mean=1.0)
    information, kl = aggregate_posterior(vae, MEANS, seed=0)
    assert abs(information) < 1e-12
    assert_allclose(kl, rate(vae, MEANS), rtol=1e-6)


@pytest.mark.parametrize("scale", [0.1, 0.5, 1.5])
def test_the_parts_add_up_to_the_rate(scale):
    vae = coder([scale, 2.0 * scale])
    information = mutual_information(vae, MEANS, num_samples=2, seed=1)
    kl = aggregate_kl(vae, MEANS, num_samples=2, seed=1)
    assert_allclose(information + kl, rate_distortion(vae, MEANS, seed=0).rate, rtol=1e-6)
    assert 0.0 < information <= np.log(len(MEANS)) and kl >= 0.0


def test_parts_by_quadrature():
    """Three codes on a line, whose mixture can be integrated."""
    means, scale = np.array([-1.0, 0.2, 1.4]), 0.4
    z = np.linspace(-8, 8, 20001)
    log_q = -0.5 * ((z - means[:, None]) / scale) ** 2 - np.log(scale * np.sqrt(2 * np.pi))
    q, log_p = np.exp(log_q).mean(axis=0), -0.5 * z**2 - 0.5 * np.log(2 * np.pi)
    exact = np.array(
        [
            np.mean([np.sum(np.exp(row) * (row - np.log(q))) for row in log_q]),
            np.sum(q * (np.log(q) - log_p)),
        ]
    ) * (z[1] - z[0])
    found = aggregate_posterior(coder([scale]), means[:, None], num_samples=4000, seed=0)
    # A draw scatters by at most one nat, so that the mean of 12,000 does by less than 0.01.
    assert_allclose(found, exact, atol=0.035)
    assert min(exact) > 0.1


def test_codes_that_fill_the_prior():
    """On the linear VAE at its optimum, q(z) is the prior: all that is paid for is information."""
    eigenvalues = (1.5, 0.8, 0.5)
    x, axes = gaussian_data(eigenvalues, examples=2000)
    vae = linear_vae(3, 2, scale=0.6**0.5)
    set_optimum(vae, eigenvalues, axes, 0.0, 0.6)
    information, kl = aggregate_posterior(vae, x, num_samples=2, seed=0)
    expected = 0.5 * np.log(1.5 / 0.6) + 0.5 * np.log(0.8 / 0.6)
    assert_allclose(information + kl, expected, rtol=1e-5)
    assert kl < 0.03


def test_a_prior_without_closed_form():
    prior = NormalMixturePrior(2, components=2, seed=0)
    prior.loc.assign(np.zeros((2, 2)))  # both components are the standard normal
    found = aggregate_posterior(coder([0.5, 0.5], prior), MEANS, num_samples=500, seed=0)
    exact = aggregate_posterior(coder([0.5, 0.5]), MEANS, num_samples=500, seed=0)
    assert_allclose(found, exact, atol=0.05)  # 20,000 draws that scatter by less than 1.5 nats


def test_standard_errors_are_what_repetition_shows():
    """Of 60 samples of data, with codes that spread twice as wide as the prior."""
    rng = np.random.default_rng(0)
    pairs_of = []
    for _ in range(60):
        loc = 2.0 * rng.normal(size=(200, 1)).astype("float32")
        draws = loc + 0.5 * rng.normal(size=(1, 200, 1)).astype("float32")
        found = code_densities(Normal(loc, np.full_like(loc, 0.5)), Normal([0.0], 1.0), draws)
        pairs_of.append(parts_of_the_rate(found))
    values, errors = np.moveaxis(np.array(pairs_of), 1, 0)
    ratio = values.std(axis=0, ddof=1) / np.sqrt(np.mean(errors**2, axis=0))
    assert np.all((ratio > 0.75) & (ratio < 1.3))
    variance = 4.25
    exact = np.array([0.5 * np.log(variance / 0.25), 0.5 * (variance - 1.0 - np.log(variance))])
    # The bias is 0.02 nats, and a tenth of the error is that of the mean of 60.
    assert_allclose(values.mean(axis=0), exact, atol=0.06)


def test_standard_errors_come_when_asked_for():
    vae = coder([0.5, 0.5])
    parts, errors = aggregate_posterior(vae, MEANS, seed=0, standard_error=True)
    assert parts == aggregate_posterior(vae, MEANS, seed=0)
    assert mutual_information(vae, MEANS, seed=0, standard_error=True) == (parts[0], errors[0])
    assert aggregate_kl(vae, MEANS, seed=0, standard_error=True) == (parts[1], errors[1])
    assert np.isnan(aggregate_posterior(vae, MEANS[:1], seed=0, standard_error=True)[1]).all()


def test_blocks_do_not_matter(monkeypatch):
    vae = coder([0.3, 0.3])
    whole = aggregate_posterior(vae, MEANS, num_samples=2, seed=3)
    monkeypatch.setattr(pairs, "BLOCK", 7 * len(MEANS))
    assert_allclose(aggregate_posterior(vae, MEANS, num_samples=2, seed=3), whole, rtol=1e-9)
    monkeypatch.setattr(pairs, "BLOCK", 1)
    assert_allclose(aggregate_posterior(vae, MEANS, num_samples=2, seed=3), whole, rtol=1e-9)


SCALES = np.exp(0.5 * RANDOM.normal(size=(6, 2)))
FACTORS = np.tril(RANDOM.normal(size=(6, 2, 2)), -1) + SCALES[:, :, None] * np.eye(2)


@pytest.mark.parametrize(
    "posterior",
    [
        lambda: Normal(MEANS[:6], SCALES),
        lambda: Normal(MEANS[:6], 0.3),
        lambda: MultivariateNormal(MEANS[:6], FACTORS),
        lambda: Laplace(MEANS[:6], SCALES),
    ],
    ids=["normal", "normal_one_scale", "multivariate_normal", "laplace"],
)
def test_pairs_are_log_probabilities(posterior):
    q, z = posterior(), ops.convert_to_tensor(MEANS[:4], "float32")
    _, log_prob = pairs.pairwise_log_prob(q)
    expected = ops.convert_to_numpy(q.log_prob(z[:, None]))
    assert expected.shape == (4, 6)
    assert_allclose(log_prob(z), expected, rtol=2e-5, atol=2e-5)


def test_pairs_of_narrow_codes_are_exact():
    """Fifty dimensions with σ near 0.05: terms of thousands of nats that cancel."""
    loc, scale = RANDOM.normal(size=(40, 50)), 0.05 * np.exp(0.3 * RANDOM.normal(size=(40, 50)))
    loc, scale = loc.astype("float32"), scale.astype("float32")
    draws = loc + scale * RANDOM.normal(size=loc.shape).astype("float32")
    _, log_prob = pairs.pairwise_log_prob(Normal(loc, scale))
    loc, scale = loc.astype("float64"), scale.astype("float64")
    white = (draws[:, None] - loc) / scale
    expected = -0.5 * np.sum(white**2 + 2 * np.log(scale) + np.log(2 * np.pi), axis=-1)
    assert_allclose(log_prob(ops.convert_to_tensor(draws)), expected, rtol=0.0, atol=1e-6)


def test_moments_of_the_codes():
    vae = coder([0.5, 2.0], means_matter=3.0, mean=1.0)
    mean, variance, noise = code_moments(vae, MEANS, batch_size=7)
    assert_allclose(mean, 3.0 * MEANS.mean(axis=0) + 1.0, rtol=1e-5)
    assert_allclose(noise, [0.25, 4.0], rtol=1e-5)
    assert_allclose(variance, 9.0 * MEANS.var(axis=0) + [0.25, 4.0], rtol=1e-5)


def test_what_does_not_fit_gets_a_sentence():
    with pytest.raises(
        ValueError, match="`num_samples` must be an integer of at least 1; received num_samples=0"
    ):
        mutual_information(coder([1.0]), np.zeros((3, 1)), num_samples=0)


def test_seeds_of_the_model_stay():
    vae = coder([0.3, 0.3])
    before = ops.convert_to_numpy(vae.noise.state)
    generator = keras.random.SeedGenerator(4)
    first = aggregate_posterior(vae, MEANS, seed=generator)
    assert aggregate_posterior(vae, MEANS, seed=generator) != first
    assert aggregate_posterior(vae, MEANS, seed=4) == aggregate_posterior(vae, MEANS, seed=4)
    np.testing.assert_array_equal(ops.convert_to_numpy(vae.noise.state), before)
