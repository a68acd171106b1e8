"""Time per step of a VQ-VAE against a plain Keras autoencoder with the same bodies.

The plain model is two bodies, a convolution to logits and the same cross-entropy: what is over in
time is the search for codes, the codebook's running averages, and the logs. Both take turns in one
process, and the ratio is the median over rounds.

    KERAS_BACKEND=jax python examples/benchmarks/codes_speed.py
"""

import argparse
import json
import os
import pathlib
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import keras_vae
from keras_vae.bodies import ResidualConvBody, ResidualTransposeBody

SHAPE, UNITS, NUM_CODES, CODE_DIM, BATCH = (28, 28, 1), (32, 64), 64, 16, 128


def cross_entropy(x, logits):
    return keras.ops.sum(keras.ops.softplus(logits) - x * logits, axis=(1, 2, 3))


def plain_model():
    inputs = keras.Input(SHAPE)
    hidden = ResidualConvBody(UNITS, CODE_DIM)(inputs)
    hidden = ResidualTransposeBody(UNITS)(hidden)
    model = keras.Model(inputs, keras.layers.Dense(1)(hidden))
    model.compile(keras.optimizers.Adam(), loss=cross_entropy)
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=20, help="training steps per round")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=pathlib.Path, help="also write the numbers to this file")
    arguments = parser.parse_args()
    x = np.random.default_rng(0).random((arguments.steps * BATCH, *SHAPE), dtype="float32")

    vae, plain = keras_vae.VQVAE(SHAPE, NUM_CODES, CODE_DIM, UNITS, seed=0), plain_model()
    vae.compile(keras.optimizers.Adam())
    ways = {
        "codes": lambda: vae.fit(x, batch_size=BATCH, verbose=0),
        "plain": lambda: plain.fit(x, x, batch_size=BATCH, verbose=0),
    }
    seconds = {name: [] for name in ways}
    for round_ in range(arguments.rounds + 1):  # the first compiles
        order = list(ways) if round_ % 2 == 0 else list(ways)[::-1]
        for name in order:
            start = time.perf_counter()
            ways[name]()
            seconds[name].append((time.perf_counter() - start) / arguments.steps)
    ratios = [a / b for a, b in zip(seconds["codes"][1:], seconds["plain"][1:], strict=True)]
    low, middle, high = statistics.quantiles(ratios)
    result = {
        "backend": keras.config.backend(),
        "steps": arguments.steps,
        "rounds": arguments.rounds,
        **{f"{name}, ms": round(1e3 * statistics.median(s[1:]), 1) for name, s in seconds.items()},
        "codes / plain": round(middle, 3),
        "quartiles": [round(low, 3), round(high, 3)],
    }
    print(json.dumps(result, indent=2))
    if arguments.json:
        found = json.loads(arguments.json.read_text()) if arguments.json.exists() else []
        others = [row for row in found if row["backend"] != result["backend"]]
        rows = sorted([*others, result], key=lambda row: row["backend"])
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
