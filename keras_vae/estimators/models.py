"""Which models an estimate can be made of."""

from typing import Any

from keras_vae.latents import OneGroup


def check_vae(vae: Any) -> None:
    """Raise a TypeError unless this is a VAE."""
    if not hasattr(vae, "latents"):
        raise TypeError(
            f"vae is of type {type(vae).__name__}; expected a keras_vae.VAE first, and then the "
            "examples."
        )


def check_no_condition(vae: Any) -> None:
    """Raise a NotImplementedError where the model is given a condition."""
    if vae.condition_shape is not None:
        raise NotImplementedError(
            f"This draws or refines x without a condition, and the model is given one of shape "
            f"{vae.condition_shape}. vae.elbo and vae.log_likelihood take it: "
            '{"x": x, "condition": condition}.'
        )


def check_one_group(vae: Any) -> None:
    """Raise a NotImplementedError where there are several groups of latent variables."""
    if not isinstance(vae.latents, OneGroup):
        number = "a point" if vae.latents.point else len(vae.latents.groups)
        raise NotImplementedError(
            f"This needs one group of latent variables, and {type(vae.latents).__name__} has "
            f"{number}. evaluation.report says what each costs and uses, and "
            "vae.encode(x) gives their means, or codes."
        )
