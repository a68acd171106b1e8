"""Pictures while training: in a folder, and in TensorBoard."""

import keras
import numpy as np
import pytest

from keras_vae import VAE, Decoder, Encoder
from keras_vae.callbacks import Snapshots

X = np.random.default_rng(0).random((12, 4, 4)).astype("float32")


@pytest.fixture
def vae():
    model = VAE(Encoder(2, hidden_units=(4,)), Decoder((4, 4), hidden_units=(4,)), seed=0)
    model.compile("adam")
    return model


def names(folder):
    return sorted(path.name for path in folder.glob("*.png"))


def test_pictures_are_drawn_every_so_many_epochs_and_at_the_end(vae, tmp_path):
    folder = tmp_path / "pictures"
    vae.fit(X, epochs=3, verbose=0, callbacks=[Snapshots(X[:5], folder, every=2)])
    assert names(folder) == [
        "reconstructions_0002.png",
        "reconstructions_0003.png",
        "samples_0002.png",
        "samples_0003.png",
    ]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in folder.iterdir())


def test_looking_does_not_change_the_training(vae, tmp_path):
    twin = keras.models.clone_model(vae)
    twin.compile("adam")
    twin.build(X.shape)
    vae.build(X.shape)
    twin.set_weights(vae.get_weights())
    vae.fit(X, epochs=2, verbose=0, shuffle=False, callbacks=[Snapshots(X[:5], tmp_path)])
    twin.fit(X, epochs=2, verbose=0, shuffle=False)
    np.testing.assert_allclose(vae.encode(X), twin.encode(X), rtol=1e-6)


def test_tensorboard_gets_the_same_pictures(vae, tmp_path):
    logs = tmp_path / "logs"
    vae.fit(X, verbose=0, callbacks=[Snapshots(X[:5], tmp_path, tensorboard=logs)])
    (events,) = logs.iterdir()
    written = events.read_bytes()
    assert b"reconstructions" in written and b"samples" in written
    assert len(written) > (tmp_path / "samples_0001.png").stat().st_size / 2


def test_every_counts_epochs():
    with pytest.raises(ValueError, match="`every` must be an integer of at least 1"):
        Snapshots(X, "nowhere", every=0)
