"""Pictures of what a model has learned so far, drawn while it trains."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_vae import plotting
from keras_vae.arguments import count


class Snapshots(keras.callbacks.Callback):
    """Draws reconstructions and samples into a folder at the end of epochs.

    The same examples and the same draws from the prior each time, so that the pictures can be
    leafed through. Needs matplotlib.

    Args:
        x: examples to reconstruct.
        folder: where `reconstructions_0001.png`, `samples_0001.png`, … go.
        every: number of epochs between pictures; the last epoch is always drawn.
        seed: integer for the draws from the prior.
        tensorboard: a folder of logs for TensorBoard, or None. Needs TensorFlow, whichever the
            backend.
        image_shape: shape of one image, where the examples are flat.

    Examples:
        >>> snapshots = Snapshots(np.ones((4, 8, 8)), "runs/pictures", every=5)
    """

    def __init__(
        self,
        x: np.ndarray,
        folder: str | Path,
        every: int = 1,
        seed: int = 0,
        tensorboard: str | Path | None = None,
        image_shape: tuple[int, ...] | None = None,
    ) -> None:
        super().__init__()
        every = count("every", every)
        self.x, self.folder, self.every, self.seed = x, Path(folder), every, seed
        self.image_shape = image_shape
        self.writer = None
        if tensorboard is not None:
            try:
                import tensorflow as tf
            except ImportError as error:
                raise ImportError(
                    "Pictures in TensorBoard are written by TensorFlow, which is not installed. "
                    "Install it, or leave out `tensorboard=`: the folder gets the same pictures."
                ) from error
            self.writer = tf.summary.create_file_writer(str(tensorboard))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Draw, if it is time."""
        if (epoch + 1) % self.every and epoch + 1 != self.params["epochs"]:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        model, shape = self.model, self.image_shape
        figures = {
            "reconstructions": plotting.reconstructions(model, self.x, image_shape=shape),
            "samples": plotting.samples(model, seed=self.seed, image_shape=shape),
        }
        for name, figure in figures.items():
            path = self.folder / f"{name}_{epoch + 1:04d}.png"
            figure.savefig(path)
            if self.writer is not None:
                import tensorflow as tf

                with self.writer.as_default():
                    tf.summary.image(name, tf.io.decode_png(path.read_bytes())[None], epoch + 1)
                self.writer.flush()
