"""An optimizer per part: configuration, and one that belongs to no model."""

import json

import keras
import numpy as np
import pytest

from keras_vae import VAE, Decoder, Encoder
from keras_vae.optimizers import PerPart
from tests.conformance.factories import VECTORS


def test_configuration_goes_through_json():
    optimizer = PerPart({"encoder": keras.optimizers.SGD(0.5)}, rest=keras.optimizers.Adam(0.25))
    text = json.dumps(keras.saving.serialize_keras_object(optimizer))
    again = keras.saving.deserialize_keras_object(json.loads(text))
    assert json.dumps(keras.saving.serialize_keras_object(again)) == text
    assert float(again.parts["encoder"].learning_rate) == 0.5


def test_a_model_of_another_package_is_told():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(PerPart({"layers": "sgd"}, rest="sgd"), "mse")
    with pytest.raises(ValueError, match="PerPart belongs to a model of this package"):
        model.fit(np.ones((2, 2)), np.ones((2, 1)), verbose=0)


def test_inside_of_a_loss_scale_optimizer():
    vae = VAE(Encoder(2, (4,)), Decoder((8,), (4,)), seed=0)
    inner = PerPart({"encoder": keras.optimizers.SGD(0.0)}, rest=keras.optimizers.SGD(0.1))
    vae.compile(keras.optimizers.LossScaleOptimizer(inner), run_eagerly=True)
    vae.build(VECTORS.shape)
    before = [np.array(w) for w in vae.encoder.get_weights()]
    vae.fit(VECTORS, verbose=0)
    for old, new in zip(before, vae.encoder.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
