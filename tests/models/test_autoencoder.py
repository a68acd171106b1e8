"""The autoencoder: linear is PCA, denoising and sparse have closed forms, and it fits the house."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from keras_vae import Autoencoder
from keras_vae.layers import ConvBody, ConvTransposeBody, DenseBody
from keras_vae.regularizers import BernoulliKL
from tests.conformance import case, checks_of
from tests.conformance.factories import IMAGES, PENALTIES, Factory
from tests.oracles.exact import gaussian_data, train

EIGENVALUES = np.array([4.0, 2.0, 0.5, 0.3, 0.2])
CONSTANT = 2.5 * np.log(2 * np.pi)  # of five numbers
KEPT, DISCARDED = EIGENVALUES[:2], 1.0
NOISE = 1.0  # τ²
RISK = 2.466666666667


def convolutional():
    decoder = [ConvTransposeBody((8, 4, 1), (3,)), layers.Conv2D(1, 3, padding="same")]
    noise = layers.GaussianNoise(0.2, seed=5)
    return Autoencoder(ConvBody((3,), activation="tanh"), keras.Sequential(decoder), noise)


FACTORIES = {
    "tanh": Factory(
        lambda: Autoencoder(DenseBody((5, 2), "tanh"), DenseBody((5, 8), "tanh")),
        variational=False,
    ),
    "sparse": Factory(
        lambda: Autoencoder(
            layers.Dense(5, "sigmoid", activity_regularizer=BernoulliKL(0.1, 0.5)),
            layers.Dense(8, kernel_regularizer="l2"),
        ),
        variational=False,
        coupled=("loss",),
        without={
            name: "the mean activation is one of the whole batch"
            for name in ("check_weighted_loss", "check_weight_zero_is_absence")
        },
    ),
    "denoising": Factory(
        convolutional,
        IMAGES,
        variational=False,
        without={
            name: "each example has its own noise" for name in PENALTIES if "loss" not in name
        },
    ),
}


@pytest.mark.parametrize(
    ("check", "factory"),
    [case(check, *item) for item in FACTORIES.items() for check in checks_of(item[1])],
)
def test_conformance(check, factory):
    check(factory)


def linear(corruption=None, **kwargs):
    model = Autoencoder(layers.Dense(2), layers.Dense(5), corruption, **kwargs)
    model.build((None, 5))
    return model


def kernels(model):
    """Linear maps of the encoder and the decoder."""
    return tuple(
        ops.convert_to_numpy(body.layers[-1].kernel).astype("float64")
        for body in (model.encoder_body, model.decoder_body)
    )


def set_kernels(model, encode, decode):
    for body, kernel in ((model.encoder_body, encode), (model.decoder_body, decode)):
        body.layers[-1].kernel.assign(kernel)
        body.layers[-1].bias.assign(np.zeros(kernel.shape[1]))


def evaluate(model, *data):
    if not model.compiled:
        model.compile()
    return model.evaluate(*data, batch_size=7, return_dict=True, verbose=0)


def noisy_data(examples=32):
    """Clean and noisy examples: covariances exactly λ and τ²I, exactly uncorrelated; the axes."""
    white, _ = gaussian_data(np.ones(10), examples)
    _, axes = gaussian_data(EIGENVALUES)
    clean = white[:, :5] * np.sqrt(EIGENVALUES) @ axes.T
    return clean, clean + np.sqrt(NOISE) * white[:, 5:], axes


def test_loss_is_a_log_density():
    model = Autoencoder(layers.Dense(3), layers.Dense(784, use_bias=False))
    logs = evaluate(model, np.zeros((4, 784)))
    assert logs["loss"] == pytest.approx(720.4478, abs=1e-3)
    assert logs["reconstruction_loss"] == pytest.approx(720.4478, abs=1e-3)
    x, _ = gaussian_data(EIGENVALUES)
    model = linear()
    expected = np.mean(np.sum((x - model.reconstruct(x)) ** 2, axis=1))
    logs = evaluate(model, x)
    assert logs["squared_error"] == pytest.approx(expected, rel=1e-5)
    assert logs["loss"] == pytest.approx(0.5 * expected + CONSTANT, rel=1e-5)


def test_principal_axes_put_in_give_the_discarded_variance():
    x, axes = gaussian_data(EIGENVALUES)
    model = linear()
    set_kernels(model, axes[:, :2], axes[:, :2].T)
    logs = evaluate(model, x)
    assert logs["squared_error"] == pytest.approx(DISCARDED, abs=1e-5)
    assert logs["loss"] == pytest.approx(0.5 * DISCARDED + CONSTANT, abs=1e-5)


def test_linear_autoencoder_learns_the_principal_subspace():
    x, axes = gaussian_data(EIGENVALUES, mean=0.7, seed=4)
    model = linear()
    train(model, x, steps=500)
    assert DISCARDED - 1e-5 < evaluate(model, x)["squared_error"] < DISCARDED + 1e-4
    decode = np.linalg.qr(kernels(model)[1].T)[0]
    np.testing.assert_allclose(decode @ decode.T, axes[:, :2] @ axes[:, :2].T, atol=3e-3)


def test_linear_denoiser():
    """x̂ = Σ λ/(λ+τ²) u uᵀ x̃ over the leading axes, put in and learned; y is the clean target."""
    clean, noisy, axes = noisy_data()
    leading, shrink = axes[:, :2], KEPT / (KEPT + NOISE)
    assert np.sum(shrink * NOISE) + DISCARDED == pytest.approx(RISK)
    model = linear()
    set_kernels(model, leading * shrink, leading.T)
    assert evaluate(model, noisy, clean)["squared_error"] == pytest.approx(RISK, abs=1e-5)

    model = linear()
    decay = keras.optimizers.schedules.CosineDecay(0.05, 600)
    model.compile(keras.optimizers.Adam(decay, beta_2=0.9))
    tiles = [np.tile(part, (600, 1)) for part in (noisy, clean)]
    model.fit(*tiles, batch_size=len(clean), shuffle=False, verbose=0)
    assert RISK - 1e-5 < evaluate(model, noisy, clean)["squared_error"] < RISK + 1e-4
    encode, decode = kernels(model)
    np.testing.assert_allclose(encode @ decode, leading * shrink @ leading.T, atol=5e-3)


def test_corruption_makes_a_denoiser():
    """The same, with clean data alone and the noise made during training."""
    clean, noisy, axes = noisy_data(examples=64)
    model = linear(layers.GaussianNoise(NOISE**0.5, seed=0))
    train(model, clean, steps=600)
    assert evaluate(model, noisy, clean)["squared_error"] < RISK + 0.02
    not_denoising = linear()
    set_kernels(not_denoising, axes[:, :2], axes[:, :2].T)
    assert evaluate(not_denoising, noisy, clean)["squared_error"] == pytest.approx(
        2 * NOISE + DISCARDED, abs=1e-5
    )


def test_corruption_is_for_training_alone():
    x = np.ones((6, 5), "float32")
    model = linear(layers.Dropout(0.5, seed=0))
    whole = ops.convert_to_numpy(model(x)["reconstruction"])
    np.testing.assert_allclose(model.reconstruct(x), whole, rtol=1e-6)
    corrupted = ops.convert_to_numpy(model(x, training=True)["reconstruction"])
    assert np.all(np.abs(corrupted - whole).max(axis=1) > 1e-4)


def test_l1_and_an_orthonormal_decoder_make_a_soft_threshold():
    """The code is sign(Wᵀx) max(|Wᵀx| - λ, 0), and the loss there ½‖x‖² - ½‖h‖²."""
    weight, (x, axes) = 0.6, gaussian_data(EIGENVALUES, examples=8)
    features = x @ axes[:, :3]
    expected = np.sign(features) * np.maximum(np.abs(features) - weight, 0.0)
    assert 0 < np.sum(expected == 0.0) < expected.size
    # The inputs are the numbers of the examples, so that every example has a code of its own.
    codes = layers.Dense(3, use_bias=False, activity_regularizer=keras.regularizers.L1(weight))
    model = Autoencoder(codes, layers.Dense(5, use_bias=False, trainable=False))
    model.build((None, 8))
    model.decoder_body.layers[-1].kernel.assign(axes[:, :3].T)
    least = np.mean(0.5 * np.sum(x**2, axis=1) - 0.5 * np.sum(expected**2, axis=1)) + CONSTANT

    decay = keras.optimizers.schedules.CosineDecay(0.1, 600)
    model.compile(keras.optimizers.Adam(decay, beta_2=0.9))
    tiles = [np.tile(part, (600, 1)) for part in (np.eye(8), x)]
    model.fit(*tiles, batch_size=8, shuffle=False, verbose=0)
    learned = model.encode(np.eye(8))
    np.testing.assert_allclose(learned, expected, atol=5e-3)

    codes.kernel.assign(expected)
    assert model.evaluate(np.eye(8), x, verbose=0)[0] == pytest.approx(least, abs=1e-5)


def test_other_corruptions_and_shapes():
    """Images through a dense body; integers, too."""
    decoder = keras.Sequential([layers.Dense(32), layers.Reshape((8, 4, 1))])
    model = Autoencoder(DenseBody((4,), "tanh"), decoder, layers.Dropout(0.2, seed=0))
    model.compile("adam")
    x = np.random.default_rng(0).integers(0, 2, (10, 8, 4, 1))
    history = model.fit(x, validation_data=(x, x), epochs=2, verbose=0).history
    assert sorted(history) == sorted(
        prefix + name
        for prefix in ("", "val_")
        for name in ("loss", "reconstruction_loss", "squared_error")
    )
    assert model.encode(x).shape == (10, 4)
    assert model.decode(np.zeros((3, 4))).shape == (3, 8, 4, 1)


@pytest.mark.parametrize(
    ("act", "error", "sentence"),
    [
        (lambda: linear().compile("adam", loss="mse"), ValueError, "carries its loss, -log N"),
        (
            lambda: Autoencoder(np.tanh, layers.Dense(5)),
            TypeError,
            "`encoder_body` must be a Keras",
        ),
        (lambda: Autoencoder(layers.Dense(5), "relu"), TypeError, "`decoder_body` .* received str"),
        (
            lambda: linear().fit(np.ones((4, 6))),
            ValueError,
            r"x holds examples of shape \(6,\).* built for examples of shape \(5,\). Reshape",
        ),
        (
            lambda: Autoencoder(layers.Dense(2), layers.Dense(4)).fit(np.ones((4, 6))),
            ValueError,
            r"x holds examples of shape \(6,\), .* of shape \(6,\) into .* shape \(4,\)",
        ),
        (
            lambda: linear().fit(np.ones((4, 5)), np.ones((4, 3))),
            ValueError,
            r"the target y of x holds examples of shape \(3,\)",
        ),
        (lambda: linear().fit(np.full((4, 5), np.nan)), ValueError, "x contains NaN"),
        (lambda: linear().evaluate(np.ones((0, 5))), ValueError, "x is an empty array"),
    ],
)
def test_bad_input_gets_a_sentence(act, error, sentence):
    with pytest.raises(error, match=sentence):
        act()
