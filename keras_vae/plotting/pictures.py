"""Pictures that a model reconstructs, makes up, and has learned to order."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from keras_vae import latent_space
from keras_vae.latent_space.traversals import quantiles
from keras_vae.plotting.style import styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from keras_vae.models.vae import VAE


def colours(
    values: npt.ArrayLike, image_shape: Sequence[int] | None, cmap: str
) -> npt.NDArray[np.float64]:
    """Colours of a stack of pictures: shape (number, height, width, 3), values in [0, 1]."""
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
    if pictures.ndim == 3:
        pictures = matplotlib.colormaps[cmap](pictures)[..., :3]
    return pictures


def tile(
    pictures: npt.NDArray[np.float64], columns: int, gap: int | None = None
) -> npt.NDArray[np.float64]:
    """One canvas with the pictures in rows, read like text, `gap` white pixels between them."""
    gap = max(1, round(pictures.shape[2] / 12)) if gap is None else gap
    pictures = np.pad(pictures, ((0, 0), (0, gap), (0, gap), (0, 0)), constant_values=1.0)
    rows = pictures.reshape((-1, columns, *pictures.shape[1:]))
    canvas = np.concatenate(np.concatenate(rows.swapaxes(0, 1), axis=2), axis=0)
    return canvas[: len(canvas) - gap, : canvas.shape[1] - gap]


@styled
def reconstructions(
    vae: "VAE",
    x: npt.ArrayLike,
    num: int = 10,
    image_shape: Sequence[int] | None = None,
    cmap: str = "gray_r",
) -> "Figure":
    """Draws data above their reconstructions, the mean of p(x|z) at the mean of q(z|x).

    Args:
        vae: a model with `reconstruct`.
        x: examples of shape `(n, height, width)`, `(n, height, width, 1)` or
            `(n, height, width, 3)`, or of any shape together with `image_shape`.
        num: number of examples drawn, from the first on.
        image_shape: shape of one picture, where the examples are not pictures themselves.
        cmap: colour map of grey pictures.

    Returns:
        A figure with two rows of at most `num` pictures.

    Raises:
        ValueError: if the examples are not pictures.

    Examples:
        >>> import numpy as np
        >>> class Copy:
        ...     def reconstruct(self, x):
        ...         return x
        >>> figure = reconstructions(Copy(), np.zeros((20, 8, 8, 1)), num=5)
        >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
        ['data', 'reconstruction']
    """
    from matplotlib.figure import Figure

    x = np.asarray(x)[:num]
    both = colours(np.concatenate([x, vae.reconstruct(x)]), image_shape, cmap)
    canvas = tile(both, columns=len(x))
    width = min(0.55 * len(x), 7.0)
    figure = Figure(figsize=(width + 1.05, width * canvas.shape[0] / canvas.shape[1] + 0.1))
    axes = figure.add_subplot()
    axes.imshow(canvas)
    row = both.shape[1]
    axes.set_xticks([])
    axes.set_yticks([row / 2, len(canvas) - row / 2], ["data", "reconstruction"])
    axes.tick_params(length=0, labelsize=9)
    axes.spines[:].set_visible(False)
    return figure


@styled
def samples(
    vae: "VAE",
    rows: int = 5,
    columns: int = 10,
    seed: int | None = None,
    image_shape: Sequence[int] | None = None,
    cmap: str = "gray_r",
) -> "Figure":
    """Draws pictures that the model makes up: z from the prior p(z), then the mean of p(x|z).

    Args:
        vae: a model with `generate`.
        rows: number of rows.
        columns: number of columns.
        seed: makes the draw repeatable.
        image_shape: shape of one picture, where the examples are not pictures themselves.
        cmap: colour map of grey pictures.

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
        >>> figure.axes[0].images[0].get_array().shape  # with a line of white in between
        (17, 26, 3)
    """
    from matplotlib.figure import Figure

    drawn = colours(vae.generate(rows * columns, seed=seed), image_shape, cmap)
    canvas = tile(drawn, columns)
    width = min(0.55 * columns, 7.0)
    figure = Figure(figsize=(width + 0.1, width * canvas.shape[0] / canvas.shape[1] + 0.1))
    axes = figure.add_subplot()
    axes.imshow(canvas)
    axes.set_axis_off()
    return figure


@styled
def manifold(
    vae: "VAE",
    num: int = 15,
    image_shape: Sequence[int] | None = None,
    cmap: str = "gray_r",
    gap: int = 0,
) -> "Figure":
    r"""Draws the plane that a model with two latent dimensions has learned.

    The codes of the grid are quantiles of the prior, so that every picture stands for the same
    share $1/n^2$ of it; each is the mean of p(x|z), as `latent_space.manifold` gives them.

    Args:
        vae: a model with two latent dimensions.
        num: pictures along each side, n above.
        image_shape: shape of one picture, where the examples are not pictures themselves.
        cmap: colour map of grey pictures.
        gap: white pixels between pictures, for pictures that fill their frame.

    Returns:
        A figure with one canvas; the axes carry values of z.

    Raises:
        ValueError: if the model has not exactly two latent dimensions, or its examples are not
            pictures.

    References:
        Kingma and Welling 2014, Auto-Encoding Variational Bayes, figure 4.

    Examples:
        >>> import numpy as np
        >>> from types import SimpleNamespace
        >>> from keras_vae.layers import StandardNormalPrior
        >>> vae = SimpleNamespace(
        ...     encoder=SimpleNamespace(latent_dim=2),
        ...     prior=StandardNormalPrior(2),
        ...     decode=lambda z, batch_size: np.zeros((len(z), 8, 8, 1)),
        ... )
        >>> manifold(vae, num=4).axes[0].images[0].get_array().shape
        (32, 32, 3)
    """
    from matplotlib.figure import Figure

    if vae.encoder.latent_dim != 2:
        raise ValueError(
            f"A manifold needs latent_dim=2, and this model has {vae.encoder.latent_dim}: build "
            "it with Encoder(latent_dim=2, ...), or draw keras_vae.plotting.samples instead."
        )
    rows = latent_space.manifold(vae, steps=num)[::-1]  # the second dimension grows upwards
    pictures = colours(rows.reshape((-1, *rows.shape[2:])), image_shape, cmap)
    height, width = pictures.shape[1:3]
    figure = Figure(figsize=(4.6, 4.2 * height / width + 0.4))
    axes = figure.add_subplot()
    half_x, half_y = gap / 2 / num / (width + gap), gap / 2 / num / (height + gap)
    axes.imshow(
        tile(pictures, columns=num, gap=gap),
        extent=(half_x, 1 - half_x, half_y, 1 - half_y),
        aspect=(height + gap) / (width + gap),
    )
    shown = [-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0]
    names = [f"{value:g}".replace("-", "−") for value in shown]
    shares = (np.arange(2000) + 0.5) / 2000
    for set_ticks, values in zip(
        (axes.set_xticks, axes.set_yticks), quantiles(vae, shares, 2).T, strict=True
    ):
        set_ticks(np.interp(shown, values, shares), names)
    axes.set_xlabel("$z_1$")
    axes.set_ylabel("$z_2$", rotation=0)
    axes.spines[:].set_visible(False)
    return figure
