"""The search, the running averages, and what becomes of codes that nothing chooses."""

from unittest import mock

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.cluster import KMeans

from keras_vae.latents import codebook
from keras_vae.latents.codebook import Codebook
from tests.conformance.common import numpy

RNG = np.random.default_rng(5)
K, D = 6, 3
BOOK = RNG.normal(size=(K, D)).astype("float32")
FEATURES = RNG.normal(size=(8, 5, D)).astype("float32")


def made(points=BOOK, **kwargs):
    book = Codebook(*points.shape, **{"restart": 0.0, "seed": 0, **kwargs})
    book.build()
    book.points.assign(points)
    return book


def follow(book, features, steps=1, weight=None, finite=True):
    features = ops.convert_to_tensor(features)
    weight = None if weight is None else ops.convert_to_tensor(weight, "float32")
    for _ in range(steps):
        book.update(book.nearest(features), features, weight, ops.convert_to_tensor(finite))


def distances(features, vectors):
    return np.square(features[..., None, :].astype("float64") - vectors.astype("float64")).sum(-1)


@pytest.mark.parametrize("size", [1, 6, 7, 20])
def test_nearest_in_chunks(size, monkeypatch):
    """The search goes through the codes in chunks; ties go to the lowest of all."""
    monkeypatch.setattr(codebook, "CHUNK", 3)
    vectors = RNG.normal(size=(size, D)).astype("float32")
    found = numpy(made(vectors).nearest(ops.convert_to_tensor(FEATURES)))
    assert found.dtype == "int32"
    assert_array_equal(found, distances(FEATURES, vectors).argmin(-1))
    same = made(np.ones((size, D), "float32")).nearest(ops.convert_to_tensor(np.round(FEATURES)))
    assert not numpy(same).any()


def test_far_from_zero_distances_do_not_cancel():
    """Vectors near each other around 1000: the code found is as near as the nearest."""
    vectors, features = np.float32(1000.0) + BOOK, np.float32(1000.0) + FEATURES
    z = numpy(made(vectors).nearest(ops.convert_to_tensor(features)))
    exact = distances(features, vectors)
    chosen = np.take_along_axis(exact, z[..., None], -1)[..., 0]
    assert_allclose(chosen, exact.min(-1), atol=2e-3)


def test_unused_codes_do_not_drift():
    """What nothing chooses is where it was, to the bit, even where its count is next to nothing."""
    far = np.concatenate([BOOK[:1], 100.0 + BOOK[1:]])
    book = made(far, decay=0.9)
    follow(book, FEATURES)
    assert_array_equal(numpy(book.vectors())[1:], far[1:])
    book.counts.assign([1.0, *[1e-38] * (K - 1)])
    follow(book, FEATURES, 3)
    assert_array_equal(numpy(book.vectors())[1:], far[1:])


def test_the_averages_are_those_of_sums_and_counts():
    """e = s/n, where n and s are averages of counts and sums, from n = 1 and s = e."""
    book, n, s = made(decay=0.7), np.ones(K), BOOK.astype("float64")
    for shift in (0.0, 0.3, -0.5, 1.0):
        x = FEATURES + np.float32(shift)
        z = distances(x, (s / n[:, None]).astype("float32")).argmin(-1)
        c = np.bincount(z.ravel(), minlength=K)
        n = 0.7 * n + 0.3 * c
        s = 0.7 * s + 0.3 * np.stack([x[z == k].astype("float64").sum(0) for k in range(K)])
        follow(book, x)
        assert_allclose(numpy(book.counts), n, rtol=1e-5)
        assert_allclose(numpy(book.vectors()), s / n[:, None], rtol=1e-4, atol=1e-5)


def test_batches_that_are_tiled_move_the_vectors_alike_without_memory():
    one, two = made(decay=0.0), made(decay=0.0)
    follow(one, FEATURES)
    follow(two, np.tile(FEATURES, (2, 1, 1)))
    assert_allclose(numpy(one.vectors()), numpy(two.vectors()), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "kwargs", [{}, {"restart": 0.5}, {"learned_by": "gradient", "restart": 0.5}]
)
def test_no_weight_leaves_no_trace(kwargs):
    """Examples of weight 0 are absent, even as NaN; a batch of them changes nothing at all."""
    keras.utils.set_random_seed(0)
    weight = np.array([1, 0, 2, 0, 1, 0, 0, 1.0])
    garbage = np.where(weight[:, None, None] > 0, FEATURES, np.float32("nan"))
    one, other = made(**kwargs), made(**kwargs)
    for _ in range(4):
        z = ops.convert_to_tensor(numpy(one.nearest(ops.convert_to_tensor(FEATURES))))
        one.update(
            z, ops.convert_to_tensor(FEATURES), ops.convert_to_tensor(weight, "float32"), True
        )
        other.update(
            z, ops.convert_to_tensor(garbage), ops.convert_to_tensor(weight, "float32"), True
        )
    for a, b in zip(one.variables, other.variables, strict=True):
        assert_array_equal(numpy(a), numpy(b), err_msg=a.path)
    before = numpy(one.weights)
    follow(one, FEATURES, weight=np.zeros(8))
    follow(one, FEATURES * np.nan, finite=False)
    for a, b in zip(before, numpy(one.weights), strict=True):
        assert_array_equal(a, b)


@pytest.mark.parametrize("learned_by", ["averages", "gradient"])
def test_dead_codes_move_to_features_and_survive(learned_by):
    """Vector, sum and count start anew together, and the code has time to be chosen."""
    far = np.concatenate([BOOK[:2], 100.0 + BOOK[2:]])
    book = made(far, decay=0.9, restart=0.1, learned_by=learned_by)
    book.tokens.assign(40.0)
    book.counts.assign([40 / K] * K)
    follow(book, FEATURES, 21)  # 0.9²¹ > 0.1 > 0.9²²
    assert numpy(book.restarts) == 0
    assert_array_equal(numpy(book.vectors())[2:], far[2:])
    follow(book, FEATURES)
    assert numpy(book.restarts) == K - 2
    nearest = distances(numpy(book.vectors())[2:], FEATURES.reshape(-1, D)).min(1)
    assert_allclose(nearest, 0.0, atol=1e-9)
    assert_allclose(numpy(book.counts)[2:], 40 / K, rtol=1e-5)
    follow(book, 0.0 * FEATURES + 50.0, 21)
    assert numpy(book.restarts) == K - 2


def test_a_restart_is_not_undone_by_what_came_before():
    """The next average starts from the new vector, with the count of a code in use."""
    far = np.concatenate([BOOK[:1], 100.0 + BOOK[1:]])
    book = made(far, decay=0.5, restart=0.4)
    follow(book, FEATURES, 8)
    assert numpy(book.restarts) > 0
    assert np.abs(numpy(book.vectors())).max() < 10.0
    z = numpy(book.nearest(ops.convert_to_tensor(FEATURES)))
    assert len(np.unique(z)) > 3


def test_the_threshold_knows_how_many_features_a_step_has():
    """1200 features for 4096 codes: a threshold of two features a step would call all dead."""
    vectors = RNG.normal(size=(512, D)).astype("float32")
    book = made(vectors, restart=0.05)
    follow(book, RNG.normal(size=(15, 10, D)).astype("float32"), 20)
    assert numpy(book.restarts) == 0


def test_restarts_are_drawn_by_weight():
    """Each example is drawn as often as its weight says, never one of weight 0."""
    book = made(np.zeros((3000, D), "float32"))
    examples = np.array([0.0, 3.0, 0.0, 1.0, 0.0], "float32")
    flat = np.repeat(np.arange(5.0), 2)[:, None] + np.array([0.0, 0.5] * 5)[:, None]
    drawn = numpy(
        book.random_features(
            ops.convert_to_tensor(flat, "float32"), ops.convert_to_tensor(examples)
        )
    )
    values, counts = np.unique(drawn, return_counts=True)
    assert_array_equal(values, [1.0, 1.5, 3.0, 3.5])
    error = np.sqrt(3000 * 0.25)
    assert_allclose(counts, [1125, 1125, 375, 375], atol=4 * error)


def test_what_started_from_data_stays_on_the_same_data():
    """Sums of centroid times count: the second step would move them, were it the centroid alone."""
    clusters = RNG.normal(size=(K, D))[RNG.integers(0, K, 150)]
    points = (clusters + 0.05 * RNG.normal(size=(150, D))).astype("float32")
    book = Codebook(K, D, decay=0.9, seed=1)
    book.build()
    book.start(points)
    before = numpy(book.vectors())
    expected = KMeans(K, n_init=10, random_state=0).fit(points).inertia_
    assert distances(points, before).min(1).sum() < 1.01 * expected
    follow(book, points[:, None], 5)
    assert_allclose(numpy(book.vectors()), before, rtol=1e-4, atol=1e-5)


def test_vectors_of_length_one():
    book = made(5.0 * BOOK, normalize=True)
    unit = FEATURES / np.linalg.norm(FEATURES, axis=-1, keepdims=True)
    for _ in range(3):
        assert_allclose(np.linalg.norm(numpy(book.vectors()), axis=-1), 1.0, rtol=1e-6)
        follow(book, unit)
    cosines = unit @ numpy(book.vectors()).T
    assert_array_equal(numpy(book.nearest(ops.convert_to_tensor(unit))), cosines.argmax(-1))


def test_the_same_seed_makes_the_same_start():
    def start(seed):
        book = Codebook(K, D, seed=seed)
        book.build()
        book.start(FEATURES.reshape(-1, D))
        return numpy(book.vectors())

    assert_array_equal(start(3), start(3))
    with mock.patch.object(codebook, "k_means", lambda x, *_: x[:K]):
        assert start(3).shape == (K, D)


@pytest.mark.parametrize(
    ("kwargs", "said"),
    [
        ({"learned_by": "ema"}, "learned_by='ema' must be 'averages', which follow"),
        ({"restart": 1.0}, "restart=1.0 must be a part of the whole"),
        ({"normalize": 1}, "normalize=1 must be True or False"),
    ],
)
def test_errors_at_construction(kwargs, said):
    with pytest.raises(ValueError, match=said):
        Codebook(K, D, **kwargs)
