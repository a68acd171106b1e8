"""A prior fitted after training: everything else rests, and the model uses it from then on."""

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae import VAE, Autoencoder, Decoder, Encoder, latents
from keras_vae.layers import NormalMixturePrior, StandardNormalPrior
from keras_vae.priors import CausalTransformer, PixelCNN

RNG = np.random.default_rng(0)
# Quarters of 4 x 4 pixels, each black or white: four codes, of which the lower follow the upper.
BITS = RNG.integers(0, 2, (64, 1, 2)).repeat(2, axis=1)
X = np.kron(BITS, np.ones((1, 4, 4)))[..., None].astype("float32")


def quantized(**options):
    structure = latents.VectorQuantized(4, 2, seed=0, start="random", restart=0.0)
    body = keras.layers.Conv2D(2, 4, strides=4)
    decoder = Decoder((8, 8, 1), body=keras.layers.Conv2DTranspose(3, 4, strides=4))
    vae = VAE(body, decoder, latents=structure, seed=0, **options)
    vae.compile("adam")
    vae.fit({"x": X, "condition": C} if options else X, batch_size=32, verbose=0)
    return vae


C = np.eye(2, dtype="float32")[BITS[:, 0, 0]]


@pytest.mark.parametrize(
    "make", [lambda: PixelCNN(8, 2, 3), lambda: CausalTransformer(8, 1, 2, 0.0)]
)
def test_codes(make, tmp_path):
    vae = quantized()
    weights, step = vae.get_weights(), int(vae.step)
    optimizer = [ops.convert_to_numpy(v) for v in vae.optimizer.variables]
    uniform = vae.elbo(X)
    prior = make()
    history = vae.fit_prior(
        X,
        prior,
        epochs=30,
        batch_size=64,
        optimizer=keras.optimizers.Adam(0.03),
        validation_data=(X[:16],),
        verbose=0,
    ).history
    lengths = history["code_length"]
    assert lengths[0] < 2.0 * 4 * np.log(4) and lengths[-1] < 0.7 * 4 * np.log(4)
    assert set(history) == {"code_length", "loss", "val_code_length", "val_loss"}
    # Everything else is as it was.
    for before, after in zip(weights, vae.get_weights(), strict=False):
        assert_array_equal(before, after)
    assert int(vae.step) == step and not prior.trainable
    for before, after in zip(optimizer, vae.optimizer.variables, strict=True):
        assert_array_equal(before, ops.convert_to_numpy(after))
    # The bound has the new code length in place of N log K.
    code_length = -ops.convert_to_numpy(prior.log_prob(vae.encode(X)))
    assert_allclose(vae.elbo(X), uniform + 4 * np.log(4) - code_length, rtol=1e-4, atol=1e-4)
    logs = vae.evaluate(X, verbose=0, return_dict=True)
    assert_allclose(logs["kl_loss"], code_length.mean(), rtol=1e-4)
    assert vae.generate(3, seed=0, temperature=0.5).shape == (3, 8, 8, 1)
    # Saved with the model; training goes on and leaves the prior alone.
    vae.save(tmp_path / "codes.keras")
    again = keras.saving.load_model(tmp_path / "codes.keras")
    assert_allclose(again.elbo(X), vae.elbo(X), rtol=1e-5)
    kept = prior.get_weights()
    vae.fit(X, batch_size=32, verbose=0)
    for before, after in zip(kept, prior.get_weights(), strict=True):
        assert_array_equal(before, after)
    # Fitted again it goes on from where it is.
    assert vae.fit_prior(X, prior, verbose=0).history["code_length"][0] < lengths[0]


def test_codes_under_a_condition():
    vae = quantized(condition_shape=(2,))
    data = {"x": X, "condition": C}
    history = vae.fit_prior(
        data,
        PixelCNN(8, 2, 3),
        epochs=20,
        batch_size=64,
        optimizer=keras.optimizers.Adam(0.03),
        verbose=0,
    ).history
    assert history["code_length"][-1] < history["code_length"][0]
    assert vae.generate(2, np.eye(2), seed=0).shape == (2, 8, 8, 1)
    assert np.isfinite(vae.elbo(data)).all()


def test_a_mixture_for_a_continuous_vae():
    """Draws of two far posteriors: the mixture finds both, and the rate falls."""
    vae = VAE(Encoder(1, ()), Decoder((1,), (), head="normal"), seed=0)
    vae.build((None, 1))
    zeros, ones = np.zeros((1, 1), "float32"), np.ones((1, 1), "float32")
    vae.encoder.set_weights([3.0 * ones, zeros[0], zeros, zeros[0] + np.log(0.1)])
    x = np.repeat([[-1.0], [1.0]], 100, axis=0).astype("float32")
    x += 0.01 * RNG.normal(size=x.shape).astype("float32")
    before = np.mean(vae.elbo(x, 10, seed=0))
    prior = NormalMixturePrior(1, 2, seed=0)
    vae.fit_prior(x, prior, epochs=2, batch_size=100, verbose=0, seed=0)
    means = np.sort(ops.convert_to_numpy(prior.loc)[:, 0])
    assert_allclose(means, [-3.0, 3.0], atol=0.1)
    assert np.mean(vae.elbo(x, 10, seed=0)) > before + 2.0
    assert vae.prior is prior and vae.generate(4, seed=0).shape == (4, 1)
    # It has started: another fit does not begin anew.
    moved = prior.get_weights()
    prior.start(np.zeros((10, 1)))
    for one, other in zip(moved, prior.get_weights(), strict=True):
        assert_array_equal(one, other)


def test_an_autoencoder_generates_once_it_has_a_prior(tmp_path):
    model = Autoencoder(keras.layers.Dense(2), keras.layers.Dense(3))
    x = RNG.normal(size=(60, 3)).astype("float32")
    model.compile("adam")
    model.fit(x, verbose=0)
    with pytest.raises(ValueError, match="fit_prior"):
        model.generate(2)
    with pytest.raises(NotImplementedError, match="code length is infinite"):
        model.elbo(x)
    model.fit_prior(x, NormalMixturePrior(2, 3, seed=0), verbose=0)
    drawn = model.generate(5, seed=0)
    assert drawn.shape == (5, 3)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert_allclose(again.generate(5, seed=0), drawn, atol=1e-6)
    again.fit(x, verbose=0)


def test_bad_priors_get_a_sentence():
    vae = VAE(Encoder(2, ()), Decoder((3,), ()))
    x = np.full((4, 3), 0.5, "float32")
    with pytest.raises(ValueError, match="real numbers"):
        vae.fit_prior(x, PixelCNN())
    with pytest.raises(ValueError, match="no weights"):
        vae.fit_prior(x, StandardNormalPrior(2))
    with pytest.raises(ValueError, match="latent variables of shape"):
        vae.fit_prior(x, NormalMixturePrior(3, 2))
    with pytest.raises(ValueError, match="is for a prior that writes codes"):
        vae.generate(2, temperature=0.5)
    with pytest.raises(TypeError, match="are codes; received a NormalMixturePrior"):
        quantized().fit_prior(X, NormalMixturePrior(2, 2))
    ladder = VAE(keras.layers.Dense(4), Decoder((3,), ()), latents=latents.Ladder((2, 1), (4,)))
    with pytest.raises(NotImplementedError, match="trained with the model"):
        ladder.fit_prior(x, NormalMixturePrior(2, 2))
