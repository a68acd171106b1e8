"""One group: what leaves `call` comes back, and z may be an array of any rank."""

import keras
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae import VAE, Decoder, Encoder
from keras_vae.layers import ConvBody
from tests.conformance.factories import IMAGES, MODELS


@pytest.mark.parametrize("name", ["bernoulli", "full_posterior", "several_draws"])
def test_what_leaves_call_comes_back(name):
    vae = MODELS[name].built()
    draws = vae.draws(MODELS[name].x, 3, seed=0)
    outputs = vae.latents.outputs(draws)
    assert all(len(tensor) == len(MODELS[name].x) for tensor in outputs.values())
    again = vae.latents.draws(outputs)
    keras.tree.assert_same_structure(draws, again)
    for one, other in zip(keras.tree.flatten(draws), keras.tree.flatten(again), strict=True):
        assert_array_equal(*map(keras.ops.convert_to_numpy, (one, other)))


def test_without_draws_z_is_the_mean():
    vae, x = MODELS["bernoulli"].built(), MODELS["bernoulli"].x
    assert_allclose(keras.ops.convert_to_numpy(vae.infer(x, None)["z"])[:, 0], vae.encode(x), 1e-6)


def grid():
    """Latent variables on a grid of 4 × 2 positions with 3 channels."""
    deconvolution = keras.layers.Conv2DTranspose(4, 3, strides=2, padding="same")
    encoder = Encoder((4, 2, 3), body=ConvBody((4,)))
    return VAE(encoder, Decoder((8, 4, 1), body=deconvolution), seed=0)


def test_latent_variables_on_a_grid(tmp_path):
    vae = grid()
    vae.compile("adam")
    logs = vae.fit(IMAGES, batch_size=5, verbose=0).history
    z = vae.encode(IMAGES)
    assert z.shape == (len(IMAGES), 4, 2, 3)
    assert vae.decode(z).shape == IMAGES.shape == vae.reconstruct(IMAGES).shape
    assert vae.generate(3, seed=0).shape == (3, 8, 4, 1)
    assert_allclose(logs["elbo"][0], -logs["reconstruction_loss"][0] - logs["kl_loss"][0], 1e-5)
    # log p(x) of one draw is log p(x|z) + log p(z) − log q(z|x), each summed over the whole grid.
    vae.decoder.save(tmp_path / "decoder.keras")
    again = keras.saving.load_model(tmp_path / "decoder.keras")
    assert_allclose(*(keras.ops.convert_to_numpy(d(z)["logits"]) for d in (vae.decoder, again)))
    assert vae.log_likelihood(IMAGES, num_samples=3, seed=0).value.shape == (len(IMAGES),)
    kl = vae.terms(IMAGES, vae.infer(IMAGES)).kl_per_dimension
    assert tuple(kl.shape) == (len(IMAGES), 4, 2, 3)


def test_a_decoder_belongs_to_one_shape_of_z():
    decoder = Decoder((8,), (4,))
    VAE(Encoder(2, (4,)), decoder)
    with pytest.raises(ValueError, match=r"of shape \(2,\) and is now given \(3,\)"):
        VAE(Encoder(3, (4,)), decoder)
