"""A training on two replicas, beside the same on one device: run as a program by test_replicas.py.

python -m tests.models.mirrored_training FILE

Writes the logs and the weights of both, of a model that was built before `fit` and of one that was
not, to FILE. One processor stands for two devices, which is said before TensorFlow computes.
"""

import json
import sys

import keras
import numpy as np
import tensorflow as tf

import keras_vae
from tests.oracles.noise import no_noise

X = np.random.default_rng(0).uniform(size=(16, 6)).astype("float32")


def model(head, rate):
    body = keras.Sequential([keras.layers.Dense(4, kernel_regularizer="l2")])
    encoder, decoder = keras_vae.Encoder(2, body=body), keras_vae.Decoder((6,), (4,), head=head)
    beta = keras_vae.schedules.Linear(0.0, 1.0, steps=8)
    vae = keras_vae.VAE(encoder, decoder, beta=beta)
    vae.compile(keras.optimizers.SGD(rate))
    return vae


def trained(build):
    """Logs, weights and step after two epochs, in which β rises from step to step."""
    keras.utils.set_random_seed(0)
    vae = model(keras_vae.layers.NormalHead("shared"), rate=0.05)
    if build:
        vae.build((None, 6))
    logs = vae.fit(X, batch_size=8, epochs=2, shuffle=False, verbose=0).history
    weights = [weight.numpy().tolist() for weight in vae.trainable_variables]
    return {"logs": logs, "weights": weights, "step": int(vae.step.numpy())}


def variance():
    """The running variance of a head that fits it to each batch, while nothing else moves."""
    keras.utils.set_random_seed(0)
    vae = model(keras_vae.layers.NormalHead("optimal"), rate=0.0)
    vae.fit(X, batch_size=8, shuffle=False, verbose=0)
    return float(vae.decoder.head.best_variance.numpy())


if __name__ == "__main__":
    half = tf.config.LogicalDeviceConfiguration()
    processor = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(processor, [half, half])
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    assert strategy.num_replicas_in_sync == 2
    found = {}
    with no_noise():
        for name, run in (
            ("built", lambda: trained(build=True)),
            ("unbuilt", lambda: trained(build=False)),
            ("variance", variance),
        ):
            one = run()
            with strategy.scope():
                found[name] = [one, run()]
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(found, file)
