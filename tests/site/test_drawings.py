"""Drawings of the pages: words are large enough for a phone, and nothing reaches over the edge."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from docs import planes, scenes
from docs.drawings import Drawing

pytestmark = pytest.mark.one_backend("drawing, and nothing is computed")

RNG = np.random.default_rng(0)
PICTURE, POINTS = RNG.uniform(size=(8, 8)), RNG.normal(size=(300, 2))
DRAWINGS = {
    "autoencoder": scenes.autoencoder(PICTURE, RNG.normal(size=8), PICTURE),
    "plate": scenes.plate(),
    "gradient paths": scenes.gradient_paths(),
    "jensen": scenes.jensen([0.25, 4.0]),
    "elbo bars": scenes.elbo_bars({"a": (11.0, 2.0), "b": (26.0, 0.0)}, -13.0),
    "water": scenes.water_filling((4.0, 2.0, 0.5), {1: 0.25, 10: 2.5}),
    "weights": scenes.weight_bars({"a": np.zeros(16), "b": np.arange(16.0)}),
    "bent": planes.bent(POINTS, POINTS / np.linalg.norm(POINTS, axis=1, keepdims=True)),
    "rows": planes.rows_of_pictures([[PICTURE] * 3] * 2, ["one", "two", "three"]),
    "two posteriors": planes.two_posteriors(POINTS / 2, 0.4 + 0 * POINTS, [PICTURE] * 9, [0, 1]),
    "line and sphere": planes.line_and_sphere(100, 10.0, 7.0),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_words_can_be_read_on_a_phone_and_stay_inside(name):
    drawing = DRAWINGS[name]
    assert drawing.width <= 460  # see the class: 13 units are then 9 pixels on a phone
    root = ET.fromstring(f"<svg>{''.join(drawing.parts)}</svg>")
    words = root.findall("text")
    assert words
    for word in words:
        size, x, y = (float(word.get(key)) for key in ("font-size", "x", "y"))
        length = 0.55 * size * len("".join(word.itertext()))
        left = x - {"start": 0, "middle": 0.5, "end": 1}[word.get("text-anchor")] * length
        assert size >= 13 and word.get("font-size") and not word.findall("tspan")
        assert left >= -3 and left + length <= drawing.width + 3, word.text
        assert size <= y <= drawing.height
    for shape in root.findall("polyline") + root.findall("polygon"):
        corners = np.array(re.findall(r"[-\d.e]+", shape.get("points")), float).reshape(-1, 2)
        assert corners.min() >= 0
        assert np.all(corners.max(axis=0) <= [drawing.width, drawing.height])


def test_one_colour_means_one_thing(capsys):
    """A bound in blue, what is exact in green, the gap between them in a third colour."""
    scenes.jensen([0.25, 4.0]).show("what it shows")
    svg = capsys.readouterr().out
    assert 'aria-label="what it shows"' in svg
    meanings = {"mean of the logs": "encoder", "log of the mean": "exact", "lost": "gap"}
    for words, color in meanings.items():
        assert re.search(rf"<text[^>]*var\(--{color}\)[^>]*>{words}", svg)
    assert "var(--c" not in svg  # a colour without a meaning


def test_a_disk_and_a_bar_are_where_they_are_told_to_be():
    drawing = Drawing(100, 100).bar(10, 20, 30, 40).disk(50, 60, 7)
    assert 'points="10,20 30,20 30,40 10,40"' in drawing.parts[0]
    assert 'cx="50" cy="60" r="7"' in drawing.parts[1]
