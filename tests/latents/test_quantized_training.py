"""Codebooks in `fit`: they start from the data, once, and reach what k-means reaches."""

from unittest import mock

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.cluster import KMeans

from keras_vae import VAE, Decoder, layers
from keras_vae.latents import VectorQuantized
from keras_vae.latents.codebook import Codebook
from tests.conformance.common import numpy

pytestmark = pytest.mark.one_backend("how a model starts and resumes is a check of conformance")

RNG = np.random.default_rng(8)
K, D, GRID = 8, 3, 4
CENTRES = RNG.normal(scale=2.0, size=(K, D))
X = CENTRES[RNG.integers(0, K, (64, GRID))] + 0.2 * RNG.normal(size=(64, GRID, D))
X = X.astype("float32")


def identity(**kwargs):
    """A VAE that quantizes its data: x itself is the feature, and the vectors the means."""
    keras.utils.set_random_seed(2)
    head = layers.NormalHead(scale=1.0)
    decoder = Decoder((GRID, D), body=keras.layers.Identity(), head=head)
    vae = VAE(keras.layers.Identity(), decoder, latents=VectorQuantized(K, D, **kwargs), seed=0)
    vae.compile(keras.optimizers.SGD(0.01), run_eagerly=True)
    return vae


def inertia(x, centres):
    return np.square(x.reshape(-1, 1, D) - centres).sum(-1).min(1).sum()


@pytest.mark.parametrize("kwargs", [{"decay": 0.8}, {"learned_by": "gradient"}])
def test_inertia_is_that_of_k_means(kwargs):
    vae = identity(**kwargs, seed=3)
    vae.fit(X, batch_size=32, epochs=4, verbose=0)
    expected = KMeans(K, n_init=10, random_state=0).fit(X.reshape(-1, D)).inertia_
    assert inertia(X, numpy(vae.latents.codebook())) < 1.01 * expected


def started(function):
    """How often codebooks start while the function runs."""
    with mock.patch.object(Codebook, "start", autospec=True, side_effect=Codebook.start) as start:
        function()
    return start.call_count


def test_the_start_happens_once(tmp_path):
    vae = identity(decay=0.9)
    assert started(lambda: vae.fit(X, epochs=2, batch_size=32, verbose=0)) == 1
    assert started(lambda: vae.fit(X, batch_size=32, verbose=0)) == 0
    vae.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert started(lambda: again.fit(X, batch_size=32, verbose=0)) == 0
    vae.save_weights(tmp_path / "model.weights.h5")
    other = identity(decay=0.9)
    other.build(X.shape)
    other.load_weights(tmp_path / "model.weights.h5")
    assert started(lambda: other.train_on_batch(X)) == 0
    listed = identity(decay=0.9)
    callbacks = keras.callbacks.CallbackList([], add_history=True, model=listed, epochs=1)
    assert started(lambda: listed.fit(X, callbacks=callbacks, verbose=0)) == 1
    assert started(lambda: identity(start="random").fit(X, verbose=0)) == 0
    frozen = identity()
    frozen.latents.trainable = False
    assert started(lambda: frozen.fit(X, verbose=0)) == 0


def test_a_backup_that_is_brought_back_has_started(tmp_path):
    """Keras brings back the weights as training begins, and the start looks after that."""
    backup = keras.callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False)
    straight = identity(decay=0.9)
    straight.fit(X, epochs=1, batch_size=32, shuffle=False, verbose=0, callbacks=[backup])
    resumed = identity(decay=0.9)
    again = keras.callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False)
    settings = {"epochs": 2, "batch_size": 32, "shuffle": False, "verbose": 0}
    assert started(lambda: resumed.fit(X, callbacks=[again], **settings)) == 0
    straight.fit(X, initial_epoch=1, **settings)
    for one, other in zip(straight.latents.weights, resumed.latents.weights, strict=True):
        assert_allclose(numpy(one), numpy(other), rtol=1e-6)


@pytest.mark.parametrize("kind", ["array", "generator", "train_on_batch"])
def test_whatever_the_data_they_are_the_start(kind):
    """Examples of weight 0 have no part in it; nothing is lost of a generator."""
    weight = (np.arange(64) % 2).astype("float32")
    x = np.where(weight[:, None, None] > 0.0, X, np.float32(1000.0))
    vae = identity(decay=0.9, restart=0.0)
    if kind == "array":
        vae.fit(x, sample_weight=weight, batch_size=32, verbose=0)
    elif kind == "generator":
        batches = ((x[i : i + 16], x[i : i + 16], weight[i : i + 16]) for i in range(0, 64, 16))
        vae.fit(batches, shuffle=False, steps_per_epoch=4, verbose=0)
        assert int(vae.step) == 4
    else:
        vae.train_on_batch(x, sample_weight=weight)
    assert np.abs(numpy(vae.latents.codebook())).max() < 10.0


def test_the_start_sees_all_parts_of_sorted_data_but_those_for_validation():
    x = np.repeat(np.arange(8.0), 200)[:, None, None] * np.ones((1, GRID, D))
    vae = identity(decay=0.9, restart=0.0)
    with mock.patch.object(Codebook, "start", autospec=True) as start:
        vae.fit(x.astype("float32"), validation_split=0.125, verbose=0)
    assert_array_equal(np.unique(start.call_args.args[1]), np.arange(7.0))


def test_restarts_bring_a_bad_start_to_life():
    """100 × normal: one code takes all there is, unless dead codes move."""
    found = {}
    for restart in (0.0, 0.05):
        vae = identity(decay=0.8, start="random", restart=restart, seed=1)
        vae.build(X.shape)
        book = vae.latents.books[0]
        book.points.assign(100.0 * numpy(book.points))
        logs = vae.fit(X, batch_size=32, epochs=12, verbose=0).history
        found[restart] = [logs[name][-1] for name in ("usage", "perplexity", "restarts")]
    assert found[0.0][0] <= 2 / K and found[0.0][2] == 0
    assert found[0.05][0] == 1.0 and found[0.05][1] > 0.7 * K and found[0.05][2] >= K - 2


def test_logs_of_an_epoch_are_those_of_its_codes():
    vae = identity(start="random", restart=0.0, seed=4)
    logs = vae.evaluate(X, batch_size=24, verbose=0, return_dict=True)
    z = vae.encode(X)
    share = np.bincount(z.ravel(), minlength=K) / z.size
    entropy = -np.sum(share[share > 0] * np.log(share[share > 0]))
    assert_allclose(logs["perplexity"], np.exp(entropy), rtol=1e-5)
    assert_allclose(logs["usage"], np.mean(share > 0), rtol=1e-6)
    assert_allclose(logs["code_length"], GRID * np.log(K), rtol=1e-6)
    distance = np.square(X - numpy(vae.latents.codebook())[z]).sum((1, 2)).mean()
    assert_allclose(logs["commitment"], distance, rtol=1e-5)
    assert_allclose(
        logs["loss"],
        logs["reconstruction_loss"] + logs["kl_loss"] + 0.25 * distance,
        rtol=1e-5,
    )
    assert (
        dict(zip(vae.metrics_names, vae.evaluate(X, verbose=0), strict=True)).keys() == logs.keys()
    )
