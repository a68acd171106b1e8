"""What other programs are given: named inputs, the same numbers, and sentences where it fails."""

import keras
import pytest
from numpy.testing import assert_allclose

from keras_vae import VAE, Autoencoder, Decoder, Encoder, exporting
from keras_vae.latents import VectorQuantized
from tests.conformance.common import numpy
from tests.conformance.factories import MODELS, VECTORS, several_groups

BACKEND = keras.config.backend()
on_tensorflow = pytest.mark.skipif(
    BACKEND != "tensorflow", reason="TensorFlow writes it, and runs it"
)
on_torch = pytest.mark.skipif(BACKEND != "torch", reason="PyTorch writes it, and runs it")


def parts():
    """A model that was never called, its parts, and what each is given."""
    vae = MODELS["bernoulli"].built()
    return [(vae.encoder, "x", VECTORS), (vae.decoder, "z", VECTORS[:, :2])]


@on_tensorflow
def test_a_saved_model_has_named_inputs_and_outputs(tmp_path):
    import tensorflow as tf

    vae = MODELS["bernoulli"].built()
    vae.export(tmp_path / "whole", verbose=False)
    served = tf.saved_model.load(tmp_path / "whole")
    names = served.signatures["serving_default"].structured_input_signature[1]
    assert list(names) == ["x"] and names["x"].shape.as_list() == [None, 8]
    found, expected = served.serve(VECTORS), vae(VECTORS)
    assert set(found) == set(expected)
    for name in ("posterior_loc", "posterior_scale"):
        assert_allclose(found[name], expected[name], rtol=1e-5)
    decoder, name, z = parts()[1]
    decoder.export(tmp_path / "decoder", verbose=False)
    signature = tf.saved_model.load(tmp_path / "decoder").signatures["serving_default"]
    assert list(signature.structured_input_signature[1]) == [name]
    assert_allclose(signature(z=z)["logits"], decoder(z)["logits"], rtol=1e-5)


@on_tensorflow
@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated")
def test_lite_rt_gives_the_same_numbers(tmp_path):
    import tensorflow as tf

    for part, name, inputs in parts():
        path = tmp_path / f"{name}.tflite"
        part.export(path, format="litert", verbose=False)
        runner = tf.lite.Interpreter(model_path=str(path)).get_signature_runner()
        found, expected = runner(**{name: inputs}), part(inputs)
        assert set(found) == set(expected)
        for key, value in found.items():
            assert_allclose(value, expected[key], rtol=1e-5, atol=1e-6)


@on_torch
def test_pytorch_exports_the_parts(tmp_path):
    import torch

    for part, _, inputs in parts():
        shape = keras.InputSpec(dtype="float32", shape=inputs.shape)
        part.export(tmp_path / "m.pt2", "torch", verbose=False, input_signature=[shape])
        found = torch.export.load(tmp_path / "m.pt2").module()(torch.tensor(inputs))
        for key, value in part(inputs).items():
            assert_allclose(numpy(found[key]), numpy(value), rtol=1e-5, atol=1e-6)


@pytest.mark.one_backend("what is said of each backend is asked for by its name")
@pytest.mark.parametrize(
    ("backend", "format", "said"),
    [
        ("torch", "tf_saved_model", "a SavedModel is written by TensorFlow and by JAX"),
        ("torch", "torch", "the model draws z, and this format has no random numbers"),
        ("torch", "onnx", "the model draws z, and this format has no random numbers"),
        ("tensorflow", "litert", "the model draws z, and this format has no random numbers"),
        ("tensorflow", "onnx", "Export its parts, vae.encoder.export"),
        ("tensorflow", "torch", "PyTorch alone writes this format, and the backend is tensor"),
        ("jax", "litert", "LiteRT is written by TensorFlow, and the backend is jax"),
        ("jax", "onnx", "the model draws z"),
    ],
)
def test_what_cannot_be_written_is_not(backend, format, said, monkeypatch, tmp_path):
    monkeypatch.setattr(keras.config, "backend", lambda: backend)
    with pytest.raises(ValueError, match=said):
        MODELS["bernoulli"].kept.export(tmp_path / "m", format=format)
    assert not any(tmp_path.iterdir())


@pytest.mark.one_backend("what is said of each backend is asked for by its name")
def test_what_draws_nothing_has_no_such_limit(monkeypatch):
    codes = several_groups(VectorQuantized(6, 5))
    plain = Autoencoder(keras.layers.Dense(2), keras.layers.Dense(8))
    written = []
    monkeypatch.setattr(
        keras.Model, "export", lambda self, *args, **kwargs: written.append(args[3][0])
    )
    for model in (codes, plain):
        model.build((None, 8))
        model.export("m", format="torch")
    assert [spec.name for spec in written] == ["x", "x"]
    assert [spec.shape for spec in written] == [(None, 8), (None, 8)]


def test_a_model_that_is_not_built_says_so():
    encoder = MODELS["bernoulli"]().encoder
    with pytest.raises(ValueError, match=r"This Encoder is not built.*build\(\(None, …\)\)"):
        exporting.signature(encoder)


@pytest.mark.one_backend("shapes are looked at, and nothing is computed")
def test_a_model_under_a_condition_says_so():
    vae = VAE(Encoder(2, (5,)), Decoder((8,), (5,)), condition_shape=(3,))
    vae.build((None, 8))
    for model in (vae, vae.encoder, vae.decoder):
        with pytest.raises(ValueError, match="takes a condition besides, and Keras exports"):
            exporting.signature(model)


def test_packages_that_are_missing_are_named():
    with pytest.raises(
        ImportError, match=r"not installed: no_such_one\. Write pip install no_such"
    ):
        exporting.check_packages(("numpy", "no_such_one"))
