"""The ready-made VQ-VAE: a constructor, and not a second loss."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

import keras_vae
from keras_vae import VAE, VQVAE, evaluation
from keras_vae.layers import ResidualConvBody, ResidualTransposeBody

X = np.random.default_rng(0).uniform(size=(24, 8, 8, 1)).astype("float32")
SMALL = {"num_codes": 8, "code_dim": 4, "hidden_units": (4, 6), "seed": 0, "blocks": 1}


def test_every_verb(tmp_path):
    vae = VQVAE((8, 8, 1), **SMALL)
    assert type(vae) is VAE and vae.latents.num_codes == 8
    vae.compile(keras.optimizers.Adam(1e-2))
    logs = vae.fit(X, batch_size=8, epochs=2, verbose=0).history
    assert {"perplexity", "usage", "commitment", "code_length"} <= set(logs)
    codes = vae.encode(X)
    assert codes.shape == (24, 2, 2) and codes.dtype == np.int32
    again = vae.reconstruct(X)
    assert_allclose(vae.decode(codes), again, atol=1e-6)
    elbo = vae.elbo(X)
    terms = vae.terms(X, vae.infer(X, None))
    assert_allclose(logs["kl_loss"][-1], 4 * np.log(8), rtol=1e-5)
    assert elbo.shape == (24,) and terms.kl.shape == (24,)
    assert np.isfinite(evaluation.bits_per_dimension(elbo.mean(), X[0].size))
    vae.save(tmp_path / "codes.keras")
    loaded = keras.saving.load_model(tmp_path / "codes.keras")
    assert (loaded.encode(X) == codes).all()
    assert_allclose(loaded.elbo(X), elbo, rtol=1e-5)
    loaded.fit(X, batch_size=8, verbose=0)


@pytest.mark.parametrize("shape", [(16, 3), (8, 12, 2), (4, 8, 4, 1)])
def test_sequences_images_and_volumes(shape):
    vae = VQVAE(shape, **SMALL)
    vae.build((None, *shape))
    x = np.full((2, *shape), 0.5, "float32")
    assert vae.encode(x).shape == (2, *(size // 4 for size in shape[:-1]))
    assert vae.reconstruct(x).shape == x.shape
    # Two strided, one wide, a block of two, one linear; then the same with two transposed.
    assert len(vae.encoder.weights) == len(vae.decoder.body.weights) + 2 == 12


def test_residual_blocks_add_to_what_they_see():
    body = ResidualConvBody((3,), channels=2, blocks=2)
    body.build((None, 4, 4, 1))
    for wide, narrow in body.residual:
        for layer in (wide, narrow):
            layer.set_weights([np.zeros_like(w) for w in layer.get_weights()])
    alone = ResidualConvBody((3,), channels=2, blocks=1)
    alone.build((None, 4, 4, 1))
    for name in ("strided", "first", "last"):
        ours, theirs = getattr(body, name), getattr(alone, name)
        pairs = zip(ours, theirs, strict=True) if name == "strided" else [(ours, theirs)]
        for one, other in pairs:
            other.set_weights(one.get_weights())
    for wide, narrow in alone.residual:
        for layer in (wide, narrow):
            layer.set_weights([np.zeros_like(w) for w in layer.get_weights()])
    x = X[:2, :4, :4]
    one, other = (keras.ops.convert_to_numpy(layer(x)) for layer in (body, alone))
    assert_allclose(one, other, atol=1e-6)
    assert np.abs(one).max() > 0.0


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: VQVAE((28,)), r"`shape` must be one of \(length, channels\)"),
        (lambda: VQVAE((30, 30, 1)), "divisible by 4; received shape"),
        (lambda: VQVAE((8, 8, 1), num_codes=0), "num_codes"),
        (lambda: ResidualConvBody(()), "at least one convolution"),
        (lambda: ResidualTransposeBody((4,), rank=4), "1, 2 or 3"),
        (lambda: ResidualConvBody((4,))(X[..., 0]), r"takes examples of shape \(height"),
    ],
)
def test_bad_shapes_get_a_sentence(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_frozen_layers_inside_stay_frozen():
    body = ResidualConvBody((3,), channels=2, blocks=1)
    body.build((None, 4, 4, 1))
    body.first.trainable = False
    config = keras.saving.serialize_keras_object(body)
    again = keras.saving.deserialize_keras_object(config)
    assert not again.first.trainable and again.last.trainable
    assert keras_vae.layers.ResidualConvBody is ResidualConvBody
