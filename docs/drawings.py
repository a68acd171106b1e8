"""Drawings for the pages: boxes, arrows and small pictures as SVG in the colours of the theme."""

import html
import sys

import numpy as np

LEAST = 9  # pixels: the height of the smallest word on a narrow screen
SERIES = [f"var(--c{i})" for i in range(6)]

# What a colour means, on every page; the stylesheet has the same names.
ENCODER = RATE = "var(--encoder)"  # q(z|x), and what its codes cost
DECODER = DISTORTION = "var(--decoder)"  # p(x|z), and what it misses
PRIOR = "var(--prior)"
EXACT = "var(--exact)"  # log p(x), p(z|x)
GAP = "var(--gap)"  # what lies between the exact and the bound


def signed(number, form=".2f"):
    """A number as one prints it, with a true minus."""
    return format(number, form).replace("-", "−")


def word(color):
    """A colour for words: that of a mark, mixed with ink until it can be read."""
    return color if color == "currentColor" else f"color-mix(in srgb, {color} 60%, var(--ink))"


class Drawing:
    """A drawing of width × height units; 1 unit is 1 pixel where the screen is wide enough.

    A phone shows 460 units on 340 pixels, so that words of 13 units are still 9 pixels high. A
    drawing that cannot be that narrow is moved sideways.
    """

    def __init__(self, width, height):
        self.width, self.height, self.parts, self.smallest = width, height, [], 13

    def add(self, name, text="", **attributes):
        given = " ".join(f'{k.replace("_", "-")}="{v}"' for k, v in attributes.items())
        self.parts.append(f"<{name} {given}>{text}</{name}>")
        return self

    def text(self, x, y, words, color="currentColor", anchor="middle", size=13, style="normal"):
        """Words; a subscript is written after an underscore, as in z_1."""
        self.smallest = min(self.smallest, size)
        first, *rest = html.escape(words).split("_")
        small = f'<tspan dy="3" font-size="{0.75 * size:g}">'
        low = "".join(f'{small}{part[0]}</tspan><tspan dy="-3">{part[1:]}</tspan>' for part in rest)
        return self.add(
            "text", first + low, x=x, y=y, fill=word(color), text_anchor=anchor, font_size=size,
            font_style=style,
        )  # fmt: skip

    def line(self, points, color="currentColor", width=1.4, dash=None, arrow=False):
        """A line through points, with a head at its end."""
        way = " ".join(f"{x:g},{y:g}" for x, y in points)
        more = {} if dash is None else {"stroke_dasharray": dash}
        self.add("polyline", points=way, fill="none", stroke=color, stroke_width=width, **more)
        if arrow:
            (x0, y0), (x1, y1) = np.array(points[-2], float), np.array(points[-1], float)
            along = np.array([x1 - x0, y1 - y0]) / np.hypot(x1 - x0, y1 - y0)
            across = np.array([-along[1], along[0]])
            tip = np.array([x1, y1])
            corners = [tip, tip - 7 * along + 3.5 * across, tip - 7 * along - 3.5 * across]
            self.shape(corners, fill=color, stroke="none")
        return self

    def shape(self, corners, fill="none", stroke="currentColor", opacity=1.0):
        """A filled shape with these corners."""
        way = " ".join(f"{x:.4g},{y:.4g}" for x, y in corners)
        return self.add(
            "polygon", points=way, fill=fill, fill_opacity=opacity, stroke=stroke, stroke_width=1.4
        )

    def box(self, x, y, width, height, words="", color="currentColor", opacity=0.12):
        """A box around (x, y) with words in it."""
        half, high = width / 2, height / 2
        self.bar(x - half, y - high, x + half, y + high, color, opacity)
        return self.text(x, y + 4.5, words) if words else self

    def bar(self, left, top, right, bottom, color="currentColor", opacity=0.25):
        """A filled rectangle with an edge, between these sides."""
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        return self.shape(corners, color, color, opacity)

    def disk(self, x, y, radius, words="", color="currentColor", opacity=0.12):
        """A filled circle with words in it, or a dot."""
        look = {"fill": color, "fill_opacity": opacity, "stroke": color, "stroke_width": 1.4}
        self.add("circle", cx=f"{x:.4g}", cy=f"{y:.4g}", r=radius, **look)
        return self.text(x, y + 4.5, words) if words else self

    def funnel(self, x, y, width, left, right, words="", color="currentColor"):
        """A network from a side of height `left` to one of height `right`."""
        half = width / 2
        corners = [(x - half, y - left / 2), (x + half, y - right / 2)]
        corners += [(x + half, y + right / 2), (x - half, y + left / 2)]
        self.shape(corners, color, color, 0.15)
        return self.text(x, y + 4.5, words) if words else self

    def bell(self, x, y, width, height, mean=0.0, deviation=1.0, color="currentColor"):
        """A normal density over (x − width/2, x + width/2), which stand for −3 and 3."""
        z = np.linspace(-3, 3, 61)
        density = np.exp(-0.5 * ((z - mean) / deviation) ** 2)
        points = np.stack([x + z * width / 6, y - height * density], axis=1)
        base = [(x + width / 2, y), (x - width / 2, y)]
        self.shape([*points, *base], fill=color, stroke="none", opacity=0.2)
        return self.line(points, color)

    def picture(self, x, y, side, values):
        """A grey picture of values in [0, 1] around (x, y): ink on paper, with a frame."""
        values = np.asarray(values, float)
        rows, columns = values.shape
        step = side / max(rows, columns)
        left, top = x - columns * step / 2, y - rows * step / 2
        frame = {"x": left, "y": top, "width": columns * step, "height": rows * step}
        self.add("rect", **frame, fill="var(--paper)", stroke="currentColor", stroke_opacity=0.4)
        for i, j in np.argwhere(values > 0.02):
            pixel = {"x": left + j * step, "y": top + i * step, "width": step, "height": step}
            self.add("rect", **pixel, fill="currentColor", fill_opacity=f"{values[i, j]:.2f}")
        return self

    def show(self, alt):
        """Prints the drawing; ``alt`` says what it shows to those who cannot see it."""
        about = f'role="img" aria-label="{html.escape(alt)}"'
        least = LEAST * self.width / self.smallest
        size = f"max-width:{self.width}px;min-width:{least:.0f}px;width:100%"
        box = f'viewBox="0 0 {self.width} {self.height}" style="{size}"'
        svg = f"<svg {about} {box}>{''.join(self.parts)}</svg>"
        # markdown-exec gives the code of a page a `print` of its own.
        page_print = sys._getframe(1).f_globals.get("print", print)
        page_print(f'<div class="figure">{svg}</div>')
