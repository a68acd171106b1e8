"""A body alone, in a model of its own."""

from typing import Any

import keras

from keras_vae.bodies.given import layer
from keras_vae.keras_compat import register
from keras_vae.networks.conditions import features_of
from keras_vae.tensors import Tensor


@register
class Features(keras.Model):
    """A body as a model, which can be run and saved by itself; the encoder where latents follow.

    Args:
        body: any Keras layer.
        **kwargs: passed to `keras.Model`.

    Examples:
        >>> features = Features(keras.layers.Dense(3))
        >>> tuple(features(keras.ops.ones((5, 4))).shape)
        (5, 3)
    """

    def __init__(self, body: keras.layers.Layer, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.body = layer("encoder", body)

    def build(self, inputs_shape: Any, condition_shape: Any = None) -> None:
        condition = None if condition_shape is None else keras.KerasTensor(condition_shape)
        features_of(self.body, keras.KerasTensor(inputs_shape), condition)

    def call(
        self, inputs: Tensor, training: bool = False, condition: Tensor | None = None
    ) -> Tensor:
        return features_of(self.body, inputs, condition, training)

    def get_config(self) -> dict[str, Any]:
        own = {"body": keras.saving.serialize_keras_object(self.body)}
        return {**super().get_config(), **own}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> "Features":
        load = keras.saving.deserialize_keras_object
        return cls(**{**config, "body": load(config["body"], custom_objects)})
