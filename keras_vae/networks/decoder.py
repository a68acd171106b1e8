"""The generative model p(x|z)."""

from typing import Any

import keras

from keras_vae.arguments import Shape, positive_integers
from keras_vae.heads import Head
from keras_vae.keras_compat import register
from keras_vae.networks.conditional import Conditional


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
            `"categorical"`, `"poisson"`, or a head object such as
            `keras_vae.layers.NormalHead(scale="shared")`.
        activation: activation of the dense body.
        given_shape: shape of z for one example; the `VAE` tells it.
        condition_shape: shape of the condition of one example; the `VAE` tells it.
        **kwargs: passed to `keras.Model`.

    Examples:
        >>> decoder = Decoder((8, 8), hidden_units=(64,))
        >>> parameters = decoder(keras.ops.ones((5, 2)))
        >>> decoder.distribution(parameters)
        Bernoulli(batch_shape=(5,), event_shape=(8, 8))
    """

    describes_data = True
    input_name = "z"

    def __init__(
        self,
        output_shape: Shape,
        hidden_units: Shape | None = None,
        body: keras.layers.Layer | None = None,
        head: str | Head = "bernoulli",
        activation: Any = "relu",
        given_shape: Shape | None = None,
        condition_shape: Shape | None = None,
        **kwargs: Any,
    ) -> None:
        shape = positive_integers("output_shape", output_shape)
        if not shape:
            raise ValueError(
                "`output_shape` must be the shape of one example; received output_shape=(). "
                "Single numbers are vectors of length 1: output_shape=(1,), x[:, None]."
            )
        super().__init__(
            shape,
            hidden_units,
            body,
            head,
            activation,
            given_shape,
            condition_shape,
            **kwargs,
        )

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config["output_shape"] = config.pop("event_shape")
        return config
