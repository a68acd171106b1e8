"""Pictures that a model reconstructs and makes up."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from keras import ops

from keras_vae.plotting.style import current, panel, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from keras_vae.models.vae import VAE


def colours(
    values: npt.ArrayLike, image_shape: Sequence[int] | None, cmap: str | None
) -> npt.NDArray[np.float64]:
    """Colours of a stack of pictures: shape (number, height, width, 3), values in [0, 1].

    On transparent paper there is a fourth one, the opacity.
    """
    import matplotlib

    pictures = np.asarray(values, dtype="float64")
    if image_shape is not None:
        pictures = pictures.reshape((len(pictures), *image_shape))
    if pictures.ndim == 4 and pictures.shape[-1] == 1:
        pictures = pictures[..., 0]
    if pictures.ndim != 3 and not (pictures.ndim == 4 and pictures.shape[-1] == 3):
        raise ValueError(
            f"Examples of shape {pictures.shape[1:]} are not pictures: expected (height, width), "
            "(height, width, 1) or (height, width, 3). Say how to fold them, for example "
            "image_shape=(28, 28)."
        )
    # The scale is [0, 1], and wider only where the values are.
    low, high = min(0.0, np.nanmin(pictures)), max(1.0, np.nanmax(pictures))
    pictures = (pictures - low) / (high - low)
    if pictures.ndim == 4:
        pictures = np.concatenate([pictures, np.ones_like(pictures[..., :1])], axis=-1)
    elif cmap is not None:
        pictures = matplotlib.colormaps[cmap](pictures)
    else:
        blank, full = matplotlib.colors.to_rgba_array(current().pictures)
        pictures = blank + (full - blank) * pictures[..., None]
    return pictures if current().paper is None else pictures[..., :3]


def tile(
    pictures: npt.NDArray[np.float64], columns: int, gap: int | None = None
) -> npt.NDArray[np.float64]:
    """One canvas with the pictures in rows, read like text, `gap` pixels of paper between them."""
    from matplotlib.colors import to_rgba

    number, height, width, channels = pictures.shape
    gap = max(1, round(width / 12)) if gap is None else gap
    rows = number // columns
    canvas = np.empty((rows, height + gap, columns, width + gap, channels))
    canvas[:] = to_rgba(current().paper or current().pictures[0])[:channels]
    canvas[:, :height, :, :width] = pictures.reshape(
        (rows, columns, height, width, channels)
    ).swapaxes(1, 2)
    canvas = canvas.reshape((rows * (height + gap), columns * (width + gap), channels))
    return canvas[: len(canvas) - gap, : canvas.shape[1] - gap]


def lay_out(
    pictures: npt.NDArray[np.float64],
    columns: int,
    names: Sequence[str] | None,
    marks: Sequence[str] | None,
    axes: "Axes | None",
    inches: float = 0.55,
    below: str | None = None,
) -> "Figure":
    """Draws coloured pictures in rows, a name at the left of each and marks below the columns."""
    canvas = tile(pictures, columns)
    rows = len(pictures) // columns
    height, width = (np.array(canvas.shape[:2]) + 1) / (rows, columns)
    wide = min(inches * columns, 7.0)
    letters = max((len(line) for name in names or [] for line in name.split("\n")), default=0)
    figure, axes = panel(
        axes,
        wide + 0.1 + 0.07 * letters,
        wide * canvas.shape[0] / canvas.shape[1]
        + 0.1
        + 0.2 * (marks is not None)
        + 0.2 * (below is not None),
    )
    axes.imshow(canvas)
    axes.set_xticks((np.arange(columns) + 0.5) * width - 0.5, marks or [""] * columns)
    axes.set_yticks((np.arange(rows) + 0.5) * height - 0.5, names or [""] * rows)
    axes.tick_params(length=0, labelsize=9)
    axes.tick_params(axis="x", labelsize=8)
    axes.spines[:].set_visible(False)
    if below is not None:
        axes.set_xlabel(below, size=8)
    return figure


def errors(vae: "VAE", x: npt.NDArray[Any], y: npt.NDArray[Any], kind: str) -> list[str]:
    """What each reconstruction y misses, as it is written below it."""
    if kind == "mse":
        return [f"{error:.2g}" for error in np.square(x - y).reshape((len(x), -1)).mean(axis=1)]
    if kind != "nats":
        raise ValueError(f'error={kind!r} must be "nats", "mse" or None.')
    z = vae.encode(x) if hasattr(vae, "likelihood") else None
    if not (isinstance(z, np.ndarray) and np.issubdtype(z.dtype, np.floating)):
        raise ValueError(
            'error="nats" is −log p(x|z), and needs a VAE with one group of latent variables that '
            'are numbers. Write error="mse" for the mean squared error.'
        )
    log_prob = vae.likelihood(ops.convert_to_tensor(z)).log_prob(ops.convert_to_tensor(x))
    return [f"{-value:.0f}".replace("-", "−") for value in ops.convert_to_numpy(log_prob)]


@styled
def reconstructions(
    vae: "VAE",
    x: npt.ArrayLike,
    num: int = 10,
    image_shape: Sequence[int] | None = None,
    cmap: str | None = None,
    error: str | None = None,
    axes: "Axes | None" = None,
) -> "Figure":
    r"""Draws data above their reconstructions, the mean of p(x|z) at the mean of q(z|x).

    Args:
        vae: a model with `reconstruct`.
        x: examples of shape `(n, height, width)`, `(n, height, width, 1)` or
            `(n, height, width, 3)`, or of any shape together with `image_shape`.
        num: number of examples drawn, from the first on.
        image_shape: shape of one picture, where the examples are not pictures themselves.
        cmap: colour map of grey pictures; None for ink on paper.
        error: what is written below each: "nats" for $-\log p(x\mid z)$ at the mean of q(z|x),
            "mse" for the mean squared error over the values of x, None for nothing.
        axes: where to draw; None for a new figure.

    Returns:
        A figure with two rows of at most `num` pictures.

    Raises:
        ValueError: if the examples are not pictures, or the error is unknown or the model has none
            in nats.

    Examples:
        >>> import numpy as np
        >>> class Copy:
        ...     def reconstruct(self, x):
        ...         return x
        >>> figure = reconstructions(Copy(), np.zeros((20, 8, 8, 1)), num=5)
        >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
        ['data', 'reconstruction']
    """
    x = np.asarray(x)[:num]
    y = vae.reconstruct(x)
    marks = None if error is None else errors(vae, x, y, error)
    both = colours(np.concatenate([x, y]), image_shape, cmap)
    below = {"nats": "−log p(x|z), nats", "mse": "mean squared error", None: None}[error]
    return lay_out(both, len(x), ["data", "reconstruction"], marks, axes, below=below)


@styled
def samples(
    vae: "VAE",
    rows: int = 5,
    columns: int = 10,
    seed: int | None = None,
    image_shape: Sequence[int] | None = None,
    cmap: str | None = None,
    axes: "Axes | None" = None,
) -> "Figure":
    """Draws pictures that the model makes up: z from the prior p(z), then the mean of p(x|z).

    Args:
        vae: a model with `generate`.
        rows: number of rows.
        columns: number of columns.
        seed: makes the draw repeatable.
        image_shape: shape of one picture, where the examples are not pictures themselves.
        cmap: colour map of grey pictures; None for ink on paper.
        axes: where to draw; None for a new figure.

    Returns:
        A figure with `rows` × `columns` pictures.

    Raises:
        ValueError: if the samples are not pictures.

    Examples:
        >>> import numpy as np
        >>> class Noise:
        ...     def generate(self, num_samples, seed=None):
        ...         return np.random.default_rng(seed).uniform(size=(num_samples, 8, 8, 1))
        >>> figure = samples(Noise(), rows=2, columns=3, seed=0)
        >>> figure.axes[0].images[0].get_array().shape  # with a line of paper in between
        (17, 26, 3)
    """
    drawn = colours(vae.generate(rows * columns, seed=seed), image_shape, cmap)
    return lay_out(drawn, columns, None, None, axes)
