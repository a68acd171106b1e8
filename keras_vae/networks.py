"""Encoder and decoder: a body that makes features, then a head that makes a distribution."""

from typing import Any, ClassVar, Self

import keras
from keras import ops

from keras_vae.arguments import Shape, is_several, positive_integers
from keras_vae.bodies import DenseBody
from keras_vae.bodies.given import layer, one_tensor, warn_of_a_likelihood
from keras_vae.distributions import Distribution
from keras_vae.heads import (
    BernoulliHead,
    CategoricalHead,
    ContinuousBernoulliHead,
    Head,
    MultivariateNormalHead,
    NormalHead,
)
from keras_vae.heads.head import Parameters
from keras_vae.keras_compat import freeze_alone, register
from keras_vae.tensors import Tensor

HEADS: dict[str, type[Head]] = {
    "normal": NormalHead,
    "multivariate_normal": MultivariateNormalHead,
    "bernoulli": BernoulliHead,
    "continuous_bernoulli": ContinuousBernoulliHead,
    "categorical": CategoricalHead,
}


class Network(keras.Model):
    """A body that turns inputs into features, and a head that turns features into a distribution.

    Args:
        event_shape: shape of one event of the distribution.
        hidden_units: widths of a dense body; `()` makes the network linear.
        body: any Keras layer or model, instead of `hidden_units`.
        head: name of a head, or a `keras_vae.layers.Head`.
        activation: activation of the dense body.
        **kwargs: passed to `keras.Model`.
    """

    describes_data: ClassVar[bool] = False

    def __init__(
        self,
        event_shape: Shape,
        hidden_units: Shape | None,
        body: keras.layers.Layer | None,
        head: str | Head,
        activation: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if (hidden_units is None) == (body is None):
            raise ValueError(
                f"{type(self).__name__} needs either `hidden_units` (widths of dense layers, () "
                "for a linear map) or `body` (any Keras layer or model), and not both; received "
                f"hidden_units={hidden_units!r} and body={body!r}."
            )
        if not isinstance(head, Head) and not (isinstance(head, str) and head in HEADS):
            raise ValueError(
                f"`head` must be one of {', '.join(map(repr, HEADS))} or a head object such as "
                f"keras_vae.layers.NormalHead(scale='shared'); received head={head!r}."
            )
        if body is None:
            units = positive_integers("hidden_units", hidden_units)
            body = DenseBody(units, activation, name="body", dtype=self.dtype_policy)
        self.body = layer("body", body)
        made = HEADS[head](name="head") if isinstance(head, str) else head
        self.head = made.for_event(event_shape)
        if not self.trainable:
            self.body.trainable = self.head.trainable = False

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        features = self.body(keras.KerasTensor(input_shape, dtype=self.compute_dtype))
        self.head(one_tensor(features))
        if self.describes_data and features.shape[1:] == self.head.event_shape:
            warn_of_a_likelihood(self.body, type(self.head).__name__)

    def distribution(self, parameters: Parameters, target: Tensor | None = None) -> Distribution:
        """The distribution with the parameters that calling the network returned.

        Args:
            parameters: dict of tensors; any number of leading axes.
            target: the data, during training only (see `Head.distribution`).
        """
        return self.head.distribution(parameters, target)

    def get_config(self) -> dict[str, Any]:
        serialize = keras.saving.serialize_keras_object
        own = {"body": serialize(self.body), "head": serialize(self.head)}
        return {**super().get_config(), **own}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> "Network":
        parts = {
            name: keras.saving.deserialize_keras_object(config[name], custom_objects)
            for name in ("body", "head")
        }
        trainable = config.get("trainable", True)
        network = cls(**{**config, **parts, "trainable": True})
        if not trainable:
            freeze_alone(network)
        return network


@register
class Encoder(Network):
    r"""The recognition model $q(z\mid x)$: data in, parameters of the posterior out.

    Args:
        latent_dim: number of latent dimensions, or the shape of an array of them, such as
            `(4, 4, 8)`.
        hidden_units: widths of a dense body; `()` makes the encoder linear.
        body: any Keras layer or model, instead of `hidden_units`.
        head: `"normal"` (diagonal, learned scale), `"multivariate_normal"` (Cholesky factor), or
            a head object.
        activation: activation of the dense body.
        **kwargs: passed to `keras.Model`.

    Examples:
        >>> encoder = Encoder(latent_dim=2, hidden_units=(64,))
        >>> parameters = encoder(keras.ops.ones((5, 8, 8)))
        >>> {name: tuple(value.shape) for name, value in parameters.items()}
        {'loc': (5, 2), 'scale': (5, 2)}
        >>> encoder.distribution(parameters)
        Normal(batch_shape=(5,), event_shape=(2,))
    """

    def __init__(
        self,
        latent_dim: int | Shape,
        hidden_units: Shape | None = None,
        body: keras.layers.Layer | None = None,
        head: str | Head = "normal",
        activation: Any = "relu",
        **kwargs: Any,
    ) -> None:
        shape = positive_integers("latent_dim", latent_dim)
        if not shape:
            raise ValueError(
                "`latent_dim` must be the length of a latent vector, or the shape of an array of "
                f"latent variables; received latent_dim={latent_dim!r}."
            )
        super().__init__(shape, hidden_units, body, head, activation, **kwargs)
        self.latent_shape = shape
        self.latent_dim: Any = shape if is_several(latent_dim) else shape[0]

    def call(self, inputs: Tensor, training: bool = False) -> Parameters:
        features = self.body(ops.cast(inputs, self.compute_dtype), training=training)
        parameters: Parameters = self.head(features, training=training)
        return parameters

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "latent_dim": self.latent_dim}


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
        **kwargs: Any,
    ) -> None:
        shape = positive_integers("event_shape", event_shape)
        super().__init__(shape, hidden_units, body, head, activation, **kwargs)
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

    def call(self, inputs: Tensor, training: bool = False) -> Parameters:
        inputs = ops.cast(inputs, self.compute_dtype)
        given_shape = self.given_shape or inputs.shape[-1:]
        draws = ops.shape(inputs)[: -len(given_shape) - 1]
        if draws:
            inputs = ops.reshape(inputs, (-1, *given_shape))
        features = self.body(inputs, training=training)
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


@register
class Decoder(Conditional):
    r"""The generative model $p(x\mid z)$: latent variables in, parameters of the likelihood out.

    Leading axes of z beyond the batch (draws) are folded into the batch for the body, so that
    any body works unchanged.

    Args:
        output_shape: shape of one example.
        hidden_units: widths of a dense body; `()` makes the decoder linear.
        body: any Keras layer or model, instead of `hidden_units`.
        head: `"bernoulli"`, `"continuous_bernoulli"`, `"normal"`, `"multivariate_normal"`,
            `"categorical"`, or a head object such as `keras_vae.layers.NormalHead(scale="shared")`.
        activation: activation of the dense body.
        given_shape: shape of z for one example; the `VAE` tells it.
        **kwargs: passed to `keras.Model`.

    Examples:
        >>> decoder = Decoder((8, 8), hidden_units=(64,))
        >>> parameters = decoder(keras.ops.ones((5, 2)))
        >>> decoder.distribution(parameters)
        Bernoulli(batch_shape=(5,), event_shape=(8, 8))
    """

    describes_data = True

    def __init__(
        self,
        output_shape: Shape,
        hidden_units: Shape | None = None,
        body: keras.layers.Layer | None = None,
        head: str | Head = "bernoulli",
        activation: Any = "relu",
        given_shape: Shape | None = None,
        **kwargs: Any,
    ) -> None:
        shape = positive_integers("output_shape", output_shape)
        if not shape:
            raise ValueError(
                "`output_shape` must be the shape of one example; received output_shape=(). "
                "Single numbers are vectors of length 1: output_shape=(1,), x[:, None]."
            )
        super().__init__(shape, hidden_units, body, head, activation, given_shape, **kwargs)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config["output_shape"] = config.pop("event_shape")
        return config
