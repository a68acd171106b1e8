"""What one backend writes, and what it reads of the others.

Weights and noise are formulas, so that every backend writes the same models and the same numbers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import keras
import numpy as np
from keras import ops

from tests.conformance.factories import MODELS, Factory
from tests.oracles.noise import even, waves
from tests.oracles.steps import EAGERLY

BACKENDS = ("tensorflow", "jax", "torch")
HERE = keras.config.backend()
# Dropout draws its own noise, and that is another on each backend.
NAMES = [name for name in MODELS if name != "noisy_body"]


class Gradients(keras.optimizers.Optimizer):
    """Puts the gradient where the weight was, so that one step of `fit` shows it."""

    def __init__(self, learning_rate: float = 1.0, **kwargs) -> None:
        super().__init__(learning_rate, **kwargs)

    def update_step(self, gradient, variable, learning_rate) -> None:
        self.assign(variable, gradient)


def flat(values: dict) -> dict[str, np.ndarray]:
    """A dict of structures as a dict of arrays."""
    return {
        f"{name}/{'/'.join(map(str, path))}": ops.convert_to_numpy(leaf)
        for name, structure in values.items()
        for path, leaf in keras.tree.flatten_with_path(structure)
    }


def arrays(path: Path) -> dict[str, np.ndarray]:
    """What an .npz file holds; the file is closed."""
    with np.load(path) as file:
        return dict(file)


@contextmanager
def noise_by_formula() -> Iterator[None]:
    """The same draws on every backend."""
    with mock.patch("keras.random.normal", waves), mock.patch("keras.random.uniform", even):
        yield


def known(factory: Factory) -> keras.Model:
    """The model with weights by formula, those that are drawn and do not train included."""
    model = factory.built()
    for number, weight in enumerate(model.non_trainable_variables):
        if weight.name == "vectors":
            values = np.cos(np.arange(np.prod(weight.shape)) * 1.9 + number)
            weight.assign(values.reshape(weight.shape))
        if weight.name == "started":  # a codebook that is in place is not placed among the data
            weight.assign(np.ones(weight.shape))
    return model


def outputs(model: keras.Model, factory: Factory) -> dict[str, np.ndarray]:
    """What a model says of the examples of its factory."""
    with noise_by_formula():
        values = {"call": model(factory.x), "reconstruct": model.reconstruct(factory.x)}
    return flat(values)


def losses_and_gradients(factory: Factory) -> dict[str, np.ndarray]:
    """Losses of a training step, and the gradient of every weight."""
    model = known(factory)
    model.compile(Gradients(), run_eagerly=EAGERLY)
    weights = np.linspace(0.5, 1.5, len(factory.x), dtype="float32")
    with noise_by_formula():
        logs = model.train_on_batch(factory.x, sample_weight=weights, return_dict=True)
    return flat({"loss": logs, "gradient": list(model.trainable_variables)})


def write(folder: Path) -> None:
    """Write files and numbers of this backend."""
    for name in NAMES:
        model = known(MODELS[name])
        model.save(folder / f"{name}-{HERE}.keras")
        numbers = {**outputs(model, MODELS[name]), **losses_and_gradients(MODELS[name])}
        np.savez(folder / f"{name}-{HERE}.npz", **numbers)


def read(folder: Path) -> None:
    """Load the files of the other backends here, and write what the models say."""
    for name in NAMES:
        for writer in BACKENDS:
            if writer != HERE:
                model = keras.saving.load_model(folder / f"{name}-{writer}.keras")
                numbers = outputs(model, MODELS[name])
                np.savez(folder / f"{name}-{writer}-{HERE}.npz", **numbers)
