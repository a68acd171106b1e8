"""A codebook trained on one device and on two: run as a program by test_replicas.py.

python -m tests.latents.two_replicas

Prints as JSON, for a codebook without restarts, one with many, stages and levels: the largest
difference between the codebooks of one device and of two replicas, that between the replicas, and
the last logs.
"""

import json

import keras
import numpy as np
import tensorflow as tf

from keras_vae import VAE, Decoder, latents

X = np.random.default_rng(0).uniform(0.05, 0.95, (32, 8, 4, 1)).astype("float32")


SETTINGS = {"decay": 0.5, "restart": 0.0, "seed": 0}
STRUCTURES = {
    "without restarts": lambda: latents.VectorQuantized(6, 3, **SETTINGS),
    "with restarts": lambda: latents.VectorQuantized(6, 3, **{**SETTINGS, "restart": 0.6}),
    "stages": lambda: latents.ResidualQuantized(4, 3, 2, **SETTINGS),
    "levels": lambda: latents.QuantizedHierarchy(
        [latents.VectorQuantized(6, 3, **SETTINGS), latents.VectorQuantized(4, 2, **SETTINGS)], 3
    ),
}


def books(structure):
    """The codebooks of a structure, level by level."""
    levels = getattr(structure, "levels", [structure])
    return [book for level in levels for book in level.books]


def made(structure):
    keras.utils.set_random_seed(1)
    body = keras.layers.Conv2D(3, 3, strides=2, padding="same")
    transposed = keras.layers.Conv2DTranspose(4, 3, strides=2, padding="same")
    decoder = Decoder((8, 4, 1), body=transposed)
    vae = VAE(body, decoder, latents=STRUCTURES[structure](), seed=3)
    vae.compile(keras.optimizers.SGD(0.01))
    vae.build((None, 8, 4, 1))
    return vae


def fit(vae):
    history = vae.fit(X, batch_size=16, epochs=2, shuffle=False, verbose=0).history
    return {name: values[-1] for name, values in history.items()}


def main():
    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    found = {}
    for structure in STRUCTURES:
        one = made(structure)
        logs = fit(one)
        with strategy.scope():
            two = made(structure)
        logs_of_two = fit(two)
        pairs = [
            (getattr(book, name), getattr(other, name))
            for book, other in zip(books(one.latents), books(two.latents), strict=True)
            for name in ("points", "counts", "tokens")
        ]
        replicas = [[v.numpy() for v in pair[1].value.values] for pair in pairs]
        found[structure] = {
            "from one": max(
                float(np.abs(np.array(a) - b[0]).max())
                for (a, _), b in zip(pairs, replicas, strict=True)
            ),
            "apart": max(float(np.abs(a - b).max()) for a, b in replicas),
            "logs": logs,
            "logs of two": logs_of_two,
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
