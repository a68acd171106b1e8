"""Pictures along the dimensions of the latent space, and along directions of attributes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from keras_vae.latent_space import interpolate, path_length, traverse
from keras_vae.latent_space.interpolation import KINDS, decoded, for_all
from keras_vae.plotting.pictures import colours, lay_out
from keras_vae.plotting.style import styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from keras_vae.models.vae import VAE


@styled
def ways(
    pictures: npt.ArrayLike,
    names: Sequence[str] | None = None,
    marks: Sequence[str] | None = None,
    image_shape: Sequence[int] | None = None,
    cmap: str | None = None,
    axes: "Axes | None" = None,
) -> "Figure":
    """Draws ways through the latent space, one in each row.

    Args:
        pictures: decoded codes, of shape (rows, steps, ...): of `latent_space.traverse`, or stacked
            from `vae.decode` of `latent_space.interpolate` or of `AttributeVector.move`.
        names: what each row is.
        marks: what each column is, such as the amount moved.
        image_shape: shape of one picture, where the examples are not pictures themselves.
        cmap: colour map of grey pictures; None for ink on paper.
        axes: where to draw; None for a new figure.

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
    pictures = np.asarray(pictures)
    rows, steps = pictures.shape[:2]
    for kind, given, wanted in (("names", names, rows), ("marks", marks, steps)):
        if given is not None and len(given) != wanted:
            raise ValueError(f"`{kind}` has {len(given)} entries; expected {wanted}, one for each.")
    drawn = colours(pictures.reshape((rows * steps, *pictures.shape[2:])), image_shape, cmap)
    return lay_out(drawn, steps, names, marks, axes, inches=0.6)


def traversals(
    vae: "VAE",
    z: Any,
    dims: Sequence[int] | None = None,
    steps: int = 7,
    condition: Any = None,
    span: float | None = None,
    image_shape: Sequence[int] | None = None,
    cmap: str | None = None,
    axes: "Axes | None" = None,
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
        cmap: colour map of grey pictures; None for ink on paper.
        axes: where to draw; None for a new figure.

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
    return ways(pictures, [f"z[{j}]" for j in moved], marks, image_shape, cmap, axes)


def interpolation(
    vae: "VAE",
    a: Any,
    b: Any,
    steps: int = 10,
    condition: Any = None,
    image_shape: Sequence[int] | None = None,
    cmap: str | None = None,
    axes: "Axes | None" = None,
) -> "Figure":
    r"""Draws the linear way between two codes above the spherical one, each with its length.

    The length is `latent_space.path_length`, how far the decoded picture moves, over 64 codes on
    the way, whatever the number of pictures drawn: of two ways the shorter one changes less that
    need not change.

    Args:
        vae: a trained model with one group of latent variables, a vector.
        a: the code of the first picture, of shape (latent_dim,), such as `vae.encode(x)[0]`.
        b: the code of the last one.
        steps: pictures in a row, both ends among them.
        condition: what every picture is given, of shape (k,), for a model with `condition_shape`.
        image_shape: shape of one picture, where the examples are not pictures themselves.
        cmap: colour map of grey pictures; None for ink on paper.
        axes: where to draw; None for a new figure.

    Returns:
        A figure with two rows.

    Raises:
        ValueError: as `latent_space.interpolate`; and if the examples are not pictures.

    Examples:
        A decoder whose picture is its code, so that the second way is a quarter of a circle:

        >>> from types import SimpleNamespace
        >>> vae = SimpleNamespace(decode=lambda z, batch_size: z.reshape((-1, 1, 2)))
        >>> figure = interpolation(vae, [1.0, 0.0], [0.0, 1.0])
        >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
        ['linear\nlength 1.41', 'spherical\nlength 1.57']
    """
    pictures, names = [], []
    for kind in KINDS:
        way = interpolate(a, b, steps, kind)
        pictures.append(decoded(vae, way, for_all(condition, way), len(way)))
        length = path_length(vae, interpolate(a, b, 64, kind), condition)
        names.append(f"{kind}\nlength {length:.3g}")
    return ways(np.stack(pictures), names, None, image_shape, cmap, axes)
