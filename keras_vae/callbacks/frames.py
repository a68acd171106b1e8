"""States of a training, kept to be played back."""

from typing import Any

import keras
import numpy as np

from keras_vae import latent_space
from keras_vae.arguments import count


class Frames(keras.callbacks.Callback):
    """Keeps what the model does before training and at the end of epochs, for a movie.

    `plotting.training_movie(frames.frames, "training.gif", epochs=frames.epochs)` plays it.

    Args:
        x: examples whose posterior means are kept; None keeps the manifold of a model with two
            latent dimensions.
        every: number of epochs between two frames; the last epoch is always kept.
        steps: pictures along each side of the manifold.

    Attributes:
        frames: arrays, codes of shape (n, latent_dim) or pictures of shape (steps, steps, ...).
        epochs: the epoch at whose end each was kept; 0 is before training.

    Examples:
        >>> frames = Frames(np.ones((4, 8, 8)), every=5)
        >>> frames.epochs
        []
    """

    def __init__(self, x: Any = None, every: int = 1, steps: int = 12) -> None:
        super().__init__()
        self.x, self.every, self.steps = x, count("every", every), count("steps", steps, least=2)
        self.frames: list[np.ndarray] = []
        self.epochs: list[int] = []

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Keep the state before training; another `fit` goes on where the last one ended."""
        if not self.epochs:
            self.keep(0)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keep the state, if it is time."""
        if (epoch + 1) % self.every == 0 or epoch + 1 == self.params["epochs"]:
            self.keep(epoch + 1)

    def keep(self, epoch: int) -> None:
        """Add a frame."""
        if self.x is None:
            self.frames.append(latent_space.manifold(self.model, steps=self.steps))
        else:
            self.frames.append(self.model.encode(self.x))
        self.epochs.append(epoch)
