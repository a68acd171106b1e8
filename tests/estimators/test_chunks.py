"""Draws in chunks that a compiled step loops over: as many as asked for, each of them new."""

import copy

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose

from keras_vae import VAE, Decoder
from keras_vae.estimators import log_weights
from keras_vae.estimators.log_weights import chunks, steps_of
from keras_vae.layers import NormalHead, NormalMixturePrior
from tests.oracles.linear_gaussian import DATA, FULL, known_vae, log_evidence


@pytest.mark.one_backend("whole numbers, and no tensor")
@pytest.mark.parametrize(
    ("draws", "largest", "steps"),
    [
        (1, 20, [(1, 1)]),
        (500, 20, [(20, 25)]),
        (5000, 20, 10 * [(20, 25)]),
        (500, 11, [(10, 50)]),
        (120, 50, [(40, 3)]),
        (127, 20, [(20, 6), (7, 1)]),
        (1001, 1000, [(500, 1), (500, 1), (1, 1)]),
    ],
)
def test_steps(draws, largest, steps):
    """500 and 5000 draws are one program, so that memory is that of 500."""
    assert steps_of(draws, largest) == steps
    assert sum(size * repeats for size, repeats in steps) == draws


@pytest.fixture
def small_chunks(monkeypatch):
    """Two draws of the three examples, five numbers each, in a chunk."""
    monkeypatch.setattr(log_weights, "NUMBERS", 2 * DATA.size)


def drawn(vae, num_samples, seed=0, batch_size=32):
    found = list(chunks(vae, DATA, num_samples, seed, batch_size, 0))
    return np.concatenate([step["log_weights"] for _, step in found], axis=1)


@pytest.mark.usefixtures("small_chunks")
def test_every_draw_is_new_and_seeds_move_on():
    vae, noise = known_vae(0.8 * FULL), keras.random.SeedGenerator(3)
    first, second = (drawn(vae, 7, noise, batch_size=2) for _ in range(2))
    assert first.shape == (3, 7)
    assert len(np.unique([first, second])) == 42
    np.testing.assert_array_equal(drawn(vae, 7, 3, batch_size=2), first)


@pytest.mark.usefixtures("small_chunks")
def test_what_the_loop_adds_up():
    """ELBO and log p(x), of the same draws one by one."""
    prior = NormalMixturePrior(2, components=2, seed=0)  # no closed form: every draw counts
    known = known_vae(0.8 * FULL)
    vae = VAE(known.encoder, known.decoder, prior)
    vae.build((None, 5))
    weights = drawn(vae, 8).astype("float64")
    assert_allclose(vae.elbo(DATA, 8, seed=0), weights.mean(axis=1), rtol=1e-6)
    expected = np.log(np.mean(np.exp(weights - weights.max()), axis=1)) + weights.max()
    assert_allclose(vae.log_likelihood(DATA, 8, seed=0).value, expected, rtol=1e-6)
    exact = known_vae(FULL).log_likelihood(DATA, 9, seed=0).value
    assert_allclose(exact, log_evidence(DATA), rtol=1e-5)


class Jittered(keras.layers.Layer):
    """A body that adds noise of its own, whenever it is asked."""

    def __init__(self):
        super().__init__()
        self.noise = keras.random.SeedGenerator(0)

    def call(self, z):
        return z + keras.random.normal(ops.shape(z), seed=self.noise)


@pytest.mark.usefixtures("small_chunks")
def test_noise_inside_of_a_decoder_moves_on():
    head = NormalHead(scale=1.0)
    vae = VAE(known_vae(FULL).encoder, Decoder((5,), body=Jittered(), head=head))
    vae.build((None, 5))
    seed = vae.decoder.body.noise
    before = ops.convert_to_numpy(seed.state)
    first = drawn(vae, 6)
    assert np.all(first != drawn(vae, 6))  # the same z, and other noise in the decoder
    moved = ops.convert_to_numpy(seed.state).astype(int) - before
    assert moved.tolist() == [0, 6]


def test_a_progress_bar_moves_with_every_batch(capsys):
    known_vae(FULL).elbo(DATA, 2, seed=0, batch_size=2, verbose=1)
    assert "2/2" in capsys.readouterr().out


def test_programs_stay_with_the_model_and_go_with_its_parts(tmp_path):
    vae = known_vae(FULL)
    value = vae.elbo(DATA, seed=0)
    assert len(vae.__dict__["__programs"]) == 1
    vae.save(tmp_path / "vae.keras")
    for other in (keras.saving.load_model(tmp_path / "vae.keras"), copy.deepcopy(vae)):
        assert "__programs" not in other.__dict__
        assert_allclose(other.elbo(DATA, seed=0), value, rtol=1e-6)
    vae.prior = NormalMixturePrior(2, components=2, seed=0)
    assert "__programs" not in vae.__dict__
    assert np.all(vae.elbo(DATA, seed=0) != value)
