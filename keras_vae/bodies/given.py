"""Bodies of others: what is looked at before a head is put on a layer or model that was given."""

import warnings
from typing import Any

import keras


def layer(name: str, value: Any) -> keras.layers.Layer:
    """Returns `value` when it is a Keras layer or model."""
    if not isinstance(value, keras.layers.Layer):
        raise TypeError(
            f"`{name}` must be a Keras layer or model, such as keras.layers.Dense(32) or "
            f"keras_vae.layers.DenseBody((128, 32)); received {type(value).__name__}."
        )
    return value


def one_tensor(features: Any) -> keras.KerasTensor:
    """Returns the features that a body made of symbolic inputs when they are one tensor."""
    if not isinstance(features, keras.KerasTensor):
        raise ValueError(
            f"The body gives {len(features)} outputs, a {type(features).__name__}; expected one "
            "tensor of features. A mean and a variance are not outputs of the body: the head makes "
            "both from its features. Leave out those layers, or join the outputs with "
            "keras.layers.Concatenate()."
        )
    return features


def last_activation(body: Any) -> str:
    """The name of the activation that a chain of layers ends in; empty where that is not known."""
    while isinstance(body, keras.Sequential) or hasattr(body, "outputs"):  # a functional model
        others = [la for la in body.layers if not isinstance(la, keras.layers.Reshape)]
        body = (others or body.layers)[-1]
    if isinstance(body, keras.layers.Softmax):
        return "softmax"
    return getattr(getattr(body, "activation", None), "__name__", "")


def warn_of_a_likelihood(body: Any, head: str) -> None:
    """Warn where a body with the shape of the data ends like a likelihood, under a head."""
    found = last_activation(body)
    if found in ("sigmoid", "softmax"):
        warnings.warn(
            f"The body of the decoder has the shape of the data and ends in a {found}, but its "
            f"output is not the likelihood: the {head} makes a linear map of it, so that the "
            f"{found} bounds what the decoder can describe. Drop the last layer of the body: the "
            "head maps features to logits, or to a mean.",
            stacklevel=2,
        )
