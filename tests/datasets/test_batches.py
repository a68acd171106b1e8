"""Batches without end, which a model trains on as they come."""

from itertools import islice

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import keras_vae
from keras_vae.datasets import batches, faces, sprites


def test_a_model_trains_on_batches():
    encoder = keras_vae.Encoder(2, hidden_units=())
    vae = keras_vae.VAE(encoder, keras_vae.Decoder((32, 32, 1), hidden_units=()))
    vae.compile("adam")
    pictures = ((batch.x,) for batch in batches(faces, 4))
    history = vae.fit(pictures, steps_per_epoch=2, epochs=2, shuffle=False, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


@pytest.mark.one_backend("NumPy alone")
def test_no_batch_comes_twice_and_all_can_be_repeated():
    first, second = islice(batches(sprites, 5, size=32), 2)
    assert (first.factors != second.factors).any()
    again = list(batches(sprites, 5, steps=2, size=32))
    assert_array_equal(second.x, again[1].x)
    other = next(batches(sprites, 5, seed=1, size=32))
    assert (other.factors != first.factors).any()


@pytest.mark.one_backend("NumPy alone")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"batch_size": 0}, "`batch_size` must be"), ({"steps": 1.5}, "`steps` must be")],
)
def test_bad_arguments_are_told_at_once(arguments, words):
    with pytest.raises(ValueError, match=words):
        batches(faces, **arguments)
