"""The figure of the page on directions decodes, moves and measures as the library does."""

import json
import runpy

import keras
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from numpy.testing import assert_allclose

import keras_vae
from docs.twins import DARK, on_dark_paper
from keras_vae.datasets import FACE_MEASURES, faces
from keras_vae.latent_space import AttributeVector
from keras_vae.layers import NormalHead
from tests import ROOT
from tests.oracles.node import answer_of

pytestmark = [
    pytest.mark.one_backend("the figure of the browser is compared with one backend"),
    pytest.mark.slow,
]

MEASURES = {"mouth": "mouth_curvature", "glasses": "glasses", "shade": "shade"}
FILE = ROOT / "docs" / "assets" / "examples" / "latent_directions" / "decoder.json"


DECODE = """
const network = module.load(given.layers);
return given.z.map((one) => Array.from(module.outputs(network, one)));
"""


def decoded_in_node(model, z, shape):
    given = {"layers": model["layers"], "z": z.tolist()}
    return np.array(answer_of("decoder.js", DECODE, given)).reshape(shape)


def measured_in_node(x):
    given = {"x": x.reshape((len(x), -1)).tolist(), "names": list(MEASURES)}
    script = "return given.names.map((name) => given.x.map((one) => module[name](one)));"
    return answer_of("faces.js", script, given)


@pytest.mark.parametrize("softness", [0.0, 0.1])
def test_measures(softness):
    """Of faces as drawn, and of faces with noise beyond 0 and 1, as a decoder may answer."""
    x = faces(40, seed=8).x
    x = x + softness * np.random.default_rng(0).normal(size=x.shape)
    for found, name in zip(measured_in_node(x), MEASURES.values(), strict=True):
        assert_allclose(found, FACE_MEASURES[name](x), rtol=1e-5, atol=1e-5)


def test_a_picture_without_a_face():
    blank = np.zeros((1, 32, 32, 1))
    for found, name in zip(measured_in_node(blank), MEASURES.values(), strict=True):
        assert_allclose(found, FACE_MEASURES[name](blank), atol=1e-9)


def test_moves():
    random = np.random.default_rng(1)
    z, directions, amounts = (random.normal(size=size) for size in (4, (3, 4), 3))
    script = "return module.moved(given.z, given.directions, given.amounts);"
    given = {"z": z, "directions": directions, "amounts": amounts}
    given = {name: value.tolist() for name, value in given.items()}
    for direction, amount in zip(directions, amounts, strict=True):
        z = AttributeVector(direction).move(z, amount)
    assert_allclose(answer_of("figures/directions.js", script, given), z, rtol=1e-5)


@pytest.fixture(scope="module")
def model():
    assert FILE.stat().st_size < 400_000
    return json.loads(FILE.read_text())


def test_the_committed_decoder_answers_as_keras_does(model):
    explorer = runpy.run_path(ROOT / "examples" / "explorer.py")
    units = [layer["shape"][1] for layer in model["layers"][:-1]]
    decoder = keras_vae.Decoder(tuple(model["image"]), units, head=NormalHead(scale=0.1))
    z = np.array(model["codes"], "float32")
    z = np.concatenate([z, z + np.array(model["plain"][0]), z - np.array(model["balanced"][1])])
    decoder(z)
    layers = [explorer["dequantized"](layer) for layer in model["layers"]]
    decoder.set_weights([array for layer in layers for array in layer])
    expected = keras.ops.convert_to_numpy(decoder.distribution(decoder(z)).mean())
    found = decoded_in_node(model, z, expected.shape)
    assert_allclose(found, expected, atol=1e-4)
    assert found.std() > 0.1  # pictures that say something


def test_the_switch_shows_what_the_page_says(model):
    """A plain smile puts glasses on, a balanced one does not; both bend the mouth."""
    assert model["names"] == ["mouth_curvature", "glasses", "shade"]
    z = np.array(model["codes"])
    kinds = np.concatenate([z, z + np.array(model["plain"][0]), z + np.array(model["balanced"][0])])
    x = decoded_in_node(model, kinds, (3, len(z), 32, 32))
    mouths, glasses = (
        np.array([FACE_MEASURES[name](one).mean() for one in x])
        for name in ("mouth_curvature", "glasses")
    )
    assert (mouths[1:] - mouths[0]).min() > 0.4
    assert glasses[1] - glasses[0] > 0.3
    assert abs(glasses[2] - glasses[0]) < 0.1


def test_the_paper_around_a_face_is_that_of_its_twin_in_dark_colours():
    x = faces(6, seed=3).x
    script = "return given.x.map((one) => module.around(one, 32));"
    found = answer_of("figures/directions.js", script, {"x": x.reshape(6, -1).tolist()})
    colours = np.repeat(1.0 - x, 3, axis=-1)
    outside = np.array(
        [(on_dark_paper(one, kept=True) == to_rgb(DARK.paper)).all(axis=-1) for one in colours]
    )
    np.testing.assert_array_equal(np.reshape(found, outside.shape), outside)
    assert 0.3 < outside.mean() < 0.6
