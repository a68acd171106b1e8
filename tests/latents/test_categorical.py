"""Codes that are drawn: exact KL, relaxed draws by formula, hard draws in evaluation."""

import math

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae import VAE, Decoder, layers
from keras_vae.latents import Categorical
from keras_vae.schedules import Linear
from tests.conformance.common import evaluated, numpy
from tests.conformance.factories import IMAGES
from tests.oracles.gradients import gradient
from tests.oracles.noise import inject

RNG = np.random.default_rng(2)
K, D, GRID, B, S = 5, 3, (3, 2), 4, 2
LOGITS = (2.0 * RNG.normal(size=(B, *GRID, K))).astype("float32")
BOOK = RNG.normal(size=(K, D)).astype("float32")


def categorical(grid=GRID, **kwargs):
    latents = Categorical(K, D, seed=0, **kwargs)
    latents.build((None, *grid, K))
    latents.book.assign(BOOK)
    return latents


def softmax(logits):
    shares = np.exp(logits - logits.max(-1, keepdims=True))
    return shares / shares.sum(-1, keepdims=True)


def test_kl_is_exact():
    """Against Σ π log(π/p), and π = (½, 0.3, 0.2): 0.068959 nats; between 0 and N log K."""
    latents = categorical()
    group = latents.group("z", latents.infer(LOGITS, S, seed=0))
    share = softmax(LOGITS.astype("float64"))
    expected = np.sum(share * np.log(share * K), axis=(1, 2, 3))
    assert_allclose(numpy(group.kl), expected, rtol=1e-5)
    for logits, nats in ((0.0, 0.0), (1e4, 6 * math.log(K))):
        corner = latents.infer(logits * np.eye(K, dtype="float32")[np.zeros((B, *GRID), int)])
        assert_allclose(numpy(latents.group("z", corner).kl), [nats] * B, rtol=1e-5, atol=1e-5)
    three = Categorical(3, D)
    three.build((None, 1, 3))
    draws = three.infer(np.log([[[0.5, 0.3, 0.2]]]).astype("float32"))
    assert_allclose(numpy(three.group("z", draws).kl), [0.068959], rtol=1e-5)


@pytest.mark.parametrize("hard", [False, True])
def test_draws_in_training(hard, monkeypatch):
    """softmax((η + g)/τ) times the codebook; straight through: its largest, and its gradient."""
    uniform = RNG.uniform(0.02, 0.98, (S, B, *GRID, K))
    inject(monkeypatch, "uniform", uniform)
    latents = categorical(temperature=0.7, straight_through=hard)
    draws = latents.infer(LOGITS, S, training=True)
    noisy = LOGITS - np.log(-np.log1p(-uniform))
    relaxed, z = softmax(noisy / 0.7), noisy.argmax(-1)
    assert_array_equal(numpy(draws["z"]["z"]), z)
    expected = BOOK[z] if hard else relaxed @ BOOK.astype("float64")
    assert_allclose(numpy(latents.decoder_input(draws)), expected, rtol=1e-4, atol=1e-5)
    outside = RNG.normal(size=(S, B, *GRID, D)).astype("float32")

    def decoded(logits):
        found = latents.infer(logits, S, training=True)
        return latents.decoder_input(found) * ops.convert_to_tensor(outside)

    pull = outside @ BOOK.T.astype("float64")
    slope = relaxed * (pull - np.sum(relaxed * pull, -1, keepdims=True)) / 0.7
    assert_allclose(gradient(decoded, LOGITS), slope.sum(0), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("temperature", [1e-3, 100.0])
@pytest.mark.parametrize("noise", [0.0, 1.0 - 2.0**-24])
def test_the_ends_of_the_noise_are_finite(temperature, noise, monkeypatch):
    monkeypatch.setattr(keras.random, "uniform", lambda shape, **_: ops.full(shape, noise))
    latents = categorical(temperature=temperature)
    found = gradient(lambda h: latents.decoder_input(latents.infer(h, training=True)), LOGITS)
    assert np.isfinite(found).all()


def test_evaluation_draws_codes():
    """Each code as often as its probability says, and its vector as it is."""
    latents = categorical()
    draws = latents.infer(LOGITS, 2000, seed=1)
    z = numpy(draws["z"]["z"])
    assert_array_equal(numpy(latents.decoder_input(draws)), BOOK[z])
    share, often = softmax(LOGITS), np.mean(z[..., None] == np.arange(K), axis=0)
    assert_allclose(often, share, atol=4.5 * 0.5 / 2000**0.5)
    likeliest = numpy(latents.infer(LOGITS, None)["z"]["z"])
    assert_array_equal(likeliest, LOGITS.argmax(-1)[None])


def small():
    """One code for 6 numbers, so that log p(x) is a sum over K codes."""
    keras.utils.set_random_seed(3)
    decoder = Decoder((6,), body=keras.layers.Flatten(), head=layers.NormalHead(scale=3.0))
    body = keras.Sequential([keras.layers.Dense(K), keras.layers.Reshape((1, K))])
    return VAE(body, decoder, latents=Categorical(K, D, seed=1), seed=0)


def test_elbo_and_log_likelihood_are_those_of_codes():
    """Against the sums over all codes: Σ π (log p(x|k) − log π K), and log Σ p(x|k)/K."""
    vae, x = small(), RNG.normal(size=(3, 6)).astype("float32")
    vae.build(x.shape)
    vectors = numpy(vae.latents.codebook())[:, None]
    each = np.stack([numpy(vae.likelihood(vectors).log_prob(one)) for one in x]).astype("float64")
    share = numpy(vae.posterior(x).mean()).astype("float64")[:, 0]
    exact = np.log(np.mean(np.exp(each), axis=1))
    weights = np.exp(numpy(vae.terms(x, vae.draw(x, 3000, seed=0)).log_weights).astype("float64"))
    error = (weights.std(0) / weights.mean(0)).max() / 3000**0.5
    assert_allclose(np.log(weights.mean(0)), exact, atol=4.0 * error)
    assert_allclose(vae.log_likelihood(x, num_samples=20, seed=0).value, exact, atol=48.0 * error)
    bound = np.sum(share * (each - np.log(share * K)), axis=1)
    spread = np.sqrt(np.sum(share * np.square(each), 1) - np.sum(share * each, 1) ** 2)
    found = vae.elbo(x, num_samples=3000, seed=0)
    assert_allclose(found, bound, atol=4.0 * spread.max() / 3000**0.5)
    assert (bound < exact).all()


def test_the_temperature_follows_its_schedule(tmp_path):
    """In the compiled step and after a file; evaluation does not move it."""
    keras.utils.set_random_seed(0)
    body = keras.layers.Conv2D(K, 3, strides=2, padding="same")
    transposed = keras.layers.Conv2DTranspose(4, 3, strides=2, padding="same")
    cooling = Linear(1.0, 0.2, steps=8)
    latents = Categorical(K, D, temperature=cooling, seed=0)
    vae = VAE(body, Decoder((8, 4, 1), body=transposed), latents=latents, seed=0)
    vae.compile("adam")
    settings = {"batch_size": 5, "verbose": 0}
    logs = vae.fit(IMAGES, epochs=2, **settings).history
    assert_allclose(logs["temperature"], [cooling(1), cooling(3)], rtol=1e-6)
    assert_allclose(logs["code_length"], [8 * math.log(K)] * 2, rtol=1e-6)
    assert 0.0 < logs["kl_loss"][-1] < 8 * math.log(K)
    assert_allclose(evaluated(vae, IMAGES)["temperature"], cooling(4), rtol=1e-6)
    vae.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.latents.temperature == cooling
    assert_allclose(again.fit(IMAGES, **settings).history["temperature"], [cooling(5)], rtol=1e-6)
    codes = vae.encode(IMAGES)
    assert codes.shape == (len(IMAGES), 4, 2) and codes.dtype == "int32"
    assert_allclose(vae.decode(codes), vae.reconstruct(IMAGES))
    assert vae.generate(2, seed=0).shape == (2, 8, 4, 1)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Categorical(4, 2, temperature=0.0), "temperature=0.0 must be a finite number abo"),
        (lambda: Categorical(4, 2, temperature="hot"), "temperature='hot' must be a finite number"),
        (
            lambda: Categorical(4, 2, temperature=Linear(1.0, 0.0, 10)),
            "a schedule that stays above",
        ),
        (lambda: Categorical(4, 2, temperature=Linear()), "has no length; write steps="),
        (lambda: Categorical(4, 2, straight_through=1), "straight_through=1 must be True or False"),
        (lambda: categorical().build((None, 3, 4)), "Let the body end in 5 channels, or write num"),
    ],
)
def test_errors_at_construction(make, said):
    with pytest.raises(ValueError, match=said):
        make()
