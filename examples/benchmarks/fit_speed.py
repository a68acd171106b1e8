"""Time per step: `fit` against a loop written by hand in the backend's own language.

Four ways to train the same network on the same batches take turns in one process:

* `vae`        keras_vae, `fit`;
* `annealed`   the same with a KLAnnealing callback;
* `plain`      a plain Keras model of the same layers, with its own `add_loss`, `fit`;
* `by hand`    JAX jit, tf.function with XLA, or PyTorch eager, a for loop.

Reported are medians over rounds of the time per step and of the ratios within a round, so
that a machine whose speed drifts changes them little.

    KERAS_BACKEND=jax python examples/benchmarks/fit_speed.py --network dense
"""

import argparse
import importlib
import json
import os
import pathlib
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import keras_vae

BATCH, LATENT, LEARNING_RATE = 128, 20, 1e-3


def dense_vae(seed=0):
    encoder = keras_vae.Encoder(LATENT, hidden_units=(400,))
    decoder = keras_vae.Decoder((784,), hidden_units=(400,), head="bernoulli")
    return keras_vae.VAE(encoder, decoder, seed=seed)


def conv_vae(seed=0):
    encoder = keras_vae.Encoder(LATENT, body=keras_vae.layers.ConvBody((16, 32)))
    body = keras_vae.layers.ConvTransposeBody((28, 28, 1), (32, 16))
    decoder = keras_vae.Decoder((28, 28, 1), body=body, head="bernoulli")
    return keras_vae.VAE(encoder, decoder, seed=seed)


@keras.saving.register_keras_serializable(package="fit_speed")
class PlainSampling(keras.layers.Layer):
    """Draw z and add the KL divergence, as the usual tutorial does."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.noise = keras.random.SeedGenerator(0)

    def call(self, inputs):
        mean, log_scale = inputs
        variance = keras.ops.exp(2 * log_scale)
        kl = 0.5 * keras.ops.sum(variance + mean**2 - 1 - 2 * log_scale, axis=-1)
        self.add_loss(keras.ops.mean(kl))
        noise = keras.random.normal(keras.ops.shape(mean), seed=self.noise)
        return mean + keras.ops.exp(log_scale) * noise


def plain_model(network):
    layers = keras.layers
    shape = (784,) if network == "dense" else (28, 28, 1)
    x = keras.Input(shape)
    if network == "dense":
        h = layers.Dense(400, "relu")(x)
    else:
        h = x
        for filters in (16, 32):
            h = layers.Conv2D(filters, 3, 2, "same", activation="relu")(h)
        h = layers.Flatten()(h)
    z = PlainSampling()([layers.Dense(LATENT)(h), layers.Dense(LATENT)(h)])
    if network == "dense":
        logits = layers.Dense(784)(layers.Dense(400, "relu")(z))
    else:
        h = layers.Reshape((7, 7, 32))(layers.Dense(7 * 7 * 32, "relu")(z))
        for filters in (32, 16):
            h = layers.Conv2DTranspose(filters, 3, 2, "same", activation="relu")(h)
        logits = layers.Dense(1)(h)
    model = keras.Model(x, logits)

    def bernoulli(x, logits):
        cross_entropy = keras.ops.softplus(logits) - x * logits
        return keras.ops.sum(cross_entropy, axis=tuple(range(1, len(shape) + 1)))

    model.compile(keras.optimizers.Adam(LEARNING_RATE), loss=bernoulli)
    return model


def profile(fit, steps):
    """Where the time of `fit` goes: the functions with the largest own time."""
    import cProfile
    import pstats

    profiler = cProfile.Profile()
    profiler.enable()
    fit()
    profiler.disable()
    print(f"profile of {steps} steps:")
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=("dense", "conv"), default="dense")
    parser.add_argument("--steps", type=int, default=100, help="training steps per round")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--profile", action="store_true", help="profile `fit` instead of timing")
    parser.add_argument("--json", type=pathlib.Path, help="also write the numbers to this file")
    arguments = parser.parse_args()
    network, steps = arguments.network, arguments.steps

    shape = (784,) if network == "dense" else (28, 28, 1)
    x = np.random.default_rng(0).random((steps * BATCH, *shape), dtype="float32")

    def trained(annealed):
        vae = dense_vae() if network == "dense" else conv_vae()
        vae.compile(keras.optimizers.Adam(LEARNING_RATE))
        schedule = keras_vae.schedules.Linear(0.0, 1.0, steps=steps)
        callbacks = [keras_vae.callbacks.KLAnnealing(schedule)] if annealed else []
        return lambda: vae.fit(x, batch_size=BATCH, verbose=0, callbacks=callbacks)

    plain = plain_model(network)
    by_hand = importlib.import_module(f"by_hand_{keras.backend.backend()}")
    ways = {
        "vae": trained(annealed=False),
        "annealed": trained(annealed=True),
        "plain": lambda: plain.fit(x, x, batch_size=BATCH, verbose=0),
        "by hand": by_hand.trainer(network, x, BATCH, LATENT, LEARNING_RATE),
    }
    for run in ways.values():
        run()
    if arguments.profile:
        return profile(ways["vae"], steps)

    seconds = {name: [] for name in ways}
    for round_ in range(arguments.rounds):
        order = list(ways) if round_ % 2 == 0 else list(ways)[::-1]
        for name in order:
            start = time.perf_counter()
            ways[name]()
            seconds[name].append((time.perf_counter() - start) / steps)

    def ratio(a, b):
        return statistics.median(p / q for p, q in zip(seconds[a], seconds[b], strict=True))

    result = {
        "backend": keras.backend.backend(),
        "network": network,
        "milliseconds": {n: round(1e3 * statistics.median(s), 3) for n, s in seconds.items()},
        "vae / plain": round(ratio("vae", "plain"), 3),
        "vae / by hand": round(ratio("vae", "by hand"), 3),
        "annealed / vae": round(ratio("annealed", "vae"), 3),
        "plain / by hand": round(ratio("plain", "by hand"), 3),
    }
    print(json.dumps(result, indent=2))
    if arguments.json:
        arguments.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
