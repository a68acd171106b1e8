"""What is said to Keras in one place, because it is nowhere else to be said."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

register = keras.saving.register_keras_serializable(package="keras_vae")
"""The decorator of every class here that is saved with a model."""


def freeze_alone(layer: Any) -> None:
    """Set `trainable = False` on a layer, and leave what is inside of it as it is.

    Each part of a network is saved with its own `trainable`; the setter of Keras would overwrite
    that of a head which was thawed under a frozen encoder.
    """
    layer._trainable = False


def portable(config: dict[str, Any]) -> dict[str, Any]:
    """What a model was compiled with on some backend, as this backend can read it.

    Keras saves the class of an optimizer under the private module of the backend it ran on, and
    `jit_compile` as it was resolved there.
    """
    config = {name: with_public_names(value) for name, value in config.items()}
    if config.pop("backend", None) != keras.config.backend():
        config["jit_compile"] = "auto"
    return config


def with_public_names(config: Any) -> Any:
    """A configuration in which optimizers stand under their public names."""
    if not isinstance(config, dict):
        return config
    config = {name: with_public_names(value) for name, value in config.items()}
    private = str(config.get("module", "")).startswith("keras.src.")
    if private and hasattr(keras.optimizers, config["class_name"]):
        config.update(module="keras.optimizers", registered_name=None)
    return config


@contextmanager
def replacing(model: Any, name: str) -> Iterator[None]:
    """Let another part take the place of one in a model that has been built.

    Keras lets no layer be assigned to a built model. The variables of the part that goes are no
    longer those of the model, and what was compiled with it is dropped.
    """
    tracker, old = model._tracker, getattr(model, name)
    tracker.unlock()
    tracker.untrack(old)
    model.train_function = model.test_function = model.predict_function = None
    yield
    tracker.lock()
