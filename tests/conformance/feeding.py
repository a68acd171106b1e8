"""Checks of what `fit`, `evaluate` and `predict` take: data of every kind that Keras knows."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np

from keras_vae.schedules import Linear
from tests.conformance.common import (
    PerStep,
    assert_equal,
    dtype_policy,
    numpy,
)
from tests.conformance.factories import BATCH, Factory
from tests.oracles.noise import no_noise

Arrays = tuple[np.ndarray, ...]


def batches(arrays: Arrays) -> list[Arrays]:
    starts = range(0, len(arrays[0]), BATCH)
    return [tuple(array[start : start + BATCH] for array in arrays) for start in starts]


def tf_data(arrays: Arrays) -> Any:
    import tensorflow as tf

    data = tf.data.Dataset.from_tensor_slices(arrays if len(arrays) > 1 else arrays[0])
    return data.batch(BATCH)


def torch_loader(arrays: Arrays) -> Any:
    import torch

    tensors = (torch.from_numpy(array.copy()) for array in arrays)
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*tensors), batch_size=BATCH)


class Batches(keras.utils.PyDataset):
    """The batches of some arrays, one by one."""

    def __init__(self, arrays: Arrays) -> None:
        super().__init__()
        self.batches = batches(arrays)

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int) -> Arrays:
        return self.batches[index]


def generator(arrays: Arrays) -> Iterator[Arrays]:
    yield from batches(arrays)


KINDS: dict[str, Callable[[Arrays], Any]] = {
    "tf.data": tf_data,
    "DataLoader": torch_loader,
    "PyDataset": Batches,
    "generator": generator,
}


def learned(factory: Factory, data: Any, validation: Any, **kwargs: Any) -> Any:
    """What `fit` on the data, with validation, said and left."""
    model, logs = factory.built(), PerStep()
    model.compile(keras.optimizers.SGD(0.1), run_eagerly=True)
    with no_noise():
        history = model.fit(
            data, validation_data=validation, verbose=0, shuffle=False, callbacks=[logs], **kwargs
        ).history
    return {"steps": logs.steps, "history": history, "weights": numpy(model.trainable_variables)}


def asked(factory: Factory, data: Callable[[], Any], **kwargs: Any) -> Any:
    """What `evaluate` and `predict` say of the data."""
    model = factory.built()
    model.compile("sgd", run_eagerly=True)
    with no_noise():
        return {
            "evaluate": model.evaluate(data(), verbose=0, return_dict=True, **kwargs),
            "predict": model.predict(data(), verbose=0, **kwargs),
        }


def triples(factory: Factory) -> Arrays:
    """Examples, targets and weights."""
    x = factory.x
    return x, np.roll(x, 1, axis=1), np.linspace(0.0, 2.0, len(x), dtype="float32")


@functools.cache
def from_arrays(factory: Factory) -> tuple[Any, Any, Any]:
    """What arrays teach, of x alone and with targets and weights, and what they are answered."""
    x, y, weights = triples(factory)
    sizes = {"batch_size": BATCH, "validation_batch_size": BATCH}
    alone = learned(factory, x, (x[:6],), **sizes)
    validation = (x[:6], y[:6], weights[:6])
    together = learned(factory, x, validation, y=y, sample_weight=weights, **sizes)
    return alone, together, asked(factory, lambda: x, batch_size=BATCH)


def check_fed_by(kind: str, factory: Factory) -> None:
    """Batches of any kind, of x alone or with targets and weights, teach what arrays teach."""
    make, x = KINDS[kind], factory.x
    # Keras warns where a generator ends by itself.
    limits = {"steps_per_epoch": 3, "validation_steps": 2} if kind == "generator" else {}
    limit = {"steps": 3} if kind == "generator" else {}
    alone, together, answers = from_arrays(factory)
    assert_equal(learned(factory, make((x,)), make((x[:6],)), **limits), alone)
    validation = make(tuple(array[:6] for array in triples(factory)))
    assert_equal(learned(factory, make(triples(factory)), validation, **limits), together)
    assert_equal(asked(factory, lambda: make((x,)), **limit), answers)


def check_endless_generator(factory: Factory) -> None:
    """A generator without an end trains for `steps_per_epoch`, and loses no batch to the checks."""

    def endless() -> Iterator[Arrays]:
        while True:
            yield from batches((factory.x[: 2 * BATCH],))

    from_arrays = learned(factory, factory.x[: 2 * BATCH], None, batch_size=BATCH, epochs=2)
    from_generator = learned(factory, endless(), None, steps_per_epoch=2, epochs=2)
    assert_equal(from_generator, from_arrays)


def check_validation_split(factory: Factory) -> None:
    """The last part of the arrays is held out, weights and all, and evaluated at the end."""
    x, weights = factory.x, np.linspace(0.0, 2.0, len(factory.x), dtype="float32")
    split = learned(factory, x, None, sample_weight=weights, validation_split=0.4)
    parts = learned(factory, x[:6], (x[6:], None, weights[6:]), sample_weight=weights[:6])
    assert_equal(split, parts)
    unweighted = learned(factory, x, None, validation_split=0.4)
    assert_equal(unweighted, learned(factory, x[:6], (x[6:],)))
    assert abs(unweighted["history"]["val_elbo"][0] - split["history"]["val_elbo"][0]) > 1e-4


def check_steps_per_execution(steps: int, factory: Factory) -> None:
    """Some steps in one compiled execution are the same steps one by one, each with its own β."""
    x, ends = np.concatenate([factory.x] * 2)[: 4 * BATCH], []
    for how in ({"run_eagerly": True}, {"steps_per_execution": steps}):
        model = factory.built()
        model.beta = Linear(0.0, 1.0, steps=7)
        model.compile(keras.optimizers.SGD(0.1), **how)
        history = model.fit(x, batch_size=BATCH, epochs=2, shuffle=False, verbose=0).history
        ends.append({"history": history, "variables": numpy(model.variables)})
    assert_equal(*ends)
    np.testing.assert_allclose(ends[1]["history"]["beta"], [3 / 7, 1.0], rtol=1e-6)


def check_half_precision_compiled(policy: str, factory: Factory) -> None:
    """The compiled step trains in half precision, with Keras' own scaling of the loss."""
    with dtype_policy(policy):
        model = factory()
        model.compile(keras.optimizers.SGD(0.01))
        history = model.fit(factory.x, batch_size=len(factory.x), epochs=3, verbose=0).history
    assert all(np.isfinite(history["loss"])), history
    assert history["loss"][-1] < history["loss"][0]
