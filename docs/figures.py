"""Matplotlib figures for the pages: inline SVG that follows the light and the dark theme."""

import base64
import html
import io
import re
import sys
import tempfile

import matplotlib
from cycler import cycler
from matplotlib import pyplot
from PIL import Image

from docs.drawings import LEAST, word
from keras_vae import plotting
from keras_vae.plotting.style import INK, STYLE, THEMES

COLORS = THEMES["light"].series  # the stylesheet has them for both themes, as --c0 to --c9
# What they mean, as in docs/drawings.py.
ENCODER, DECODER, EXACT, GAP = COLORS[0], COLORS[1], COLORS[2], COLORS[5]
PRIOR = "#767676"
SMALLEST = 8  # points
COLUMN = 748  # pixels: what a page has for a figure, where the screen is wide enough
# Larger than in print, since a phone shows a figure at two thirds of its size.
TEXT = {name: 10.5 for name in STYLE if "size" in name and "major" not in name}

matplotlib.use("agg")
matplotlib.rcParams.update(STYLE)
matplotlib.rcParams.update(TEXT)
matplotlib.rcParams.update({"axes.prop_cycle": cycler(color=COLORS), "figure.figsize": (5.6, 3.2)})

GREYS = "|".join(look.grey for look in THEMES.values())
THEME = {color: f"var(--c{i})" for i, color in enumerate(COLORS)} | {
    "#000000": "currentColor",
    INK: "currentColor",
    "#ffffff": "var(--paper)",
    PRIOR: "var(--prior)",
    "#b0b0b0": "var(--md-default-fg-color--lightest)",  # the grid
}
LONG = re.compile(r"\d+\.\d{3,}")


def shorter(number):
    """A place of a drawing; numbers that are read stay as they are."""
    return f"{float(number[0]):.5g}"


def drawing(figure, alt, theme):
    """``figure`` as SVG, its colours replaced as ``theme`` says."""
    file = io.StringIO()
    for image in figure.findobj(matplotlib.image.AxesImage):
        image.set_interpolation("none")  # its own pixels, which the browser makes larger
    for points in figure.findobj(matplotlib.collections.PathCollection):
        points.set_rasterized(False)
    # Text stays text in the font of the page; mathematics ($…$) needs the shapes it was set with.
    texts = [text for text in figure.findobj(matplotlib.text.Text) if text.get_text()]
    least = max(SMALLEST, LEAST * 72 * figure.get_figwidth() / COLUMN)
    for text in texts:
        text.set_fontsize(max(text.get_fontsize(), least))
    formulas = any("$" in text.get_text() for text in texts)
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
    svg = re.sub(r"#[0-9a-f]{6}\b", lambda color: theme.get(color[0], color[0]), svg)
    # Words in a colour are mixed with ink, so that they can be read.
    svg = re.sub(rf"(<text[^>]*fill: )(var\(--c\d\)|{GREYS})", lambda t: t[1] + word(t[2]), svg)
    svg = re.sub(r"<[^>]*>", lambda tag: LONG.sub(shorter, tag[0]), svg)
    svg = re.sub(r"\s*\n\s*", " ", svg).replace("> <", "><")
    about = f'role="img" aria-label="{html.escape(alt)}" fill="currentColor"'
    if texts:  # narrower than this, the figure is moved sideways
        smallest = min(text.get_fontsize() for text in texts)
        about += f' style="min-width:{LEAST * 72 * figure.get_figwidth() / smallest:.0f}px"'
    return svg.replace("<svg", f"<svg {about}", 1)


def put(content):
    """Prints onto the page: markdown-exec gives the code of a page a `print` of its own."""
    page_print = sys._getframe(2).f_globals.get("print", print)
    page_print(f'<div class="figure">{content}</div>')


def show(figure, alt):
    """Prints ``figure`` as SVG; ``alt`` says what it shows to those who cannot see it."""
    put(drawing(figure, alt, THEME).strip())


def show_in_both(draw, alt):
    """Prints what ``draw()`` returns, drawn once for the light theme and once for the dark one.

    For figures with pictures or points, whose colours stand in pixels and cannot be replaced.
    """
    both = ""
    for name in ("light", "dark"):
        with plotting.theme(name) as look:
            svg = drawing(draw(), f"{alt} ({name})", {look.ink: "currentColor"})
        svg = svg.replace(f" ({name})", "", 1).strip()
        both += f'<div class="only-{name}">{svg}</div>'
    put(both)


def show_movie(write, alt):
    """Prints the GIF that ``write(path)`` makes in both themes; a still where motion is reduced."""
    both = ""
    for name in ("light", "dark"):
        with tempfile.NamedTemporaryFile(suffix=".gif") as file, plotting.theme(name):
            write(file.name)
            moving, still = file.read(), io.BytesIO()
            with Image.open(file.name) as gif:
                gif.seek(gif.n_frames - 1)
                gif.convert("RGB").save(still, "png")
        gif, png = (base64.b64encode(data).decode() for data in (moving, still.getvalue()))
        both += (
            f'<picture class="only-{name}"><source media="(prefers-reduced-motion: reduce)" '
            f'srcset="data:image/png;base64,{png}"><img src="data:image/gif;base64,{gif}" '
            f'alt="{html.escape(alt)}"></picture>'
        )
    put(both)
