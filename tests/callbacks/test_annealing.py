"""KLAnnealing: the β that the compiled step saw, on every backend."""

import keras
import numpy as np
import pytest

from keras_vae import VAE, Decoder, Encoder
from keras_vae.callbacks import KLAnnealing, StopOnNonFinite
from keras_vae.schedules import Constant, Cosine, Cyclical, Linear, Sigmoid
from tests.oracles.betas import STEPS, X, fit, recording, seen

TORCH = keras.config.backend() == "torch"  # which has no steps_per_execution


def close(values, schedule):
    np.testing.assert_allclose(values, schedule.values(len(values)), rtol=1e-6, atol=1e-7)


class PowerCutError(Exception):
    """The machine goes down."""


class PowerCut(keras.callbacks.Callback):
    """Ends training before a step, without `on_train_end`."""

    def __init__(self, step):
        super().__init__()
        self.left = step

    def on_train_batch_begin(self, batch, logs=None):
        self.left -= 1
        if self.left < 0:
            raise PowerCutError


@pytest.mark.parametrize(
    ("schedule", "steps_per_execution"),
    [
        (Cyclical(0.1, 2.0, steps=20, cycles=2), 1),
        (0.3 * Constant(0.0, steps=5).then(Cosine(steps=9)).then(Sigmoid(1.0, 0.5, steps=8)), 4),
    ],
    ids=["cyclical", "composed"],
)
def test_trajectory(schedule, steps_per_execution):
    vae = recording(1 if TORCH else steps_per_execution)
    history = fit(vae, KLAnnealing(schedule)).history
    close(seen(vae), schedule)
    last = schedule.values(4 * STEPS)[STEPS - 1 :: STEPS]
    np.testing.assert_allclose(history["beta"], last, rtol=1e-6)
    assert vae.beta == schedule


def test_validation_moves_neither_clock_nor_logs():
    vae = recording()
    history = fit(vae, KLAnnealing(Linear(steps=24)), validation_data=(X,)).history
    close(seen(vae), Linear(steps=24))
    np.testing.assert_allclose(history["val_beta"], np.array([6, 12, 18, 24]) / 24, rtol=1e-6)
    np.testing.assert_allclose(history["beta"], np.array([5, 11, 17, 23]) / 24, rtol=1e-6)


@pytest.mark.parametrize(
    ("callback", "expected"),
    [
        (KLAnnealing(Linear(steps=5)), Linear(steps=5)),
        (KLAnnealing(Linear(), epochs=3), Linear(steps=18)),
        (KLAnnealing(Linear(steps=999), epochs=0.5), Linear(steps=3)),
        (KLAnnealing(Linear(), epochs=0.01), Linear(steps=1)),
        (KLAnnealing(Linear(), fraction=1.0), Linear(steps=24)),
        (KLAnnealing(Linear(steps=999), fraction=0.33), Linear(steps=8)),
        (
            KLAnnealing(2 * Constant(0.0, steps=1).then(Linear(steps=3)), epochs=2),
            2 * Constant(0.0, steps=3).then(Linear(steps=9)),
        ),
    ],
    ids=str,
)
def test_lengths(callback, expected):
    vae = recording()
    callback.set_model(vae)
    callback.set_params({"epochs": 4, "steps": STEPS})
    callback.on_train_begin()
    assert vae.beta == expected


@pytest.mark.parametrize("backup_first", [True, False])
def test_resume_after_a_power_cut(backup_first, tmp_path):
    callbacks = [keras.callbacks.BackupAndRestore(tmp_path), KLAnnealing(Cyclical(), fraction=1.0)]
    callbacks = callbacks if backup_first else callbacks[::-1]
    with pytest.raises(PowerCutError):
        fit(recording(), *callbacks, PowerCut(2 * STEPS + 3))
    vae = recording()  # in another process
    history = fit(vae, *callbacks)
    assert history.epoch == [2, 3]
    close(seen(vae), Cyclical(steps=24))


def test_resume_from_a_file(tmp_path):
    first = VAE(Encoder(2, hidden_units=()), Decoder((5,), hidden_units=()))
    first.compile("adam")
    annealing = KLAnnealing(Linear(), fraction=1.0)
    fit(first, annealing, keras.callbacks.ModelCheckpoint(tmp_path / "{epoch}.keras"))
    again = keras.saving.load_model(tmp_path / "2.keras")
    assert again.beta == Linear(steps=24)
    assert int(again.step) == 12
    history = fit(again, annealing, initial_epoch=2).history
    np.testing.assert_allclose(history["beta"], [17 / 24, 23 / 24], rtol=1e-6)


def test_changed_between_two_fits():
    vae = recording()
    fit(vae, KLAnnealing(Linear(steps=20)))
    compiled = vae.train_function
    fit(vae, KLAnnealing(Linear(steps=20)))
    assert vae.train_function is compiled  # an equal schedule compiles nothing
    del compiled  # as long as it lives, JAX takes it for any other train function of this model
    close(seen(vae), Linear(steps=20))  # and the clock has started again
    fit(vae, KLAnnealing(Cosine(steps=10)))
    close(seen(vae), Cosine(steps=10))
    fit(vae, epochs=5, initial_epoch=4)  # the model keeps its schedule and its clock
    close(seen(vae, 30), Cosine(steps=10))


def test_one_fit_after_another_goes_on_with_initial_epoch():
    vae = recording()
    with pytest.warns(UserWarning, match="Training will end at step 6"):
        fit(vae, KLAnnealing(Linear(steps=20)), epochs=1)
    fit(vae, KLAnnealing(Linear(steps=20)), initial_epoch=1)
    close(seen(vae), Linear(steps=20))


def test_the_loss_follows_beta():
    """A compiled loss in which β was frozen does not move with it."""
    vae = VAE(Encoder(2, hidden_units=()), Decoder((5,), hidden_units=()))
    vae.compile(keras.optimizers.SGD(0.0))
    history = fit(vae, KLAnnealing(Linear(0.0, 40.0, steps=4)), epochs=5, batch_size=24).history
    kl, beta = np.array(history["kl_loss"]), np.array([0.0, 10.0, 20.0, 30.0, 40.0])
    assert kl[0] > 0.01
    np.testing.assert_allclose(kl, kl[0], rtol=1e-5)
    difference = np.array(history["loss"]) - np.array(history["reconstruction_loss"])
    np.testing.assert_allclose(difference, beta * kl, rtol=1e-3, atol=1e-4)


def test_evaluate_leaves_schedule_and_clock():
    vae = recording()
    fit(vae, KLAnnealing(Linear(), fraction=0.5))
    vae.evaluate(X, verbose=0, callbacks=[KLAnnealing(Cosine(), epochs=1), StopOnNonFinite()])
    vae.predict(X, verbose=0, callbacks=[KLAnnealing(Cosine(), epochs=1)])
    assert vae.beta == Linear(steps=12)
    assert int(vae.step) == 24


def test_warns_before_training_that_beta_will_not_arrive():
    sentence = (
        "Training will end at step 24, but the schedule of β lasts 30 steps: β arrives at 0.8"
    )
    with pytest.warns(UserWarning, match=sentence) as caught:
        fit(recording(), KLAnnealing(Linear(steps=30)))
    assert [warning.category for warning in caught].count(UserWarning) == 1
    with pytest.raises(UserWarning, match=sentence):  # as an error it comes before any step
        fit(vae := recording(), KLAnnealing(Linear(steps=30)))
    assert int(vae.step) == 0


def test_warns_after_training_that_beta_has_not_arrived():
    stop = keras.callbacks.EarlyStopping("loss", min_delta=1e9, patience=1)
    sentence = "Training ended at step 12, but the schedule of β lasts 24 steps: β arrives at 0.5"
    with pytest.warns(UserWarning, match=sentence):
        fit(recording(), KLAnnealing(Linear(), fraction=1.0), stop, epochs=4)


STREAM = {"batch_size": None, "shuffle": False, "epochs": 1}
RAN_OUT = "ignore:Your input ran out of data"


def batches(number):
    yield from [(X[:4],)] * number


@pytest.mark.filterwarnings(RAN_OUT)
def test_data_of_unknown_length():
    with pytest.raises(ValueError, match=r"write fit\(\.\.\., steps_per_epoch=…\), or give"):
        fit(recording(), KLAnnealing(Linear(), epochs=1), x=batches(6), **STREAM)
    with pytest.warns(UserWarning, match="Training ended at step .* the schedule of β lasts 9"):
        fit(vae := recording(), KLAnnealing(Linear(steps=9)), x=batches(5), **STREAM)
    fit(vae, KLAnnealing(Linear(), epochs=1), x=batches(9), steps_per_epoch=5, **STREAM)
    close(seen(vae, 5), Linear(steps=5))


@pytest.mark.filterwarnings(RAN_OUT)
def test_the_clock_counts_batches_that_came():
    fit(vae := recording(), KLAnnealing(Constant(1.0)), x=batches(5), **STREAM)
    assert int(vae.step) == 5


def test_runs_with_asynchronous_dispatch():
    """A hook for batches would wait for the device after each of them."""
    for hook in ("on_batch_end", "on_train_batch_end", "on_train_batch_begin"):
        assert hook not in vars(KLAnnealing)


@pytest.mark.parametrize(
    ("make", "error", "sentence"),
    [
        (lambda: KLAnnealing(0.5), TypeError, "KLAnnealing takes a schedule"),
        (lambda: KLAnnealing(Linear()), ValueError, "does not know how long Linear"),
        (lambda: KLAnnealing(Linear(), 2, 0.5), ValueError, "epochs=2 or fraction=0.5, not both"),
        (lambda: KLAnnealing(Linear(), epochs=0), ValueError, "epochs=0 must be a number > 0"),
        (lambda: KLAnnealing(Linear(), epochs=float("nan")), ValueError, "epochs=nan must be"),
        (lambda: KLAnnealing(Linear(), fraction=0.0), ValueError, r"fraction=0\.0 .* \(0, 1\]"),
        (lambda: KLAnnealing(Linear(), fraction=1.2), ValueError, r"fraction=1\.2 .* \(0, 1\]"),
        (
            lambda: fit(recording(), KLAnnealing(Cyclical(), epochs=1)),
            ValueError,
            "steps=6 is too short for cycles=4",
        ),
    ],
)
def test_bad_arguments_get_a_sentence(make, error, sentence):
    with pytest.raises(error, match=sentence):
        make()


def test_two_in_one_fit():
    vae = recording()
    with pytest.raises(ValueError, match="Two KLAnnealing in one fit"):
        fit(vae, KLAnnealing(Linear(steps=9)), KLAnnealing(Cosine(steps=9)))
    assert int(vae.step) == 0
    callback = KLAnnealing(Linear(steps=6))
    for _ in range(2):  # a stopped fit leaves nothing behind
        fit(vae, callback, epochs=1)


def test_over_a_schedule_of_the_model():
    vae = recording(beta=Linear(steps=9))
    with pytest.raises(ValueError, match=r"schedule of its own, beta=Linear\(.*steps=9\)"):
        fit(vae, KLAnnealing(Cosine(steps=9)))
    assert vae.beta == Linear(steps=9)
    fit(vae, KLAnnealing(Linear(steps=9)), epochs=2)


def test_a_model_without_beta():
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(loss="mse")
    with pytest.raises(TypeError, match="Sequential has none"):
        model.fit(X, X[:, :1], verbose=0, callbacks=[KLAnnealing(Linear(steps=9))])
