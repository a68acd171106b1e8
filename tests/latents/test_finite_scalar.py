"""Rounding to levels: every level in reach, codes and vectors the same thing, exact gradients."""

import math

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae import VAE, Decoder
from keras_vae.latents import FiniteScalar
from tests.conformance.common import dtype_policy, numpy
from tests.conformance.factories import IMAGES
from tests.oracles.gradients import gradient

RNG = np.random.default_rng(3)
LEVELS = (8, 6, 5)


def scalar(levels=LEVELS, grid=(4, 2), **kwargs):
    latents = FiniteScalar(levels, **kwargs)
    latents.build((None, *grid, len(levels)))
    return latents


def seen(latents, features):
    return numpy(latents.decoder_input(latents.infer(ops.convert_to_tensor(features))))[0]


@pytest.mark.parametrize("size", range(2, 10))
def test_each_channel_takes_exactly_its_levels(size):
    """From one end to the other, symmetric about 0, all of them by features of unit variance."""
    latents = scalar((size,), ())
    wide = np.linspace(-20.0, 20.0, 4001, dtype="float32")[:, None]
    values = seen(latents, wide)[:, 0]
    assert_array_equal(np.diff(values) >= 0.0, True)
    assert_allclose(np.unique(values), np.linspace(-1.0, 1.0, size), atol=1e-6)
    normal = np.sqrt(2.0) * RNG.normal(size=(4000, 1)).astype("float32")
    _, counts = np.unique(seen(latents, normal), return_counts=True)
    assert len(counts) == size and counts.min() > 0.3 * 4000 / size


@pytest.mark.parametrize("size", [3, 5, 7, 9])
def test_odd_levels_are_those_of_the_paper(size):
    """round(⌊L/2⌋ tanh h) / ⌊L/2⌋."""
    h, half = RNG.normal(size=(200, 1)).astype("float32"), size // 2
    expected = np.round(half * np.tanh(h.astype("float64"))) / half
    assert_allclose(seen(scalar((size,), ()), h), expected, atol=1e-6)


def test_codes_and_vectors_are_the_same_thing():
    latents = scalar()
    every = np.arange(240, dtype="int32").reshape(30, 4, 2)
    vectors = numpy(latents.vectors(ops.convert_to_tensor(every)))
    assert len(np.unique(vectors.reshape(-1, 3), axis=0)) == 240
    # Features that stand in the middle of each level.
    found = latents.infer(np.arctanh(0.999 * vectors))
    assert_array_equal(numpy(found["z"]["z"])[0], every)
    assert_array_equal(seen(latents, np.arctanh(0.999 * vectors)), vectors)
    digits = np.stack([every % 8, every // 8 % 6, every // 48], axis=-1)
    assert_allclose(vectors, 2.0 * digits / np.array([7, 5, 4]) - 1.0, atol=1e-6)


def test_gradient_goes_straight_through_to_what_is_rounded():
    latents, h = scalar(gradient="tanh"), RNG.normal(size=(3, 4, 2, 3)).astype("float32")
    outside = RNG.normal(size=h.shape).astype("float32")

    def decoded(features):
        return latents.decoder_input(latents.infer(features))[0] * ops.convert_to_tensor(outside)

    expected = outside * (1.0 - np.tanh(h.astype("float64")) ** 2)
    assert_allclose(gradient(decoded, h), expected, rtol=1e-4, atol=1e-6)


def test_what_has_left_the_levels_comes_back():
    """Descent towards 0 has all of the gradient, and away from it that of tanh; the same codes."""
    latents, h = scalar((5,), ()), np.array([[-9.0], [-1.0], [0.5], [9.0]])
    away = 1.0 - np.tanh(h) ** 2
    for sign in (1.0, -1.0):
        found = gradient(lambda x, s=sign: s * latents.decoder_input(latents.infer(x)), h)
        expected = sign * np.where(sign * h < 0.0, away, 1.0)
        assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    wide = np.linspace(-3.0, 3.0, 100, dtype="float32")[:, None]
    assert_array_equal(seen(latents, wide), seen(scalar((5,), ()), wide))


def test_bfloat16_loses_no_code():
    """Codes above 256 do not run together, and features are rounded in float32."""
    latents = scalar((7, 7, 7, 7), ())
    every = np.arange(7**4, dtype="int32")
    features = np.arctanh(0.99 * numpy(latents.vectors(ops.convert_to_tensor(every))))
    with dtype_policy("mixed_bfloat16"):
        found = scalar((7, 7, 7, 7), ()).infer(ops.cast(features, "bfloat16"))
    assert_array_equal(numpy(found["z"]["z"])[0], every)


def test_any_number_of_codes():
    """2³⁰ codes without a table of them; so many are not counted."""
    levels = (2,) * 30
    latents = scalar(levels, ())
    z = ops.convert_to_tensor([2**30 - 1, 2**29, 0])
    vectors = numpy(latents.vectors(z))
    assert_array_equal(numpy(latents.infer(5.0 * vectors)["z"]["z"])[0], numpy(z))
    assert latents.use is None
    latents.observe(latents.infer(vectors), None)


def test_the_elbo_is_exact():
    keras.utils.set_random_seed(0)
    body = keras.layers.Conv2D(3, 3, strides=2, padding="same")
    transposed = keras.layers.Conv2DTranspose(4, 3, strides=2, padding="same")
    vae = VAE(body, Decoder((8, 4, 1), body=transposed), latents=FiniteScalar(LEVELS), seed=0)
    vae.compile("adam")
    logs = vae.fit(IMAGES, verbose=0).history
    assert {"perplexity", "usage", "code_length"} <= logs.keys() and "commitment" not in logs
    assert_allclose(logs["code_length"], 8 * math.log(240), rtol=1e-6)
    codes = vae.encode(IMAGES)
    vectors = numpy(vae.latents.vectors(ops.convert_to_tensor(codes)))
    log_x = numpy(vae.likelihood(vectors).log_prob(IMAGES))
    assert_allclose(vae.elbo(IMAGES), log_x - 8 * math.log(240), rtol=1e-5)
    assert_allclose(vae.decode(codes), vae.reconstruct(IMAGES))
    with pytest.raises(ValueError, match="codes from 240 to 240; expected codes from 0 to 239"):
        vae.decode(np.full((1, 4, 2), 240))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            lambda: FiniteScalar((8, 1)),
            r"integers of at least 2, such as .*; received levels=\(8, 1",
        ),
        (lambda: FiniteScalar(8), "received levels=8"),
        (lambda: FiniteScalar((4, 4), gradient="ste"), "gradient='ste' must be 'inward' or 'tanh'"),
        (lambda: FiniteScalar((2,) * 31), "make 2147483648 codes, and a code is an integer of 32"),
        (
            lambda: FiniteScalar((4, 4)).build((None, 7, 3)),
            "Let the body end in 2 channels, or give",
        ),
    ],
)
def test_errors_at_construction(make, said):
    with pytest.raises(ValueError, match=said):
        make()
