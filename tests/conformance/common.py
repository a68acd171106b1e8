"""What several checks need: what a model says, and comparisons."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae import VAE


@contextmanager
def dtype_policy(name: str) -> Iterator[None]:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def numpy(structure: Any) -> Any:
    return keras.tree.map_structure(ops.convert_to_numpy, structure)


def put_back(model: keras.Model, before: list[np.ndarray]) -> None:
    """Give a model the values back that `numpy(model.variables)` were: building takes longer."""
    for variable, value in zip(model.variables, before, strict=True):
        variable.assign(value)


def assert_equal(one: Any, other: Any, rtol: float = 1e-5, atol: float = 1e-5) -> None:
    """Compare two structures of tensors, leaf by leaf."""
    keras.tree.assert_same_structure(one, other)
    pairs = zip(keras.tree.flatten(numpy(one)), keras.tree.flatten(numpy(other)), strict=True)
    for a, b in pairs:
        np.testing.assert_allclose(a, b, rtol=rtol, atol=atol)


def bodies(model: Any) -> tuple[Any, Any]:
    """The networks inside a model, without heads."""
    if isinstance(model, VAE):
        return getattr(model.encoder, "body", model.encoder), model.decoder.body
    return model.encoder_body, model.decoder_body


def code(model: Any, x: np.ndarray) -> Any:
    """What the decoder is fed for the mean codes of x."""
    codes = model.encode(x)
    if not isinstance(codes, dict):
        if codes.dtype != "int32":
            return codes
        codes = {"z": codes}
    draws = {name: {"z": ops.convert_to_tensor(z)[None]} for name, z in codes.items()}
    return numpy(model.latents.decoder_input(draws))[0]


def evaluated(model: keras.Model, *data: Any, **kwargs: Any) -> dict[str, float]:
    """What `evaluate` says of a model, by name; not compiled unless it has been."""
    if not model.compiled:
        model.compile("sgd", run_eagerly=True)
    return model.evaluate(*data, **{"verbose": 0, "return_dict": True, **kwargs})


class PerStep(keras.callbacks.Callback):
    """Keeps the logs of every step, of that step alone.

    Keras logs means since the beginning of the epoch; with batches of one size, differences of
    sums are what the single steps said.
    """

    latest = ("beta",)

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[dict[str, float]] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.sums: dict[str, float] = {}

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        sums = {k: float(v) * (batch + 1) for k, v in logs.items() if k not in self.latest}
        step = {k: v - self.sums.get(k, 0.0) for k, v in sums.items()}
        self.steps.append({**step, **{k: float(logs[k]) for k in self.latest if k in logs}})
        self.sums = sums

    def of(self, name: str) -> np.ndarray:
        return np.array([step[name] for step in self.steps])
