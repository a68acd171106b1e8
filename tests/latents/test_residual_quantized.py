"""A stack of codebooks: each stage for what is left, and each with its own gradient."""

import math
from itertools import pairwise

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae import VAE, Decoder
from keras_vae.latents import ResidualQuantized
from tests.conformance.common import numpy
from tests.conformance.factories import IMAGES
from tests.oracles.gradients import gradient

RNG = np.random.default_rng(6)
K, D, M, GRID = 4, 3, 3, (4, 2)
FEATURES = RNG.normal(size=(5, *GRID, D)).astype("float32")
BOOKS = [RNG.normal(scale=0.5**stage, size=(K, D)).astype("float32") for stage in range(M)]


def quantizer(**kwargs):
    latents = ResidualQuantized(K, D, M, **{"restart": 0.0, "seed": 0, **kwargs})
    latents.build((None, *GRID, D))
    for book, points in zip(latents.books, BOOKS, strict=False):
        book.points.assign(points)
    return latents


def by_hand(books, features=FEATURES):
    """Codes, and what each stage is given, in float64."""
    rest, codes, rests = features.astype("float64"), [], []
    for book in books:
        rests.append(rest)
        codes.append(np.square(rest[..., None, :] - book).sum(-1).argmin(-1))
        rest = rest - book[codes[-1]]
    return np.stack(codes, axis=-1), rests


@pytest.mark.parametrize("shared", [False, True])
def test_each_stage_quantizes_what_is_left(shared):
    latents, books = quantizer(shared=shared), BOOKS[:1] * M if shared else BOOKS
    codes, rests = by_hand(books)
    draws = latents.infer(FEATURES)
    assert_array_equal(numpy(draws["z"]["z"])[0], codes)
    total = sum(book[codes[..., m]] for m, book in enumerate(books))
    assert_allclose(numpy(latents.decoder_input(draws))[0], total, rtol=1e-5, atol=1e-6)
    left = [
        np.square(r - b[codes[..., m]]).sum((1, 2, 3))
        for m, (r, b) in enumerate(zip(rests, books, strict=True))
    ]
    assert_allclose(numpy(latents.penalty(draws)), 0.25 * sum(left), rtol=1e-5)


def test_every_stage_has_a_gradient():
    """∂/∂h of the commitments is 2β Σ (r − e), and the decoder's goes straight through once."""
    latents = quantizer(commitment=0.5)
    codes, rests = by_hand(BOOKS)
    found = gradient(lambda h: latents.penalty(latents.infer(h)), FEATURES)
    each = [r - b[codes[..., m]] for m, (r, b) in enumerate(zip(rests, BOOKS, strict=True))]
    assert_allclose(found, 2.0 * 0.5 * sum(each), rtol=1e-4, atol=1e-5)
    decoded = gradient(lambda h: latents.decoder_input(latents.infer(h)), FEATURES)
    assert_array_equal(decoded, np.ones_like(FEATURES))


def test_each_codebook_follows_its_own_rest():
    """With γ = 0: one step of Lloyd for each stage, by the vectors before the step."""
    latents = quantizer(decay=0.0)
    codes, rests = by_hand(BOOKS)
    latents.update(latents.infer(FEATURES), None, ops.convert_to_tensor(True))
    for stage, book in enumerate(latents.books):
        for k in np.unique(codes[..., stage]):
            centroid = rests[stage][codes[..., stage] == k].mean(0)
            assert_allclose(numpy(book.vectors())[k], centroid, rtol=1e-4, atol=1e-5)


def test_a_shared_codebook_moves_once_by_all_stages():
    latents = quantizer(decay=0.0, shared=True)
    codes, rests = by_hand(BOOKS[:1] * M)
    latents.update(latents.infer(FEATURES), None, ops.convert_to_tensor(True))
    for k in np.unique(codes):
        given = np.concatenate([rest[codes[..., m] == k] for m, rest in enumerate(rests)])
        assert_allclose(numpy(latents.codebook())[k], given.mean(0), rtol=1e-4, atol=1e-5)
    assert_allclose(numpy(latents.books[0].counts).sum(), codes.size)


def vae(**kwargs):
    keras.utils.set_random_seed(0)
    body = keras.layers.Conv2D(D, 3, strides=2, padding="same")
    transposed = keras.layers.Conv2DTranspose(4, 3, strides=2, padding="same")
    latents = ResidualQuantized(K, D, M, decay=0.5, seed=0, **kwargs)
    return VAE(body, Decoder((8, 4, 1), body=transposed), latents=latents, seed=0)


def test_the_elbo_is_exact_and_the_model_comes_back(tmp_path):
    model = vae()
    model.compile("adam")
    logs = model.fit(IMAGES, verbose=0).history
    assert_allclose(logs["code_length"], 8 * M * math.log(K), rtol=1e-6)
    codes = model.encode(IMAGES)
    assert codes.shape == (len(IMAGES), *GRID, M) and codes.dtype == "int32"
    vectors = sum(numpy(b.vectors())[codes[..., m]] for m, b in enumerate(model.latents.books))
    log_x = numpy(model.likelihood(vectors).log_prob(IMAGES))
    assert_allclose(model.elbo(IMAGES), log_x - 8 * M * math.log(K), rtol=1e-5)
    assert_allclose(model.decode(codes), model.reconstruct(IMAGES))
    assert model.generate(3, seed=0).shape == (3, 8, 4, 1)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert_array_equal(again.encode(IMAGES), codes)


def test_later_stages_start_from_what_is_left():
    """Each stage more leaves less, from the start on."""
    model = vae()
    model.build(IMAGES.shape)
    model.start(IMAGES)
    rest = numpy(model.encoder(IMAGES))
    left, codes = [np.square(rest).mean()], model.encode(IMAGES)
    for stage, book in enumerate(model.latents.books):
        rest = rest - numpy(book.vectors())[codes[..., stage]]
        left.append(np.square(rest).mean())
    assert all(after < 0.7 * before for before, after in pairwise(left))


def test_decode_takes_the_first_stages_alone():
    model = vae()
    model.build(IMAGES.shape)
    codes = model.encode(IMAGES)
    first = np.where(np.arange(M) < 1, codes, -1)
    vectors = numpy(model.latents.codebook())[codes[..., 0]]
    assert_allclose(model.decode(first), numpy(model.likelihood(vectors).mean()), rtol=1e-5)
    for wrong in (np.where(np.arange(M) < 1, -1, codes), np.full_like(codes, -1), 0 * codes + K):
        with pytest.raises(ValueError, match=f"expected codes from 0 to {K - 1}"):
            model.decode(wrong)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ResidualQuantized(4, 2, 0), "`stages` must be a positive integer"),
        (lambda: ResidualQuantized(4, 2, 2, shared=2), "shared=2 must be True or False"),
        (lambda: ResidualQuantized(4, 2, 2, normalize=True), "a sum of them has another length"),
    ],
)
def test_errors_at_construction(make, said):
    with pytest.raises(ValueError, match=said):
        make()
