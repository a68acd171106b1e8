"""Structures of several groups against linear-Gaussian chains, of which everything is known."""

from unittest import mock

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose as close
from scipy import stats

from keras_vae import VAE, Decoder, objectives
from keras_vae.distributions import Normal
from keras_vae.latents import BottomUp, Ladder
from keras_vae.layers import DenseBody, NormalHead
from tests.oracles.exact import raw_scale

RNG = np.random.default_rng(5)
DIMS, FEATURES = (3, 2, 1), 4
X = (0.7 * RNG.normal(size=(5, FEATURES))).astype("float32")
NOISE = 0.9  # of x given z_1


def affine(inputs, outputs, slope=0.6, scale=0.8):
    """Weights of a linear normal network: mean and constant scales."""
    scales = scale * RNG.uniform(0.85, 1.15, outputs)
    weights = [slope * RNG.normal(size=(inputs, outputs)), 0.3 * RNG.normal(size=outputs)]
    return weights, scales


def give(layer, known):
    """Put them into a network or head."""
    (kernel, bias), scales = known
    layer.set_weights([kernel, bias, np.zeros_like(kernel), raw_scale(scales)])


def assert_allclose(found, expected, **tolerance):
    close(ops.convert_to_numpy(found), ops.convert_to_numpy(expected), **tolerance)


class Chain:
    """A VAE with linear networks, and the same numbers in float64."""

    def __init__(self, kind, **kwargs):
        self.kind, slope = kind, 0.15  # what q knows of x is little, so that no weight is large
        latents = kind(DIMS, (), **kwargs)
        decoder = Decoder((FEATURES,), (), head=NormalHead(scale=NOISE))
        self.vae = VAE(DenseBody(()), decoder, latents=latents, seed=0)
        self.vae.build((None, FEATURES))
        pairs = list(zip(DIMS[1:], DIMS, strict=False))
        self.down = [affine(above, below, 0.3) for above, below in pairs]
        for network, known in zip(latents.downward, self.down, strict=True):
            give(network, known)
        if kind is Ladder:
            known = ((3, 20.0), (2, 20.0), (1, 1.0))  # the top has no prior to be multiplied with
            self.words = [affine(FEATURES, size, slope, scale) for size, scale in known]
            for word, known in zip(latents.words, self.words, strict=True):
                give(word, known)
        else:
            self.first = affine(FEATURES, DIMS[0], slope, 1.2)
            give(latents.first, self.first)
            self.up = [affine(below, above, slope, 1.2) for above, below in pairs]
            for network, known in zip(latents.upward, self.up, strict=True):
                give(network, known)
        self.loading = [0.4 * RNG.normal(size=(DIMS[0], FEATURES)), 0.3 * RNG.normal(size=FEATURES)]
        decoder.set_weights(self.loading)

    def log_likelihood(self):
        """log p(x): all is jointly normal."""
        mean, covariance = np.zeros(DIMS[-1]), np.eye(DIMS[-1])
        for (kernel, bias), scales in reversed(self.down):
            mean = mean @ kernel + bias
            covariance = kernel.T @ covariance @ kernel + np.diag(scales**2)
        kernel, bias = self.loading
        covariance = kernel.T @ covariance @ kernel + NOISE**2 * np.eye(FEATURES)
        return stats.multivariate_normal(mean @ kernel + bias, covariance).logpdf(X)

    def posterior(self, x):
        """Each z as an affine function of standard noise: {level: (offset, slope, scales)}."""
        size, found, used = sum(DIMS), {}, 0

        def draw(level, offset, slope, scales):
            nonlocal used
            slope = slope.copy()
            slope[used : used + len(scales)] += np.diag(scales)
            used += len(scales)
            found[level] = (offset, slope, scales)

        if self.kind is Ladder:
            said = [(x @ kernel + bias, scales) for (kernel, bias), scales in self.words]
            draw(2, said[2][0], np.zeros((size, DIMS[2])), said[2][1])
            for level in (1, 0):
                (kernel, bias), prior = self.down[level]
                offset, slope, _ = found[level + 1]
                a, b = said[level][1] ** -2.0, prior**-2.0
                mean = (a * said[level][0] + b * (offset @ kernel + bias)) / (a + b)
                draw(level, mean, slope @ kernel * b / (a + b), (a + b) ** -0.5)
        else:
            (kernel, bias), scales = self.first
            draw(0, x @ kernel + bias, np.zeros((size, DIMS[0])), scales)
            for level in (1, 2):
                (kernel, bias), scales = self.up[level - 1]
                offset, slope, _ = found[level - 1]
                draw(level, offset @ kernel + bias, slope @ kernel, scales)
        return found

    def costs(self, x):
        """Reconstruction loss of one example and the KL of each group, exactly."""
        z = self.posterior(x)

        def expected(offset, slope, scales):
            """−E log N(r; 0, scales²) of a residual that is affine in the noise."""
            squares = (offset**2 + (slope**2).sum(0)) / scales**2
            return 0.5 * (squares + 2.0 * np.log(scales) + np.log(2.0 * np.pi)).sum()

        kernel, bias = self.loading
        residual = x - z[0][0] @ kernel - bias
        reconstruction = expected(residual, z[0][1] @ kernel, np.full(FEATURES, NOISE))
        kl = []
        for level in range(3):
            offset, slope, scales = z[level]
            entropy = 0.5 * (1.0 + 2.0 * np.log(scales) + np.log(2.0 * np.pi)).sum()
            if level == 2:
                kl.append(expected(offset, slope, np.ones(DIMS[2])) - entropy)
                continue
            (kernel, bias), prior = self.down[level]
            above = z[level + 1]
            residual = offset - above[0] @ kernel - bias
            kl.append(expected(residual, slope - above[1] @ kernel, prior) - entropy)
        return reconstruction, kl


class JointSigmaPoints:
    """In place of `keras.random.normal`: noise of all groups with exactly mean 0, covariance I."""

    def __init__(self):
        size = sum(DIMS)
        self.points, self.used = np.sqrt(size) * np.concatenate([np.eye(size), -np.eye(size)]), 0

    def __call__(self, shape, **_):
        *axes, size = shape
        block = self.points[:, self.used : self.used + size].astype("float32")
        self.used += size
        block = block.reshape(len(block), *[1] * (len(axes) - 1), size)
        return ops.broadcast_to(ops.convert_to_tensor(block), shape)


@pytest.fixture(scope="module", params=[Ladder, BottomUp], ids=lambda kind: kind.__name__)
def chain(request):
    return Chain(request.param)


def test_elbo_and_the_kl_of_each_group_are_exact(chain):
    vae = chain.vae
    with mock.patch("keras.random.normal", JointSigmaPoints()):
        outputs = vae.draw(X, 2 * sum(DIMS), keras.random.SeedGenerator(0))
    terms = vae.terms(X, outputs)
    exact = [chain.costs(x) for x in X.astype("float64")]
    assert_allclose(terms.reconstruction_loss, [r for r, _ in exact], rtol=1e-5)
    for level, name in enumerate(("z_1", "z_2", "z_3")):
        expected = [kl[level] for _, kl in exact]
        assert_allclose(terms.groups[name].kl, expected, rtol=1e-5, atol=1e-5, err_msg=name)
    assert_allclose(terms.kl, [sum(kl) for _, kl in exact], rtol=1e-5)
    per_dimension = [ops.sum(group.kl_per_dimension, axis=-1) for group in terms.groups.values()]
    assert_allclose(sum(per_dimension), terms.kl, rtol=1e-5)


@pytest.mark.usefixtures("large_chunks")
def test_log_likelihood_of_a_chain(chain):
    found = chain.vae.log_likelihood(X, num_samples=2000, seed=0)
    exact = chain.log_likelihood()
    assert np.all(np.abs(found.value - exact) < 4.0 * found.standard_error)
    bound = chain.vae.elbo(X, num_samples=50, seed=0)
    assert np.all(bound < exact)


def test_means_are_those_without_noise(chain):
    codes = chain.vae.encode(X)
    for level, name in enumerate(("z_1", "z_2", "z_3")):
        expected = [chain.posterior(x)[level][0] for x in X.astype("float64")]
        assert_allclose(codes[name], expected, rtol=1e-5, atol=1e-6)
    assert_allclose(chain.vae.decode(codes), chain.vae.decode(codes["z_1"]))
    assert_allclose(chain.vae.reconstruct(X), chain.vae.decode(codes))


def test_generated_codes_have_the_moments_of_the_prior(chain):
    z = ops.convert_to_numpy(chain.vae.latents.generate(20_000, seed=1))
    mean, covariance = np.zeros(1), np.eye(1)
    for (kernel, bias), scales in reversed(chain.down):
        mean = mean @ kernel + bias
        covariance = kernel.T @ covariance @ kernel + np.diag(scales**2)
    error = np.sqrt(np.diag(covariance) / len(z))
    assert np.all(np.abs(z.mean(0) - mean) < 4.0 * error)
    assert_allclose(np.cov(z.T), covariance, atol=0.06)


def test_a_seed_gives_each_group_noise_of_its_own(chain):
    draws = chain.vae.draws(X, 50, seed=3)
    q = {name: Normal(**draws[name]["posterior"]) for name in draws}
    noise = {n: ops.convert_to_numpy((draws[n]["z"] - q[n].loc) / q[n].scale) for n in draws}
    one, other = noise["z_1"][..., 0].ravel(), noise["z_2"][..., 0].ravel()
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.3


def test_betas_weigh_the_groups():
    vae = Chain(Ladder, betas=(2.0, 0.5, 0.0)).vae
    terms = vae.terms(X, vae.infer(X, 3, seed=0))
    kl = [ops.convert_to_numpy(group.kl) for group in terms.groups.values()]
    assert_allclose(terms.weighted_kl, 2.0 * kl[0] + 0.5 * kl[1], rtol=1e-6)
    terms = vae.terms(X, vae.draw(X, 3, seed=0))
    loss = objectives.ELBO(3)(terms, beta=3.0)
    assert_allclose(loss, terms.reconstruction_loss + 3.0 * terms.weighted_kl, rtol=1e-6)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Ladder(3, (4,)), "`latent_dims` must be the length of each group"),
        (lambda: Ladder((), (4,)), r"received latent_dims=\(\)"),
        (lambda: Ladder((3, 0), (4,)), "`latent_dims` must be positive integers"),
        (lambda: Ladder((3, 2), (0,)), "`hidden_units` must be positive integers"),
        (lambda: BottomUp((3, 2), (4,), betas=(1.0,)), "one weight for each of the 2 groups"),
        (lambda: BottomUp((3, 2), (4,), betas=(1.0, -1.0)), "betas=-1.0 must be a finite number"),
    ],
)
def test_errors_at_construction(make, said):
    with pytest.raises(ValueError, match=said):
        make()


@pytest.mark.parametrize("objective", [objectives.DReG(2), objectives.BetaTC(100)])
def test_objectives_for_one_group_say_so(objective):
    vae = Chain(Ladder).vae
    with pytest.raises(NotImplementedError, match="needs one group of latent variables"):
        objective(vae.terms(X, vae.draw(X, objective.num_samples, seed=0)), 1.0)
