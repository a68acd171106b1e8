"""Do three backends compute the same? ``python -m tests.backends.agreement`` writes the table.

Every model meets every objective, with weights and noise by formula: losses, terms and gradients
of one step, and parameters after 20 steps of Adam. Each number is the largest difference of an
array between two backends, relative to its largest entry. The tests look at some of them: every
objective with one model.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from unittest import mock

import numpy as np

from tests import ROOT

BACKENDS = ("tensorflow", "jax", "torch")
TABLE = ROOT / "docs" / "assets" / "agreement.json"
QUANTITIES = ("loss", "terms", "gradients", "adam")
ADAM_STEPS = 20


def objectives():
    """One of each; None is the objective that the model comes with."""
    from keras_vae import objectives as o

    return {
        "its own": None,
        "ELBO": o.ELBO(),
        "ELBO, 3 draws, Monte Carlo": o.ELBO(3, "monte_carlo"),
        "free bits": o.FreeBits(0.5),
        "capacity": o.Capacity(2.0, 5.0),
        "IWAE": o.IWAE(3),
        "CIWAE": o.CIWAE(0.5, 3),
        "MIWAE": o.MIWAE(2, 4),
        "Rényi": o.Renyi(0.5, 3),
        "sticking the landing": o.StickingTheLanding(3),
        "DReG": o.DReG(3),
        "β-TC": o.BetaTC(dataset_size=100),
        "DIP-VAE": o.DIPVAE(),
        "InfoVAE": o.InfoVAE(),
    }


def pairs(some):
    """Names of models and objectives to put together."""
    from tests.backends.crossing import MODELS, NAMES

    models = ["bernoulli"] if some else [name for name in NAMES if MODELS[name].variational]
    return [(model, objective) for model in models for objective in objectives()]


def numbers(model_name, objective_name):
    """What a model says with an objective, as named arrays."""
    import keras
    from keras import ops

    from tests.backends.crossing import MODELS, Gradients, flat
    from tests.oracles.steps import EAGERLY

    factory = MODELS[model_name]

    def model():
        vae = factory.built()
        vae.objective = objectives()[objective_name] or vae.objective
        return vae

    once = model()
    terms = once.terms(ops.convert_to_tensor(factory.x), once(factory.x))
    names = ("log_likelihood", "log_prior", "log_posterior", "kl")
    found = {"terms": {name: getattr(terms, name) for name in names}}
    once.compile(Gradients(), run_eagerly=EAGERLY)
    found["loss"] = once.train_on_batch(factory.x, return_dict=True)
    found["gradients"] = list(once.trainable_variables)
    trained = model()
    trained.compile(keras.optimizers.Adam(1e-3))
    x = np.concatenate([factory.x] * ADAM_STEPS)  # one long epoch: each begins anew, for 30 ms
    trained.fit(x, batch_size=len(factory.x), shuffle=False, verbose=0)
    found["adam"] = list(trained.trainable_variables)
    return flat(found)


def write(path, some):
    """All numbers of this backend; a pair that does not apply leaves the sentence it says."""
    from tests.oracles.noise import even, waves

    found = {}
    with mock.patch("keras.random.normal", waves), mock.patch("keras.random.uniform", even):
        for model, objective in pairs(some):
            try:
                arrays = numbers(model, objective)
            except NotImplementedError as error:
                found[f"{model}|{objective}|not"] = np.array(str(error))
                continue
            found.update({f"{model}|{objective}|{name}": value for name, value in arrays.items()})
    np.savez(path, **found)


def compare(folder):
    """Rows of the table: model, objective, and the largest relative difference of each quantity."""
    from tests.backends.crossing import arrays

    files = [arrays(folder / f"{backend}.npz") for backend in BACKENDS]
    assert all(file.keys() == files[0].keys() for file in files)
    rows = defaultdict(lambda: dict.fromkeys(QUANTITIES, 0.0))
    for key in files[0]:
        model, objective, name = key.split("|", 2)
        if name == "not":
            continue
        quantity, row = name.split("/")[0], rows[model, objective]
        scale = max(np.abs(file[key]).max() for file in files)
        for one, other in combinations(files, 2):
            difference = np.abs(one[key] - other[key]).max() / scale if scale else 0.0
            row[quantity] = max(row[quantity], float(difference))
    return [{"model": m, "objective": o, **row} for (m, o), row in rows.items()]


def run():
    """All rows, computed by one process per backend."""
    with tempfile.TemporaryDirectory() as folder:
        for backend in BACKENDS:
            command = [
                sys.executable,
                "-m",
                "tests.backends.agreement",
                "--write",
                f"{folder}/{backend}.npz",
            ]
            environment = {**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
            done = subprocess.run(
                command,
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout
        return compare(Path(folder))


def main():
    parser = argparse.ArgumentParser("python -m tests.backends.agreement", description=__doc__)
    parser.add_argument("--write", type=Path, help="write the numbers of this backend and stop")
    parser.add_argument("--table", type=Path, default=TABLE, help="where the table goes")
    options = parser.parse_args()
    if options.write:
        write(options.write, some=False)
        return
    rows = run()
    print(f"{'model':22} {'objective':28}" + "".join(f"{name:>11}" for name in QUANTITIES))
    for row in rows:
        values = "".join(f"{row[name]:11.1e}" for name in QUANTITIES)
        print(f"{row['model']:22} {row['objective']:28}{values}")
    worst = {name: max(row[name] for row in rows) for name in QUANTITIES}
    print(f"{'largest':51}" + "".join(f"{worst[name]:11.1e}" for name in QUANTITIES))
    options.table.write_text(json.dumps({"worst": worst, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
