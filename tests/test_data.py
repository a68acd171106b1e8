"""Bad data and a loss that breaks get a sentence, word by word."""

import keras
import numpy as np
import pytest

from keras_vae import VAE, Decoder, Encoder, callbacks, objectives
from keras_vae.schedules import Linear
from tests.oracles.sentences import sentence

N = 13
X = np.linspace(0.0, 1.0, N * 8, dtype="float32").reshape(N, 8)
NAN = np.where(np.arange(8) == 3, np.float32("nan"), X)
INF = np.where(np.arange(8) == 3, np.float32("inf"), X)
BYTES = np.round(255 * X).astype("uint8")

RANGE = (
    "{} has values from {} to {}, but a {} decoder describes values in [0, 1]. Scale the data "
    "(images of 8 bits: x.astype('float32') / 255), or use a decoder for any real value: "
    "Decoder(..., head='normal')."
)
HAS_NAN = (
    "{} contains NaN. Remove or fill those values, or build the model with missing_values=True, "
    "which takes NaN for a value that was not observed."
)
SHAPES = "{} holds examples of shape {}, but the decoder describes examples of shape {}. "
RESHAPE = "Reshape the data, x.reshape({}), or build the decoder for them: Decoder({}, ...)."
BUILD = "Build the decoder for them: Decoder({}, ...)."


def vae(head="bernoulli", shape=(8,), **kwargs):
    model = VAE(Encoder(2, (5,)), Decoder(shape, (5,), head=head), **kwargs)
    model.compile("sgd", run_eagerly=True)
    return model


def refused(model, *data, **kwargs):
    """What `fit` says, before anything is trained."""
    said = sentence(ValueError, lambda: model.fit(*data, verbose=0, **kwargs))
    assert int(keras.ops.convert_to_numpy(model.step)) == 0
    return said


def generator(*xs):
    return ((x,) for x in xs)


def tf_data(x):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(x).batch(5)


def torch_data(x):
    import torch

    data = torch.utils.data.TensorDataset(torch.from_numpy(x))
    return torch.utils.data.DataLoader(data, batch_size=5)


class Batches(keras.utils.PyDataset):
    def __init__(self, x):
        super().__init__()
        self.x = x

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return (self.x,)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("bernoulli", "Bernoulli"),
        ("continuous_bernoulli", "ContinuousBernoulli"),
        ("categorical", "Categorical"),
    ],
)
@pytest.mark.parametrize(
    ("x", "low", "high"), [(2 * X, "0", "2"), (X - 1, "-1", "0"), (BYTES, "0", "255")]
)
def test_range(head, name, x, low, high):
    assert refused(vae(head), x) == RANGE.format("x", low, high, name)
    assert refused(vae(head), X, x) == RANGE.format("the target y of x", low, high, name)


@pytest.mark.parametrize("head", ["bernoulli", "normal"])
def test_nan_and_infinity(head):
    assert refused(vae(head), NAN) == HAS_NAN.format("x")
    assert refused(vae(head), NAN, X) == HAS_NAN.format("x")
    assert refused(vae(head), X, NAN) == HAS_NAN.format("the target y of x")
    infinite = "x contains infinite values; expected finite numbers."
    assert refused(vae(head), INF) == infinite
    assert refused(vae(head, missing_values=True), INF) == infinite


@pytest.mark.parametrize("data", [generator, tf_data, torch_data, Batches])
def test_first_batch_of_a_dataset(data):
    first = "the first batch of x"
    assert refused(vae(), data(NAN)) == HAS_NAN.format(first)
    high = "1.51456" if data in (tf_data, torch_data) else "4"  # theirs is one of five examples
    assert refused(vae(), data(4 * X)) == RANGE.format(first, 0, high, "Bernoulli")


def test_validation_data_and_evaluate():
    said = refused(vae(), X, validation_data=(2 * X,))
    assert said == RANGE.format("the x of validation_data", 0, 2, "Bernoulli")
    said = refused(vae(), X, validation_data=(X, NAN))
    assert said == HAS_NAN.format("the target y of the x of validation_data")
    said = refused(vae(), X, validation_data=Batches(NAN))
    assert said == HAS_NAN.format("the first batch of validation_data")
    assert sentence(ValueError, lambda: vae().evaluate(NAN)) == HAS_NAN.format("x")


@pytest.mark.parametrize(
    ("x", "shape", "mend"),
    [
        (X, (4, 2), RESHAPE.format((-1, 4, 2), (8,))),
        (X[..., None], (8,), RESHAPE.format((-1, 8), (8, 1))),
        (X[:, :7], (8,), BUILD.format((7,))),
        (X[:, 0], (8,), BUILD.format(())),
        (X.reshape(N, 2, 4), (4, 2), RESHAPE.format((-1, 4, 2), (2, 4))),
    ],
)
def test_shape(x, shape, mend):
    wanted = SHAPES.format("x", x.shape[1:], shape) + mend
    assert refused(vae(shape=shape), x) == wanted
    assert sentence(ValueError, lambda: vae(shape=shape).evaluate(x)) == wanted


def test_shape_of_target():
    wanted = SHAPES.format("the target y of x", (7,), (8,)) + BUILD.format((7,))
    assert refused(vae(), X, X[:, :7]) == wanted


def test_empty_and_missing():
    assert refused(vae(), X[:0]) == "x is an empty array of shape (0, 8); expected examples."
    assert refused(vae(), generator()) == "The data of type generator gave no batch: it is empty."
    assert refused(vae()) == "x is missing: pass an array or a dataset of examples."


@pytest.mark.parametrize(
    ("x", "kind"), [(X.astype(str), "<U32"), (X.astype(object), "object")], ids=["str", "object"]
)
def test_no_numbers(x, kind):
    wanted = f'x holds values of type {kind}; expected numbers, such as x.astype("float32").'
    assert refused(vae(), x) == wanted


def test_not_one_hot():
    assert refused(vae("categorical", (4, 2)), np.zeros((N, 4, 2))) == (
        "x is not one-hot: the last axis holds the classes of a Categorical decoder and must sum "
        "to 1. Write keras.utils.to_categorical(x, 2)."
    )


@pytest.mark.parametrize("kind", ["bool", "uint8", "int64", "float64", "float16"])
def test_harmless_types_are_cast(kind):
    bits = (X > 0.5).astype("float32")
    expected, found = vae(seed=1), vae(seed=1)
    for model in (expected, found):
        model.build((None, 8))
    found.set_weights(expected.get_weights())
    logs = (m.evaluate(x, verbose=0) for m, x in ((expected, bits), (found, bits.astype(kind))))
    np.testing.assert_allclose(*logs, rtol=1e-6)


def test_loss_in_compile():
    assert sentence(ValueError, lambda: vae().compile("adam", loss="mse")) == (
        "compile(loss='mse'): a VAE carries its loss, the negative ELBO by default. Write "
        'vae.compile("adam"), choose the likelihood in Decoder(..., head=…), and any other '
        "objective in VAE(..., objective=…)."
    )


STOPPED = (
    "Training stopped in epoch {} at step {}: {} no longer finite. Usual causes: a learning rate "
    "that is too high (try a tenth, or clipnorm=1 in the optimizer), data that are not scaled, "
    "NaN or infinite values in a later batch, or a layer of your own whose output overflows."
)


class Broken(objectives.ELBO):
    """A loss that breaks by itself at the third step."""

    def __call__(self, terms, beta):
        return super().__call__(terms, beta) / keras.ops.where(terms.step == 2, 0.0, 1.0)


@pytest.mark.parametrize("run_eagerly", [True, False])
def test_loss_that_breaks(run_eagerly):
    model = vae("normal")
    model.compile(keras.optimizers.SGD(1e30), run_eagerly=run_eagerly)
    fit = {"batch_size": 5, "epochs": 2, "verbose": 0}
    parts = "reconstruction_loss and kl_loss are"
    said = sentence(FloatingPointError, lambda: model.fit(X[:10], **fit))
    assert said == STOPPED.format(1, 2, parts)


def test_loss_that_breaks_in_one_part():
    part = "loss (an objective's own term, or a regularizer) is"
    broken = vae("normal", objective=Broken())
    broken.compile("sgd")  # compiled: JAX compiles an eager step operation by operation
    said = sentence(FloatingPointError, lambda: broken.fit(X, batch_size=7, epochs=3, verbose=0))
    assert said == STOPPED.format(2, 1, part)


def test_nan_in_a_later_batch_stops_before_a_callback_saves(tmp_path):
    model = vae("normal")
    saved = keras.callbacks.ModelCheckpoint(tmp_path / "m.keras", save_freq=1)
    data = generator(X[:5], NAN[:5])
    fit = {"callbacks": [saved], "steps_per_epoch": 2, "shuffle": False, "verbose": 0}
    said = sentence(FloatingPointError, lambda: model.fit(data, **fit))
    assert said == STOPPED.format(1, 2, "reconstruction_loss and kl_loss are")
    assert np.isfinite(keras.saving.load_model(tmp_path / "m.keras").encode(X)).all()


def test_schedule_longer_than_training():
    model, annealing = vae(), callbacks.KLAnnealing(Linear(0.0, 1.0, steps=12))
    with pytest.warns(UserWarning) as caught:
        model.fit(X, batch_size=5, epochs=1, callbacks=[annealing], verbose=0)
    assert [str(w.message) for w in caught if w.category is UserWarning] == [
        "Training will end at step 3, but the schedule of β lasts 12 steps: β arrives at 0.25, "
        "not at 1. Train longer, or tie the schedule to the training: KLAnnealing(schedule, "
        "fraction=0.5). A further fit goes on with the schedule when it begins at "
        "`initial_epoch=`."
    ]
    model.fit(X, batch_size=5, epochs=4, callbacks=[annealing], verbose=0)
