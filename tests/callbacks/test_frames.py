"""States of a training, kept to be played back."""

import numpy as np

from keras_vae import VAE, Decoder, Encoder
from keras_vae.callbacks import Frames

X = np.random.default_rng(0).uniform(size=(8, 2, 2)).astype("float32")


def trained(frames, epochs):
    vae = VAE(Encoder(2, hidden_units=()), Decoder((2, 2), hidden_units=()), seed=0)
    vae.compile("adam")
    before = vae.encode(X)
    vae.fit(X, epochs=epochs, verbose=0, callbacks=[frames])
    return before, vae


def test_codes_before_training_and_at_the_end_of_epochs():
    frames = Frames(X, every=2)
    before, vae = trained(frames, 3)
    assert frames.epochs == [0, 2, 3]
    np.testing.assert_array_equal(frames.frames[0], before)
    np.testing.assert_array_equal(frames.frames[2], vae.encode(X))
    assert (frames.frames[1] != frames.frames[2]).any()


def test_the_manifold_where_no_examples_are_given():
    frames = Frames(steps=3)
    trained(frames, 1)
    assert frames.epochs == [0, 1]
    assert [frame.shape for frame in frames.frames] == [(3, 3, 2, 2)] * 2
