"""A structure of latent variables, a likelihood and a critic are added without touching a model."""

import inspect

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_vae import VAE, Decoder, Encoder, layers
from keras_vae.evaluation import kl_per_dimension
from tests.conformance.common import evaluated, numpy
from tests.conformance.factories import VECTORS
from tests.conformance.saving import through_file
from tests.oracles.readers import Exponential, ExponentialHead, Judged, SideBySide
from tests.oracles.steps import EAGERLY


def side_by_side():
    return VAE(layers.DenseBody((5,)), Decoder((8,), (5,)), latents=SideBySide((2, 3), (1.0, 0.5)))


def exponential():
    return VAE(Encoder(2, (5,)), Decoder((8,), (5,), head=ExponentialHead()))


def judged():
    return VAE(Encoder(2, (5,)), Decoder((8,), (5,)), objective=Judged())


@pytest.mark.one_backend("lines are counted")
@pytest.mark.parametrize(
    ("parts", "most"),
    [((SideBySide,), 40), ((Exponential, ExponentialHead), 60), ((Judged,), 30)],
)
def test_how_many_lines_it_takes(parts, most):
    lines = [line for part in parts for line in inspect.getsource(part).splitlines()]
    assert sum(bool(line.strip()) for line in lines) <= most


@pytest.mark.parametrize("make", [side_by_side, exponential, judged])
def test_it_is_trained_saved_and_asked(make):
    vae = make()
    vae.compile(keras.optimizers.Adam(1e-2), run_eagerly=EAGERLY)
    logs = vae.fit(VECTORS, batch_size=5, epochs=2, verbose=0).history
    assert np.isfinite(list(logs.values())).all() and int(numpy(vae.step)) == 4
    again = through_file(vae)
    assert_allclose(again.reconstruct(VECTORS), vae.reconstruct(VECTORS), rtol=1e-5, atol=1e-6)
    again.fit(VECTORS, batch_size=5, verbose=0)
    found = again.log_likelihood(VECTORS, num_samples=20, seed=0).value
    assert found.shape == (len(VECTORS),) and np.isfinite(found).all()
    assert again.generate(3, seed=0).shape == (3, 8)


def test_the_groups_side_by_side_have_their_logs_and_their_weights():
    vae = side_by_side()
    vae.build(VECTORS.shape)
    logs = evaluated(vae, VECTORS)
    nats = kl_per_dimension(vae, VECTORS)
    for group in ("shape", "style"):
        assert_allclose(logs[f"kl_loss_{group}"], nats[group].sum(), rtol=1e-4, atol=1e-6)
    weighted = logs["kl_loss_shape"] + 0.5 * logs["kl_loss_style"]
    assert_allclose(logs["loss"], logs["reconstruction_loss"] + weighted, rtol=1e-5)


def test_the_density_of_waiting_times():
    grid = np.linspace(0.0, 30.0, 60_001, dtype="float32")[:, None]
    density = np.exp(numpy(Exponential([0.5]).log_prob(grid)))
    assert_allclose(np.trapezoid(density, grid[:, 0]), 1.0, rtol=1e-5)
    draws = numpy(Exponential([0.5]).sample((20_000,), seed=0))
    assert_allclose(draws.mean(), np.exp(-0.5), atol=0.02)
    vae = exponential()
    with pytest.raises(ValueError, match="values from 0"):
        vae.elbo(VECTORS - 1.0)
