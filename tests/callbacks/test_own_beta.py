"""β set by a callback of one's own, while the compiled step is in use."""

import keras
import numpy as np

from tests.oracles.betas import STEPS, X, fit, recording, seen


def test_beta_from_a_callback_of_ones_own():
    """The annealing of every tutorial, and a change between two steps."""
    vae = recording()
    setting = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: setattr(vae, "beta", 0.1 * epoch)
    )
    history = fit(vae, setting, epochs=3, validation_data=(X,)).history
    np.testing.assert_allclose(seen(vae, 3 * STEPS), np.repeat([0.0, 0.1, 0.2], STEPS), rtol=1e-6)
    np.testing.assert_allclose(history["beta"], [0.0, 0.1, 0.2], rtol=1e-6)
    np.testing.assert_allclose(history["val_beta"], [0.0, 0.1, 0.2], rtol=1e-6)


class Doubling(keras.callbacks.Callback):
    """Doubles β before one step, and before an evaluation."""

    def on_train_batch_begin(self, batch, logs=None):
        if batch == 3:
            self.model.beta *= 2

    def on_test_begin(self, logs=None):
        self.model.beta *= 2


def test_beta_changed_between_two_steps_and_before_an_evaluation():
    vae = recording(beta=0.5)
    fit(vae, Doubling(), epochs=1)
    np.testing.assert_allclose(seen(vae, STEPS), [0.5] * 3 + [1.0] * 3)
    logs = vae.evaluate(X, verbose=0, return_dict=True, callbacks=[Doubling()])
    assert logs["beta"] == vae.beta == 2.0
