"""The recognition model q(z|x)."""

from typing import Any

import keras

from keras_vae.arguments import Shape, is_several, positive_integers
from keras_vae.heads import Head
from keras_vae.heads.head import Parameters
from keras_vae.keras_compat import register
from keras_vae.networks.conditions import features_of
from keras_vae.networks.network import Network
from keras_vae.tensors import Tensor


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
        condition_shape: shape of the condition of one example; the `VAE` tells it.
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
        condition_shape: Shape | None = None,
        **kwargs: Any,
    ) -> None:
        shape = positive_integers("latent_dim", latent_dim)
        if not shape:
            raise ValueError(
                "`latent_dim` must be the length of a latent vector, or the shape of an array of "
                f"latent variables; received latent_dim={latent_dim!r}."
            )
        super().__init__(shape, hidden_units, body, head, activation, condition_shape, **kwargs)
        self.latent_shape = shape
        self.latent_dim: Any = shape if is_several(latent_dim) else shape[0]

    def call(
        self, inputs: Tensor, training: bool = False, condition: Tensor | None = None
    ) -> Parameters:
        features = features_of(self.body, inputs, condition, training)
        parameters: Parameters = self.head(features, training=training)
        return parameters

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "latent_dim": self.latent_dim}
