"""A body of dense layers."""

import math
from typing import Any

import keras
from keras import ops

from keras_vae.arguments import Shape, positive_integers
from keras_vae.keras_compat import KeepsFrozen, register
from keras_vae.tensors import Tensor


@register
class DenseBody(KeepsFrozen, keras.layers.Layer):
    """Flatten, then dense layers; no units at all is the identity, and the model linear.

    A condition, where one is given, is flattened too and stands behind the inputs.

    Args:
        units: width of each layer.
        activation: activation of each layer.

    Examples:
        >>> tuple(DenseBody((64, 32))(keras.ops.ones((5, 8, 8))).shape)
        (5, 32)
    """

    def __init__(self, units: Shape = (), activation: Any = "relu", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = positive_integers("units", units)
        self.activation = keras.activations.get(activation)
        self.stack = [
            keras.layers.Dense(
                n,
                self.activation,
                name=f"dense_{i}",
                dtype=self.dtype_policy,
                trainable=self.trainable,
            )
            for i, n in enumerate(self.units)
        ]

    def build(self, inputs_shape: Any, condition_shape: Any = None) -> None:
        self.flat = math.prod(inputs_shape[1:])
        width = self.flat + (math.prod(condition_shape[1:]) if condition_shape else 0)
        for layer in self.stack:
            layer.build((None, width))
            width = layer.units

    def call(self, inputs: Tensor, condition: Tensor | None = None) -> Tensor:
        features = ops.reshape(inputs, (-1, self.flat)) if len(inputs.shape) != 2 else inputs
        if condition is not None:
            flat = ops.reshape(condition, (-1, math.prod(condition.shape[1:])))
            features = ops.concatenate([features, ops.cast(flat, features.dtype)], axis=-1)
        for layer in self.stack:
            features = layer(features)
        return features

    def get_config(self) -> dict[str, Any]:
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "units": self.units, "activation": activation}
