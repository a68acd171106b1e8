"""The picture that a link to the site is shown with."""

import json
import runpy

import numpy as np
import pytest
from PIL import Image

from tests import ROOT
from tests.oracles.node import answer_of

pytestmark = pytest.mark.one_backend("a picture is looked at, and drawn with NumPy")

CARD = ROOT / "docs" / "assets" / "card.png"
SCRIPT = "const layers = module.load(given.layers);\n" + (
    "return given.z.map((one) => Array.from(module.decode(layers, one)));"
)
card = runpy.run_path(ROOT / "docs" / "card.py")


def test_the_card_is_the_one_that_the_script_draws():
    with Image.open(CARD) as picture:
        assert picture.size == (1200, 630)
        assert picture.text["made from"] == card["made_from"](), "run: python docs/card.py"
    assert CARD.stat().st_size <= 150_000


@pytest.mark.slow
def test_the_card_shows_what_the_browser_shows():
    model = json.loads((ROOT / "docs" / "assets" / "explorer.json").read_text())
    z = np.array(model["walk"])
    found = answer_of("decoder.js", SCRIPT, {"layers": model["layers"], "z": z.tolist()})
    np.testing.assert_allclose(card["decode"](z).reshape(len(z), -1), found, rtol=0, atol=1e-5)


def test_a_place_has_the_colour_of_the_codes_around_it():
    model = json.loads((ROOT / "docs" / "assets" / "explorer.json").read_text())
    ones = [[x, y] for x, y, label in model["points"] if label == 1]
    low = min(ones, key=lambda code: code[1])  # far below, where nothing else is
    np.testing.assert_allclose(card["colour"](np.array(low)), card["COLOURS"][1], atol=0.02)
