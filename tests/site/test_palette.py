"""One palette: that of keras_vae.plotting in the stylesheet, in scripts, drawings and figures."""

import importlib
import re

import matplotlib
import numpy as np
import pytest

from docs.drawings import SERIES, word
from keras_vae.plotting.style import THEMES
from tests import ROOT
from tests.oracles.vision import contrast

pytestmark = pytest.mark.one_backend("colours of files are compared")

STYLE = (ROOT / "docs" / "stylesheets" / "site.css").read_text(encoding="utf-8")
SCHEMES = {"default": "light", "slate": "dark"}
CODE = {"default": "#f5f5f5", "slate": "#272a35"}  # the ground of code in the theme Material


def variables(scheme):
    """What the stylesheet sets in one theme alone."""
    block = STYLE.split(f'[data-md-color-scheme="{scheme}"] {{')[1].split("}")[0]
    return dict(re.findall(r"--([\w-]+): (#\w+);", block))


def mixed(colour, ink, share):
    """`color-mix(in srgb, colour share, ink)`."""
    parts = [np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in (colour, ink)]
    levels = np.rint(share * parts[0] + (1 - share) * parts[1]).astype(int)
    return "#" + "".join(f"{level:02x}" for level in levels)


@pytest.mark.parametrize(("scheme", "theme"), SCHEMES.items())
def test_the_stylesheet_has_the_colours_of_the_plots(scheme, theme):
    found, look = variables(scheme), THEMES[theme]
    assert tuple(found[f"c{i}"] for i in range(10)) == look.series
    assert (found["ink"], found["paper"]) == (look.ink, look.paper)


def test_figures_are_drawn_with_colours_that_the_page_replaces():
    with matplotlib.rc_context():
        figures = importlib.reload(importlib.import_module("docs.figures"))  # sets the cycle anew
        cycle = matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]
    assert tuple(cycle) == tuple(figures.COLORS) == THEMES["light"].series
    assert [figures.THEME[colour] for colour in figures.COLORS] == [
        f"var(--c{i})" for i in range(10)
    ]
    assert {*SERIES} <= {*figures.THEME.values()}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_words_in_colour_can_be_read(scheme):
    found = variables(scheme)
    assert word("currentColor") == "currentColor"
    share = int(
        re.fullmatch(r"color-mix\(in srgb, var\(--c0\) (\d+)%, var\(--ink\)\)", word("var(--c0)"))[
            1
        ]
    )
    for i in range(10):
        colour = mixed(found[f"c{i}"], found["ink"], share / 100)
        for paper in (found["paper"], CODE[scheme]):
            assert contrast(colour, paper) > 4.5, (i, colour, paper)


def test_all_mix_words_alike():
    """In drawings, charts and prose."""
    script = (ROOT / "docs" / "javascripts" / "plot.js").read_text(encoding="utf-8")
    mixes = re.findall(r"color-mix\(in srgb, var\(--[^)]*\) (\d+%), var\(--ink\)\)", script + STYLE)
    assert len(mixes) > 1 and {*mixes} == {word("var(--c0)").split()[-2].rstrip(",")}
