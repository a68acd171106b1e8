"""How inputs and a condition reach a body."""

import inspect
from typing import Any

import keras
from keras import ops

from keras_vae.tensors import Tensor


def features_of(
    body: keras.layers.Layer,
    inputs: Tensor,
    condition: Tensor | None = None,
    training: bool = False,
) -> Tensor:
    """What a body makes of its inputs, and of a condition where there is one.

    A body whose `call` names an argument `condition` gets it as it is. For any other it is joined
    to the inputs on their last axis, the same at every position of an image. Inputs are cast to
    the type the body computes in; whole numbers are not where the body takes them as they come.
    """
    if not takes_integers(body, inputs):
        inputs = ops.cast(inputs, body.compute_dtype)
    if condition is None:
        return body(inputs, training=training)
    if "condition" in inspect.signature(body.call).parameters:
        return body(inputs, condition=condition, training=training)
    return body(joined(inputs, condition), training=training)


def takes_integers(body: Any, inputs: Tensor) -> bool:
    """Whether inputs are whole numbers for a body that begins with an embedding, or the like."""
    if "int" not in keras.backend.standardize_dtype(inputs.dtype):
        return False
    while isinstance(body, keras.Sequential) or hasattr(body, "outputs"):  # a functional model
        layers = [la for la in body.layers if not isinstance(la, keras.layers.InputLayer)]
        declared = getattr(body, "inputs", None)
        if not layers or (declared and "int" in declared[0].dtype):
            return bool(declared)
        body = layers[0]
    return not body.autocast


def joined(inputs: Tensor, condition: Tensor) -> Tensor:
    """Inputs with the condition behind them on the last axis, at every position."""
    positions = tuple(inputs.shape[1:-1])
    if tuple(condition.shape[1:-1]) != positions:
        if len(condition.shape) != 2:
            raise ValueError(
                f"A condition of shape {tuple(condition.shape[1:])} cannot be joined to inputs of "
                f"shape {tuple(inputs.shape[1:])}, whose positions are others. Give a condition "
                "that is a vector or has these positions, or a body whose call takes it: "
                "def call(self, inputs, condition)."
            )
        condition = ops.reshape(condition, (-1, *[1] * len(positions), condition.shape[-1]))
        condition = condition + ops.zeros_like(inputs[..., :1])
    return ops.concatenate([inputs, ops.cast(condition, inputs.dtype)], axis=-1)


def folded(condition: Tensor | None, draws: tuple[Any, ...]) -> Tensor | None:
    """The condition of each example for each of its draws, one after the other."""
    if condition is None:
        return None
    shape = ops.shape(condition)
    return ops.reshape(ops.broadcast_to(condition, (*draws, *shape)), (-1, *shape[1:]))


def symbolic_condition(network: Any, examples: int | None = None) -> keras.KerasTensor | None:
    """What stands for the condition while a network is built."""
    if network.condition_shape is None:
        return None
    return keras.KerasTensor((examples, *network.condition_shape), dtype=network.compute_dtype)
