"""A training that may be killed: run as a program by test_resume.py.

python -m tests.models.killed_training FOLDER KILL_AT_EPOCH

Trains six epochs with BackupAndRestore, and appends "epoch step beta" to FOLDER/trajectory.txt
as each epoch ends. Where KILL_AT_EPOCH is given, the process kills itself in the middle of that
epoch, so that nothing is tidied up.
"""

import os
import pathlib
import signal
import sys

import keras
import numpy as np

import keras_vae


class Witness(keras.callbacks.Callback):
    """Writes down where training is, or ends the process."""

    def __init__(self, folder, kill_at):
        super().__init__()
        self.folder, self.kill_at = folder, kill_at

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.epoch == self.kill_at and batch == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_epoch_end(self, epoch, logs=None):
        with open(self.folder / "trajectory.txt", "a") as file:
            print(epoch, int(self.model.step), f"{logs['beta']:.6f}", file=file)


def main(folder, kill_at=None):
    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).random((20, 4)).astype("float32")
    encoder = keras_vae.Encoder(2, hidden_units=(8,))
    decoder = keras_vae.Decoder((4,), hidden_units=(8,))
    vae = keras_vae.VAE(encoder, decoder, seed=0)
    vae.compile("adam")
    schedule = keras_vae.schedules.Linear(0.0, 1.0)
    vae.fit(
        x,
        batch_size=5,
        epochs=6,
        shuffle=False,
        verbose=0,
        callbacks=[
            keras_vae.callbacks.KLAnnealing(schedule, fraction=1.0),
            keras.callbacks.BackupAndRestore(folder / "backup"),
            Witness(folder, kill_at),
        ],
    )
    np.savetxt(folder / "means.txt", vae.encode(x))


if __name__ == "__main__":
    if keras.config.backend() != "tensorflow":
        # As where TensorFlow is not installed: Keras would import it, to seed it.
        sys.modules["tensorflow"] = None
    main(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
