"""The decoder that the home page runs in the browser, against Keras."""

import base64
import json
import re
import runpy

import keras
import numpy as np
import pytest

import keras_vae
from tests import ROOT
from tests.oracles.node import answer_of

pytestmark = [
    pytest.mark.one_backend("the decoder of the browser is compared with that of one backend"),
    pytest.mark.slow,
]

SCRIPT = """
const { decode, load, logPrior, radius } = module;
const network = load(given.layers);
return {
  means: given.z.map((one) => Array.from(decode(network, one))),
  logPrior: given.z.map(logPrior),
  radius: radius(0.9),
};
"""
explorer = runpy.run_path(ROOT / "examples" / "explorer.py")


def in_node(layers, z):
    given = {"layers": layers, "z": z.tolist()}
    answer = answer_of("decoder.js", SCRIPT, given)
    return {name: np.array(value) for name, value in answer.items()}


@pytest.fixture(scope="module")
def committed():
    return json.loads((ROOT / "docs" / "assets" / "explorer.json").read_text())


@pytest.fixture
def z():
    return np.random.default_rng(0).normal(size=(50, 2)).astype("float32")


@pytest.mark.parametrize(("bits", "tolerance"), [(8, 0.06), (16, 0.002)])
def test_rounded_weights_answer_as_keras_does(z, bits, tolerance):
    keras.utils.set_random_seed(0)
    decoder = keras_vae.Decoder((12, 8), hidden_units=(64, 128), head="bernoulli")
    decoder(z)
    decoder.set_weights([3 * weight for weight in decoder.get_weights()])
    means = keras.ops.convert_to_numpy(decoder.distribution(decoder(z)).mean())
    layers = [explorer["quantized"](*layer, bits) for layer in explorer["layers_of"](decoder)]
    found = in_node(layers, z)["means"].reshape(-1, 12, 8)
    assert means.std() > 0.05  # pictures that say something
    np.testing.assert_allclose(found, means, rtol=0, atol=tolerance)


def test_a_unit_without_weights_keeps_its_bias():
    layer = explorer["quantized"](np.zeros((2, 3), "float32"), np.arange(3.0))
    kernel, bias = explorer["dequantized"](layer)
    np.testing.assert_array_equal(kernel, np.zeros((2, 3)))
    np.testing.assert_array_equal(bias, [0, 1, 2])


def test_prior_in_the_browser(z):
    found = in_node([explorer["quantized"](np.ones((2, 1), "float32"), np.zeros(1))], z)
    prior = keras_vae.distributions.Normal(np.zeros(2, "float32"), np.ones(2, "float32"))
    log_prob = keras.ops.convert_to_numpy(prior.log_prob(z))
    np.testing.assert_allclose(found["logPrior"], log_prob, rtol=1e-5)
    draws = np.random.default_rng(0).normal(size=(20_000, 2))
    inside = np.mean(np.linalg.norm(draws, axis=1) < found["radius"])
    assert abs(inside - 0.9) < 4 * np.sqrt(0.09 / 20_000)  # four standard errors


def test_the_committed_decoder_answers_as_keras_does(z, committed):
    """The same rounded weights, by Keras and by the browser."""
    model = committed
    units = [layer["shape"][1] for layer in model["layers"][:-1]]
    decoder = keras_vae.Decoder(tuple(model["image"]), hidden_units=units, head="bernoulli")
    decoder(z)
    layers = [explorer["dequantized"](layer) for layer in model["layers"]]
    decoder.set_weights([array for layer in layers for array in layer])
    means = keras.ops.convert_to_numpy(decoder.distribution(decoder(z)).mean())
    found = in_node(model["layers"], z)["means"].reshape(means.shape)
    np.testing.assert_allclose(found, means, rtol=0, atol=1e-4)
    assert model["rounding"] < 0.1  # the largest change of a pixel's mean, measured at training


def test_the_walk_passes_clear_digits_of_all_classes(committed):
    """Its stations are neither grey nor between two classes."""
    stations, points = np.array(committed["walk"]), np.array(committed["points"])
    anywhere = np.random.default_rng(0).normal(size=(200, 2))
    means = in_node(committed["layers"], np.concatenate([stations, anywhere]))["means"]
    grey = np.sum(means * (1 - means), axis=1) / np.sum(means, axis=1)
    assert grey[:10].max() < np.median(grey[10:])
    distances = np.linalg.norm(stations[:, None] - points[:, :2], axis=-1)
    kin = points[np.argsort(distances, axis=1)[:, :5], 2]
    assert sorted(np.median(kin, axis=1)) == list(range(10))


def test_a_round_tour_crosses_nowhere():
    angles = np.random.default_rng(0).permutation(12) * np.pi / 6
    tour = explorer["round_tour"](np.stack([np.cos(angles), np.sin(angles)], axis=1))
    assert explorer["way_round"](tour) == pytest.approx(24 * np.sin(np.pi / 12))


WAY = """
const way = module.closedWay(given);
const step = 0.01;
const places = Array.from({ length: 4000 }, (_, i) => way.at(i * step));
const strides = places.slice(1).map(([x, y], i) => Math.hypot(x - places[i][0], y - places[i][1]));
return { start: way.at(0), stride: Math.max(...strides), times: given.map(way.nearest), gone:
  given.map((z) => Math.min(...places.map(([x, y]) => Math.hypot(x - z[0], y - z[1])))) };
"""


def test_the_way_is_closed_and_without_a_leap():
    stations = [[1, 0], [0, 1], [-1, 0], [0, -1]]
    found = answer_of("walk.js", WAY, stations)
    assert found["start"] == [1, 0]
    assert found["stride"] < 0.012 and max(found["gone"]) < 0.01
    legs = 1.2 + 1.4 * np.sqrt(2)
    np.testing.assert_allclose(found["times"], legs * np.arange(4), atol=legs / 24)


def test_explorer_trains_and_writes(tmp_path, capsys):
    options = ["--epochs", "1", "--hidden-units", "16", "24", "--points", "7"]
    explorer["main"]([*options, "--out", str(tmp_path)])
    model = json.loads((tmp_path / "explorer.json").read_text())
    assert [layer["shape"] for layer in model["layers"]] == [[2, 16], [16, 24], [24, 784]]
    assert len(model["points"]) == 7 and all(0 <= point[2] <= 9 for point in model["points"])
    vae = keras.saving.load_model(tmp_path / "model.keras")
    z = np.array(model["points"], "float32")[:, :2]
    found = in_node(model["layers"], z)["means"].reshape(-1, 28, 28)
    np.testing.assert_allclose(found, vae.decode(z), rtol=0, atol=0.02)
    assert np.shape(model["walk"]) == (10, 2)
    assert capsys.readouterr().out.splitlines()[-1].startswith(f"ELBO −{-model['elbo']:.2f} nats")


def test_a_page_that_needs_no_other_file(committed):
    """Scripts, model and pictures stand in it as data, and what stands there is found again."""
    model = committed
    pair = [ROOT / "docs" / "assets" / f"explorer{kind}.png" for kind in ("", "-dark")]
    page = explorer["page"](model, "A <plane>", "Two words", [(*pair, "what it shows")])
    addresses = re.findall(r"(?:src|href|data-source|from)[= ]+\"([^\"]*)\"", page)
    assert len(addresses) == 4 and all(address.startswith("data:") for address in addresses)
    assert "<h1>A &lt;plane&gt;</h1>" in page and "url(" not in page
    data, *shown, script = (base64.b64decode(address.split(",")[1]) for address in addresses)
    assert json.loads(data) == model and shown == [path.read_bytes() for path in pair]
    assert page.count('alt="what it shows"') == 2 and 'class="figure only-dark"' in page
    imported = re.findall(r'from "data:text/javascript;base64,([^"]*)"', script.decode())
    sources = {
        (ROOT / "docs" / "javascripts" / name).read_text() for name in ("decoder.js", "walk.js")
    }
    assert {base64.b64decode(one).decode() for one in imported} == sources
