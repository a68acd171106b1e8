"""Codes on several grids: costs, what hangs on what, and a prior for each level."""

import math

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae.latents import Categorical, FiniteScalar, QuantizedHierarchy, VectorQuantized
from keras_vae.latents.levels_of_codes import enlarged
from keras_vae.priors import PixelCNN
from tests.conformance.common import numpy
from tests.conformance.factories import IMAGES
from tests.oracles.hierarchy import GRIDS, NATS, D, K, quantized, structure

RNG = np.random.default_rng(9)


def test_shapes_of_any_grid():
    """Odd sizes are halved upwards; a coarser vector stands in all the places that it covers."""
    for grid, above in (((7,), (4,)), ((5, 6), (3, 3)), ((3, 2, 2), (2, 1, 1))):
        latents = structure()
        latents.build((None, *grid, 4))
        draws = latents.infer(ops.ones((2, *grid, 4)))
        assert latents.grids == (grid, above) and latents.shape == (*grid, sum(D))
        assert draws["z_1"]["z"].shape == (1, 2, *grid) and draws["z_2"]["z"].shape == (
            1,
            2,
            *above,
        )
        assert latents.decoder_input(draws).shape == (1, 2, *grid, sum(D))
    assert numpy(enlarged(ops.arange(4)[None, :, None], (7,)))[0, :, 0].tolist() == [
        *(0, 0, 1, 1, 2, 2, 3)
    ]


def test_each_level_costs_its_own():
    """Without sampling: log p(x|z) − Σ N_l log K_l, and each part in the logs."""
    model = quantized()
    codes = model.encode(IMAGES)
    assert {name: z.shape[1:] for name, z in codes.items()} == dict(zip(codes, GRIDS, strict=True))
    vectors = [
        numpy(level.codebook())[codes[name]]
        for name, level in zip(model.latents.groups, model.latents.levels, strict=True)
    ]
    above = vectors[1].repeat(2, axis=1).repeat(2, axis=2)
    seen = np.concatenate([vectors[0], above], axis=-1)
    log_x = numpy(model.likelihood(seen).log_prob(IMAGES))
    assert_allclose(model.elbo(IMAGES), log_x - sum(NATS), rtol=1e-5)
    assert_allclose(model.decode(codes), numpy(model.likelihood(seen).mean()), rtol=1e-5)
    assert_allclose(model.reconstruct(IMAGES), model.decode(codes), rtol=1e-6)
    logs = logs_of(model)
    assert_allclose([logs["kl_loss_1"], logs["kl_loss_2"]], NATS, rtol=1e-6)
    assert_allclose([logs["code_length_1"], logs["code_length_2"]], NATS, rtol=1e-6)
    assert_allclose([logs["kl_loss"], logs["code_length"]], sum(NATS), rtol=1e-6)
    for number, z in enumerate(codes.values(), start=1):
        share = np.bincount(z.ravel(), minlength=K[number - 1]) / z.size
        entropy = -np.sum(share[share > 0] * np.log(share[share > 0]))
        assert_allclose(logs[f"perplexity_{number}"], np.exp(entropy), rtol=1e-5)
        assert_allclose(logs[f"usage_{number}"], np.mean(share > 0), rtol=1e-6)
    commitment = logs["commitment_1"] + logs["commitment_2"]
    assert_allclose(logs["loss"], -logs["elbo"] + 0.25 * commitment, rtol=1e-5)
    with pytest.raises(NotImplementedError, match="the posterior is a point"):
        model.log_likelihood(IMAGES)


def logs_of(model):
    model.compile("adam")
    logs = model.evaluate(IMAGES, verbose=0, return_dict=True)
    assert set(model.metrics_names) == set(logs)
    return logs


def test_the_top_conditions_the_bottom():
    """Other codes on top, from the same features of x, are other features below."""
    model, found = quantized(), []
    top = model.latents.levels[1]
    for points in ([[0.0, 0.0]] * 4, [[9.0, -9.0]] * 4):
        top.books[0].points.assign(np.array(points, "float32"))
        draws = model.latents.infer(model.encoder(IMAGES))
        found.append([numpy(draws[name]["features"]) for name in ("z_1", "z_2")])
    (before, on_top), (after, on_top_too) = found
    assert_array_equal(on_top, on_top_too)
    assert np.abs(after - before).max() > 0.1


def test_a_level_may_come_from_another_example():
    """Exchanging codes changes the vectors of that level alone, in the places that they cover."""
    model = quantized()
    codes = {
        "z_1": RNG.integers(0, K[0], (5, *GRIDS[0])),
        "z_2": RNG.integers(0, K[1], (5, *GRIDS[1])),
    }
    other = {"z_1": codes["z_1"], "z_2": codes["z_2"].copy()}
    other["z_2"][:, 0, 0] = (other["z_2"][:, 0, 0] + 1) % K[1]

    def seen(z):
        draws = {name: {"z": ops.convert_to_tensor(value)[None]} for name, value in z.items()}
        return numpy(model.latents.decoder_input(draws))[0]

    changed = (seen(codes) != seen(other)).any(axis=(0, -1))
    assert changed.tolist() == [[True, True], [True, True], [False, False], [False, False]]
    assert_array_equal(seen(codes)[..., : D[0]], seen(other)[..., : D[0]])
    assert np.abs(model.decode(codes) - model.decode(other)).max() > 1e-3


@pytest.mark.parametrize("learned_by", ["averages", "gradient"])
def test_gradients_reach_every_weight(learned_by):
    model = quantized(structure(learned_by=learned_by))
    before = [numpy(v).copy() for v in model.trainable_variables]
    assert len(before) == 2 + 4 + 2 * 4 + 2 * (learned_by == "gradient")
    model.compile(keras.optimizers.SGD(0.1))
    model.fit(IMAGES[:4], batch_size=4, verbose=0)  # of all, codes are the means already
    for weight, old in zip(model.trainable_variables, before, strict=True):
        assert np.abs(numpy(weight) - old).max() > 0.0, weight.path


def test_every_level_starts_from_what_it_is_given():
    """From the top down: the codebooks stand among the features of the first examples."""
    model = quantized()
    assert model.latents.first_examples == 0
    draws = model.latents.infer(model.encoder(IMAGES))
    for name, level in zip(model.latents.groups, model.latents.levels, strict=True):
        spread = np.square(numpy(draws[name]["features"]) - numpy(draws[name]["features"]).mean(1))
        assert numpy(draws[name]["commitment"]).mean() < 0.7 * spread.sum() / len(IMAGES)
        assert numpy(level.books[0].started) == 1.0


def test_levels_of_other_quantizers():
    latents = QuantizedHierarchy([FiniteScalar((3, 2)), VectorQuantized(4, 2), FiniteScalar((4,))])
    model = quantized(latents)
    logs = logs_of(model)
    assert latents.grids == ((4, 2), (2, 1), (1, 1)) and latents.shape == (4, 2, 5)
    assert_allclose(logs["code_length"], 8 * math.log(6) + 3 * math.log(4), rtol=1e-6)
    assert {"commitment_2", "restarts_2"} <= set(logs) and "commitment_1" not in logs
    assert model.generate(2, seed=0).shape == (2, 8, 4, 1)


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ([VectorQuantized(4, 2)], "at least two quantizers; received 1"),
        (VectorQuantized(4, 2), "at least two quantizers; received 1"),
        ([VectorQuantized(4, 2)] * 2, "One quantizer stands at two levels"),
        ([Categorical(4, 2), VectorQuantized(4, 2)], "received a Categorical"),
        ([64, 64], "received a int"),
    ],
)
def test_levels_that_are_none(levels, said):
    with pytest.raises(ValueError, match=said):
        QuantizedHierarchy(levels)


def test_what_does_not_fit_gets_a_sentence():
    with pytest.raises(ValueError, match="expected a grid of one to three axes"):
        structure().build((None, 8))
    model = quantized()
    codes = model.encode(IMAGES)
    for z, said in (
        ({"z_1": codes["z_1"]}, "'z_1', 'z_2' among them"),
        (codes["z_1"], "z is no dict; expected some of 'z_1', 'z_2'"),
        ({**codes, "z_2": codes["z_2"] + K[1]}, f"expected codes from 0 to {K[1] - 1}"),
        (
            {**codes, "z_2": codes["z_2"][:3]},
            "different numbers of examples, {'z_1': 10, 'z_2': 3}",
        ),
    ):
        with pytest.raises(ValueError, match=said):
            model.decode(z)
    for prior, said in (
        (PixelCNN(3, 1), 'received a PixelCNN. Write {"z_1": keras_vae.priors.PixelCNN'),
        ({"z_3": PixelCNN(3, 1)}, "received a dict of 'z_3'"),
        ((PixelCNN(3, 1),), "Each of the 2 levels has a prior of its own; received a tuple"),
    ):
        with pytest.raises(TypeError, match=said):
            model.fit_prior(IMAGES, prior)
    with pytest.raises(ValueError, match="is for a prior that writes codes"):
        model.generate(2, temperature=0.5)
    with pytest.raises(ValueError, match=r"conditions of shape \(8, 4, 1\)"):
        model.latents.ready((PixelCNN(), PixelCNN()), (8, 4, 1))
