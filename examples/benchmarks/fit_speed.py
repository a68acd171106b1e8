"""Time per step of `fit`, against plain Keras and against a loop written by hand.

Ways to train the same network on the same batches take turns in one process, on all cores:

* `vae`        keras_vae, `fit`;
* `plain`      a plain Keras model of the same layers, with its own `add_loss`, `fit`;
* `by hand`    a for loop over JAX jit, tf.function with XLA, or PyTorch eager;
* `annealed`   keras_vae with a KLAnnealing callback;
* `… compiled` the same with `jit_compile=True`, on TensorFlow and PyTorch.

In a round each way trains for some epochs within one call, and the best epoch counts: what `fit`
does before its first step is left out. The whole call is told beside it. Reported are medians over
rounds of the time per step, and of the ratios within a round, so that a machine whose speed drifts
changes them little.

    KERAS_BACKEND=jax python examples/benchmarks/fit_speed.py --json results.json

`--memory` measures how much a way adds to the memory of a process, at most, each in a process of
its own. Without `--only`, every case is run; `small` and `small-b32` are two of them.
"""

import argparse
import importlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
from typing import NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from by_keras import plain_model, vae_model

import keras_vae

BACKEND = keras.config.backend()
LATENT, LEARNING_RATE = 20, 1e-3


class Case(NamedTuple):
    """A network, and how it is trained; the epochs take about a third of a second on two cores."""

    network: str
    shape: tuple[int, ...]
    hidden: tuple[int, ...] = ()
    batch: int = 128
    draws: int = 1
    steps: int = 20


SMALL, DEEP = {"shape": (784,), "hidden": (400,)}, {"shape": (784,), "hidden": (1024,) * 5}
CASES = {
    "small": Case("small", **SMALL, steps=60),
    "small-b32": Case("small", **SMALL, batch=32, steps=100),
    "small-b512": Case("small", **SMALL, batch=512, steps=25),
    "small-b1024": Case("small", **SMALL, batch=1024, steps=15),
    "small-d5": Case("small", **SMALL, draws=5, steps=25),
    "small-d20": Case("small", **SMALL, draws=20, steps=8),
    "small-d50": Case("small", **SMALL, draws=50, steps=4),
    "deep": Case("deep", **DEEP, steps=6),
    "conv28": Case("conv 28×28", (28, 28, 1), steps=15),
    "conv64": Case("conv 64×64", (64, 64, 1), steps=2),
}
RATIOS = (
    ("vae", "plain"),
    ("vae", "by hand"),
    ("plain", "by hand"),
    ("annealed", "vae"),
    ("vae compiled", "plain compiled"),
    ("vae compiled", "by hand"),
)


class Clock(keras.callbacks.Callback):
    """The seconds of each epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.start)

    def on_train_begin(self, logs=None):
        self.seconds = []


def fitted(case, model, data, epochs, annealed=False):
    """A function that trains within one `fit`: seconds of the best epoch, and of all of it."""
    clock = Clock()
    callbacks = [clock]
    if annealed:
        schedule = keras_vae.schedules.Linear(0.0, 1.0, steps=case.steps * epochs)
        callbacks.append(keras_vae.callbacks.KLAnnealing(schedule))

    def run():
        start = time.perf_counter()
        model.fit(*data, batch_size=case.batch, epochs=epochs, verbose=0, callbacks=callbacks)
        return min(clock.seconds), time.perf_counter() - start

    return run


def by_hand(case, x, epochs):
    """The same for the loop by hand."""
    module = importlib.import_module(f"by_hand_{BACKEND}")
    epoch = module.trainer(x, case.hidden, LATENT, case.batch, case.draws, LEARNING_RATE)

    def run():
        seconds = []
        for _ in range(epochs):
            start = time.perf_counter()
            epoch()
            seconds.append(time.perf_counter() - start)
        return min(seconds), sum(seconds)

    return run


def ways_of(case, x, epochs):
    """The ways to train, by name; the small case has more of them."""
    network = (case.shape, case.hidden, LATENT, case.draws, LEARNING_RATE)

    def vae(annealed=False, **how):
        return fitted(case, vae_model(*network, **how), (x,), epochs, annealed)

    def plain(**how):
        return fitted(case, plain_model(*network, **how), (x, x), epochs)

    ways = {"vae": vae, "plain": plain, "by hand": lambda: by_hand(case, x, epochs)}
    if case == CASES["small"]:
        ways["annealed"] = lambda: vae(annealed=True)
        if BACKEND != "jax":
            ways["vae compiled"] = lambda: vae(jit_compile=True)
            ways["plain compiled"] = lambda: plain(jit_compile=True)
    return ways


def times(case, rounds, epochs):
    """Medians over rounds in which all ways take turns, and the seconds of the first epochs."""
    x = np.random.default_rng(0).random((case.steps * case.batch, *case.shape), dtype="float32")
    ways = {name: make() for name, make in ways_of(case, x, epochs).items()}
    first, seconds, whole = {}, {name: [] for name in ways}, {name: [] for name in ways}
    for name, run in ways.items():
        best, all_of_it = run()
        first[name] = all_of_it - epochs * best
    for round_ in range(rounds):
        for name in list(ways) if round_ % 2 == 0 else list(ways)[::-1]:
            best, all_of_it = ways[name]()
            seconds[name].append(best / case.steps)
            whole[name].append(all_of_it / case.steps / epochs)
    pairs = {
        f"{one} / {other}": [a / b for a, b in zip(seconds[one], seconds[other], strict=True)]
        for one, other in RATIOS
        if {one, other} <= set(ways)
    }
    return {
        "steps": case.steps,
        "rounds": rounds,
        "milliseconds": {n: round(1e3 * statistics.median(s), 2) for n, s in seconds.items()},
        "milliseconds_of_the_whole": {
            n: round(1e3 * statistics.median(s), 2) for n, s in whole.items()
        },
        "ratios": {name: round(statistics.median(found), 3) for name, found in pairs.items()},
        "compilation_seconds": {name: round(value, 1) for name, value in first.items()},
    }


def peak(reset=False):
    """The largest resident memory of this process in MiB; Linux can begin anew."""
    if reset:
        pathlib.Path("/proc/self/clear_refs").write_text("5")
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def memory_of(case, way):
    """MiB that training adds to a process which holds the data and has imported everything."""
    x = np.random.default_rng(0).random((4 * case.batch, *case.shape), dtype="float32")
    before = peak(reset=True)
    ways_of(case, x, 1)[way]()()
    return round(peak() - before)


def memory(name):
    """The same for each way, in processes of their own."""
    found = {}
    for way in ("vae", "plain", "by hand"):
        command = [sys.executable, __file__, "--only", name, "--way", way]
        found[way] = int(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {"mebibytes": found}


def written(path, rows):
    """Put the rows into a file, beside what is there of other cases, backends and quantities."""
    kept = json.loads(path.read_text()) if path.exists() else []
    table = {(row["backend"], row["case"]): row for row in kept}
    for row in rows:
        table.setdefault((row["backend"], row["case"]), {}).update(row)
    order = {name: number for number, name in enumerate(CASES)}
    found = sorted(table.values(), key=lambda row: (row["backend"], order[row["case"]]))
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES), metavar="CASE")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=3, help="of which the best one counts")
    parser.add_argument("--memory", action="store_true", help="measure memory instead of time")
    parser.add_argument("--way", help="print the MiB of one way and one case")
    parser.add_argument("--json", type=pathlib.Path, help="also write the numbers to this file")
    arguments = parser.parse_args()
    if arguments.way:
        print(memory_of(CASES[arguments.only[0]], arguments.way))
        return
    for name in arguments.only:
        case, start = CASES[name], time.perf_counter()
        found = (
            memory(name) if arguments.memory else times(case, arguments.rounds, arguments.epochs)
        )
        row = {"backend": BACKEND, "case": name, "network": case.network}
        row |= {"batch": case.batch, "draws": case.draws, **found}
        print(
            json.dumps(row, ensure_ascii=False), f"{time.perf_counter() - start:.0f} s", flush=True
        )
        if arguments.json:
            written(arguments.json, [row])


if __name__ == "__main__":
    main()
