"""What a model says of a dataset is what it says of the array, whatever it is made of."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae import VAE, Decoder, Encoder
from tests.conformance.feeding import KINDS
from tests.oracles.linear_gaussian import FULL, known_vae, log_evidence

X = np.random.default_rng(0).uniform(size=(10, 5)).astype("float32")
HOLES = np.where(X > 0.7, np.float32("nan"), X)


def made(**options):
    vae = VAE(Encoder(2, ()), Decoder((5,), ()), **options)
    vae.build((None, 5))
    return vae


class Table:
    """A table, which is no array but can be made one, as a DataFrame."""

    def __init__(self, x):
        self.x = x

    def __array__(self, *_, **__):
        return self.x


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("x", [X, HOLES], ids=["complete", "holes"])
def test_encode(kind, x):
    vae = made(missing_values=True)
    exact = vae.encode(np.nan_to_num(x))
    assert_allclose(vae.encode(KINDS[kind]((x,))), exact, rtol=1e-5, atol=1e-6)
    assert_allclose(vae.encode(Table(x)), exact, rtol=1e-5, atol=1e-6)
    again = vae.decode(KINDS[kind]((exact,)))
    assert_allclose(again, vae.decode(exact), rtol=1e-5, atol=1e-6)
    again = vae.reconstruct(KINDS[kind]((x,)))
    assert_allclose(again, vae.reconstruct(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_estimates(kind):
    """With more draws than fit in one chunk, where a dataset would be read twice."""
    vae, data = made(missing_values=True), KINDS[kind]
    exact = vae.log_likelihood(HOLES, 60, seed=0)
    assert_array_equal(vae.log_likelihood(data((HOLES,)), 60, seed=0).value, exact.value)
    assert_array_equal(vae.elbo(data((HOLES,)), seed=0), vae.elbo(HOLES, seed=0))


@pytest.mark.parametrize("kind", KINDS)
def test_a_dataset_of_pairs_has_targets(kind):
    vae = made()
    noisy = X + 0.5
    expected = vae.elbo(noisy, seed=0, y=X)
    assert_array_equal(vae.elbo(KINDS[kind]((noisy, X)), seed=0), expected)
    assert not np.allclose(expected, vae.elbo(X, seed=0))


class Shuffled(keras.utils.PyDataset):
    """Another order each time it is read."""

    def __init__(self):
        super().__init__()
        self.order = np.random.default_rng(0)

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return (X[self.order.permutation(len(X))],)


def test_a_dataset_that_shuffles_keeps_its_examples_apart():
    """Log p(x) of the same ten examples, in some order."""
    vae = known_vae(FULL)  # the exact posterior: log-weights without noise
    found = np.sort(vae.log_likelihood(Shuffled(), 200, seed=0).value)
    assert_allclose(found, np.sort(log_evidence(X)), rtol=1e-4)


def test_verbs_lose_nothing_of_a_generator():
    vae = made()
    batches = ((X[i : i + 2],) for i in range(0, 10, 2))
    assert vae.predict(batches, steps=5, verbose=0)["z"].shape == (10, 1, 2)
