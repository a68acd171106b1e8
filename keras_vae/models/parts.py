"""The parts that a model is put together from, looked at before it is."""

from typing import Any

import keras

from keras_vae.arguments import Shape, positive_integers
from keras_vae.bodies.given import layer
from keras_vae.distributions import Support
from keras_vae.latents import Latents
from keras_vae.networks import Decoder, Encoder


def as_model(name: str, body: Any) -> keras.Model:
    """The body, in a model of its own if it is a layer, so that it has `predict`."""
    body = layer(name, body)
    return body if isinstance(body, keras.Model) else keras.Sequential([body], name=name)


def shape_of_condition(condition_shape: Any) -> Shape | None:
    """The shape of a condition, of one number the length of a vector; None where there is none."""
    return (
        None if condition_shape is None else positive_integers("condition_shape", condition_shape)
    )


def check_supports(posterior: Support, prior: Any) -> None:
    """Raise a ValueError where the posterior draws values to which the prior gives no density."""
    distribution = prior.distribution()
    support = getattr(distribution, "support", None)
    if isinstance(support, Support) and not support.holds(posterior):
        raise ValueError(
            f"The encoder draws {posterior.words}, and the prior, a {type(distribution).__name__}, "
            f"describes {support.words}: KL(q ‖ p) would be infinite. Take a head and a prior over "
            "the same values."
        )


def check_parts(encoder: Any, decoder: Any, prior: Any, latents: Any) -> None:
    """Raise where encoder, decoder, prior and latents do not make a model together."""
    kinds: list[tuple[str, Any, type]] = [("decoder", decoder, Decoder)]
    if latents is None:
        kinds.insert(0, ("encoder", encoder, Encoder))
    for name, part, kind in kinds:
        if not isinstance(part, kind):
            raise TypeError(
                f"`{name}` must be a keras_vae.{kind.__name__}; received {type(part).__name__}. A "
                f"model of your own goes inside: keras_vae.{kind.__name__}(..., body=model)."
            )
    if latents is None:
        if encoder.head is decoder.head:
            raise ValueError(
                f"Encoder and decoder share one {type(encoder.head).__name__} object, whose "
                "weights and event shape belong to one of them. Make a head for each."
            )
        family = encoder.head.family
        if not family.reparameterized:
            raise ValueError(
                f"The head of the encoder gives a {family.__name__}, whose draws carry no gradient "
                "to the encoder. Use head='normal' or 'multivariate_normal', or a head whose "
                "`family` is reparameterized."
            )
        return
    if not isinstance(latents, Latents):
        raise TypeError(
            "`latents` must be a structure of latent variables such as keras_vae.latents.Ladder; "
            f"received {type(latents).__name__}."
        )
    if isinstance(encoder, Encoder):
        raise ValueError(
            f"With latents={type(latents).__name__}(…) the first argument gives features, and the "
            "latents make distributions of them; received an Encoder, which makes its own. Give "
            "its body instead: any Keras layer or model."
        )
    if prior is not None:
        raise ValueError(
            f"latents={type(latents).__name__}(…) brings its own prior; received also "
            f"prior={type(prior).__name__}. Leave out `prior`."
        )
