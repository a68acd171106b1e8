"""Perplexity and usage, counted over an epoch."""

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose

from keras_vae.latents import CodeUse
from tests.conformance.common import numpy

K = 6
RNG = np.random.default_rng(0)


def used(*batches, weights=None, stages=None):
    metric = CodeUse(K, stages)
    for number, z in enumerate(batches):
        weight = None if weights is None else ops.convert_to_tensor(weights[number], "float32")
        metric.update_state(ops.convert_to_tensor(np.asarray(z, "int32")), weight)
    return numpy(metric.result())


@pytest.mark.parametrize(
    ("z", "perplexity", "usage"),
    [([np.arange(K)], K, 1.0), ([[2] * K], 1.0, 1 / K), ([[0, 0, 1, 1]], 2.0, 2 / K)],
)
def test_exact_values(z, perplexity, usage):
    found = used(z)
    assert_allclose([found["perplexity"], found["usage"]], [perplexity, usage], rtol=1e-6)


def test_counts_are_pooled_over_batches():
    """Six batches that use one code each use six codes together; the mean would be 1."""
    found = used(*([[k] * 4] for k in range(K)))
    assert_allclose([found["perplexity"], found["usage"]], [K, 1.0], rtol=1e-6)


def test_a_weight_counts_an_example_as_often():
    z = RNG.integers(0, K, (4, 3, 2))
    weighted, repeated = used(z, weights=[[0, 2, 1, 1]]), used(z[[1, 1, 2, 3]])
    assert weighted == repeated
    assert used(z[:1], weights=[[0]]) == {"perplexity": 1.0, "usage": 0.0}


def test_stages_count_for_themselves():
    """One stage uses all codes and the other one: entropies and shares are averaged."""
    found = used([np.stack([np.arange(K), np.zeros(K)], axis=-1)], stages=2)
    assert_allclose(found["perplexity"], K**0.5, rtol=1e-6)
    assert_allclose(found["usage"], (1 + 1 / K) / 2, rtol=1e-6)


def test_a_new_epoch_counts_anew():
    metric = CodeUse(K)
    metric.update_state(ops.convert_to_tensor([[1, 2]]))
    result = metric.result()
    metric.reset_state()
    assert float(result["perplexity"]) == pytest.approx(2.0)  # no view of the state
    metric.update_state(ops.convert_to_tensor([[3, 3]]))
    assert float(metric.result()["perplexity"]) == pytest.approx(1.0)


def test_perplexity_of_uniform_draws_is_below_the_number_of_codes():
    """512 draws of 512 codes: 289 on average, so that few examples must not be read as collapse."""
    keras.utils.set_random_seed(0)
    metric = CodeUse(512)
    metric.update_state(ops.convert_to_tensor(RNG.integers(0, 512, (1, 512)).astype("int32")))
    assert 265 < float(metric.result()["perplexity"]) < 315
