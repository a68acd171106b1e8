"""What `BetaTC` and `DIPVAE` see of the aggregate posterior in cases that can go wrong."""

import numpy as np
import pytest
from keras import ops

from keras_vae.distributions import ContinuousBernoulli, MultivariateNormal, Normal
from keras_vae.latents import Group
from keras_vae.objectives import DIPVAE, ELBO, BetaTC, Terms
from tests.oracles.gradients import gradient, value


def independent(size, scale, latent_dim=10, seed=0):
    """Posteriors whose aggregate is a standard normal, so that its total correlation is 0."""
    rng = np.random.default_rng(seed)
    loc = np.sqrt(1.0 - scale**2) * rng.normal(size=(size, latent_dim))
    return loc, loc + scale * rng.normal(size=(1, size, latent_dim))


def losses(objective, scale, betas=(1.0,), **kwargs):
    def at(loc, z):
        group = Group(Normal(loc, scale), Normal(ops.zeros(loc.shape[-1]), 1.0), z)
        x = ops.zeros_like(loc)
        terms = Terms(x, {"z": group}, decode=lambda z: Normal(z, 1.0), **kwargs)
        return [objective(terms, beta) for beta in betas]

    return at


def test_a_batch_larger_than_the_data_set_gets_a_sentence():
    with pytest.raises(ValueError) as error:
        value(losses(BetaTC(dataset_size=10), 0.5), *independent(64, 0.5))
    assert str(error.value) == (
        "BetaTC(dataset_size=10) received a batch of 64 examples. `dataset_size` is the number of "
        "training examples, such as len(x_train), and no batch can hold more of them: correct it, "
        "or choose a smaller batch_size."
    )


def test_the_smallest_batches_are_finite():
    """A last batch of one example: no others, and the loss is the Monte Carlo ELBO for every β."""
    loc, z = independent(1, 0.5)
    found = value(losses(BetaTC(dataset_size=10), 0.5, (0.5, 1.0, 4.0)), loc, z)
    (elbo,) = value(losses(ELBO(kl="monte_carlo"), 0.5), loc, z)
    np.testing.assert_allclose(found, [elbo] * 3, rtol=1e-5)
    slope = gradient(lambda loc: losses(BetaTC(10), 0.5)(loc, z.astype("float32"))[0], loc)
    assert np.isfinite(slope).all()


@pytest.mark.parametrize(("scale", "low", "high"), [(0.5, -1.8, -1.4), (0.3, 1.2, 2.0)])
def test_the_documented_bias_of_the_total_correlation(scale, low, high):
    """Ten independent latent variables in batches of 64: -1.6 and 1.6 nats instead of 0."""
    at = losses(BetaTC(dataset_size=60_000), scale, (0.0, 1.0))
    found = [np.subtract(*value(at, *independent(64, scale, seed=s))[::-1]) for s in range(10)]
    assert low < np.mean(found) < high


def test_dip_sees_what_a_full_posterior_correlates():
    """Means of covariance ½ I, and posteriors that add ½ and a covariance of 0.9 · ½."""
    loc = np.sqrt(0.5) * np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    factor = np.linalg.cholesky(0.5 * np.array([[1.0, 0.9], [0.9, 1.0]]))

    def penalty(loc, z):
        group = Group(MultivariateNormal(loc, factor), Normal(np.zeros(2), 1.0), z)
        terms = Terms(ops.zeros_like(loc), {"z": group}, decode=lambda z: Normal(z, 1.0))
        return DIPVAE(2.0, 3.0, "II")(terms, 1.0) - ELBO()(terms, 1.0)

    np.testing.assert_allclose(value(penalty, loc, loc[None]), 2.0 * 2.0 * 0.45**2, rtol=1e-4)


def test_covariance_and_marginals_of_independent_coordinates():
    d = ContinuousBernoulli(np.zeros((4, 3)))
    covariance = ops.convert_to_numpy(d.covariance())
    np.testing.assert_allclose(covariance, np.broadcast_to(np.eye(3) / 12, (4, 3, 3)), rtol=1e-6)
    assert d.marginals().batch_shape == (4, 3)
