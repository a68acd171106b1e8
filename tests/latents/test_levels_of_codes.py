"""A prior for each level of codes, given the vectors of those above it."""

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae.priors import CausalTransformer, PixelCNN
from tests.conformance.common import numpy
from tests.conformance.factories import IMAGES
from tests.oracles.gradients import gradient
from tests.oracles.hierarchy import GRIDS, NATS, D, K, quantized, structure

RNG = np.random.default_rng(9)


def test_the_prior_sends_no_gradient():
    """A code length has none for integers, and the vectors that a prior is given are these."""
    latents = structure()
    latents.build((None, *GRIDS[0], 4))
    priors = latents.ready((PixelCNN(3, 1, 3), PixelCNN(3, 1, 3)), None)
    latents.take_prior(priors)
    features = RNG.normal(size=(2, *GRIDS[0], 4)).astype("float32")
    found = gradient(lambda h: latents.measure(latents.infer(h))["code_length"], features)
    assert_array_equal(found, 0.0)


def fitted(model, priors, data=IMAGES, **kwargs):
    return model.fit_prior(data, priors, batch_size=len(IMAGES), verbose=0, **kwargs).history


def test_priors_of_all_levels(tmp_path):
    """The sum over levels of −log p(codes | vectors of the levels above), used from then on."""
    model = quantized()
    uniform, codes = model.elbo(IMAGES), model.encode(IMAGES)
    top, bottom = PixelCNN(3, 1, 3), CausalTransformer(4, 1, 2, 0.0)
    history = fitted(model, {"z_1": bottom, "z_2": top}, epochs=2, validation_data=IMAGES)
    names = {"loss", "code_length", "code_length_1", "code_length_2"}
    assert set(history) == names | {f"val_{name}" for name in names}
    parts = np.add(history["code_length_1"], history["code_length_2"])
    assert_allclose(history["code_length"], parts, rtol=1e-6)
    above = numpy(model.latents.levels[1].codebook())[codes["z_2"]]
    above = above.repeat(2, axis=1).repeat(2, axis=2)
    lengths = [-numpy(bottom.log_prob(codes["z_1"], above)), -numpy(top.log_prob(codes["z_2"]))]
    assert np.ptp(lengths[0]) > 0.0
    assert_allclose(model.elbo(IMAGES), uniform + sum(NATS) - sum(lengths), rtol=1e-5)
    drawn = model.generate(3, seed=0, temperature=0.5)
    assert drawn.shape == (3, 8, 4, 1)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert_allclose(again.elbo(IMAGES), model.elbo(IMAGES), rtol=1e-5)
    assert len(again.trainable_variables) == len(model.trainable_variables)
    assert_allclose(again.generate(3, seed=0, temperature=0.5), drawn, rtol=1e-4, atol=1e-6)
    model.compile("adam")
    logs = model.evaluate(IMAGES, verbose=0, return_dict=True)
    assert_allclose([logs["kl_loss_1"], logs["kl_loss_2"]], np.mean(lengths, axis=1), rtol=1e-5)


@pytest.mark.one_backend("which layers are frozen is a matter of files, not of tensors")
def test_what_is_frozen_inside_stays_so_beside_priors(tmp_path):
    model = quantized()
    fitted(model, (PixelCNN(3, 1, 3), PixelCNN(3, 1, 3)))
    model.latents.words[0].trainable = False
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert [w.trainable for w in again.latents.words] == [False, True]
    assert len(again.trainable_variables) == len(model.trainable_variables)
    assert not any(level.prior.trainable for level in again.latents.levels)


@pytest.mark.one_backend("the same steps are taken on all of them")
def test_priors_train_as_if_each_were_alone():
    """Fitted in one call or one after the other: the same weights, to rounding."""
    together, alone, weights = quantized(), quantized(), []
    for model, calls in ((together, [("z_1", "z_2")]), (alone, [("z_2",), ("z_1",)])):
        keras.utils.set_random_seed(4)
        priors = {"z_1": PixelCNN(3, 1, 3), "z_2": PixelCNN(3, 1, 3)}
        model.latents.ready(priors, None)  # their first weights come in the same order
        for names in calls:
            chosen = {name: priors[name] for name in names}
            model.fit_prior(IMAGES, chosen, epochs=3, batch_size=len(IMAGES), verbose=0)
        weights.append([*priors["z_1"].get_weights(), *priors["z_2"].get_weights()])
    for one, other in zip(*weights, strict=True):
        assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    assert_allclose(together.elbo(IMAGES), alone.elbo(IMAGES), rtol=1e-5)


def test_a_prior_is_given_the_vectors_of_the_true_codes_above():
    latents = structure()
    latents.build((None, *GRIDS[0], 4))
    codes = {
        "z_1": RNG.integers(0, K[0], (3, *GRIDS[0])),
        "z_2": RNG.integers(0, K[1], (3, *GRIDS[1])),
    }
    drawn = latents.drawn(codes, None, None)
    assert drawn["z_1"][0] is codes["z_1"] and drawn["z_2"][1] is None
    above = codes["z_2"].repeat(2, axis=1).repeat(2, axis=2)
    assert_array_equal(numpy(drawn["z_1"][1]), numpy(latents.levels[1].codebook())[above])


def test_under_a_condition():
    """A label stands beside the vectors in every place, and is all that the top is given."""
    model = quantized(condition_shape=(2,))
    labels = np.eye(2, dtype="float32")[np.arange(len(IMAGES)) % 2]
    data = {"x": IMAGES, "condition": labels}
    fitted(model, (PixelCNN(3, 1, 3), PixelCNN(3, 1, 3)), data)
    given = model.latents.given(0, [ops.zeros((2, *GRIDS[1], D[1]))], labels[:2])
    assert_array_equal(
        numpy(given)[..., D[1] :], np.broadcast_to(labels[:2, None, None], (2, 4, 2, 2))
    )
    assert model.generate(2, labels[:2], seed=0).shape == (2, 8, 4, 1)
    assert np.isfinite(model.elbo(data)).all()
