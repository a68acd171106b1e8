"""Errors below reconstructions, gaps and quantiles of the manifold, names at centres, ways."""

from types import SimpleNamespace

import numpy as np
import pytest

from keras_vae import VAE, Decoder, Encoder, plotting
from keras_vae.layers import NormalMixturePrior, StandardNormalPrior
from tests.oracles.sentences import sentence

pytestmark = pytest.mark.one_backend("pictures are drawn from the NumPy arrays of a model")


def texts(labels):
    return [label.get_text() for label in labels]


def plane(shape, prior=None):
    return SimpleNamespace(
        encoder=SimpleNamespace(latent_dim=2),
        prior=prior or StandardNormalPrior(2),
        decode=lambda z, batch_size: np.ones((len(z), *shape)),
    )


def test_the_error_below_a_reconstruction_in_nats():
    vae = VAE(Encoder(2, hidden_units=()), Decoder((2, 3), hidden_units=()), seed=0)
    vae.build((None, 2, 3))
    x = np.random.default_rng(0).uniform(size=(3, 2, 3)).astype("float32")
    axes = plotting.reconstructions(vae, x, error="nats").axes[0]
    mean = np.clip(vae.reconstruct(x).astype("float64"), 1e-7, 1 - 1e-7)
    nats = -(x * np.log(mean) + (1 - x) * np.log(1 - mean)).sum(axis=(1, 2))
    assert texts(axes.get_xticklabels()) == [f"{value:.0f}" for value in nats]
    assert axes.get_xlabel() == "−log p(x|z), nats"


def test_the_squared_error_below_a_reconstruction_is_a_mean():
    model = SimpleNamespace(reconstruct=lambda x: x + np.array([0.5, -1.0])[:, None, None])
    axes = plotting.reconstructions(model, np.zeros((2, 4, 4)), error="mse").axes[0]
    assert texts(axes.get_xticklabels()) == ["0.25", "1"]
    assert axes.get_xlabel() == "mean squared error"


def test_errors_that_there_are_not():
    model = SimpleNamespace(reconstruct=lambda x: x)
    x = np.zeros((2, 4, 4))
    assert sentence(ValueError, lambda: plotting.reconstructions(model, x, error="nats")) == (
        'error="nats" is −log p(x|z), and needs a VAE with one group of latent variables that are '
        'numbers. Write error="mse" for the mean squared error.'
    )
    assert sentence(ValueError, lambda: plotting.reconstructions(model, x, error="bits")) == (
        'error=\'bits\' must be "nats", "mse" or None.'
    )


@pytest.mark.parametrize(("shape", "gap"), [((8, 8), 1), ((16, 40), 1), ((28, 28), 0)])
def test_small_pictures_of_the_manifold_have_a_gap(shape, gap):
    pixels = plotting.manifold(plane(shape), num=3).axes[0].images[0].get_array()
    assert pixels.shape[:2] == tuple(3 * side + 2 * gap for side in shape)
    white = (pixels.min(axis=(1, 2)) == 1).sum()
    assert white == 2 * gap


def test_the_manifold_says_whose_quantiles_it_shows():
    axes = plotting.manifold(plane((8, 8)), num=2).axes[0]
    assert axes.get_xlabel() == "$z_1$, quantiles of N(0, I)"
    prior = NormalMixturePrior(2, 3)
    prior.build(None)
    axes = plotting.manifold(plane((8, 8), prior), num=2).axes[0]
    assert axes.get_xlabel() == "$z_1$, quantiles of the prior"


@pytest.mark.parametrize("legend", [True, False])
def test_each_class_is_named_at_its_centre_with_a_halo(legend):
    codes = np.array([[0.0, 1.0], [2.0, 3.0], [1.0, 9.0], [5.0, 5.0]])
    model = SimpleNamespace(encode=lambda x: x)
    axes = plotting.latent_scatter(model, codes, ["a", "a", "a", "b"], legend=legend).axes[0]
    assert [(t.get_text(), t.get_position()) for t in axes.texts] == [
        ("a", (1.0, 3.0)),
        ("b", (5.0, 5.0)),
    ]
    assert all(text.get_path_effects() for text in axes.texts)
    assert (axes.get_legend() is not None) == legend
    assert not plotting.latent_scatter(model, codes).axes[0].texts


@pytest.mark.parametrize("shift", [0.0, 0.05])
def test_names_of_one_centre_stand_beside_each_other(shift):
    codes = np.array([[2.0, 0.0], [2.0, shift], [-1.0, 0.0]])
    axes = plotting.latent_scatter(SimpleNamespace(encode=lambda x: x), codes, [0, 1, 2]).axes[0]
    first, second, third = (np.array(text.get_position()) for text in axes.texts)
    np.testing.assert_allclose(np.linalg.norm(first - second), 0.21, rtol=1e-6)  # 0.1 × limit
    np.testing.assert_allclose((first + second) / 2, [2.0, shift / 2], atol=1e-6)
    assert third.tolist() == [-1.0, 0.0]


def test_interpolation_decodes_the_line_above_the_sphere():
    model = SimpleNamespace(decode=lambda z, batch_size: np.tile(z[:, None], (1, 2, 1)))
    a, b = [0.6, 0.0], [0.0, 0.6]
    axes = plotting.interpolation(model, a, b, steps=3, cmap="gray").axes[0]
    pixels = axes.images[0].get_array()[..., 0]
    # Each picture is 2 × 2, its columns the two coordinates; a line of paper between pictures.
    np.testing.assert_allclose(pixels[0, [0, 1, 3, 4, 6, 7]], [0.6, 0, 0.3, 0.3, 0, 0.6], atol=0.01)
    half = 0.6 / np.sqrt(2)
    np.testing.assert_allclose(pixels[3, [0, 1, 3, 4]], [0.6, 0, half, half], atol=0.01)
    line, arc = 0.6 * np.sqrt(2) * np.sqrt(2), 0.6 * np.pi / 2 * np.sqrt(2)  # two rows of pixels
    names = [f"linear\nlength {line:.3g}", f"spherical\nlength {arc:.3g}"]
    assert texts(axes.get_yticklabels()) == names
    assert sentence(ValueError, lambda: plotting.interpolation(model, a, [-0.6, 0.0])).startswith(
        "a and b are opposite"
    )
