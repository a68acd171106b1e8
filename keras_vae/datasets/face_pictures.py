"""A face of six attributes, drawn by formula as ink on paper.

Lengths are in halves of the picture: u runs from -1 at the left to 1 at the right, v from -1 at the
top to 1 at the bottom. Every part is a signed distance, negative inside, and its edge is as wide as
one pixel, so that pictures of any size show the same face.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

NAMES = ("mouth_curvature", "glasses", "eye_openness", "brow_angle", "width", "shade")
LOWEST = (-1.0, 0.0, 0.0, -1.0, 0.0, 0.0)
HIGHEST = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
SIZES = (32, 64)
CHUNK = 256

# Ink of what is darkest, of the hair, of the lightest and of the darkest skin.
INK, HAIR = 0.95, 0.7
SKIN = (0.10, 0.42)

HEAD_HEIGHT, HEAD_WIDTH, HEAD_MIDDLE = 0.88, (0.64, 0.84), 0.06
FRINGE = -0.56
EYES, EYE_WIDTH, EYE_HEIGHT, IRIS = (0.33, 0.0), 0.18, (0.025, 0.125), 0.13
BROWS, BROW_HALF, BROW_THICK, BROW_TURN = (0.31, -0.385), 0.15, 0.035, 0.45
RING, RING_THICK = 0.225, 0.025
NOSE, NOSE_INK = (0.16, 0.055), 0.22
MOUTH, MOUTH_HALF, MOUTH_BEND, MOUTH_THICK = 0.58, 0.3, 1.2, 0.04


def pixels(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Middles of the pixels: u of shape (1, size), v of shape (size, 1)."""
    middles = (np.arange(size, dtype="float32") + 0.5) * (2.0 / size) - 1.0
    return middles[None, :], middles[:, None]


def covered(distance: np.ndarray, size: int) -> np.ndarray:
    """The part of each pixel that lies inside, from its signed distance to the edge."""
    return np.clip(0.5 - distance * (size / 2.0), 0.0, 1.0)


def ellipse(u: np.ndarray, v: np.ndarray, across: Any, up: Any) -> np.ndarray:
    """Signed distance to an ellipse around 0, exact to first order at its edge."""
    u, v = u / across, v / up
    radius = np.hypot(u, v) + 1e-6  # in the middle the two vanish together
    slope = np.hypot(u / across, v / up) + 1e-6 / up
    return (radius - 1.0) * radius / slope


def stroke(u: np.ndarray, v: np.ndarray, half: float, bend: Any) -> np.ndarray:
    """Distance to the curve v = -bend·u² between u = -half and half."""
    along = np.clip(u, -half, half)
    rise = (v + bend * along**2) / np.sqrt(1.0 + (2.0 * bend * along) ** 2)
    return np.hypot(u - along, rise)


def between(ends: tuple[float, float], share: np.ndarray) -> np.ndarray:
    """The value at a share of the way from one end to the other."""
    return ends[0] + (ends[1] - ends[0]) * share


def glasses_at(size: int) -> np.ndarray:
    """The part of each pixel that glasses cover, of shape (size, size)."""
    u, v = pixels(size)
    right, down = np.abs(u) - EYES[0], v - EYES[1]
    ring = np.abs(np.hypot(right, down) - RING)
    gap = EYES[0] - RING
    bridge = np.hypot(np.maximum(np.abs(u) - gap, 0.0), down + 0.06)
    return covered(np.minimum(ring, bridge) - RING_THICK, size)


def drawn(values: np.ndarray, size: int) -> np.ndarray:
    """Faces of a few values, of shape (n, size, size)."""
    bend, glasses, openness, angle, width, shade = values.astype("float32").T[:, :, None, None]
    u, v = pixels(size)
    side, skin, head = np.abs(u), between(SKIN, shade), between(HEAD_WIDTH, width)

    def over(picture: np.ndarray, ink: Any, distance: np.ndarray) -> np.ndarray:
        return picture + (ink - picture) * covered(distance, size)

    skull = ellipse(u, v - HEAD_MIDDLE, head, HEAD_HEIGHT)
    ears = ellipse(side - head, v - 0.02, 0.1, 0.15)
    hair = ellipse(u, v - HEAD_MIDDLE, head + 0.08, HEAD_HEIGHT + 0.06)
    face = over(np.zeros((1, size, size), "float32"), HAIR, np.maximum(hair, v + 0.12))
    face = over(face, skin, np.minimum(skull, ears))
    fringe = v - FRINGE + 0.06 * np.cos(2.6 * u + 0.5)
    face = over(face, HAIR, np.maximum(hair, fringe))
    turn = BROW_TURN * angle
    right, down = side - BROWS[0], v - BROWS[1]
    right, down = (
        np.cos(turn) * right + np.sin(turn) * down,
        np.cos(turn) * down - np.sin(turn) * right,
    )
    face = over(face, INK, stroke(right, down, BROW_HALF, 0.0) - BROW_THICK)
    right, down = side - EYES[0], v - EYES[1]
    lids = ellipse(right, down, EYE_WIDTH, between(EYE_HEIGHT, openness))
    face = over(face, INK * covered(np.hypot(right, down) - IRIS, size), lids)
    nose = stroke(u, v - NOSE[0], NOSE[1], 6.0) - 0.02
    face = over(face, skin + NOSE_INK, nose)
    level = v - MOUTH - MOUTH_BEND * bend * MOUTH_HALF**2 / 3
    face = over(face, INK, stroke(u, level, MOUTH_HALF, MOUTH_BEND * bend) - MOUTH_THICK)
    return face + glasses * (INK - face) * glasses_at(size)


def check_size(size: int) -> None:
    """Whether faces can have this many pixels along each side."""
    if size not in SIZES:
        raise ValueError(f"`size` must be 32 or 64 pixels; received size={size!r}.")


def draw_faces(values: npt.ArrayLike, size: int = 32) -> np.ndarray:
    """The faces of given attributes: what `faces` draws with.

    The same row with one attribute changed is the same face with one attribute changed, which is
    what a move along a direction of the code should have made.

    Args:
        values: mouth curvature and brow angle in [−1, 1]; glasses, eye openness, width and shade
            in [0, 1]; of shape (n, 6), in the order of `faces`.
        size: 32 or 64, pixels along each side.

    Returns:
        Pictures, float32 of shape (n, size, size, 1), in [0, 1]: ink on paper, 0 white.

    Raises:
        ValueError: if `values` is not of shape (n, 6) or out of range, or `size` is neither 32 nor
            64.

    Examples:
        >>> with_glasses = [[0.5, 1.0, 0.8, 0.0, 0.5, 0.2]]
        >>> without = [[0.5, 0.0, 0.8, 0.0, 0.5, 0.2]]
        >>> bool(draw_faces(with_glasses).sum() > draw_faces(without).sum())
        True
    """
    check_size(size)
    values = np.asarray(values, "float64")
    if values.ndim != 2 or values.shape[1] != len(NAMES):
        raise ValueError(
            f"`values` has shape {values.shape}; expected (n, 6): {', '.join(NAMES)} of each face."
        )
    outside = ~((values >= LOWEST) & (values <= HIGHEST)).all(axis=0)
    if outside.any():
        first = int(np.argmax(outside))
        raise ValueError(
            f"{NAMES[first]} must be between {LOWEST[first]:g} and {HIGHEST[first]:g}; received "
            f"values from {values[:, first].min():.4g} to {values[:, first].max():.4g}."
        )
    pictures = np.empty((len(values), size, size, 1), "float32")
    for start in range(0, len(values), CHUNK):
        pictures[start : start + CHUNK, ..., 0] = drawn(values[start : start + CHUNK], size)
    return pictures
