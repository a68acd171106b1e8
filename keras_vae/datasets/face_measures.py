r"""The attributes of a face, measured on its picture.

Each function takes pictures of faces, as `faces` draws them or as a model decodes them, and returns
one number per picture, in the units of the attribute. It looks at the place where that attribute
shows and at no other; beyond the range of the attribute it goes on as the formula does.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from keras_vae.datasets.face_pictures import (
    BROW_TURN,
    BROWS,
    EYE_HEIGHT,
    EYE_WIDTH,
    EYES,
    HEAD_HEIGHT,
    HEAD_MIDDLE,
    HEAD_WIDTH,
    INK,
    MOUTH_BEND,
    MOUTH_HALF,
    RING,
    SIZES,
    SKIN,
    glasses_at,
    pixels,
)

# Rows without eyes, nose and mouth, the rows of the mouth, and those of the brows.
CHEEKS, MOUTH_ROWS, BROW_ROWS = (0.25, 0.4375), (0.4375, 0.75), (-0.49, -0.28)
FAINT = 0.2  # ink nearer to the skin than this share of the way is no line


def pictures(x: Any) -> np.ndarray:
    """Pictures as an array of shape (n, size, size)."""
    x = np.asarray(x, "float64")
    x = x[..., 0] if x.ndim == 4 and x.shape[-1] == 1 else x
    if x.ndim != 3 or x.shape[1] != x.shape[2] or x.shape[1] not in SIZES:
        raise ValueError(
            f"Faces have the shape (n, 32, 32, 1) or (n, 64, 64, 1); received {x.shape}."
        )
    return x


def rows(v: np.ndarray, ends: tuple[float, float]) -> np.ndarray:
    """Which rows have their middle between two heights."""
    return (ends[0] < v[:, 0]) & (v[:, 0] < ends[1])


def share(ends: tuple[float, float], value: np.ndarray) -> np.ndarray:
    """How much of the way from one end to the other a value has gone."""
    return (value - ends[0]) / (ends[1] - ends[0])


def skin(x: np.ndarray) -> np.ndarray:
    """Ink of the skin, of shape (n, 1, 1): the mean over the cheeks."""
    u, v = pixels(x.shape[1])
    cheeks = x[:, rows(v, CHEEKS)][:, :, np.abs(u[0]) < 0.4]
    return cheeks.mean(axis=(1, 2), keepdims=True)


def darkness(x: np.ndarray) -> np.ndarray:
    """How much of the way from skin to ink each pixel has gone; nothing lighter than skin."""
    ground = skin(x)
    return np.maximum(x - ground, 0.0) / np.maximum(INK - ground, 1e-6)


def lines(x: np.ndarray, ends: tuple[float, float], u_ends: tuple[float, float]) -> Any:
    """Weights, u and v of the lines between two heights and two distances from the middle."""
    u, v = pixels(x.shape[1])
    inside = rows(v, ends)[:, None] & (u_ends[0] < np.abs(u)) & (np.abs(u) < u_ends[1])
    weights = np.maximum(darkness(x)[:, inside] - FAINT, 0.0)
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-6)
    return weights, (np.abs(u) + 0.0 * v)[inside], (v + 0.0 * u)[inside]


def covariance(weights: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Covariance of two coordinates of the pixels under weights that sum to 1."""
    return weights @ (a * b) - (weights @ a) * (weights @ b)


def mouth_curvature(x: Any) -> np.ndarray:
    r"""How far the corners of the mouth point up: the coefficient of u² in the line of the mouth.

    $$v = v_0 - 1.2\,\kappa\,u^2$$

    is fitted by least squares to the pixels around the mouth, weighted by how dark they are.

    Args:
        x: faces, of shape (n, size, size, 1).

    Returns:
        κ of each face, of shape (n,); 1 for the broadest smile that `faces` draws, −1 for the
        opposite, 0 where there is no mouth.

    Raises:
        ValueError: if the pictures have not the shape of faces.

    Examples:
        >>> from keras_vae import datasets
        >>> made = datasets.draw_faces([[0.5, 0, 1, 0, 0, 0], [-0.5, 1, 1, 0, 0, 0]], size=64)
        >>> print(np.round(mouth_curvature(made), 1))
        [ 0.5 -0.5]
    """
    weights, u, v = lines(pictures(x), MOUTH_ROWS, (0.0, MOUTH_HALF))
    slope = covariance(weights, u**2, v) / np.maximum(covariance(weights, u**2, u**2), 1e-9)
    return np.asarray(-slope / MOUTH_BEND)


def glasses(x: Any) -> np.ndarray:
    """How much of glasses there is: 0 none, 1 all of their ink.

    The least-squares coefficient of the picture of glasses, over the lower halves of their rings,
    where nothing else is drawn.

    Args:
        x: faces, of shape (n, size, size, 1).

    Returns:
        The amount of each face, of shape (n,).

    Raises:
        ValueError: if the pictures have not the shape of faces.

    Examples:
        >>> from keras_vae import datasets
        >>> made = datasets.draw_faces([[0, 1, 1, 0, 0, 0.5], [0, 0, 1, 0, 0, 0.5]])
        >>> print(abs(np.round(glasses(made), 4)))
        [1. 0.]
    """
    x = pictures(x)
    u, v = pixels(x.shape[1])
    ring = glasses_at(x.shape[1])
    right, down = np.abs(u) - EYES[0], v - EYES[1]
    ring = ring * ((np.hypot(right, down) > RING - 0.045) & (down > 0.06))
    ground = skin(x)
    found = ((x - ground) * ring).sum(axis=(1, 2)) / (ring**2).sum()
    return np.asarray(found / np.maximum(INK - ground[:, 0, 0], 1e-6))


def eye_openness(x: Any) -> np.ndarray:
    """How far the eyes are open: the height of what is dark in their middle.

    Args:
        x: faces, of shape (n, size, size, 1).

    Returns:
        The openness of each face, of shape (n,), 0 for nearly closed and 1 for wide open.

    Raises:
        ValueError: if the pictures have not the shape of faces.

    Examples:
        >>> from keras_vae import datasets
        >>> made = datasets.draw_faces([[0, 1, 0.2, 0, 0, 0.5], [0, 0, 0.8, 0, 0, 0.5]], size=64)
        >>> print(np.round(eye_openness(made), 1))
        [0.2 0.8]
    """
    x = pictures(x)
    u, v = pixels(x.shape[1])
    right = np.abs(u[0]) - EYES[0]
    middle = np.abs(right) < 0.05
    dark = darkness(x)[:, rows(v, (-0.16, 0.16))][:, :, middle]
    height = dark.sum(axis=1) * (2.0 / x.shape[1]) / np.sqrt(1 - (right[middle] / EYE_WIDTH) ** 2)
    return share(EYE_HEIGHT, height.mean(axis=1) / 2)


def brow_angle(x: Any) -> np.ndarray:
    r"""How far the brows are turned: the angle of the long axis of what is dark there.

    $$\theta = \tfrac12\operatorname{atan2}\big(2 s_{uv},\ s_{uu} - s_{vv}\big) / 0.45$$

    s are the second moments of the pixels, weighted by how dark they are, both brows laid over
    each other.

    Args:
        x: faces, of shape (n, size, size, 1).

    Returns:
        The angle of each face, of shape (n,): 1 for inner ends up by 0.45 rad, −1 for the opposite.

    Raises:
        ValueError: if the pictures have not the shape of faces.

    Examples:
        >>> from keras_vae import datasets
        >>> made = datasets.draw_faces([[0, 1, 1, 0.5, 0, 0], [0, 0, 1, -0.5, 0, 0]], size=64)
        >>> print(np.round(brow_angle(made), 1))
        [ 0.5 -0.5]
    """
    weights, u, v = lines(pictures(x), BROW_ROWS, (BROWS[0] - 0.19, BROWS[0] + 0.19))
    across, up = covariance(weights, u, u), covariance(weights, v, v)
    return np.asarray(np.arctan2(2 * covariance(weights, u, v), across - up) / 2 / BROW_TURN)


def width(x: Any) -> np.ndarray:
    """How wide the head is: the ink of the rows of the cheeks, divided by that of the skin.

    Args:
        x: faces, of shape (n, size, size, 1).

    Returns:
        The width of each face, of shape (n,), 0 for narrow and 1 for wide.

    Raises:
        ValueError: if the pictures have not the shape of faces.

    Examples:
        >>> from keras_vae import datasets
        >>> made = datasets.draw_faces([[0, 1, 1, 0, 0.3, 0], [0, 0, 1, 0, 0.7, 0]], size=64)
        >>> print(np.round(width(made), 1))
        [0.3 0.7]
    """
    x = pictures(x)
    _, v = pixels(x.shape[1])
    cheeks = rows(v, CHEEKS)
    chord = np.sqrt(1 - ((v[cheeks, 0] - HEAD_MIDDLE) / HEAD_HEIGHT) ** 2)
    ink = x[:, cheeks].sum(axis=2).mean(axis=1) / x.shape[1]
    return share(HEAD_WIDTH, ink / np.maximum(skin(x)[:, 0, 0], 1e-6) / chord.mean())


def shade(x: Any) -> np.ndarray:
    """How dark the skin is: the mean ink of the cheeks.

    Args:
        x: faces, of shape (n, size, size, 1).

    Returns:
        The shade of each face, of shape (n,), 0 for light and 1 for dark.

    Raises:
        ValueError: if the pictures have not the shape of faces.

    Examples:
        >>> from keras_vae import datasets
        >>> made = datasets.draw_faces([[0, 1, 1, 0, 0.3, 0.25], [0, 0, 1, 0, 0.7, 0.75]])
        >>> print(np.round(shade(made), 4))
        [0.25 0.75]
    """
    return share(SKIN, skin(pictures(x))[:, 0, 0])


FACE_MEASURES: dict[str, Callable[[Any], np.ndarray]] = {
    "mouth_curvature": mouth_curvature,
    "glasses": glasses,
    "eye_openness": eye_openness,
    "brow_angle": brow_angle,
    "width": width,
    "shade": shade,
}
"""The measure of each attribute, by its name, in the order of `faces`."""
