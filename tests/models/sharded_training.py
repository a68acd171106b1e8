"""Trainings on one device of JAX and on two: run as a program by test_sharded.py.

python -m tests.models.sharded_training

Prints as JSON, for each model, the largest differences of logs (relative) and of weights after 20
steps; of what a model says of examples that two devices cannot share evenly; and the sentences for
what may not be made even.
"""

import json

import keras
import numpy as np

from tests.conformance.common import numpy
from tests.conformance.factories import BATCH, MODELS

NAMES = ("normal_optimal", "vector_quantized")
NINE = MODELS["bernoulli"].x[:9]


def trained(name):
    """Logs, and all weights, after 20 steps."""
    factory = MODELS[name]
    model = factory()
    model.compile(keras.optimizers.SGD(0.05))
    x = factory.x[: 2 * BATCH]
    logs = model.fit(x, batch_size=BATCH, epochs=10, shuffle=False, verbose=0).history
    return logs, numpy(model.variables)


def asked():
    """What a model says of nine examples in batches of four: the last one is alone in its batch.

    Repeated, it has other noise, so that estimates are compared where batches are full.
    """
    model = MODELS["bernoulli"].built()
    elbo = model.elbo(NINE, num_samples=3, seed=1, batch_size=BATCH)
    assert elbo.shape == (9,) and np.isfinite(elbo).all()
    return {"encode": model.encode(NINE, batch_size=BATCH), "elbo": elbo[:8]}


def refused():
    """The sentences where no example may be repeated; the model goes on working."""
    model, sentences = MODELS["bernoulli"].built(), []
    model.compile("sgd")
    even = {"validation_data": (NINE,), "x": NINE[:8]}
    for method, given in (("fit", {"x": NINE}), ("evaluate", {"x": NINE}), ("fit", even)):
        try:
            getattr(model, method)(**given, batch_size=BATCH, verbose=0)
        except ValueError as error:
            sentences.append(str(error))
    assert np.isfinite(model.evaluate(NINE[:8], batch_size=BATCH, verbose=0)).all()
    return sentences


def largest(a, b, relative):
    pairs = zip(keras.tree.flatten(a), keras.tree.flatten(b), strict=True)
    return float(max(np.max(np.abs(p - q) / (np.abs(p) if relative else 1.0)) for p, q in pairs))


def main():
    """One device, then two."""
    devices = keras.distribution.list_devices("cpu")
    two = keras.distribution.DataParallel(devices=devices, auto_shard_dataset=False)
    found = []
    for distribution in (None, two):
        keras.distribution.set_distribution(distribution)
        found.append(({name: trained(name) for name in NAMES}, asked()))
    (one, said), (other, said_by_two) = found
    apart = {
        name: [
            largest(one[name][0], other[name][0], True),
            largest(one[name][1], other[name][1], False),
        ]
        for name in NAMES
    }
    of_answers = {name: largest(said[name], said_by_two[name], False) for name in said}
    print(json.dumps({"devices": len(devices), "trained": apart, "asked": of_answers,
                      "refused": refused()}))  # fmt: skip


if __name__ == "__main__":
    main()
