"""How thick the strokes of a drawn sign are, and how far it leans, measured on its picture.

Each function takes pictures of ink on paper, 0 white, real ones or as a model decodes them, and
returns one number per picture. Nothing is cut off at a threshold, so that what they say moves
smoothly with the ink.
"""

from collections.abc import Callable
from typing import Any

import numpy as np


def pictures(x: Any) -> np.ndarray:
    """Pictures as an array of shape (n, height, width)."""
    x = np.asarray(x, "float64")
    flat = x[..., 0] if x.ndim == 4 and x.shape[-1] == 1 else x
    if flat.ndim != 3 or min(flat.shape[1:]) < 2:
        raise ValueError(
            "Expected grey pictures of shape (n, height, width, 1) or (n, height, width), of two "
            f"pixels along each side at least; received an array of shape {x.shape}."
        )
    return flat


def thickness(x: Any) -> np.ndarray:
    r"""How thick strokes are, in pixels: twice their ink, divided by the length of their edge.

    $$w = \frac{2 \sum \bar x}{\sum \lVert \nabla x \rVert},\qquad
    \lVert \nabla x \rVert = \sqrt{\tfrac12 (x_{00} - x_{11})^2 + \tfrac12 (x_{01} - x_{10})^2}$$

    over all squares of four neighbouring pixels $x_{00}, x_{01}, x_{10}, x_{11}$ and their mean
    $\bar x$. Two edges run along a stroke, so that ink over half of their length is what lies
    across it. It is exact for a stroke without ends that is horizontal, vertical or at 45°; the
    ends of an open stroke of length ℓ make it wℓ/(w + ℓ). For a soft stroke it is the ink across
    it, divided by its darkest ink: paler ink is not thinner, and a blurred stroke is wider.

    Args:
        x: pictures, of shape (n, height, width, 1) or (n, height, width).

    Returns:
        w of each picture, of shape (n,); 0 where all pixels are alike.

    Raises:
        ValueError: if the pictures have another shape.

    References:
        Federer 1959, Curvature Measures: the sum of the gradient is the length of the edges, over
        all levels of ink.

    Examples:
        >>> bars = np.zeros((2, 28, 28))
        >>> bars[0, :, 10:12] = 1.0
        >>> bars[1, 5:9] = 0.5
        >>> print(thickness(bars).round(6))
        [2. 4.]
    """
    x = pictures(x)
    corners = x[:, :-1, :-1], x[:, :-1, 1:], x[:, 1:, :-1], x[:, 1:, 1:]
    ink = sum(corners).sum(axis=(1, 2)) / 4
    edge = np.hypot(corners[0] - corners[3], corners[1] - corners[2]).sum(axis=(1, 2)) / 2**0.5
    return np.asarray(2 * ink / np.where(edge > 0.0, edge, np.inf))


def slant(x: Any) -> np.ndarray:
    r"""How far a sign leans to the right: the columns that its ink goes over for each row upwards.

    $$s = \frac{\mu_{11}}{\mu_{02}}$$

    μ are the second central moments of the ink, u to the right and v upwards: s is the slope of the
    line that best tells where the ink of a row lies, the tangent of the angle from upright. A shear
    u + t·v adds t to it, and a shift nothing.

    Args:
        x: pictures, of shape (n, height, width, 1) or (n, height, width).

    Returns:
        s of each picture, of shape (n,); 0 where there is no ink, or all of it in one row.

    Raises:
        ValueError: if the pictures have another shape.

    References:
        Hu 1962, Visual Pattern Recognition by Moment Invariants, for moments of pictures.

    Examples:
        >>> leaning = np.eye(28)[None, ::-1]
        >>> print(slant(leaning).round(6), slant(leaning[:, ::-1]).round(6))
        [1.] [-1.]
    """
    x = pictures(x)
    u, v = np.arange(x.shape[2]), -np.arange(x.shape[1])
    weights = x / np.maximum(x.sum(axis=(1, 2), keepdims=True), 1e-12)
    rows, columns = weights.sum(axis=2), weights.sum(axis=1)
    right, up = u - (columns @ u)[:, None], v - (rows @ v)[:, None]
    height = (rows * up**2).sum(axis=1)
    lean = np.einsum("nij,ni,nj->n", weights, up, right)
    return np.asarray(lean / np.where(height > 1e-9, height, np.inf))


DIGIT_MEASURES: dict[str, Callable[[Any], np.ndarray]] = {"thickness": thickness, "slant": slant}
"""The measures of a written digit, by their names."""
