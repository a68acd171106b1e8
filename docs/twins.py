"""Pictures of scripts in dark colours too: `python docs/twins.py script.py` runs one as it is.

Every figure that the script saves as `name.png` is saved once more, beside it, as `name-dark.png`.
The script knows nothing of it. Each colour of the light theme becomes that of the dark one, and one
that neither knows is an error.
"""

import contextlib
import pickle
import re
import runpy
import sys
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb, to_rgba
from matplotlib.figure import Figure, FigureBase
from matplotlib.image import AxesImage
from scipy import ndimage

from keras_vae.plotting.style import THEMES

LIGHT, DARK = THEMES["light"], THEMES["dark"]
COLOURS = {
    **dict(zip(LIGHT.series, DARK.series, strict=True)),
    **dict.fromkeys(["#000000", LIGHT.ink], DARK.ink),
    **dict.fromkeys(["#808080", "#999999", LIGHT.grey], DARK.grey),
    **dict.fromkeys(["#b0b0b0", "#cccccc"], "#4a4f5a"),  # grids and frames, as matplotlib has them
    "#1f77b4": DARK.series[0],  # C0, which the caps of error bars have inside
    LIGHT.paper: DARK.paper,
}
BLUES, REDS = ["#a8d1ff", "#4393e0"], ["#e0594a", "#ffb3a1"]
VIRIDIS = matplotlib.colormaps["viridis"](np.linspace(0.2, 1.0, 256))  # the rest is too dark
DIVERGING = LinearSegmentedColormap.from_list("diverging", [*BLUES, DARK.paper, *REDS])
# What is 0 is as dark as the paper.
MAPS = {
    "gray_r": LinearSegmentedColormap.from_list("ink", DARK.pictures),
    "Blues": LinearSegmentedColormap.from_list("blues", [DARK.paper, DARK.series[0]]),
    "RdBu_r": DIVERGING,
    "RdBu": DIVERGING.reversed(),
    "viridis": LinearSegmentedColormap.from_list("viridis", VIRIDIS),
}
# Grey pictures that are no ink on paper: skin is light, and sprites shine.
KEPT = re.compile(r"smile|together|glasses_off|traversals.*")


def beside(path):
    """Where the twin of a picture is."""
    return path.with_stem(f"{path.stem}-dark")


def found_in(darks, name):
    """What stands in the dark for a colour or a map of colours."""
    if name not in darks:
        raise ValueError(f"docs/twins.py has nothing dark for {name}: say there what it is.")
    return darks[name]


def dark(colour):
    """The colour of the dark theme that stands for a light one, as opaque."""
    *rgb, opacity = to_rgba(colour)
    if opacity == 0.0:
        return colour
    return (*to_rgb(found_in(COLOURS, to_hex(rgb))), opacity)


def parts(figure):
    """All that is drawn, each once, with the boxes and arrows that matplotlib does not find."""
    for artist in dict.fromkeys(figure.findobj()):
        if isinstance(artist, Axes | FigureBase):  # they pass on the colour of their patch
            continue
        yield artist
        more = (getattr(artist, name, None) for name in ("_bbox_patch", "arrow_patch"))
        yield from (patch for patch in more if patch is not None)


def recolour(artist):
    """Gives an artist the dark colours in the place of its own."""
    mapped = getattr(artist, "get_array", lambda: None)() is not None
    if mapped:
        if artist.get_array().ndim < 3:
            artist.set_cmap(found_in(MAPS, artist.get_cmap().name))
        return
    names = ("color", "markerfacecolor", "markeredgecolor", "facecolor", "edgecolor")
    getters = {name: getattr(artist, f"get_{name}", None) for name in names}
    found = {name: get() for name, get in getters.items() if get}
    for name, value in found.items():
        many = isinstance(value, np.ndarray) and value.ndim == 2
        getattr(artist, f"set_{name}")([*map(dark, value)] if many else dark(value))
    for effect in artist.get_path_effects() or ():
        effect._gc["foreground"] = dark(effect._gc["foreground"])


def on_dark_paper(canvas, kept):
    """Colours of a picture: ink is light, and what keeps its values has dark paper around it."""
    canvas = np.asarray(canvas, "float64")[..., :3]
    paper, ink = map(np.array, map(to_rgb, DARK.pictures))
    grey = np.ptp(canvas, axis=-1).max() < 1e-6
    if grey and not kept:
        return ink + (paper - ink) * canvas
    places, _ = ndimage.label(canvas.min(axis=-1) > 0.94)
    edges = np.concatenate([places[0], places[-1], places[:, 0], places[:, -1]])
    around = np.isin(places, edges[edges > 0])
    rim = ndimage.binary_dilation(around) & grey  # the outermost pixels of a face are half paper
    canvas = np.where(rim[..., None], canvas * paper, canvas)
    return np.where(around[..., None], paper, canvas)


def darken(figure, kept=False):
    """The whole figure in dark colours; grey pictures keep their values where one says so."""
    for artist in parts(figure):
        recolour(artist)
        if isinstance(artist, AxesImage) and artist.get_array().ndim == 3:
            artist.set_data(on_dark_paper(artist.get_array(), kept))
    return figure


@contextlib.contextmanager
def saved():
    """While it lasts, a figure that is saved as PNG gets its twin."""
    save = Figure.savefig

    def both(figure, path, **options):
        path = Path(path)
        twin = None if path.stem.endswith("-dark") else pickle.loads(pickle.dumps(figure))
        save(figure, path, **options)
        if twin:
            save(darken(twin, KEPT.fullmatch(path.stem)), beside(path), **options)

    Figure.savefig = both
    try:
        yield
    finally:
        Figure.savefig = save


if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    sys.path[0] = str(Path(sys.argv[0]).parent)
    with saved():
        runpy.run_path(sys.argv[0], run_name="__main__")
