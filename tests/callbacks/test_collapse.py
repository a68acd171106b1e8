"""CollapseReport: what it adds to the logs, when it speaks, and that training does not notice."""

import csv

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose

from keras_vae import VAE, Decoder, Encoder
from keras_vae.callbacks import CollapseReport
from keras_vae.evaluation import active_units, aggregate_posterior, kl_per_dimension
from keras_vae.latents import VectorQuantized
from keras_vae.layers import NormalHead
from tests.conformance.factories import MODELS, VECTORS, several_groups
from tests.oracles.codes import MEANS, coder
from tests.oracles.exact import gaussian_data, train
from tests.oracles.linear_vae import EIGENVALUES, OPTIMA, linear_vae
from tests.oracles.noise import sigma_points
from tests.oracles.steps import EAGERLY

X = np.random.default_rng(0).uniform(size=(12, 5)).astype("float32")
NAMES = ("active_units", "rate", "mutual_information")


def small(beta=1.0):
    decoder = Decoder((5,), hidden_units=(), head=NormalHead(scale=0.3))
    vae = VAE(Encoder(2, hidden_units=(4,)), decoder, beta=beta, seed=0)
    vae.compile(keras.optimizers.Adam(0.01))
    return vae


def fit(vae, *callbacks, epochs=5):
    keras.utils.set_random_seed(0)  # of the order of examples
    history = vae.fit(X, batch_size=4, epochs=epochs, verbose=0, callbacks=list(callbacks))
    return history.history


def looking(vae, **options):
    """A callback that looks at a model between two trainings by hand."""
    callback = CollapseReport(MEANS, **options)
    callback.set_model(vae)
    callback.set_params({"epochs": 9})
    callback.on_train_begin()
    return callback


def test_the_history_has_it(tmp_path):
    vae, path = small(), tmp_path / "log.csv"
    history = fit(vae, CollapseReport(X, every=2), keras.callbacks.CSVLogger(path))
    for name in NAMES:
        # Epochs 2 and 4, and 5, the last.
        assert np.isnan(history[name]).tolist() == [True, False, True, False, False]
    assert history["active_units"][-1] == active_units(vae, X).sum()
    parts = aggregate_posterior(vae, X, seed=0)
    assert_allclose(history["mutual_information"][-1], parts.mutual_information, rtol=1e-5)
    assert_allclose(history["rate"][-1], sum(parts), rtol=1e-5)
    with open(path, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["active_units"]) for row in rows][1] == history["active_units"][1]


def test_training_does_not_notice():
    watched, alone = small(), small()
    alone.build((None, 5))
    watched.build((None, 5))
    watched.set_weights(alone.get_weights())
    histories = [fit(watched, CollapseReport(X), epochs=3), fit(alone, epochs=3)]
    assert_allclose(histories[0]["loss"], histories[1]["loss"], rtol=1e-6)
    for left, right in zip(watched.variables, alone.variables, strict=True):
        assert_allclose(ops.convert_to_numpy(left), ops.convert_to_numpy(right), rtol=1e-6)


def test_training_ends_with_the_units_of_the_law(monkeypatch):
    variance, beta, active, _, rate, _ = OPTIMA[3]  # one of two stays
    monkeypatch.setattr(keras.random, "normal", sigma_points)
    x, _ = gaussian_data(EIGENVALUES)
    vae = linear_vae(5, 2, scale=variance**0.5, beta=beta)
    train(vae, x, steps=500)
    monkeypatch.undo()
    logs = vae.fit(x, batch_size=16, verbose=0, callbacks=[CollapseReport(x)]).history
    assert logs["active_units"] == [active]
    assert_allclose(logs["rate"], [rate], atol=0.02)


def test_it_speaks_when_dimensions_fall_off(capsys):
    vae = coder([0.3, 0.3])
    callback = looking(vae)

    def look(epoch, scales):
        vae.encoder.head.loc.kernel.assign(np.diag(scales))
        logs = {"loss": 1.0}
        callback.on_epoch_end(epoch, logs)
        return logs, capsys.readouterr().out

    logs, said = look(0, [1.0, 1.0])
    assert logs["active_units"] == 2.0 and said == ""
    logs, said = look(1, [1.0, 0.01])
    assert logs["active_units"] == 1.0 and logs["loss"] == 1.0
    assert said == "\nEpoch 2: z[1] is off, 1 of 2 latent dimensions are in use.\n"
    assert look(2, [1.0, 0.01])[1] == ""  # once is enough
    assert look(3, [1.0, 1.0])[1] == ""
    logs, said = look(4, [0.0, 0.0])
    assert logs["active_units"] == 0.0 and abs(logs["mutual_information"]) < 1e-9
    assert "Epoch 5: the posterior has collapsed, none of 2 latent dimensions is in use." in said


def test_it_can_be_silent_and_strict(capsys):
    callback = looking(coder([0.3, 0.3]), verbose=False, threshold=100.0)
    logs = {}
    callback.on_epoch_end(0, logs)
    assert logs["active_units"] == 0.0 and capsys.readouterr().out == ""


def test_several_groups_are_counted_one_by_one(capsys):
    vae = MODELS["ladder"].built()
    vae.compile("sgd", run_eagerly=EAGERLY)
    callback = CollapseReport(VECTORS, threshold=1e-6)
    history = vae.fit(VECTORS, verbose=0, callbacks=[callback]).history
    assert [history[f"active_units_{level}"] for level in (1, 2, 3)] == [[3.0], [2.0], [1.0]]
    assert history["active_units"] == [6.0] and "mutual_information" not in history
    nats = kl_per_dimension(vae, VECTORS, seed=0)
    assert_allclose(history["rate"], sum(of_group.sum() for of_group in nats.values()), rtol=1e-5)
    silent = vae.latents.words[-1]
    silent.set_weights([np.zeros_like(weight) for weight in silent.get_weights()])
    callback.on_epoch_end(0, logs := {})
    assert logs["active_units_3"] == 0.0 and logs["active_units"] == 5.0
    said = "\nEpoch 1: the posterior of z_3 has collapsed, none of 1 latent dimensions is in use."
    assert capsys.readouterr().out.startswith(said)


def test_codes_have_their_own_measure():
    vae = several_groups(VectorQuantized(6, 5))
    vae.compile("sgd", run_eagerly=EAGERLY)
    with pytest.raises(NotImplementedError, match=r"VectorQuantized has codes.*`perplexity`"):
        vae.fit(VECTORS, verbose=0, callbacks=[CollapseReport(VECTORS)])


def test_no_more_examples_than_asked_for():
    x = np.arange(100.0)[:, None]
    assert CollapseReport(x, num_examples=5).x[:, 0].tolist() == [0.0, 24.0, 49.0, 74.0, 99.0]
    assert len(CollapseReport(x).x) == 100


@pytest.mark.parametrize(
    ("make", "error", "sentence"),
    [
        (
            lambda: CollapseReport(X, every=0),
            ValueError,
            "`every` must be an integer of at least",
        ),
        (lambda: CollapseReport(X[:1]), ValueError, "at least two examples; received 1 of them"),
        (lambda: CollapseReport(X, num_examples=1), ValueError, "num_examples=1"),
    ],
)
def test_bad_arguments_get_a_sentence(make, error, sentence):
    with pytest.raises(error, match=sentence):
        make()


def test_a_model_without_a_posterior():
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(loss="mse")
    with pytest.raises(TypeError, match="Sequential has none"):
        model.fit(X, X[:, :1], verbose=0, callbacks=[CollapseReport(X)])
