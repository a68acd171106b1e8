"""Traversals move one coordinate at a time, to values that are known."""

from statistics import NormalDist
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import keras_vae
from keras_vae.latent_space import AttributeVector, analogy, manifold, traversal_codes, traverse
from keras_vae.layers import NormalHead, NormalMixturePrior, StandardNormalPrior

WEIGHTS = np.array([[1.0, 0.0, 2.0], [0.0, -1.0, 1.0]])


def linear(prior=None, **options):
    """x = z W, from an encoder that is its inverse on what the decoder makes."""
    vae = keras_vae.VAE(
        keras_vae.Encoder(2, hidden_units=()),
        keras_vae.Decoder((3,), hidden_units=(), head=NormalHead(scale=1.0)),
        prior=prior,
        **options,
    )
    if options:
        vae.build({"x": (None, 3), "condition": (None, 1)})
    else:
        vae.build((None, 3))
        none = np.zeros(2)
        vae.encoder.set_weights([np.linalg.pinv(WEIGHTS), none, np.zeros((3, 2)), none])
    extra = options.get("condition_shape", (0,))[0]
    vae.decoder.set_weights([np.vstack([WEIGHTS, 10 * np.ones((extra, 3))]), np.zeros(3)])
    return vae


def test_quantiles_of_the_prior():
    z = np.array([0.5, -2.0])
    codes = traversal_codes(linear(), z, steps=5)
    values = [NormalDist().inv_cdf(share) for share in (0.1, 0.3, 0.5, 0.7, 0.9)]
    assert codes.shape == (2, 5, 2)
    for j in range(2):
        assert_allclose(codes[j, :, j], values, rtol=1e-6)
        assert_array_equal(codes[j, :, 1 - j], z[1 - j])


def test_pictures_of_a_linear_decoder():
    vae, z = linear(), np.array([0.5, -2.0])
    around = traverse(vae, z, dims=[1, 0], steps=3, span=2.0)
    assert around.shape == (2, 3, 3)
    assert_allclose(around[0], (z + np.outer([-2, 0, 2], [0, 1])) @ WEIGHTS, atol=1e-5)
    assert_allclose(around[1], (z + np.outer([-2, 0, 2], [1, 0])) @ WEIGHTS, atol=1e-5)
    codes = traversal_codes(vae, z, steps=4)
    assert_allclose(traverse(vae, z, steps=4), codes @ WEIGHTS, atol=1e-5)


def test_an_autoencoder_has_ways_but_no_quantiles():
    inner, outer = keras.Sequential([keras.layers.Dense(2)]), keras.layers.Dense(3)
    model = keras_vae.Autoencoder(inner, outer)
    model.compile("adam")
    x = np.random.default_rng(0).standard_normal((8, 3)).astype("float32")
    model.fit(x, verbose=0)
    z = model.encode(x)
    assert_allclose(
        traverse(model, z[0], [1], 3, span=1.0)[0, 1], model.decode(z[:1])[0], atol=1e-6
    )
    moved = AttributeVector.fit(z, [0, 1] * 4).effect(model, z, lambda x: x[:, 0])
    assert np.isfinite(moved).all()
    with pytest.raises(ValueError, match="This Autoencoder has no prior over one vector"):
        traverse(model, z[0])


def test_one_condition_for_all_pictures():
    vae = linear(condition_shape=(1,))
    pictures = traverse(vae, np.zeros(2), [0], 3, condition=[2.0], span=1)
    assert_allclose(pictures[0], np.outer([-1, 0, 1], WEIGHTS[0]) + 20, atol=1e-5)
    # A square tells under which condition each code was decoded, before and after a move.
    vector, z, given = AttributeVector(np.array([1.0, 0.0])), np.zeros((2, 2)), [[0.0], [1.0]]
    found = vector.effect(vae, z, lambda x: x[:, 0] ** 2, condition=given)
    assert_allclose(found.value, (1 + (11**2 - 10**2)) / 2, rtol=1e-5)


def test_quantiles_of_a_prior_without_a_formula():
    """Two components at ±4: a quarter of the draws is below the one mean, and above the other."""
    prior = NormalMixturePrior(2, components=2)
    prior.loc.assign([[-4.0, 0.0], [4.0, 0.0]])
    codes = traversal_codes(SimpleNamespace(prior=prior), np.zeros(2), dims=[0], steps=2)
    assert_allclose(codes[0, :, 0], [-4, 4], atol=0.15)


def test_a_plane_of_codes():
    """The first dimension grows to the right, the second downwards; a third stays where it is."""
    asked = []

    def decode(z, batch_size):
        asked.append(z)
        return 10.0 * z[:, :1] + z[:, 1:2]

    parts = {"encoder": SimpleNamespace(latent_dim=3), "prior": StandardNormalPrior(3)}
    vae = SimpleNamespace(**parts, decode=decode)
    found = manifold(vae, dims=(1, 0), steps=3, z=[0.0, 0.0, 5.0])
    sixth = 0.9674215661  # −Φ⁻¹(1/6)
    places = np.array([-sixth, 0.0, sixth])
    assert found.shape == (3, 3, 1)
    assert_allclose(found[..., 0], places + 10.0 * places[:, None], atol=1e-5)
    assert_allclose(asked[0][:, 2], 5.0)
    with pytest.raises(ValueError, match=r"two different latent dimensions; received dims="):
        manifold(vae, dims=(1, 1))


def test_an_analogy_of_a_linear_model():
    vae = linear()
    z = np.array([[0.0, 1.0], [1.0, 1.0], [3.0, 0.0], [5.0, 2.0]])
    x = z @ WEIGHTS
    found = analogy(vae, x[:2], x[2:3], x[3:], amount=2.0)
    assert_allclose(found, (z[3:] + 2 * (z[2] - z[:2].mean(axis=0))) @ WEIGHTS, atol=1e-4)


@pytest.mark.one_backend("NumPy alone")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"z": np.zeros((1, 2))}, r"expected codes of shape \(latent_dim,\)"),
        ({"dims": [2]}, "`dims` must name some of the 2 latent dimensions, from 0 to 1"),
        ({"dims": []}, "`dims` must name"),
        ({"dims": [0.5]}, "`dims` must name"),
        ({"steps": 1}, "`steps` must be"),
        ({"span": -1.0}, "span=-1.0 must be a finite number"),
        ({}, "has no prior over one vector"),
        ({"span": 0.0}, "would decode one code again and again"),
    ],
)
def test_bad_arguments(arguments, words):
    with pytest.raises(ValueError, match=words):
        traversal_codes(SimpleNamespace(prior=None), **{"z": np.zeros(2), **arguments})
