"""Draws the picture that a link to the site is shown with: python docs/card.py

The digits of the home page, in the colours of their classes, and the mark. The decoder is the one
of docs/assets/explorer.json, computed here with NumPy.
"""

import base64
import hashlib
import json
import re
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib import pyplot
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Curve
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from keras_vae.plotting.style import THEMES

ASSETS = Path(__file__).parent / "assets"
MODEL = json.loads((ASSETS / "explorer.json").read_text(encoding="utf-8"))
COLOURS = np.array([matplotlib.colors.to_rgb(colour) for colour in THEMES["dark"].series])
PAPER = "#0b2436"
SOURCES = [ASSETS / "explorer.json", ASSETS / "mark.svg", Path(__file__)]
WORDS = "Variational autoencoders for Keras 3\non TensorFlow, JAX and PyTorch"
PROMISE = "Every loss in nats. Every formula that has\nan exact answer checked against it."
CURVES = {"M": Curve.MOVETO, "L": Curve.LINETO, "C": Curve.CURVE4}
TILES, REACH = 17, 3.03  # pictures from side to side; the ring of 99 % of the prior


def decode(z):
    """Means of p(x|z), (n, height, width)."""
    for number, layer in enumerate(MODEL["layers"]):
        weights, scale, bias = (base64.b64decode(layer[k]) for k in ("weights", "scale", "bias"))
        kernel = np.frombuffer(weights, "<i1").reshape(layer["shape"]) * np.frombuffer(scale, "<f4")
        z = (np.maximum(z, 0) if number else z) @ kernel + np.frombuffer(bias, "<f4")
    return 1 / (1 + np.exp(-z.reshape(-1, *MODEL["image"])))


def colour(z):
    """What the codes around z are of: the mixture of the colours of their classes."""
    points = np.array(MODEL["points"])
    squares = np.sum((points[:, :2] - z) ** 2, axis=1)
    kinship = np.exp((squares.min() - squares) / 0.04)
    return np.average(COLOURS[points[:, 2].astype(int)], axis=0, weights=kinship)


def made_from():
    """What the picture was made from: a test fails when that has changed since."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in SOURCES)).hexdigest()


def draw_digits(axes):
    line = (np.arange(TILES) + 0.5) * 2 * REACH / TILES - REACH
    places = [z for z in ((x, y) for x in line for y in line) if np.hypot(*z) < REACH]
    half = 1.2 * REACH / TILES
    for z, means in zip(places, decode(np.array(places)), strict=True):
        tile = np.concatenate([np.broadcast_to(colour(z), (*means.shape, 3)), means[..., None]], -1)
        box = (z[0] - half, z[0] + half, z[1] - half, z[1] + half)
        axes.imshow(tile, extent=box, interpolation="bicubic", alpha=np.exp(-np.dot(z, z) / 25))
    axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH))


def draw_mark(axes):
    """The paths of mark.svg: M, L, C and Z with whole coordinates."""
    for fill, way in re.findall(r'fill="(.*?)" d="(.*?)"', (ASSETS / "mark.svg").read_text())[1:]:
        points, codes = [], []
        for letter, numbers in re.findall(r"([MLC])([\d. ]*)", way):
            pairs = np.array(numbers.split(), float).reshape(-1, 2)
            points += pairs.tolist()
            codes += [{"M": Curve.MOVETO, "L": Curve.LINETO, "C": Curve.CURVE4}[letter]] * len(
                pairs
            )
        axes.add_patch(PathPatch(Curve(points, codes), facecolor=fill, edgecolor="none"))
    axes.set(xlim=(3, 29), ylim=(27, 5), aspect="equal")


def main():
    matplotlib.use("agg")
    figure = pyplot.figure(figsize=(12, 6.3), dpi=100, facecolor=PAPER)
    for box, draw in (
        ((0.5, 0.03, 0.4935, 0.94), draw_digits),
        ((0.06, 0.68, 0.12, 0.18), draw_mark),
    ):
        axes = figure.add_axes(box)
        axes.axis("off")
        draw(axes)
    figure.text(0.057, 0.5, "keras_vae", color="white", size=58, weight="bold")
    figure.text(0.06, 0.33, WORDS, color="white", size=19, linespacing=1.4)
    figure.text(0.06, 0.18, PROMISE, color="#a9c7da", size=15, linespacing=1.5)
    figure.canvas.draw()
    picture = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("RGB")
    about = PngInfo()
    about.add_text("made from", made_from())
    picture.quantize(128).save(ASSETS / "card.png", optimize=True, pnginfo=about)


if __name__ == "__main__":
    main()
