"""Arrays on TensorFlow are read without its tuner, and are the same batches in the same order."""

import keras
import numpy as np
import pytest

from keras_vae import VAE, Decoder, Encoder
from keras_vae.batches import untuned
from keras_vae.priors import NormalMixturePrior

X = np.linspace(0.0, 1.0, 40, dtype="float32").reshape(10, 4)
on_tensorflow = pytest.mark.skipif(
    keras.config.backend() != "tensorflow", reason="tf.data reads arrays on TensorFlow alone"
)


def model():
    vae = VAE(Encoder(2, hidden_units=(3,)), Decoder((4,), hidden_units=(3,)))
    vae.compile(keras.optimizers.SGD(0.1))
    return vae


@on_tensorflow
def test_no_dataset_of_arrays_is_tuned(monkeypatch):
    import tensorflow as tf

    tuned, start = [], tf.data.Dataset.__iter__

    def started(dataset):
        tuned.append(dataset.options().autotune.enabled)
        return start(dataset)

    monkeypatch.setattr(tf.data.Dataset, "__iter__", started)
    vae = model()
    uses = {
        "fit": lambda: vae.fit(X, epochs=2, verbose=0),
        "validation": lambda: vae.fit(X, validation_data=(X,), verbose=0),
        "validation_split": lambda: vae.fit(X, validation_split=0.4, verbose=0),
        "evaluate": lambda: vae.evaluate(X, verbose=0),
        "predict": lambda: vae.predict(X, verbose=0),
        "encode": lambda: vae.encode(X, batch_size=4),
        "log_likelihood": lambda: vae.log_likelihood(X, 2, batch_size=4),
        "fit_prior": lambda: vae.fit_prior(
            X, NormalMixturePrior(2, 2), epochs=1, validation_data=X, verbose=0
        ),
    }
    for use, run in uses.items():
        tuned.clear()
        run()
        assert tuned and not any(option is not False for option in tuned), use


@on_tensorflow
@pytest.mark.parametrize("batch_size", [4, 5, None])
@pytest.mark.parametrize("shuffle", [True, False])
def test_the_batches_are_those_of_keras(batch_size, shuffle):
    """Rows, weights, the order of each epoch, a smaller last batch, and the type of numbers."""
    losses = []
    for feed in (lambda data, *how: data, untuned):
        keras.utils.set_random_seed(3)
        plain = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4)])
        plain.compile(keras.optimizers.SGD(0.1), "mse")
        data = (X.astype("float64"), 2.0 * X, X[:, 0])
        x, y, weights = feed(data, batch_size, None, shuffle)
        fitted = plain.fit(
            x,
            y,
            sample_weight=weights,
            batch_size=batch_size,
            epochs=3,
            shuffle=shuffle and feed is not untuned,
            verbose=0,
        )
        losses.append(fitted.history["loss"])
    assert losses[0] == losses[1]


def test_a_split_that_leaves_nothing_is_a_sentence():
    with pytest.raises(ValueError, match=r"=0\.9 of 1 examples leaves none to train on"):
        model().fit(X[:1], validation_split=0.9, verbose=0)
