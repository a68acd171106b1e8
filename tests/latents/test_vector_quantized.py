"""A codebook in its plain form: nearest codes, who gets which gradient, running averages."""

import math

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae import VAE, Decoder
from keras_vae.latents import VectorQuantized
from keras_vae.objectives import ELBO, IWAE
from tests.conformance.common import dtype_policy, numpy
from tests.conformance.factories import IMAGES
from tests.oracles.gradients import gradient

RNG = np.random.default_rng(4)
B, GRID, DIM, K = 5, (3, 2), 4, 6
FEATURES = RNG.normal(size=(B, *GRID, DIM)).astype("float32")
BOOK = RNG.normal(size=(K, DIM)).astype("float32")


def quantizer(**kwargs):
    latents = VectorQuantized(K, DIM, **{"restart": 0.0, **kwargs})
    latents.build((None, *GRID, DIM))
    latents.books[0].points.assign(BOOK)
    return latents


def nearest(features, book):
    return np.square(features[..., None, :] - book).sum(-1).argmin(-1)


def test_codes_are_the_nearest():
    z = numpy(quantizer().infer(FEATURES)["z"]["z"])
    assert z.dtype == "int32"
    assert_array_equal(z, nearest(FEATURES.astype("float64"), BOOK)[None])


def test_ties_go_to_the_lowest_code():
    latents = quantizer()
    latents.books[0].points.assign(np.ones((K, DIM)))
    whole = np.round(4.0 * FEATURES)  # so that no distance is rounded
    assert not numpy(latents.infer(whole)["z"]["z"]).any()


def test_gradients_go_where_the_paper_sends_them():
    """Straight through to the features from the decoder; the commitment moves the features."""
    latents = quantizer(commitment=0.5)
    outside = RNG.normal(size=FEATURES.shape).astype("float32")
    vectors = BOOK[nearest(FEATURES, BOOK)]

    def decoded(features):
        seen = latents.decoder_input(latents.infer(features))[0]
        return ops.sum(seen * ops.convert_to_tensor(outside))

    assert_allclose(gradient(decoded, FEATURES), outside, rtol=1e-6)
    found = gradient(lambda h: latents.penalty(latents.infer(h)), FEATURES)
    assert_allclose(found, 2.0 * 0.5 * (FEATURES - vectors), rtol=1e-5, atol=1e-6)
    seen = numpy(latents.decoder_input(latents.infer(FEATURES)))[0]
    assert_allclose(seen, vectors, rtol=1e-5, atol=1e-6)


def test_a_codebook_by_gradient_has_a_loss_of_its_own():
    """‖sg(h) − e‖² with weight 1 moves the vectors, β‖h − sg(e)‖² the features, and no more."""
    latents = quantizer(commitment=0.5, learned_by="gradient")
    codes = nearest(FEATURES, BOOK)
    distance = np.square(FEATURES - BOOK[codes]).sum((1, 2, 3))
    assert_allclose(numpy(latents.penalty(latents.infer(FEATURES))), 1.5 * distance, rtol=1e-5)
    found = gradient(lambda h: latents.penalty(latents.infer(h)), FEATURES)
    assert_allclose(found, 2.0 * 0.5 * (FEATURES - BOOK[codes]), rtol=1e-5, atol=1e-6)
    found = gradient(lambda e: penalty_with(latents, e), BOOK)
    expected = [2.0 * (e - FEATURES[codes == k]).sum(0) for k, e in enumerate(BOOK)]
    assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    # What comes from the decoder does not reach the vectors.
    with_book(latents, ops.convert_to_tensor(BOOK))
    assert not gradient(lambda e: seen_with(latents, e), BOOK).any()


def with_book(latents, vectors):
    latents.books[0].vectors = lambda: vectors


def penalty_with(latents, vectors):
    with_book(latents, vectors)
    return latents.penalty(latents.infer(ops.convert_to_tensor(FEATURES)))


def seen_with(latents, vectors):
    with_book(latents, vectors)
    return latents.decoder_input(latents.infer(ops.convert_to_tensor(FEATURES)))


def test_the_decoder_sees_the_vectors_bit_by_bit():
    for kind in ("straight_through", "rotation"):
        latents = quantizer(gradient=kind)
        seen = numpy(latents.decoder_input(latents.infer(1e3 * FEATURES)))[0]
        assert_array_equal(seen, BOOK[nearest(1e3 * FEATURES, BOOK)])


def test_unit_length_is_that_of_the_features_too():
    """Neither the codes nor the loss know how long the features are."""
    latents = quantizer(normalize=True)
    short, long = (latents.infer(size * FEATURES) for size in (1e-2, 1e3))
    assert_array_equal(numpy(short["z"]["z"]), numpy(long["z"]["z"]))
    assert_allclose(numpy(latents.penalty(short)), numpy(latents.penalty(long)), rtol=1e-5)
    seen = numpy(latents.decoder_input(short))
    assert_allclose(np.square(seen).sum(-1), 1.0, rtol=1e-5)
    assert np.isfinite(gradient(lambda h: latents.penalty(latents.infer(h)), 0.0 * FEATURES)).all()


def test_bfloat16_features_are_compared_in_float32():
    with dtype_policy("mixed_bfloat16"):
        latents = quantizer()
        draws = latents.infer(ops.cast(FEATURES, "bfloat16"))
    assert {str(v.dtype) for v in latents.variables} == {"float32", *SEEDS}
    rounded = numpy(ops.cast(ops.cast(FEATURES, "bfloat16"), "float32"))
    assert_array_equal(numpy(draws["z"]["z"])[0], nearest(rounded, BOOK))


SEEDS = {keras.random.SeedGenerator(0).state.dtype}


def test_running_averages_arrive_at_the_centroids():
    """Decay 0 is one step of Lloyd; with fixed inputs any decay ends there."""
    codes = nearest(FEATURES, BOOK)
    used = np.unique(codes)
    centroids = np.stack([FEATURES[codes == k].mean(0) for k in used])
    one_step, many = quantizer(decay=0.0), quantizer(decay=0.5)
    draws = one_step.infer(FEATURES)
    one_step.update(draws, None, ops.convert_to_tensor(True))
    assert_allclose(numpy(one_step.codebook())[used], centroids, rtol=1e-5)
    for _ in range(40):
        many.update(draws, None, ops.convert_to_tensor(True))
    assert_allclose(numpy(many.codebook())[used], centroids, rtol=1e-5)


def test_a_weight_counts_an_example_as_often():
    """Weight 0 is absence, weight 2 is twice; nothing moves where the loss is not finite."""
    weighted, repeated = quantizer(decay=0.0), quantizer(decay=0.0)
    weight = np.array([0.0, 2.0, 1.0, 1.0, 1.0], "float32")
    weighted.update(weighted.infer(FEATURES), ops.convert_to_tensor(weight), True)
    rows = FEATURES[[1, 1, 2, 3, 4]]
    repeated.update(repeated.infer(rows), None, ops.convert_to_tensor(True))
    assert_allclose(numpy(weighted.codebook()), numpy(repeated.codebook()), rtol=1e-5)
    before = numpy(weighted.codebook())
    weighted.update(weighted.infer(FEATURES * np.nan), None, ops.convert_to_tensor(False))
    assert_array_equal(numpy(weighted.codebook()), before)


def vq_vae():
    keras.utils.set_random_seed(0)
    body = keras.layers.Conv2D(DIM, 3, strides=2, padding="same")
    transposed = keras.layers.Conv2DTranspose(4, 3, strides=2, padding="same")
    latents = VectorQuantized(K, DIM, decay=0.5, seed=0, restart=0.0)
    return VAE(body, Decoder((8, 4, 1), body=transposed), latents=latents, seed=0)


def test_the_elbo_is_exact():
    """log p(x|z) − N log K, without any noise."""
    vae = vq_vae()
    vae.build(IMAGES.shape)
    codes = vae.encode(IMAGES)
    assert codes.shape == (len(IMAGES), 4, 2) and codes.dtype == "int32"
    vectors = numpy(vae.latents.codebook())[codes]
    log_x = numpy(vae.likelihood(vectors).log_prob(IMAGES))
    found = vae.elbo(IMAGES)
    assert_allclose(found, log_x - 8 * math.log(K), rtol=1e-5)
    assert_allclose(found, vae.elbo(IMAGES, num_samples=3))
    assert_allclose(vae.decode(codes), vae.reconstruct(IMAGES))
    assert vae.generate(3, seed=0).shape == (3, 8, 4, 1)


def test_training_moves_the_codebook_once_a_step(tmp_path):
    vae = vq_vae()
    vae.compile(keras.optimizers.Adam(1e-2))
    vae.build(IMAGES.shape)
    before = numpy(vae.latents.codebook())
    logs = vae.fit(IMAGES, batch_size=5, epochs=2, shuffle=False, verbose=0).history
    assert 1.0 <= logs["perplexity"][-1] <= K and logs["commitment"][-1] >= 0.0
    assert_allclose(logs["kl_loss"], [8 * math.log(K)] * 2, rtol=1e-6)
    moved = numpy(vae.latents.codebook())
    assert np.abs(moved - before).max() > 1e-3
    assert not any("codebook" in v.path for v in vae.trainable_variables)
    # Of the four batches each has a share of the counts: 1, and then halved and renewed.
    assert_allclose(numpy(vae.latents.books[0].counts).sum(), K / 16 + 40 * (1 - 1 / 16), rtol=1e-5)
    vae.evaluate(IMAGES, verbose=0)
    assert_array_equal(numpy(vae.latents.codebook()), moved)  # a question moves nothing
    vae.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert_array_equal(again.encode(IMAGES), vae.encode(IMAGES))
    assert_allclose(again.reconstruct(IMAGES), vae.reconstruct(IMAGES), rtol=1e-6)
    again.fit(IMAGES, batch_size=5, verbose=0)


def test_a_point_has_no_weights():
    vae = vq_vae()
    vae.build(IMAGES.shape)
    with pytest.raises(NotImplementedError, match="posterior is a point"):
        vae.log_likelihood(IMAGES)
    for objective in (IWAE(3), ELBO(kl="monte_carlo")):
        with pytest.raises(NotImplementedError, match="The posterior is a point"):
            objective(vae.terms(IMAGES, vae.draw(IMAGES, 1, seed=0)), 1.0)


@pytest.mark.parametrize(
    ("z", "said"),
    [
        (np.full((2, 4, 2), K), f"z holds codes from {K} to {K}; expected codes from 0 to {K - 1}"),
        (np.full((2, 4, 2), -1), "z holds codes from -1 to -1"),
        (np.zeros((2, 4, 2)), "z holds numbers of type float64; expected codes as `encode`"),
        (np.zeros((2, 4, 3), int), r"shape \(4, 3\), but the latents take codes of shape \(4, 2\)"),
    ],
)
def test_decode_refuses_what_is_no_code(z, said):
    vae = vq_vae()
    with pytest.raises(ValueError, match="These codes have no vectors before the model has been"):
        vae.decode(z)
    vae.build(IMAGES.shape)
    with pytest.raises(ValueError, match=said):
        vae.decode(z)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: VectorQuantized(0, 4), "`num_codes` must be a positive integer"),
        (lambda: VectorQuantized(4, 2, decay=1.0), "decay=1.0 must be below 1"),
        (lambda: VectorQuantized(4, 2, commitment=-1.0), "commitment=-1.0 must be a finite"),
        (lambda: VectorQuantized(4, 2, start="kmeans"), "start='kmeans' must be 'data' or"),
        (lambda: VectorQuantized(4, 2, gradient="ste"), "gradient='ste' must be 'straight_through"),
        (lambda: quantizer().build((None, 3, 5)), "Let the body end in 4 channels"),
    ],
)
def test_errors_at_construction(make, said):
    with pytest.raises(ValueError, match=said):
        make()
