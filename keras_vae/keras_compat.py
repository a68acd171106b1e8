"""What is said to Keras in one place, because it is nowhere else to be said."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
from keras import ops

register = keras.saving.register_keras_serializable(package="keras_vae")
"""The decorator of every class here that is saved with a model."""


def freeze_alone(layer: Any) -> None:
    """Set `trainable = False` on a layer, and leave what is inside of it as it is.

    Each part of a network is saved with its own `trainable`; the setter of Keras would overwrite
    that of a head which was thawed under a frozen encoder.
    """
    layer._trainable = False


class KeepsPenalties:
    """A model whose step on JAX has the penalties of all of its layers.

    Keras knows what `add_loss` was given by addresses of tensors, which are used again after a
    step. Of several layers that are called one after the other, each forgets what itself was
    given in the step before, and may strike out the new penalty of another at that address.
    """

    def stateless_call(self, *args: Any, **kwargs: Any) -> Any:
        """`keras.Model.stateless_call`, after forgetting the penalties of the step before."""
        self._clear_losses()  # type: ignore[attr-defined]
        return super().stateless_call(*args, **kwargs)  # type: ignore[misc]


class KeepsFrozen:
    """A layer that makes layers of its own, each of which is saved with its own `trainable`.

    Keras saves that of the outermost layer alone: its constructor makes those inside anew.
    """

    def get_build_config(self) -> Any:
        """What the layer was built with, and which layers are frozen."""
        return with_frozen(super().get_build_config(), self)  # type: ignore[misc]

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Build the layer, and freeze what was frozen."""
        config = dict(config)
        flags = config.pop(FROZEN, None)
        super().build_from_config(config)  # type: ignore[misc]
        freeze(self, flags)

    def get_config(self) -> dict[str, Any]:
        """The constructor arguments; of a layer that is not built also which ones are frozen."""
        config: dict[str, Any] = super().get_config()  # type: ignore[misc]
        return config if self.built else with_frozen(config, self)  # type: ignore[attr-defined]

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The layer with these arguments, and frozen what was frozen."""
        config = dict(config)
        flags = config.pop(FROZEN, None)
        layer = super().from_config(config)  # type: ignore[misc]
        freeze(layer, flags)
        return layer


FROZEN = "trainable_inside"


def with_frozen(config: Any, layer: Any) -> Any:
    """The configuration, and `trainable` of the layer and all inside of it, if one is frozen."""
    flags = [inner.trainable for inner in flattened(layer)]
    return config if config is None or all(flags) else {**config, FROZEN: flags}


def freeze(layer: Any, flags: list[bool] | None) -> None:
    """Give the layer and all inside of it, outer ones first, these values of `trainable`."""
    if flags is not None:
        for inner, trainable in zip(flattened(layer), flags, strict=True):
            inner.trainable = trainable


def flattened(layer: Any) -> list[Any]:
    """The layer and all inside of it, outer ones first, side by side in the order of their classes.

    Keras has them in the order in which they came, and a part that took the place of another came
    last: in a file it stands where the constructor puts it.
    """
    found, seen = [layer], {id(layer)}
    for outer in found:
        for inner in sorted(outer._layers, key=lambda inner: type(inner).__name__):
            if id(inner) not in seen:
                seen.add(id(inner))
                found.append(inner)
    return found


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


def compiled_by_torch(model: Any) -> bool:
    """Whether the model is on PyTorch, and was told `compile(jit_compile=True)`.

    Elsewhere all that `predict` runs is compiled of itself.
    """
    return bool(keras.config.backend() == "torch" and model.compiled and model.jit_compile)


def compiled_like(model: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of tensors, compiled where the model is and nothing else would compile it."""
    if not compiled_by_torch(model):
        return function
    import torch

    compiled: Callable[..., Any] = torch.compile(function)
    return compiled


def replica_context() -> Any:
    """Where a step runs on several replicas, what they are asked by; else None.

    Only TensorFlow runs a step once for each replica.
    """
    if keras.config.backend() != "tensorflow":
        return None
    import tensorflow as tf

    context = tf.distribute.get_replica_context()
    return context if context is not None and context.num_replicas_in_sync > 1 else None


def over_replicas(sums: Any, rows: Any) -> Any:
    """Sums over all replicas, and rows of which each comes from one replica in turn."""
    if (context := replica_context()) is None:
        return sums, rows
    turn = keras.ops.arange(rows.shape[0]) % context.num_replicas_in_sync
    mine = keras.ops.equal(turn, context.replica_id_in_sync_group)[:, None]
    return context.all_reduce("SUM", (sums, keras.ops.where(mine, rows, 0.0)))


ADDS = "reduction" in inspect.signature(ops.scatter_update).parameters


def sums_by(groups: Any, values: Any, size: int) -> Any:
    """Sums of the values of each group, of shape (size, ...), by its number below `size`.

    `ops.segment_sum` breaks the graph of `torch.compile`, so that it stands in only where Keras
    cannot add at places (before 3.13).
    """
    if not ADDS:
        return ops.segment_sum(values, groups, num_segments=size)
    zeros = ops.zeros((size, *values.shape[1:]), values.dtype)
    return ops.scatter_update(zeros, groups[:, None], values, reduction="add")
