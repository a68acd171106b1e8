"""Two stochastic layers: a posterior that goes up and a prior that comes down."""

from typing import Any

import keras
from keras import ops

from keras_vae.distributions import Chain, Distribution, Normal
from keras_vae.heads import Head, NormalHead
from keras_vae.heads.head import Parameters
from keras_vae.keras_compat import register
from keras_vae.priors.prior import Prior
from keras_vae.tensors import Tensor


def given(network: Any) -> Any:
    """From values of a to p(b given a), by a network that ends in a head."""
    return lambda a: network.distribution(network(a))


@register
class ChainHead(Head):
    r"""The posterior $q(h_1\mid x)\,q(h_2\mid h_1)$ over the code $z = (h_1, h_2)$.

    Args:
        upward: the network $q(h_2\mid h_1)$, a `keras_vae.Decoder` with `head="normal"` from
            $h_1$ to events of the length of $h_2$.
        event_shape: length of $h_1$ and $h_2$ together; set by the `Encoder`.

    References:
        Burda, Grosse & Salakhutdinov 2016, Importance Weighted Autoencoders, equation 5.

    Examples:
        >>> import keras_vae
        >>> upward = keras_vae.Decoder((2,), hidden_units=(8,), head="normal")
        >>> encoder = keras_vae.Encoder(6, hidden_units=(8,), head=ChainHead(upward))
        >>> encoder.distribution(encoder(keras.ops.ones((5, 3))))
        Chain(batch_shape=(5,), event_shape=(6,))
    """

    family = Chain

    def __init__(
        self, upward: Any, event_shape: tuple[int, ...] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(event_shape, **kwargs)
        self.upward = upward

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        (size,), (total,) = self.upward.event_shape, self.event_shape or (0,)
        if total <= size:
            raise ValueError(
                f"ChainHead splits a code of {total} dimensions into h₁ and h₂, and `upward` gives "
                f"h₂ {size} of them, which leaves none for h₁: write Encoder(latent_dim={size} + "
                "length of h₁, …)."
            )
        self.first = NormalHead(event_shape=(total - size,))
        self.first.build(input_shape)
        self.upward.build((None, total - size))

    def call(self, features: Tensor) -> Parameters:
        parameters: Parameters = self.first(features)
        return parameters

    def distribution(self, parameters: Parameters, target: Tensor | None = None) -> Distribution:
        first = self.first.distribution(parameters)
        return Chain(first, given(self.upward), self.upward.event_shape[0])

    def get_config(self) -> dict[str, Any]:
        upward = keras.saving.serialize_keras_object(self.upward)
        return {**super().get_config(), "upward": upward}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "ChainHead":
        upward = keras.saving.deserialize_keras_object(config["upward"])
        return cls(**{**config, "upward": upward})


@register
class ChainPrior(Prior):
    r"""The prior $p(h_2)\,p(h_1\mid h_2)$ with $p(h_2) = \mathcal N(0, I)$, over $z = (h_1, h_2)$.

    Args:
        latent_dim: length of $h_2$.
        downward: the network $p(h_1\mid h_2)$, a `keras_vae.Decoder` with `head="normal"`.

    References:
        Burda, Grosse & Salakhutdinov 2016, Importance Weighted Autoencoders, equation 1.

    Examples:
        >>> import keras_vae
        >>> downward = keras_vae.Decoder((4,), hidden_units=(8,), head="normal")
        >>> ChainPrior(2, downward).distribution()
        Chain(batch_shape=(), event_shape=(6,))
    """

    def __init__(self, latent_dim: int, downward: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.latent_dim, self.downward = latent_dim, downward
        downward.build((None, latent_dim))

    def distribution(self) -> Chain:
        top = Normal(ops.zeros((self.latent_dim,)), 1.0)
        return Chain(top, given(self.downward), self.downward.event_shape[0], reverse=True)

    def get_config(self) -> dict[str, Any]:
        downward = keras.saving.serialize_keras_object(self.downward)
        return {**super().get_config(), "latent_dim": self.latent_dim, "downward": downward}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "ChainPrior":
        downward = keras.saving.deserialize_keras_object(config["downward"])
        return cls(**{**config, "downward": downward})
