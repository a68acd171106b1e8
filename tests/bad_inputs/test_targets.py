"""Labels, targets, weights, datasets and validation data that cannot be used."""

import keras
import numpy as np
import pytest

from keras_vae import evaluation
from tests.bad_inputs.models import SHAPE, N, X, said, vae

LABELS = np.array([3, 1, 4, 1, 5, 0])
ONE_HOT = np.eye(6, dtype="float32")[LABELS]
DROP = r"drop the labels, fit\(x\) and validation_data=\(x,\) .*map\(lambda x, y: x\)"


class Batches(keras.utils.PyDataset):
    def __init__(self, *arrays):
        super().__init__()
        self.arrays = arrays

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return tuple(array[3 * index : 3 * index + 3] for array in self.arrays)


def generator(*arrays):
    return (tuple(a[i : i + 3] for a in arrays) for i in (0, 3))


def tf_data(*arrays):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(arrays if len(arrays) > 1 else arrays[0]).batch(3)


def torch_data(*arrays):
    import torch

    data = torch.utils.data.TensorDataset(*(torch.from_numpy(np.array(a)) for a in arrays))
    return torch.utils.data.DataLoader(data, batch_size=3)


DATASETS = {"PyDataset": Batches, "generator": generator, "tf.data": tf_data, "torch": torch_data}


def fit(*arrays, **options):
    return lambda: vae().fit(*arrays, verbose=0, **options)


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (LABELS, "one value for each example"),
        (LABELS.astype("float32"), "one value for each example"),
        (LABELS[:, None], "one value for each example"),
        (LABELS / 7.0, "one value for each example"),
        (LABELS.astype(str), "one value for each example"),
        (LABELS.astype(str)[:, None], "one value for each example"),
        (LABELS > 2, "one value for each example"),
        (ONE_HOT, "one-hot vectors of 6 classes"),
        (ONE_HOT.astype(int), "one-hot vectors of 6 classes"),
        (ONE_HOT.astype(bool), "one-hot vectors of 6 classes"),
    ],
)
def test_labels(labels, kind):
    words = f"the target y of x looks like labels \\({kind}\\).*{DROP}"
    said(fit(X, labels), words)
    said(lambda: vae().evaluate(X, labels, verbose=0), words)
    said(lambda: vae().train_on_batch(X, labels), words)
    said(lambda: vae().elbo(X, y=labels), words)
    said(fit(X, validation_data=(X, labels)), f"y of the x of validation_data looks .*{DROP}")


@pytest.mark.parametrize("kind", DATASETS)
def test_datasets_with_labels(kind):
    make = DATASETS[kind]
    words = f"the target y of the first batch of x looks like labels .*{DROP}"
    said(fit(make(X, LABELS)), words)
    said(lambda: vae().evaluate(make(X, LABELS), verbose=0), words)
    said(fit(make(X), validation_data=make(X, ONE_HOT)), f"batch of validation_data looks .*{DROP}")
    said(lambda: vae().elbo(make(X, LABELS)), f"looks like labels .*{DROP}")


@pytest.mark.parametrize(
    ("y", "words"),
    [
        (X[:-1], r"y of x has shape \(5, 4, 3, 1\), and there are 6 examples; expected one of it"),
        (X[:0], r"y of x has shape \(0, 4, 3, 1\), and there are 6 examples"),
        (
            X[..., 0],
            r"y of x holds examples of shape \(4, 3\), but the decoder .*Reshape",
        ),
        (X[:, :2], r"y of x holds examples of shape \(2, 3, 1\), but the decoder describes"),
        (X.reshape(N, 12), r"y of x holds examples of shape \(12,\), but .* x\.reshape"),
        (X[0], r"y of x has shape \(4, 3, 1\), and there are 6 examples"),
        (2 * X, "y of x has values from 0 to 2, but a Bernoulli decoder describes"),
        (np.full_like(X, np.nan), "y of x contains NaN"),
        (np.full_like(X, np.inf), "y of x contains infinite values"),
        (X.astype(str), "y of x holds values of type <U32"),
        (X + 1j, "y of x holds complex numbers"),
        (X.tolist(), r"y of x is a list; expected an array of examples"),
        ({"y": X}, "y of x is a dict with the keys 'y'"),
        (3, "y of x is of type int; expected an array"),
        ("same", "y of x is of type str; expected an array"),
    ],
)
@pytest.mark.parametrize(
    "verb",
    [
        lambda y: vae().fit(X, y, verbose=0),
        lambda y: vae().evaluate(X, y, verbose=0),
        lambda y: vae().test_on_batch(X, y),
        lambda y: vae().log_likelihood(X, 2, y=y),
    ],
    ids=["fit", "evaluate", "test_on_batch", "log_likelihood"],
)
def test_targets(verb, y, words):
    said(lambda: verb(y), f"the target {words}")


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (np.ones(N - 1), r"has shape \(5,\), and there are 6 examples"),
        (np.ones((N, *SHAPE)), r"has shape \(6, 4, 3, 1\); expected one weight for each example"),
        (-np.ones(N), "has a weight of -1; expected weights of at least 0"),
        (np.full(N, np.nan), "contains NaN"),
        (np.full(N, np.inf), "contains infinite values"),
        (np.full(N, "heavy"), "holds values of type <U5"),
        ([1.0] * N, "is a list; expected an array"),
        (2.0, "is of type float; expected an array"),
        ({0: 2.0}, "is a dict with the keys 0"),
    ],
)
@pytest.mark.parametrize(
    "verb",
    [
        lambda w: vae().fit(X, sample_weight=w, verbose=0),
        lambda w: vae().evaluate(X, sample_weight=w, verbose=0),
        lambda w: vae().train_on_batch(X, sample_weight=w),
        lambda w: vae().fit(X, validation_data=(X, None, w), verbose=0),
    ],
    ids=["fit", "evaluate", "train_on_batch", "validation_data"],
)
def test_weights(verb, weights, words):
    said(lambda: verb(weights), f"sample_weight of .*{words}")


@pytest.mark.parametrize("kind", DATASETS)
@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (X[..., 0], r"first batch of x holds examples of shape \(4, 3\), but"),
        (X[:, 0, 0, 0], r"first batch of x holds examples of shape \(\), but"),
        (np.where(X < 0.1, np.float32("nan"), X), "first batch of x contains NaN"),
        (X - 1, "first batch of x has values from -1 to .*, but a Bernoulli"),
    ],
)
@pytest.mark.parametrize("verb", ["fit", "evaluate"])
def test_the_first_batch_of_datasets(kind, bad, words, verb):
    said(lambda: getattr(vae(), verb)(DATASETS[kind](bad), verbose=0), words)


@pytest.mark.parametrize("kind", DATASETS)
@pytest.mark.parametrize("verb", ["encode", "reconstruct", "predict"])
def test_the_first_batch_of_inputs(kind, verb):
    data = DATASETS[kind](X[..., 0])
    said(lambda: getattr(vae(), verb)(data), r"first batch of x holds examples of shape \(4, 3\)")


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (fit(Batches(X), X), "x is a dataset and y an array; a dataset gives both"),
        (fit(Batches(X), sample_weight=np.ones(N)), "is a dataset and sample_weight an array"),
        (fit(({"image": X},)), "x is a tuple; expected an array"),
        (fit({"image": X} for _ in range(2)), r"first batch of x is a dict .*map\(lambda d"),
        (fit(((X, X), X) for _ in range(2)), "first batch of x is a tuple"),
        (fit("text" for _ in range(2)), "first batch of x is of type str"),
        (fit(iter(())), "gave no batch: it is empty"),
        (fit(X, validation_data=X), r"validation_data is an array; .*validation_data=\(x,\)"),
        (fit(X, validation_data=()), r"validation_data is \(x,\), .*; received 0 of them"),
        (fit(X, validation_data=(X, X, None, X)), r"validation_data is .*; received 4 of them"),
        (fit(X, validation_data="x"), "validation_data is of type str"),
        (fit(X, validation_data=(2 * X,)), "the x of validation_data has values from 0 to 2"),
        (lambda: vae().elbo(generator(X, X), y=X), r"x is a dataset of pairs \(x, y\)"),
        (lambda: vae().elbo(iter(())), "gave no batch: it is empty"),
        (lambda: vae().elbo(generator(2 * X)), "x has values from 0 to 2, but a Bernoulli"),
        (lambda: vae().encode(iter(())), "gave no batch: it is empty"),
        (lambda: vae().train_on_batch(Batches(X)), "x is of type Batches; expected one batch"),
        (lambda: vae().predict_on_batch(generator(X)), "of type generator; expected one batch"),
        (lambda: evaluation.report(vae(), X[:1]), "at least two of them; received one"),
    ],
)
def test_datasets(act, words):
    said(act, words)
