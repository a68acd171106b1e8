"""What is frozen stays frozen: through building, compiling, saving, loading, cloning and `fit`."""

from functools import reduce

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_array_equal

from keras_vae import VAE, Decoder, Encoder, latents, layers
from keras_vae.objectives import ELBO
from tests.conformance.saving import through_file
from tests.oracles.steps import EAGERLY

VECTORS = np.random.default_rng(0).uniform(0.1, 0.9, (8, 8)).astype("float32")


def dense():
    prior = layers.NormalMixturePrior(2, 3, seed=1)
    decoder = Decoder((8,), (5,), head=layers.NormalHead("optimal"))
    return VAE(Encoder(2, (5,)), decoder, prior=prior, seed=3)


def convolutional():
    encoder = Encoder(2, body=layers.ConvBody((3,), kernel_size=(3,)), head="multivariate_normal")
    decoder = Decoder((8, 1), body=layers.ConvTransposeBody((8, 1), (3,)))
    return VAE(encoder, decoder, seed=3)


def several(structure):
    return VAE(layers.DenseBody((5,)), Decoder((8,), (5,)), seed=3, latents=structure)


def ladder():
    return several(latents.Ladder((3, 2), (4,)))


def bottom_up():
    return several(latents.BottomUp((3, 2), (4,)))


def codebook():
    return several(latents.VectorQuantized(6, 5))


@keras.saving.register_keras_serializable(package="tests")
class Critical(ELBO):
    """The ELBO, and what a critic of two layers says of the codes."""

    def __init__(self):
        super().__init__()
        self.critic = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(1)])

    def build(self, z_shape):
        self.critic.build(z_shape)

    def __call__(self, terms, beta):
        return super().__call__(terms, beta) + self.critic(terms.z[0])[:, 0]

    def get_config(self):
        return {}


def judged():
    return VAE(Encoder(2, (5,)), Decoder((8,), (5,)), objective=Critical(), seed=3)


PARTS = [
    *((dense, part) for part in ("encoder", "encoder.body", "encoder.head", "prior", "decoder")),
    *((dense, part) for part in ("decoder.body", "decoder.head")),
    *((convolutional, part) for part in ("encoder", "decoder.body")),
    *((make, part) for make in (ladder, bottom_up, codebook) for part in ("encoder", "latents")),
]


INSIDE = [
    (dense, "encoder.body.stack.0"),
    (dense, "decoder.head.loc"),
    (convolutional, "encoder.body.stack.0"),
    (convolutional, "decoder.body.seed_image"),
    (ladder, "latents.downward.0"),
    (ladder, "latents.words.1.log_scale"),
    (bottom_up, "latents.upward.0.body"),
    (judged, "objective"),
    (judged, "objective.critic"),
    (judged, "objective.critic.layers.0"),
]


def part_of(model, path):
    def inside(part, name):
        return part[int(name)] if name.isdigit() else getattr(part, name)

    return reduce(inside, path.split("."), model)


def moved_by_fit(model, path):
    """Whether one step changes a bit of a part; something else must move."""
    x = VECTORS if model.decoder.event_shape == (8,) else VECTORS[..., None]
    if not model.built:
        model.build((None, *x.shape[1:]))
    part, everything = part_of(model, path).variables, model.trainable_variables
    before = [ops.convert_to_numpy(v).copy() for v in part]
    rest = [ops.convert_to_numpy(v).copy() for v in everything]
    model.fit(x, verbose=0)
    assert any((a != ops.convert_to_numpy(v)).any() for a, v in zip(rest, everything, strict=True))
    return any((a != ops.convert_to_numpy(v)).any() for a, v in zip(before, part, strict=True))


def compiled(model):
    model.compile(keras.optimizers.SGD(0.1), run_eagerly=EAGERLY)
    return model


@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize(("make", "path"), PARTS, ids=lambda p: p if isinstance(p, str) else None)
def test_a_frozen_part_rests(make, path, built):
    model = make()
    if built:
        model.build((None, *model.decoder.event_shape))
    part_of(model, path).trainable = False
    assert not moved_by_fit(compiled(model), path)
    values = [ops.convert_to_numpy(v) for v in part_of(model, path).variables]
    loaded = through_file(model)
    for value, again in zip(values, part_of(loaded, path).variables, strict=True):
        assert_array_equal(value, ops.convert_to_numpy(again))
    assert not moved_by_fit(loaded, path)
    assert not moved_by_fit(compiled(keras.models.clone_model(model)), path)


@pytest.mark.one_backend("which layers are frozen is a matter of files, not of tensors")
@pytest.mark.parametrize(("make", "path"), INSIDE, ids=lambda p: p if isinstance(p, str) else None)
def test_one_layer_frozen_inside_a_part_rests(make, path):
    model = make()
    model.build((None, *model.decoder.event_shape))
    part_of(model, path).trainable = False
    frozen = len(model.trainable_variables)
    assert not moved_by_fit(compiled(model), path)
    for again in (through_file(model), compiled(keras.models.clone_model(model))):
        assert not moved_by_fit(again, path)
        assert len(again.trainable_variables) == frozen


@pytest.mark.one_backend("which layers are frozen is a matter of files, not of tensors")
@pytest.mark.parametrize(
    ("make", "path"), [(dense, "encoder.body.stack.0"), (ladder, "latents.upward.0.stack.0")]
)
def test_one_layer_frozen_before_anything_is_built_rests(make, path):
    model = make()
    part_of(model, path).trainable = False
    assert not moved_by_fit(compiled(keras.models.clone_model(model)), path)
    assert not moved_by_fit(compiled(model), path)


@pytest.mark.parametrize(("make", "path"), [(dense, "encoder"), (ladder, "latents")])
def test_what_was_loaded_frozen_thaws(make, path):
    model = make()
    part_of(model, path).trainable = False
    model.build((None, 8))
    loaded = through_file(compiled(model))
    part_of(loaded, path).trainable = True
    assert len(loaded.trainable_variables) > len(model.trainable_variables)
    assert moved_by_fit(compiled(loaded), path)


def test_a_head_thawed_under_a_frozen_encoder_learns_after_loading():
    model = compiled(dense())
    model.encoder.trainable = False
    model.encoder.head.trainable = True
    assert moved_by_fit(model, "encoder.head")
    loaded = through_file(model)
    assert not loaded.encoder.trainable
    assert not moved_by_fit(loaded, "encoder.body")
    assert moved_by_fit(loaded, "encoder.head")


@pytest.mark.parametrize("given", [{"hidden_units": (5,)}, {"body": layers.DenseBody((5,))}])
def test_a_network_made_frozen_is_frozen_inside(given):
    encoder = Encoder(2, **given, trainable=False)
    model = VAE(encoder, Decoder((8,), (5,)))
    assert not moved_by_fit(compiled(model), "encoder")
