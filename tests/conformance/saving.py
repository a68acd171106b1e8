"""Checks of files: what is saved comes back, whole or in parts, in safe mode."""

import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras

from tests.conformance.common import (
    assert_equal,
    code,
    evaluated,
    numpy,
)
from tests.conformance.factories import BATCH, Factory
from tests.oracles.noise import no_noise


def through_file(model: keras.Model) -> keras.Model:
    """A model after it was saved and loaded in safe mode."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        model.save(path)
        with zipfile.ZipFile(path) as archive:
            assert {*archive.namelist()} == {"metadata.json", "config.json", "model.weights.h5"}
        keras.utils.set_random_seed(99)
        return keras.saving.load_model(path, safe_mode=True)


def check_saved_model_is_the_model(factory: Factory) -> None:
    """Outputs, logs and compilation come back from a .keras file."""
    model = factory.built()
    model.compile("adam", run_eagerly=True)
    with no_noise():
        model.train_on_batch(factory.x[:BATCH])
        again = through_file(model)
        assert type(again) is type(model)
        assert again.compiled and again.run_eagerly
        assert json.dumps(again.get_config()) == json.dumps(model.get_config())
        assert_equal(again(factory.x), model(factory.x))
        assert_equal(evaluated(again, factory.x), evaluated(model, factory.x))
        assert_equal(again.reconstruct(factory.x), model.reconstruct(factory.x))


def check_saved_weights_are_the_weights(factory: Factory) -> None:
    """`save_weights` and `load_weights` carry the weights to another model of the kind."""
    model, again = factory.kept, factory()
    again.build((None, *factory.x.shape[1:]))
    with TemporaryDirectory() as folder:
        model.save_weights(Path(folder, "model.weights.h5"))
        again.load_weights(Path(folder, "model.weights.h5"))
    assert_equal(numpy(again.weights), numpy(model.weights))


def check_saved_parts_are_the_parts(factory: Factory) -> None:
    """The encoder and the decoder can be saved and used alone."""
    model = factory.kept
    z = code(model, factory.x)
    for part, inputs in ((model.encoder, factory.x), (model.decoder, z)):
        again: Any = through_file(part)
        assert type(again) is type(part)
        assert_equal(again(inputs), part(inputs))
        if hasattr(part, "distribution"):  # the encoder of a ladder gives features
            distribution = again.distribution(again(inputs))
            assert_equal(distribution.mean(), part.distribution(part(inputs)).mean())


def check_saved_layer_is_the_layer(factory: Factory) -> None:
    """A layer comes back from the file of a model that it is in."""
    layer, inputs = factory.built(), keras.Input(factory.x.shape[1:])
    model = keras.Model(inputs, layer(inputs))
    assert_equal(through_file(model)(factory.x), model(factory.x))
