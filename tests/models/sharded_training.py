"""Trainings on one device of JAX and on two: run as a program by test_sharded.py.

python -m tests.models.sharded_training

Prints as JSON, for each model, the largest differences of logs (relative) and of weights after 20
steps; of what a model says of examples that two devices cannot share evenly, and of its logs for
them; and the sentences for what may not be made even.
"""

import json

import keras
import numpy as np

from tests.conformance.common import numpy
from tests.conformance.factories import BATCH, MODELS
from tests.oracles.noise import no_noise

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


def evaluated():
    """Logs of nine examples, alone, with weights, and held out; the last one is the one repeated.

    Its noise is another where it is repeated, so that there is none.
    """
    model, weights = MODELS["bernoulli"].built(), np.arange(9.0)
    model.compile(keras.optimizers.SGD(0.0))
    how = {"batch_size": BATCH, "verbose": 0}
    with no_noise():
        alone = model.evaluate(NINE, return_dict=True, **how)
        weighted = model.evaluate(NINE, sample_weight=weights, return_dict=True, **how)
        held_out = [(NINE,), (NINE, NINE), (NINE, NINE, weights)]
        fitted = [model.fit(NINE[:8], validation_data=data, **how).history for data in held_out]
        # Eight to train on, and three to validate with.
        eleven = np.concatenate([NINE, NINE[:2]])
        fitted.append(model.fit(eleven, validation_split=0.25, **how).history)
    return {"alone": alone, "weighted": weighted, "held out": fitted}


def refused():
    """The sentences where no example may be repeated; the model goes on working."""
    model, sentences = MODELS["bernoulli"].built(), []
    model.compile("sgd")
    part = {"validation_data": (NINE,), "validation_steps": 3, "x": NINE[:8]}
    for method, given in (
        ("fit", {"x": NINE}),
        ("evaluate", {"x": NINE, "steps": 3}),
        ("fit", part),
    ):
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
        found.append(({name: trained(name) for name in NAMES}, asked(), evaluated()))
    (one, said, logs), (other, said_by_two, logs_of_two) = found
    apart = {
        name: [
            largest(one[name][0], other[name][0], True),
            largest(one[name][1], other[name][1], False),
        ]
        for name in NAMES
    }
    of_answers = {name: largest(said[name], said_by_two[name], False) for name in said}
    of_logs = {name: largest(logs[name], logs_of_two[name], True) for name in logs}
    found = {"trained": apart, "asked": of_answers, "evaluated": of_logs, "refused": refused()}
    print(json.dumps({"devices": len(devices), **found}))


if __name__ == "__main__":
    main()
