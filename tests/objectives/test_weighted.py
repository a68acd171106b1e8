"""Every objective at any β, with weighted examples, several draws, a diagonal or full posterior.

Against float64, in which an example of weight 2 is written twice and one of weight 0 left out.
"""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.special import logsumexp

from keras_vae import objectives
from keras_vae.distributions import MultivariateNormal, Normal
from keras_vae.latents import Group
from keras_vae.objectives import (
    AAE,
    CIWAE,
    DIPVAE,
    ELBO,
    IWAE,
    MIWAE,
    VAEGAN,
    BetaTC,
    Capacity,
    DReG,
    FactorVAE,
    FreeBits,
    InfoVAE,
    Renyi,
    StickingTheLanding,
    Terms,
)
from tests.oracles.gradients import value

S, B, L = 4, 5, 2  # draws, examples, latent dimensions
RNG = np.random.default_rng(0)
W, VARIANCE, X = RNG.normal(size=(3, L)), 0.5, RNG.normal(size=(B, 3))
LOC = RNG.normal(size=(B, L))
DIAGONAL = np.exp(0.3 * RNG.normal(size=(B, L)))
NOISE, REFERENCE = RNG.normal(size=(S, B, L)), RNG.normal(size=(B, L))
FACTOR = DIAGONAL[..., None] * np.eye(L) + np.tril(RNG.normal(size=(B, L, L)), -1)
COUNTS = np.array([1, 0, 2, 1, 3])
BETAS = (0.0, 0.35, 1.0, 2.0)
ONES = np.ones(B, int)


class Prior(Normal):
    """A standard normal whose draws are known."""

    def sample(self, sample_shape=(), seed=None):
        return ops.convert_to_tensor(REFERENCE, "float32")


def terms(posterior, num_samples, weights):
    loc, factor = (ops.convert_to_tensor(one, "float32") for one in (LOC, FACTOR))
    noise = ops.convert_to_tensor(NOISE[:num_samples], "float32")
    scale = ops.diagonal(factor, axis1=1, axis2=2)
    if posterior == "diagonal":
        q, z = Normal(loc, scale), loc + scale * noise
    else:
        q, z = MultivariateNormal(loc, factor), loc + ops.einsum("bij,sbj->sbi", factor, noise)
    decoder = ops.convert_to_tensor(W.T, "float32")
    group = Group(q, Prior(np.zeros(L), 1.0), z)
    return Terms(
        ops.convert_to_tensor(X, "float32"),
        {"z": group},
        decode=lambda z: Normal(ops.matmul(z, decoder), VARIANCE**0.5),
        noise=0,
        sample_weight=None if weights is None else ops.convert_to_tensor(weights, "float32"),
    )


def log_normal(value, covariance):
    """Log-density of a normal with mean 0, over the last axis."""
    distance = np.einsum("...i,...ij,...j", value, np.linalg.inv(covariance), value)
    return -0.5 * (distance + np.linalg.slogdet(2.0 * np.pi * covariance)[1])


class Rows:
    """What the formulas need, for rows in which every example is as often as its count."""

    def __init__(self, posterior, num_samples, counts):
        rows = np.repeat(np.arange(B), counts)
        factor = FACTOR * np.eye(L) if posterior == "diagonal" else FACTOR
        self.loc, factor, x = LOC[rows], factor[rows], X[rows]
        self.x, self.reference = x, REFERENCE[rows]
        self.covariance = factor @ np.swapaxes(factor, 1, 2)
        z = self.loc + np.einsum("bij,sbj->sbi", factor, NOISE[:num_samples, rows])
        self.z, identity = z, np.eye(L)
        self.log_likelihood = log_normal(x - z @ W.T, VARIANCE * np.eye(3))
        self.log_posterior = log_normal(z - self.loc, self.covariance)
        self.log_ratio = log_normal(z, identity) - self.log_posterior
        variance = np.diagonal(self.covariance, axis1=1, axis2=2)
        self.marginal = [variance[:, j, None, None] for j in range(L)]
        self.kl_per_dimension = 0.5 * (variance + self.loc**2 - 1.0 - np.log(variance))
        log_det = np.linalg.slogdet(self.covariance)[1]
        self.kl = 0.5 * (variance.sum(1) + (self.loc**2).sum(1) - L - log_det)
        self.size = len(rows)

    def log_weights(self, beta):
        return self.log_likelihood + beta * self.log_ratio


def log_mean_exp(log_weights):
    return logsumexp(log_weights, axis=0) - np.log(len(log_weights))


def elbo(t, beta):
    return (-t.log_likelihood.mean(0) + beta * t.kl).sum()


def iwae(t, beta):
    return -log_mean_exp(t.log_weights(beta)).sum()


def monte_carlo(t, beta):
    return -t.log_weights(beta).mean(0).sum()


def ciwae(t, beta):
    return 0.3 * monte_carlo(t, beta) + 0.7 * iwae(t, beta)


def miwae(t, beta):
    groups = t.log_weights(beta).reshape(2, 2, -1)  # (draws, bounds, examples)
    return -log_mean_exp(groups).mean(0).sum()


def renyi(t, beta):
    return -log_mean_exp(0.6 * t.log_weights(beta)).sum() / 0.6


def free_bits(t, beta):
    used = np.maximum(0.8, t.kl_per_dimension.mean(0)).sum()
    return -t.log_likelihood.mean(0).sum() + beta * t.size * used


def capacity(t, beta):
    return -t.log_likelihood.mean(0).sum() + 7.0 * beta * t.size * abs(t.kl.mean() - 1.5)


def dip(t, beta, kind):
    covariance = np.cov(t.loc.T, bias=True) + (t.covariance.mean(0) if kind == "II" else 0.0)
    on = np.diag(covariance)
    off = np.sum((covariance - np.diag(on)) ** 2)
    return elbo(t, beta) + t.size * (3.0 * off + 5.0 * np.sum((on - 1.0) ** 2))


def beta_tc(t, beta, size=20):
    """q(z_i) is a mean over the data: i itself is one of `size`, the other rows are the rest."""
    joint, product = np.zeros(t.size), np.zeros(t.size)
    for i, z in enumerate(t.z[0]):
        share = np.full(t.size, (size - 1) / size / (t.size - 1))
        share[i] = 1 / size
        joint[i] = np.log(share @ np.exp(log_normal(z - t.loc, t.covariance)))
        for j, variance in enumerate(t.marginal):
            one = log_normal((z - t.loc)[:, j, None], variance)
            product[i] += np.log(share @ np.exp(one))
    log_prior = t.log_ratio[0] + t.log_posterior[0]
    kl = t.log_posterior[0] - joint + beta * (joint - product) + product - log_prior
    return (kl - t.log_likelihood[0]).sum()


def info(t, beta):
    def kernel(a, b):
        distance = np.sum((a[:, None] - b) ** 2, axis=-1)
        scales = 2.0 * L * np.array([0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0])
        return np.sum(scales / (scales + distance[..., None]), axis=-1)

    def pairs(a):
        return (kernel(a, a).sum() - np.trace(kernel(a, a))) / (len(a) * (len(a) - 1))

    z = t.z[0]
    mmd = pairs(z) + pairs(REFERENCE) - 2.0 * kernel(z, REFERENCE).mean()
    return -t.log_likelihood.mean(0).sum() + t.size * 9.4 * mmd + 0.6 * beta * t.kl.sum()


def factor(t, beta):
    return elbo(t, beta) + 4.0 * t.z[0].sum()


def adversarial(t, beta):
    return (beta * np.logaddexp(0.0, -t.z[0].sum(1)) - t.log_likelihood.mean(0)).sum()


def vae_gan(t, beta):
    again, new = t.z[0] @ W.T, t.reference @ W.T
    fools = sum(np.logaddexp(0.0, -2.0 * one.sum(1)) for one in (again, new))
    return (beta * t.kl + 0.7 * 0.5 * ((2.0 * (t.x - again)) ** 2).sum(1) + fools).sum()


def sum_of():
    """A critic that adds up what it is given."""
    return keras.layers.Dense(1, kernel_initializer="ones")


def doubling():
    """A VAE-GAN whose features are 2x, and whose logit is their sum."""
    twice = keras.layers.Dense(3, kernel_initializer=lambda shape, dtype: 2.0 * ops.eye(*shape))
    objective = VAEGAN((3,), twice, 0.7)
    objective.build((None, L))
    objective.critic.layers[-1].set_weights([np.ones((3, 1)), np.zeros(1)])
    return objective


TABLE = {
    "ELBO": (ELBO(S), elbo),
    "ELBO by Monte Carlo": (ELBO(S, "monte_carlo"), monte_carlo),
    "IWAE": (IWAE(S), iwae),
    "DReG": (DReG(S), iwae),
    "StickingTheLanding": (StickingTheLanding(S), monte_carlo),
    "CIWAE": (CIWAE(0.3, S), ciwae),
    "MIWAE": (MIWAE(2, S), miwae),
    "Renyi": (Renyi(0.4, S), renyi),
    "FreeBits": (FreeBits(0.8, S), free_bits),
    "Capacity": (Capacity(1.5, 7.0, S), capacity),
    "DIPVAE I": (DIPVAE(3.0, 5.0, "I", S), lambda t, beta: dip(t, beta, "I")),
    "DIPVAE II": (DIPVAE(3.0, 5.0, "II", S), lambda t, beta: dip(t, beta, "II")),
    "BetaTC": (BetaTC(dataset_size=20), beta_tc),
    "InfoVAE": (InfoVAE(0.4, 10.0, S), info),
    "FactorVAE": (FactorVAE(4.0, sum_of()), factor),
    "AAE": (AAE(sum_of(), num_samples=S), adversarial),
    "VAEGAN": (doubling(), vae_gan),
}


@pytest.mark.parametrize("name", TABLE)
def test_totals_of_weighted_examples(name):
    objective, formula = TABLE[name]
    # A full posterior has no KL for each dimension.
    families = ("diagonal",) if name == "FreeBits" else ("diagonal", "full")
    cases = [(q, given) for q in families for given in (None, ONES, COUNTS)]

    if not objective.built:
        objective.build((None, L))

    def losses():
        batches = [terms(q, objective.num_samples, given) for q, given in cases]
        return [[objective(batch, beta) for beta in BETAS] for batch in batches]

    for (q, given), found in zip(cases, value(losses), strict=True):
        counts = ONES if given is None else given
        rows = Rows(q, objective.num_samples, counts)
        expected = [formula(rows, beta) for beta in BETAS]
        totals = [np.sum(counts * loss.astype("float64")) for loss in found]
        assert {loss.shape for loss in found} == {(B,)}
        np.testing.assert_allclose(totals, expected, rtol=1e-5, atol=1e-4, err_msg=f"{q}, {given}")


def test_the_table_is_complete():
    found = {type(objective) for objective, _ in TABLE.values()}
    public = {getattr(objectives, name) for name in objectives.__all__}
    every = {one for one in public if isinstance(one, type)}
    bases = {objectives.Objective, objectives.CriticObjective, objectives.Terms}
    assert every - found == bases


def test_free_bits_of_a_full_posterior_says_why_not():
    with pytest.raises(NotImplementedError, match="MultivariateNormal does not factorize"):
        FreeBits(0.8, S)(terms("full", S, None), 1.0)
