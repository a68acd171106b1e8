"""Checks of what a model or layer is: configuration, shapes, types, what its parts are told."""

import json
from typing import Any

import keras
import numpy as np

from keras_vae import VAE
from tests.conformance.common import (
    assert_equal,
    bodies,
    code,
    dtype_policy,
    evaluated,
    numpy,
)
from tests.conformance.factories import BATCH, REST, Factory, Probe
from tests.oracles.gradients import compiled
from tests.oracles.noise import no_noise


def parts(model: Any, x: np.ndarray) -> list[tuple[Any, np.ndarray]]:
    """A model, its encoder and its decoder, each with inputs."""
    found = [(model, x)]
    if isinstance(model, VAE):
        if not model.latents.shape:  # a grid that hangs on the features
            model.build((None, *x.shape[1:]))
        shape = (2, *model.latents.shape)
        z = np.linspace(-2.0, 2.0, np.prod(shape), dtype="float32").reshape(shape)
        found += [(model.encoder, x), (model.decoder, z)]
    return found


def check_config_goes_through_json(factory: Factory) -> None:
    """A configuration is plain JSON, and says all there is to say but the weights."""
    original = factory.built()
    config = keras.saving.serialize_keras_object(original)
    text = json.dumps(config)
    again = keras.saving.deserialize_keras_object(json.loads(text))
    assert type(again) is type(original)
    assert json.dumps(keras.saving.serialize_keras_object(again)) == text
    if not again.built:
        again.build((None, *factory.x.shape[1:]))
    again.set_weights(original.get_weights())
    with no_noise():
        assert_equal(again(factory.x), original(factory.x))


def check_symbolic_shape_is_eager_shape(factory: Factory) -> None:
    """Called on `keras.Input`, every part promises the shapes and types that it returns."""
    model = factory()
    with no_noise():
        for part, x in parts(model, factory.x):
            inputs = keras.Input(x.shape[1:])
            symbolic, eager = part(inputs), part(x)
            keras.tree.assert_same_structure(symbolic, eager)
            promised = keras.tree.flatten(symbolic)
            for promise, value in zip(promised, keras.tree.flatten(eager), strict=True):
                assert tuple(promise.shape) == (None, *value.shape[1:])
                assert promise.dtype == keras.backend.standardize_dtype(value.dtype)
            assert_equal(keras.Model(inputs, symbolic)(x), eager)


def check_an_example_knows_nothing_of_its_batch(factory: Factory) -> None:
    """In inference the answer for an example is the same among few others and among many."""
    model = factory.kept
    with no_noise():
        together = model(factory.x)
        few = model(factory.x[-REST:])
    assert_equal(keras.tree.map_structure(lambda value: value[-REST:], together), few)


def check_mixed_bfloat16(factory: Factory) -> None:
    """Bodies compute in bfloat16; parameters, noise and loss are float32 and nearly the same."""
    exact, _ = loss_and_outputs(factory.kept, factory.x[:BATCH])
    with dtype_policy("mixed_bfloat16"):
        loss, outputs = loss_and_outputs(factory.built(), factory.x[:BATCH])
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
    if factory.variational:
        for value in keras.tree.flatten(outputs):
            assert keras.backend.standardize_dtype(value.dtype) in ("float32", "int32")
    assert np.isfinite(numpy(loss))
    np.testing.assert_allclose(numpy(loss), numpy(exact), rtol=0.02, atol=0.05)
    assert numpy(loss) != numpy(exact), "nothing was computed in bfloat16"


def loss_and_outputs(model: Any, x: np.ndarray) -> tuple[Any, Any]:
    assert {variable.dtype for variable in model.trainable_variables} == {"float32"}

    def both(x: Any) -> tuple[Any, Any]:
        # In one piece; what is assigned stays inside, and penalties ask the scope for weights.
        with keras.StatelessScope([(v, v.value) for v in model.trainable_variables]):
            outputs = model(x)
            return model.compute_loss(x=x, y_pred=outputs), outputs

    with no_noise():
        return compiled(both)(keras.ops.convert_to_tensor(x))


def check_layer_in_mixed_bfloat16(factory: Factory) -> None:
    """Heads return float32 under any policy, other layers return bfloat16; all stay finite."""
    with dtype_policy("mixed_bfloat16"):
        layer = factory.built()
        wanted = "float32" if hasattr(layer, "distribution") else "bfloat16"
        outputs = layer(keras.ops.cast(factory.x, "bfloat16"))
    for value in keras.tree.flatten(outputs):
        assert keras.backend.standardize_dtype(value.dtype) == wanted
        assert np.isfinite(numpy(keras.ops.cast(value, "float32"))).all()


def check_training_is_seen_inside(factory: Factory) -> None:
    """Bodies learn whether they train, in the compiled step too; nothing trains in inference."""
    model = factory.built()
    model.compile("sgd")
    moments = moving_moments(model)
    for train in (True, False):
        Probe.seen.clear()
        if train:
            model.fit(factory.x, batch_size=len(factory.x), verbose=0)
        else:
            evaluated(model, factory.x)
            model.predict(factory.x, verbose=0)
            model.encode(factory.x)
        told = {probe for probe, training in Probe.seen if training}
        assert told == ({"encoder", "decoder"} if train else set())
        before, moments = moments, moving_moments(model)
        for one, other in zip(before, moments, strict=True):
            assert np.array_equal(one, other) != train


def moving_moments(model: keras.Model) -> list[np.ndarray]:
    """What the batch normalizations of a model have seen so far."""
    return [numpy(v).copy() for v in model.non_trainable_variables if "moving_" in v.path]


def check_regularizers_count(factory: Factory) -> None:
    """Penalties on weights and activity are in the loss, as they are, and nowhere else."""
    model = factory.built()
    decoder = leaf = bodies(model)[1]
    while getattr(leaf, "layers", None):  # a functional model takes no activity regularizer
        leaf = leaf.layers[-1]
    with no_noise():
        before = evaluated(model, factory.x)
        weight = model.trainable_variables[-1]  # of a head: no penalty yet
        weight.regularizer = keras.regularizers.L2(0.5)
        leaf.activity_regularizer = keras.regularizers.L1(0.1)
        after = evaluated(model, factory.x)
        z = code(model, factory.x)
        activity = np.abs(numpy(decoder(z))).sum() / len(factory.x)
    penalty = 0.5 * np.square(numpy(weight)).sum() + 0.1 * activity
    np.testing.assert_allclose(after.pop("loss") - before.pop("loss"), penalty, rtol=1e-4)
    assert_equal(after, before)
