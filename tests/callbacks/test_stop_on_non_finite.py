"""StopOnNonFinite: where the loss breaks training stops, with or without asynchronous dispatch."""

import keras
import numpy as np
import pytest

from keras_vae import VAE, Decoder, Encoder

STEPS = 6  # per epoch
X = np.random.default_rng(0).uniform(size=(4 * STEPS, 5)).astype("float32")


class Breaking(keras.utils.PyDataset):
    """Six batches, of which one holds NaN once `broken` is set."""

    broken = False

    def __init__(self, batch):
        super().__init__()
        self.batch = batch

    def __len__(self):
        return STEPS

    def __getitem__(self, index):
        bad = self.broken and index == self.batch
        return (X[4 * index : 4 * index + 4] * (np.nan if bad else 1.0),)


@pytest.mark.parametrize(
    ("batch", "steps_per_execution", "step", "verbose"),
    [(1, 1, 2, 0), (4, 3, 6, 0), (5, 1, 6, 0), (5, 1, 6, 2)],
)
def test_stops_where_the_loss_breaks(batch, steps_per_execution, step, verbose, tmp_path):
    """At the step, with or without a progress bar, and before anything is saved."""
    if keras.config.backend() == "torch" and steps_per_execution > 1:
        pytest.skip("steps_per_execution does not exist on torch")
    vae = VAE(Encoder(2, hidden_units=()), Decoder((5,), hidden_units=()), seed=0)
    vae.compile("adam", steps_per_execution=steps_per_execution)
    data = Breaking(batch)
    break_data = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: setattr(data, "broken", epoch == 1)
    )
    save = keras.callbacks.ModelCheckpoint(tmp_path / "{epoch}.weights.h5", save_weights_only=True)
    options = {"epochs": 2, "verbose": verbose, "shuffle": False}
    with pytest.raises(FloatingPointError) as caught:
        vae.fit(data, callbacks=[break_data, save], **options)
    assert f"epoch 2 at step {step}: reconstruction_loss and kl_loss" in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["1.weights.h5"]


def test_names_a_broken_regularizer():
    class Break(keras.regularizers.Regularizer):
        def __call__(self, weights):
            return keras.ops.sum(weights) * float("inf")

    body = keras.layers.Dense(3, kernel_regularizer=Break())
    vae = VAE(Encoder(2, body=body), Decoder((5,), hidden_units=()))
    vae.compile("adam")
    with pytest.raises(FloatingPointError, match=r"epoch 1 at step 1: loss \(.* regularizer\)"):
        vae.fit(X, verbose=0)
