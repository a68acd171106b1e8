"""Figures of the pages: both themes, legend and marks alike, nothing white in the dark."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from keras_vae import plotting
from keras_vae.plotting.style import THEMES
from tests import ROOT

pytestmark = pytest.mark.one_backend("drawing by matplotlib")

MODEL = SimpleNamespace(encode=lambda x: x, generate=lambda number, seed: np.zeros((number, 4, 4)))


def shown(draw, capsys):
    """The drawing for each theme."""
    import matplotlib

    with matplotlib.rc_context():
        from docs.figures import show_in_both

        show_in_both(draw, "what it shows")
    found = re.findall(r'<div class="only-(\w+)">(.*?)</div>', capsys.readouterr().out)
    assert [name for name, _ in found] == ["light", "dark"]
    return dict(found)


def test_legend_and_marks_have_the_colours_of_each_theme(capsys):
    codes = np.random.default_rng(0).normal(size=(20, 2))
    found = shown(lambda: plotting.latent_scatter(MODEL, codes, np.arange(20) % 7), capsys)
    for name, svg in found.items():
        assert svg.count('aria-label="what it shows"') == 1
        assert "<image" not in svg  # points are no pixels, which a page could not recolour
        used = set(re.findall(r"fill: (#\w+)", svg))
        assert set(THEMES[name].series[:7]) <= used
        assert THEMES[name].ink not in svg and "currentColor" in svg


def test_numbers_that_are_read_keep_their_digits():
    from docs.figures import THEME, drawing, pyplot

    figure, axes = pyplot.subplots()
    axes.plot([0.123456, 0.654321])
    axes.text(0, 0.5, "0.830")
    svg = drawing(figure, "a number", THEME)
    assert ">0.830<" in svg and not re.search(r'd="[^"]*\.\d{5}', svg)


def test_pictures_keep_their_own_pixels(capsys):
    found = shown(lambda: plotting.samples(MODEL, 1, 2), capsys)
    for svg in found.values():
        assert "image-rendering:pixelated" in svg.replace(" ", "")
        assert len(svg) < 5000


def test_a_page_shows_the_drawing_of_its_theme():
    style = (ROOT / "docs" / "stylesheets" / "site.css").read_text(encoding="utf-8")
    for scheme, hidden in (("slate", "light"), ("default", "dark")):
        assert f'[data-md-color-scheme="{scheme}"] .only-{hidden}' in style
