"""Matplotlib figures for the pages: inline SVG that follows the light and the dark theme."""

import html
import io
import re
import sys

import matplotlib
from cycler import cycler
from matplotlib import pyplot

from keras_vae.plotting.style import INK, STYLE

# Okabe and Ito 2008. The stylesheet has the shades that are shown, as --c0 to --c5.
COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]

matplotlib.use("agg")
matplotlib.rcParams.update(STYLE)
matplotlib.rcParams.update({"axes.prop_cycle": cycler(color=COLORS), "figure.figsize": (5.6, 3.2)})

THEME = {color: f"var(--c{i})" for i, color in enumerate(COLORS)} | {
    "#000000": "currentColor",
    INK: "currentColor",
    "#ffffff": "var(--paper)",
    "#b0b0b0": "var(--md-default-fg-color--lightest)",  # the grid
}


def show(figure, alt):
    """Prints ``figure`` as SVG; ``alt`` says what it shows to those who cannot see it."""
    file = io.StringIO()
    # Text stays text in the font of the page; mathematics ($…$) needs the shapes it was set with.
    formulas = any("$" in text.get_text() for text in figure.findobj(matplotlib.text.Text))
    # The salt makes ids of two figures on one page differ, and those of two builds agree.
    settings = {"svg.fonttype": "path" if formulas else "none", "svg.hashsalt": alt}
    with matplotlib.rc_context(settings):
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    pyplot.close(figure)
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.S)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r" ?font-family: [^;\"]*;", "", svg)
    svg = re.sub(r"#[0-9a-f]{6}\b", lambda color: THEME.get(color[0], color[0]), svg)
    svg = re.sub(r"\d+\.\d{3,}", lambda number: f"{float(number[0]):.5g}", svg)
    svg = re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><")
    label = html.escape(alt)
    svg = svg.replace("<svg", f'<svg role="img" aria-label="{label}" fill="currentColor"', 1)
    # markdown-exec gives the code of a page a `print` of its own: what that says is on the page.
    page_print = sys._getframe(1).f_globals.get("print", print)
    page_print(f'<div class="figure">{svg.strip()}</div>')
