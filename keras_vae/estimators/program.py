"""A small model around a VAE that draws with noise which it is given."""

from collections.abc import Callable
from typing import Any

import keras


class NoisyProgram(keras.Model):
    """A small model that is kept with a VAE, compiled once, and draws with anyone's noise.

    Args:
        vae: the model.
    """

    def __init__(self, vae: Any) -> None:
        super().__init__()
        self.vae = vae
        self.noise = keras.random.SeedGenerator(0)

    def drawn(
        self, noise: keras.random.SeedGenerator, run: Callable[..., Any], *arguments: Any
    ) -> Any:
        """What `run` gives with the noise of a seed generator, which moves on."""
        self.noise.state.assign(noise.state)
        found = run(*arguments)
        noise.state.assign(self.noise.state)
        return found
