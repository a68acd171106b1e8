"""Drawings of planes and of pictures in rows, for pages that compute what is in them."""

import numpy as np

from docs.drawings import DECODER, ENCODER, EXACT, PRIOR, SERIES, Drawing


def bent(before, after):
    """Draws of a plain prior, and what a decoder makes of them; a colour for each direction."""
    drawing = Drawing(460, 238)
    sectors = (np.arctan2(before[:, 1], before[:, 0]) // (np.pi / 3)).astype(int) % 6
    for middle, points, scale in ((104, before, 26), (362, after, 60)):
        for (x, y), sector in zip(middle * np.array([1, 0]) + scale * points, sectors, strict=True):
            drawing.disk(x, 126 + y, 2.2, color=SERIES[sector], opacity=0.8)
    drawing.funnel(230, 126, 60, 40, 84, "", DECODER).text(230, 130.5, "g", DECODER)
    drawing.line([(184, 126), (199, 126)], arrow=True).line([(261, 126), (284, 126)], arrow=True)
    return drawing.text(104, 18, "z from N(0, I)", PRIOR).text(362, 18, "x = g(z)", DECODER)


def rows_of_pictures(rows, titles):
    """Pictures in rows, a title over each column."""
    drawing = Drawing(460, 30 + 96 * len(rows))
    step = 440 / len(titles)
    for column, title in enumerate(titles):
        drawing.text(10 + (column + 0.5) * step, 18, title)
        for row, pictures in enumerate(rows):
            drawing.picture(10 + (column + 0.5) * step, 74 + 96 * row, 84, pictures[column])
    return drawing


def two_posteriors(means, deviations, pictures, chosen):
    """Means of many digits, and of two of them the posterior, one and two deviations wide."""
    drawing = Drawing(460, 300)

    def across(z):
        return 150 + 46 * z

    for radius in (1, 2):
        ring = across(0), 150, 46 * radius
        drawing.add("circle", **dict(zip(("cx", "cy", "r"), ring, strict=True)), fill="none",
                    stroke=PRIOR, stroke_dasharray="4 4")  # fmt: skip
    drawing.text(150, 258, "N(0, I)", PRIOR)
    for x, y in means:
        drawing.disk(across(x), 150 - 46 * y, 1.6, color=PRIOR, opacity=0.5)
    for place, i in zip((72, 214), chosen, strict=True):
        (x, y), (wide, high) = means[i], deviations[i]
        for factor in (1, 2):
            drawing.add("ellipse", cx=f"{across(x):.1f}", cy=f"{150 - 46 * y:.1f}",
                        rx=f"{46 * factor * wide:.1f}", ry=f"{46 * factor * high:.1f}",
                        fill=ENCODER, fill_opacity=0.25, stroke=ENCODER)  # fmt: skip
        drawing.line([(across(x), 150 - 46 * y), (330, place)], width=0.8)
        drawing.picture(386, place, 96, pictures[i])
        drawing.text(386, place + 66, f"σ = {wide:.2f} and {high:.2f}", ENCODER)
    return drawing


def line_and_sphere(numbers, radius, middle):
    """Two codes at the usual radius, the straight line between them, and the way on the sphere."""
    drawing = Drawing(460, 220)

    def at(angle, length=1.0):
        return 130 + 140 * length * np.sin(angle), 184 - 140 * length * np.cos(angle)

    def way(reach):
        return [at(angle) for angle in np.linspace(-reach, reach, 61)]

    shell = " ".join(f"{x:.1f},{y:.1f}" for x, y in way(0.95))
    look = {"fill": "none", "stroke": PRIOR, "stroke_width": 14, "stroke_opacity": 0.3}
    drawing.add("polyline", points=shell, **look)
    drawing.line(way(np.pi / 4), EXACT, 3)
    drawing.line([at(-np.pi / 4), at(np.pi / 4)], ENCODER, 3, dash="6 4")
    drawing.line([at(0, 0), at(0, middle / radius)], width=1)
    drawing.disk(*at(0, 0), 3, opacity=1).text(130, 204, "0")
    for angle, name, side in ((-np.pi / 4, "a", -6), (np.pi / 4, "b", 6)):
        x, y = at(angle)
        drawing.disk(x, y, 5, opacity=1).text(x + side, y + 22, name)
    drawing.disk(*at(0, middle / radius), 5, color=ENCODER, opacity=1)
    drawing.disk(*at(0), 5, color=EXACT, opacity=1)
    for y, color, words in (
        (40, PRIOR, f"prior draws of {numbers} numbers:"),
        (57, PRIOR, f"radius about {radius:.1f}"),
        (98, EXACT, "on the sphere:"),
        (115, EXACT, "as far out as a draw"),
        (152, ENCODER, "in the middle of the line:"),
        (169, ENCODER, f"radius {middle:.1f}, where no draw is"),
    ):
        drawing.text(258, y, words, color, anchor="start")
    return drawing
