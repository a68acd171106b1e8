"""Time and memory of `vae.log_likelihood` against a loop written by hand.

    KERAS_BACKEND=jax python examples/benchmarks/log_likelihood_speed.py

784-200-200-50 with tanh and Bernoulli pixels, random weights, random black-and-white images. The
loop by hand is in the backend's own language (`log_likelihood_by_hand.py`) and gives log p(x)
alone, without errors and k̂. It gets the fastest of several sizes of batch and chunk, which are
tried first. Both sides use all cores and draw the same number of samples; rounds alternate, and the
ratio of each pair is taken, so that other work on the machine meets both. On PyTorch the model is
asked once more after `compile(jit_compile=True)`.

Peak memory is that of processes of their own, with few draws and with many.
"""

import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import log_likelihood_by_hand
import numpy as np

import keras_vae

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--images", type=int, nargs="+", default=[10_000, 1000])
parser.add_argument("--num-samples", type=int, nargs="+", default=[500, 5000], help="one for each")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--memory-images", type=int, default=1000)
parser.add_argument("--memory-samples", type=int, nargs=2, default=[500, 5000])
parser.add_argument("--memory", action="store_true", help="peak memory of one estimate, no times")
parser.add_argument(
    "--json", type=pathlib.Path, help="also put the numbers into this file, beside other backends"
)

PIXELS, HIDDEN, LATENT = 784, 200, 50
SIZES = ((32, 10), (32, 20), (32, 50), (100, 50))
"""Images in a batch and draws in a chunk, for the loop by hand."""


def model():
    """The network of Burda et al. 2016 with random weights."""
    encoder = keras_vae.Encoder(LATENT, hidden_units=(HIDDEN, HIDDEN), activation="tanh")
    decoder = keras_vae.Decoder((PIXELS,), hidden_units=(HIDDEN, HIDDEN), activation="tanh")
    vae = keras_vae.VAE(encoder, decoder)
    vae.build((None, PIXELS))
    return vae


def images(number):
    return (np.random.default_rng(0).random((number, PIXELS)) < 0.2).astype("float32")


def seconds(function, *arguments):
    """Seconds that a call takes, and what it returns."""
    start = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - start, result


def by_hand(vae):
    """The fastest of the loops by hand, and its sizes."""
    loop = getattr(log_likelihood_by_hand, keras.config.backend())
    weights = [network.get_weights() for network in (vae.encoder, vae.decoder)]

    def sized(batch_size, chunk):
        batch = loop(*weights, chunk)

        def estimate(x, num_samples):
            # All are started before the first is waited for.
            starts = range(0, len(x), batch_size)
            parts = [batch(x[i : i + batch_size], num_samples) for i in starts]
            return np.concatenate([np.asarray(part) for part in parts])

        return estimate

    loops, times = {size: sized(*size) for size in SIZES}, {size: [] for size in SIZES}
    x = images(320)
    for turn in range(3):
        for size, estimate in loops.items():
            taken, _ = seconds(estimate, x, 100)
            if turn:  # the first one compiles
                times[size].append(taken)
    best = min(SIZES, key=lambda size: min(times[size]))
    return loops[best], best


def compared(vae, estimate, x, num_samples, rounds):
    """Seconds of both ways, round by round."""

    def ours():
        return vae.log_likelihood(x, num_samples, seed=0).value

    def theirs():
        return estimate(x, num_samples)

    # All programs are compiled, that of a last batch of another size too.
    few = x[: 200 + len(x) % 200]
    vae.log_likelihood(few, num_samples, seed=0), estimate(few, num_samples)
    pairs = []
    for number in range(rounds):
        order = (ours, theirs) if number % 2 == 0 else (theirs, ours)
        found = {way: seconds(way) for way in order}
        pairs.append((found[ours][0], found[theirs][0]))
        print("{:.1f} s, by hand {:.1f} s".format(*pairs[-1]), flush=True)
    difference = float(np.mean(found[ours][1] - found[theirs][1]))
    work = 2e-9 * len(x) * num_samples * (LATENT * HIDDEN + HIDDEN**2 + HIDDEN * PIXELS)
    own, hand = (statistics.median(times) for times in zip(*pairs, strict=True))
    return {
        "compiled": vae.compiled,
        "images": len(x),
        "draws": num_samples,
        "rate / by hand": round(statistics.median(b / a for a, b in pairs), 3),
        "rounds": [round(b / a, 3) for a, b in pairs],
        "GFLOP/s": {"keras_vae": round(work / own, 1), "by hand": round(work / hand, 1)},
        "mean_difference_nats": round(difference, 4),
    }


def peak(number, num_samples):
    """Peak memory in MiB of a process that does nothing else."""
    command = [sys.executable, __file__, "--memory", "--images", str(number)]
    told = subprocess.check_output([*command, "--num-samples", str(num_samples)], text=True)
    return int(told.split()[-1])


def main(argv=None):
    """Prints ratios and peak memory as JSON."""
    args = parser.parse_args(argv)
    keras.utils.set_random_seed(0)
    warnings.simplefilter("ignore")  # of random weights, whose posterior is no good proposal
    vae = model()
    if args.memory:
        vae.log_likelihood(images(args.images[0]), args.num_samples[0], seed=0)
        print(round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
        return
    estimate, size = by_hand(vae)
    settings = list(zip(args.images, args.num_samples, strict=True))
    models = [vae]
    if keras.config.backend() == "torch":
        models.append(keras.models.clone_model(vae))
        models[1].set_weights(vae.get_weights())
        models[1].compile("adam", jit_compile=True)
    few, many = (peak(args.memory_images, draws) for draws in args.memory_samples)
    result = {
        "backend": keras.config.backend(),
        "rounds": args.rounds,
        "cores": len(os.sched_getaffinity(0)),
        "batch and chunk by hand": size,
        "speed": [
            compared(vae, estimate, images(n), s, args.rounds)
            for vae in models
            for n, s in settings
        ],
        "peak_memory": {
            "images": args.memory_images,
            "draws": args.memory_samples,
            "MiB": [few, many],
            "many / few": round(many / few, 3),
        },
    }
    print(json.dumps(result, indent=2))
    if args.json:
        known = json.loads(args.json.read_text()) if args.json.exists() else []
        others = [row for row in known if row["backend"] != result["backend"]]
        rows = sorted([*others, result], key=lambda row: row["backend"])
        args.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
