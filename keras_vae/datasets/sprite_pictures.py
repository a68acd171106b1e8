"""White shapes on black: square, ellipse and heart, at any scale, orientation and place."""

from typing import Any

import numpy as np
import numpy.typing as npt

from keras_vae.arguments import count, whole
from keras_vae.datasets.factors import Factors

SHAPES = ("square", "ellipse", "heart")
NAMES = ("shape", "scale", "orientation", "x", "y")
KINDS = ("nominal", "ordered", "ordered", "ordered", "ordered")

FRAME = 64  # lengths are in pixels of the large picture, whatever the size asked for
SQUARE = 9.6
ELLIPSE = (7.2, 12.8)
HEART = 9.6
CENTROID = (np.pi / 4 + 1 / 3) / (2 + np.pi / 2)  # of a heart, above the middle of its square
SIZES = (32, 64)
MOST_BYTES = 4 * 10**9  # beyond it a machine stops answering rather than that it raises an error
CHUNK = 512


def sprites(
    n: int | None = None,
    size: int = 64,
    seed: int = 0,
    *,
    shape: Any = SHAPES,
    scale: Any = None,
    orientation: Any = None,
    x: Any = None,
    y: Any = None,
) -> Factors:
    r"""Pictures of one white shape each, made by formula from five factors.

    The factors and the geometry are those of dSprites (Matthey et al. 2017) as far as they are
    known; the heart, and how shapes stand at orientation 0, are ours. In pixels of a picture of
    64 × 64, at scale s:

    - the centre lies at $(16 + 32 x,\ 16 + 32 y)$, and y grows downwards;
    - the square has half-sides $9.6 s$, the ellipse half-axes $7.2 s$ across and $12.8 s$ upright;
    - the heart is a square of half-diagonal $h = 9.6 s$ that stands on its tip, and a half-disc on
      each of its upper sides; its area is $(2 + \pi/2) h^2$, and its centre of mass is its centre;
    - the orientation turns the shape clockwise, in radians.

    A pixel is 1 where its centre lies inside the shape, else 0. At `size=32` each pixel is the mean
    of four of those. A square looks the same after a quarter of a turn, an ellipse after half a
    turn: no model can tell their orientations apart.

    Args:
        n: number of pictures to draw at random, each factor uniformly from its levels and
            independently of the others. None for the whole grid, the last factor running fastest.
        size: 64 or 32, pixels along each side.
        seed: the same seed draws the same pictures.
        shape: names of the shapes, of "square", "ellipse" and "heart".
        scale: levels of the scale; None for 0.5, 0.6, …, 1.
        orientation: levels of the angle; None for 40 of them from 0 on, 2π/40 apart. (Those of
            dSprites are 2π/39 apart, so that its first and last are the same.)
        x: levels of the place from left to right, in [0, 1]; None for 32 from 0 to 1.
        y: levels of the place from top to bottom, in [0, 1]; None for 32 from 0 to 1.

    Returns:
        A `Factors`, with the factors shape, scale, orientation, x and y. The value of a shape
        is 0 for square, 1 for ellipse and 2 for heart.

    Raises:
        ValueError: if `n` or `seed` is no whole number, `size` is neither 64 nor 32, a level lies
            out of its range or comes twice, or the whole grid would take more than 4 GB.

    References:
        Matthey, Higgins, Hassabis & Lerchner 2017, dSprites: Disentanglement testing Sprites
        dataset.

    Examples:
        Every square and ellipse at two places, and a thousand draws with a range of x twice that
        of y:

        >>> pictures = sprites(
        ...     shape=("square", "ellipse"), scale=[1.0], orientation=[0.0], x=[0.0, 1.0], y=[0.5]
        ... )
        >>> pictures.values.tolist()
        [[0.0, 1.0, 0.0, 0.0, 0.5], [0.0, 1.0, 0.0, 1.0, 0.5],
         [1.0, 1.0, 0.0, 0.0, 0.5], [1.0, 1.0, 0.0, 1.0, 0.5]]
        >>> wide = sprites(1000, size=32, y=np.linspace(0.25, 0.75, 16))
        >>> wide.x.shape, wide.sizes
        ((1000, 32, 32, 1), (3, 6, 40, 32, 16))
    """
    levels = [
        shapes(shape),
        ordered("scale", np.linspace(0.5, 1.0, 6) if scale is None else scale, 0.0, 1.0),
        ordered(
            "orientation",
            np.arange(40) * 2 * np.pi / 40 if orientation is None else orientation,
            -2 * np.pi,
            2 * np.pi,
        ),
        ordered("x", np.linspace(0.0, 1.0, 32) if x is None else x, 0.0, 1.0),
        ordered("y", np.linspace(0.0, 1.0, 32) if y is None else y, 0.0, 1.0),
    ]
    sizes = tuple(len(one) for one in levels)
    check_size(size)
    if n is None:
        whole_grid_fits(sizes, size)
        factors = np.stack(np.unravel_index(np.arange(np.prod(sizes)), sizes), axis=-1)
    else:
        random = np.random.default_rng(whole("seed", seed, 0))
        factors = random.integers(sizes, size=(count("n", n), len(sizes)))
    values = np.stack([one[column] for one, column in zip(levels, factors.T, strict=True)], axis=-1)
    return Factors(draw_sprites(values, size), factors, NAMES, sizes, values, KINDS)


def draw_sprites(values: npt.ArrayLike, size: int = 64) -> np.ndarray:
    """The pictures of given factors: what `sprites` draws with.

    Args:
        values: shape (0 square, 1 ellipse, 2 heart), scale, orientation, x and y of each picture,
            of shape (n, 5).
        size: 64 or 32, pixels along each side.

    Returns:
        Pictures, float32 of shape (n, size, size, 1).

    Raises:
        ValueError: if `values` is not of shape (n, 5), a shape or scale does not exist, or `size`
            is neither 64 nor 32.

    Examples:
        A square of half-side 8 in the middle:

        >>> picture = draw_sprites([[0, 8 / 9.6, 0.0, 0.5, 0.5]])
        >>> int(picture.sum())
        256
    """
    check_size(size)
    values = np.asarray(values, "float64")
    if values.ndim != 2 or values.shape[1] != len(NAMES):
        raise ValueError(
            f"`values` has shape {values.shape}; expected (n, 5): {', '.join(NAMES)} of each one."
        )
    if not np.isin(values[:, 0], (0, 1, 2)).all() or not (values[:, 1] > 0).all():
        raise ValueError(
            "A shape is 0 (square), 1 (ellipse) or 2 (heart), and a scale is above 0; received "
            f"{values[:, :2].tolist()[:3]} as the first shapes and scales."
        )
    pictures = np.empty((len(values), size, size, 1), "float32")
    side = FRAME // size
    for start in range(0, len(values), CHUNK):
        some = values[start : start + CHUNK]
        inside = np.empty((len(some), FRAME, FRAME), "float32")
        for kind, contains in enumerate((in_square, in_ellipse, in_heart)):
            of_this = some[:, 0] == kind
            inside[of_this] = contains(*own_axes(some[of_this, 1:]))
        blocks = inside.reshape((-1, size, side, size, side))
        pictures[start : start + CHUNK, ..., 0] = blocks.mean(axis=(2, 4))
    return pictures


def own_axes(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middles of the pixels in a shape's own axes at scale 1, given scale, orientation, x, y."""
    scale, angle, x, y = values.T[:, :, None, None]
    pixels = np.arange(FRAME) + 0.5
    right = (pixels - 16 - 32 * x) / scale
    down = (pixels[:, None] - 16 - 32 * y) / scale
    cosine, sine = np.cos(angle), np.sin(angle)
    return cosine * right + sine * down, cosine * down - sine * right


def in_square(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Whether a point lies in the square."""
    return np.maximum(np.abs(u), np.abs(v)) <= SQUARE


def in_ellipse(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Whether a point lies in the ellipse."""
    return (u / ELLIPSE[0]) ** 2 + (v / ELLIPSE[1]) ** 2 <= 1.0


def in_heart(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Whether a point lies in the heart, its tip below."""
    across, up = np.abs(u) / HEART, CENTROID - v / HEART
    lobe = (across - 0.5) ** 2 + (up - 0.5) ** 2 <= 0.5
    return lobe | (across + np.abs(up) <= 1.0)


def shapes(names: Any) -> np.ndarray:
    """Numbers of the shapes named."""
    names = (names,) if isinstance(names, str) else tuple(names)
    if not names or not set(names) <= set(SHAPES) or len(set(names)) < len(names):
        raise ValueError(
            f"`shape` must name some of {SHAPES}, each once; received shape={names!r}."
        )
    return np.array([SHAPES.index(name) for name in names], "float64")


def ordered(name: str, levels: Any, least: float, most: float) -> np.ndarray:
    """The levels of an ordered factor, in their order."""
    values = np.atleast_1d(np.asarray(levels, "float64"))
    rising = values.ndim == 1 and values.size > 0 and bool(np.all(np.diff(values) > 0))
    if not rising or not (least <= values[0] and values[-1] <= most):
        raise ValueError(
            f"`{name}` must be levels that rise, each in [{least:.4g}, {most:.4g}], such as "
            f"numpy.linspace({max(least, 0.0):.4g}, {most:.4g}, 8); received {name}={levels!r}."
        )
    if name == "scale" and values[0] == 0.0:
        raise ValueError("`scale` must be above 0: a shape of scale 0 has no pixels.")
    return values


def check_size(size: Any) -> None:
    """Whether pictures can have this many pixels along each side."""
    if size not in SIZES:
        raise ValueError(f"`size` must be 64 or 32 pixels; received size={size!r}.")


def whole_grid_fits(sizes: tuple[int, ...], size: int) -> None:
    """Refuse a grid that does not fit into memory."""
    pictures = int(np.prod(sizes))
    taken = 4 * pictures * size**2
    if taken > MOST_BYTES:
        raise ValueError(
            f"The whole grid has {pictures:,} pictures and would take {taken / 1e9:.1f} GB. Draw "
            f"some of them, sprites({pictures // 100}), give fewer levels of a factor, such as "
            "orientation=[0.0], or draw them in batches by keras_vae.datasets.batches."
        )
