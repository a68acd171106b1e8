"""Pictures along the dimensions of the latent space, and along directions of attributes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from keras_vae.latent_space import traverse
from keras_vae.plotting.pictures import colours, tile
from keras_vae.plotting.style import styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from keras_vae.models.vae import VAE


@styled
def ways(
    pictures: npt.ArrayLike,
    names: Sequence[str] | None = None,
    marks: Sequence[str] | None = None,
    image_shape: Sequence[int] | None = None,
    cmap: str = "gray_r",
) -> "Figure":
    """Draws ways through the latent space, one in each row.

    Args:
        pictures: decoded codes, of shape (rows, steps, ...): of `latent_space.traverse`, or stacked
            from `vae.decode` of `latent_space.interpolate` or of `AttributeVector.move`.
        names: what each row is.
        marks: what each column is, such as the amount moved.
        image_shape: shape of one picture, where the examples are not pictures themselves.
        cmap: colour map of grey pictures.

    Returns:
        A figure with rows × steps pictures.

    Raises:
        ValueError: if the examples are not pictures, or there is not one name for each row and one
            mark for each column.

    Examples:
        >>> figure = ways(np.zeros((2, 5, 8, 8, 1)), names=["smile", "glasses"])
        >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
        ['smile', 'glasses']
    """
    from matplotlib.figure import Figure

    pictures = np.asarray(pictures)
    rows, steps = pictures.shape[:2]
    for kind, given, wanted in (("names", names, rows), ("marks", marks, steps)):
        if given is not None and len(given) != wanted:
            raise ValueError(f"`{kind}` has {len(given)} entries; expected {wanted}, one for each.")
    drawn = colours(pictures.reshape((rows * steps, *pictures.shape[2:])), image_shape, cmap)
    canvas = tile(drawn, columns=steps)
    height, width = (np.array(canvas.shape[:2]) + 1) / (rows, steps)
    inches = min(0.6 * steps, 7.0)
    figure = Figure(figsize=(inches + 1.0, inches * canvas.shape[0] / canvas.shape[1] + 0.3))
    axes = figure.add_subplot()
    axes.imshow(canvas)
    axes.set_xticks((np.arange(steps) + 0.5) * width, marks or [""] * steps)
    axes.set_yticks((np.arange(rows) + 0.5) * height, names or [""] * rows)
    axes.tick_params(length=0, labelsize=9)
    axes.spines[:].set_visible(False)
    return figure


def traversals(
    vae: "VAE",
    z: Any,
    dims: Sequence[int] | None = None,
    steps: int = 7,
    condition: Any = None,
    span: float | None = None,
    image_shape: Sequence[int] | None = None,
    cmap: str = "gray_r",
) -> "Figure":
    """Draws what each latent dimension does: `latent_space.traverse`, a row for each dimension.

    Args:
        vae: a trained model with one group of latent variables, a vector.
        z: the code to start from, of shape (latent_dim,): of an example, or zeros.
        dims: the dimensions to draw, in this order; None for all.
        steps: pictures in a row.
        condition: what every picture is given, of shape (k,), for a model with `condition_shape`.
        span: how far to go to either side of z; None for quantiles of the prior.
        image_shape: shape of one picture, where the examples are not pictures themselves.
        cmap: colour map of grey pictures.

    Returns:
        A figure with one row for each dimension.

    Raises:
        ValueError: as `latent_space.traverse`; and if the examples are not pictures.

    Examples:
        >>> from types import SimpleNamespace
        >>> vae = SimpleNamespace(decode=lambda z, batch_size: np.zeros((len(z), 8, 8, 1)))
        >>> figure = traversals(vae, np.zeros(3), dims=[2, 0], span=1.0)
        >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
        ['z[2]', 'z[0]']
    """
    pictures = traverse(vae, z, dims, steps, condition, span)
    moved = range(len(pictures)) if dims is None else dims
    if span is None:
        marks = [f"{100 * (i + 0.5) / steps:.0f} %" for i in range(steps)]
    else:
        marks = [f"{offset:+.2g}".replace("-", "−") for offset in np.linspace(-span, span, steps)]
    return ways(pictures, [f"z[{j}]" for j in moved], marks, image_shape, cmap)
