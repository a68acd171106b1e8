"""What encoder and decoder share: a body that makes features, a head that makes a distribution."""

from typing import Any, ClassVar, Self

import keras

from keras_vae.arguments import Shape, positive_integers
from keras_vae.bodies import DenseBody
from keras_vae.bodies.given import layer, one_tensor, warn_of_a_likelihood
from keras_vae.distributions import Distribution
from keras_vae.exporting import Exports
from keras_vae.heads import (
    BernoulliHead,
    CategoricalHead,
    ContinuousBernoulliHead,
    Head,
    MultivariateNormalHead,
    NormalHead,
    PoissonHead,
)
from keras_vae.heads.head import Parameters
from keras_vae.keras_compat import freeze_alone
from keras_vae.networks.conditions import features_of, symbolic_condition
from keras_vae.tensors import Tensor

HEADS: dict[str, type[Head]] = {
    "normal": NormalHead,
    "multivariate_normal": MultivariateNormalHead,
    "bernoulli": BernoulliHead,
    "continuous_bernoulli": ContinuousBernoulliHead,
    "categorical": CategoricalHead,
    "poisson": PoissonHead,
}


class Network(Exports, keras.Model):
    """A body that turns inputs into features, and a head that turns features into a distribution.

    Args:
        event_shape: shape of one event of the distribution.
        hidden_units: widths of a dense body; `()` makes the network linear.
        body: any Keras layer or model, instead of `hidden_units`.
        head: name of a head, or a `keras_vae.layers.Head`.
        activation: activation of the dense body.
        condition_shape: shape of the condition of one example; None where there is none.
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
        condition_shape: Shape | None = None,
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
        self.condition_shape = None if condition_shape is None else tuple(condition_shape)
        if not self.trainable:
            self.body.trainable = self.head.trainable = False

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        inputs = keras.KerasTensor(input_shape, dtype=self.compute_dtype)
        features = features_of(self.body, inputs, symbolic_condition(self, input_shape[0]))
        self.head(one_tensor(features))
        if self.describes_data and features.shape[1:] == self.head.event_shape:
            warn_of_a_likelihood(self.body, type(self.head).__name__)

    def for_condition(self, condition_shape: Shape | None) -> Self:
        """Tell the network the shape of the condition; returns the network itself."""
        if self.condition_shape not in (None, condition_shape):
            raise ValueError(
                f"This {type(self).__name__} was made for conditions of shape "
                f"{self.condition_shape} and is now given {condition_shape}. Use one "
                f"{type(self).__name__} per model, or give both models the same condition_shape."
            )
        if self.built and self.condition_shape != condition_shape:
            raise ValueError(
                f"This {type(self).__name__} was built without a condition, and its weights do not "
                "fit one. Make a new one for this model."
            )
        self.condition_shape = condition_shape
        return self

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
        if self.condition_shape is not None:
            own["condition_shape"] = self.condition_shape
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
