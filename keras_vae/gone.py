"""Names that were public once, and the sentence that says what replaces them."""

from typing import Any, NoReturn

from keras_vae.keras_compat import register

REPLACED = ("Chain", "ChainHead", "ChainPrior")


def sentence(name: str) -> str:
    """What to write instead of a name that is gone."""
    return (
        f"{name} is gone: models with two stochastic layers, or more, are made by "
        "keras_vae.VAE(body, decoder, latents=keras_vae.latents.BottomUp((100, 50), (100, 100))), "
        "which also tells the KL of each layer. A file that was saved with it needs the version "
        "that wrote it."
    )


def gone(name: str, module: str) -> NoReturn:
    """`__getattr__` of a module that had names which are gone."""
    if name in REPLACED:
        raise ImportError(sentence(name))
    raise AttributeError(f"module {module!r} has no attribute {name!r}")


@register
class ChainHead:
    """What a file with a `ChainHead` is told."""

    def get_config(self) -> dict[str, Any]:
        """Say what replaces it."""
        raise ImportError(sentence(type(self).__name__))

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> NoReturn:
        """Say what replaces it."""
        raise ImportError(sentence(cls.__name__))


@register
class ChainPrior(ChainHead):
    """What a file with a `ChainPrior` is told."""
