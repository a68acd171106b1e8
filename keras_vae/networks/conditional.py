"""A distribution given something."""

from typing import Any, Self

import keras
from keras import ops

from keras_vae.arguments import Shape, positive_integers
from keras_vae.heads import Head
from keras_vae.heads.head import Parameters
from keras_vae.keras_compat import register
from keras_vae.networks.conditions import features_of, folded
from keras_vae.networks.network import Network
from keras_vae.tensors import Tensor


@register
class Conditional(Network):
    r"""A distribution given something, such as p(x|z) or $p(z_1\mid z_2)$.

    Leading axes beyond the batch (draws) are folded into the batch for the body, so that any body
    works unchanged.

    Args:
        event_shape: shape of one event of the distribution.
        hidden_units: widths of a dense body; `()` makes the network linear.
        body: any Keras layer or model, instead of `hidden_units`.
        head: name of a head, or a `keras_vae.layers.Head`.
        activation: activation of the dense body.
        given_shape: shape of one value of what is given; None is a vector, whose length the first
            value tells.
        condition_shape: shape of the condition of one example; the `VAE` tells it.
        **kwargs: passed to `keras.Model`.

    Examples:
        >>> network = Conditional((3,), hidden_units=(16,), head="normal")
        >>> {name: tuple(p.shape) for name, p in network(keras.ops.ones((4, 5, 2))).items()}
        {'loc': (4, 5, 3), 'scale': (4, 5, 3)}
    """

    def __init__(
        self,
        event_shape: Shape,
        hidden_units: Shape | None = None,
        body: keras.layers.Layer | None = None,
        head: str | Head = "normal",
        activation: Any = "relu",
        given_shape: Shape | None = None,
        condition_shape: Shape | None = None,
        **kwargs: Any,
    ) -> None:
        shape = positive_integers("event_shape", event_shape)
        super().__init__(shape, hidden_units, body, head, activation, condition_shape, **kwargs)
        self.event_shape = shape
        self.given_shape = None if given_shape is None else tuple(given_shape)

    def for_given(self, given_shape: Shape) -> Self:
        """Tell the network the shape of what it is given; returns the network itself."""
        if self.given_shape not in (None, tuple(given_shape)):
            raise ValueError(
                f"This {type(self).__name__} was made for vectors or arrays of shape "
                f"{self.given_shape} and is now given {tuple(given_shape)}. Use one "
                f"{type(self).__name__} per model, or give both the same latent shape."
            )
        self.given_shape = tuple(given_shape)
        return self

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        if self.given_shape is None:
            self.given_shape = tuple(input_shape[-1:])  # type: ignore[arg-type]
        super().build((None, *self.given_shape))

    def call(
        self, inputs: Tensor, training: bool = False, condition: Tensor | None = None
    ) -> Parameters:
        given_shape = self.given_shape or inputs.shape[-1:]
        draws = ops.shape(inputs)[: -len(given_shape) - 1]
        if draws:
            inputs = ops.reshape(inputs, (-1, *given_shape))
            condition = folded(condition, draws)
        features = features_of(self.body, inputs, condition, training)
        parameters: Parameters = self.head(features, training=training)
        if draws:
            parameters = {
                name: ops.reshape(value, (*draws, -1, *value.shape[1:]))
                for name, value in parameters.items()
            }
        return parameters

    def get_config(self) -> dict[str, Any]:
        own = {"event_shape": self.event_shape, "given_shape": self.given_shape}
        return {**super().get_config(), **own}
