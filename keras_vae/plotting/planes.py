"""The latent plane: what a model decodes over it, and where it puts the data."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from keras_vae import latent_space
from keras_vae.latent_space.traversals import quantiles
from keras_vae.plotting.pictures import colours, tile
from keras_vae.plotting.style import current, panel, styled
from keras_vae.priors import StandardNormalPrior

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure

    from keras_vae.models.vae import VAE

SMALL = 16  # pixels: pictures up to this size fuse where no gap parts them


@styled
def manifold(
    vae: "VAE",
    num: int = 15,
    image_shape: Sequence[int] | None = None,
    cmap: str | None = None,
    gap: int | None = None,
    axes: "Axes | None" = None,
) -> "Figure":
    r"""Draws the plane that a model with two latent dimensions has learned.

    The codes of the grid are quantiles of the prior, so that every picture stands for the same
    share $1/n^2$ of it; each is the mean of p(x|z), as `latent_space.manifold` gives them.

    Args:
        vae: a model with two latent dimensions.
        num: pictures along each side, n above.
        image_shape: shape of one picture, where the examples are not pictures themselves.
        cmap: colour map of grey pictures; None for ink on paper.
        gap: pixels of paper between pictures; None for 1 where a side of a picture has at most 16
            pixels, and for 0 where all have more.
        axes: where to draw; None for a new figure.

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
        >>> manifold(vae, num=4).axes[0].images[0].get_array().shape  # 4 × 8, and 3 gaps
        (35, 35, 3)
    """
    if vae.encoder.latent_dim != 2:
        raise ValueError(
            f"A manifold needs latent_dim=2, and this model has {vae.encoder.latent_dim}: build "
            "it with Encoder(latent_dim=2, ...), or draw keras_vae.plotting.samples instead."
        )
    rows = latent_space.manifold(vae, steps=num)[::-1]  # the second dimension grows upwards
    pictures = colours(rows.reshape((-1, *rows.shape[2:])), image_shape, cmap)
    height, width = pictures.shape[1:3]
    gap = int(min(height, width) <= SMALL) if gap is None else gap
    figure, axes = panel(axes, 4.6, 4.2 * height / width + 0.4)
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
    of = "N(0, I)" if isinstance(vae.prior, StandardNormalPrior) else "the prior"
    axes.set_xlabel(f"$z_1$, quantiles of {of}")
    axes.set_ylabel("$z_2$", rotation=0, ha="right", va="center")
    axes.spines[:].set_visible(False)
    return figure


@styled
def latent_scatter(
    vae: "VAE",
    x: npt.ArrayLike,
    labels: npt.ArrayLike | None = None,
    legend: bool = True,
    axes: "Axes | None" = None,
) -> "Figure":
    r"""Draws the posterior means of examples over the prior, coloured by class.

    The circles have radius 1 and 2: the standard normal prior puts 39 % and 86 % of its mass
    inside. With more than two latent dimensions, the two are shown whose posterior means vary
    most over `x`, so that a collapsed one never is. The name of each class stands at the median of
    its codes, aside where two names would touch.

    Args:
        vae: a model with at least two latent dimensions.
        x: examples, shape `(n, ...)`.
        labels: one class per example, shape `(n,)`, numbers or words; without them all points
            have one colour.
        legend: whether the classes are named beside the picture too.
        axes: where to draw; None for a new figure.

    Returns:
        A figure with one point per example.

    Raises:
        ValueError: if there is only one latent dimension, or not one label per example.

    References:
        Burda, Grosse and Salakhutdinov 2016, Importance Weighted Autoencoders, section 5.2: the
        variance of the posterior means tells active dimensions.

    Examples:
        >>> import numpy as np
        >>> from types import SimpleNamespace
        >>> vae = SimpleNamespace(encode=lambda x: x * [1.0, 0.0, 2.0])
        >>> x = np.random.default_rng(0).normal(size=(50, 3))
        >>> axes = latent_scatter(vae, x, labels=x[:, 0] > 0).axes[0]
        >>> axes.get_xlabel(), axes.get_ylabel()
        ('$z_{1}$', '$z_{3}$')
    """
    means = vae.encode(x)
    if means.shape[1] < 2:
        raise ValueError(
            "A scatter of codes needs at least two latent dimensions, and this model has "
            f"{means.shape[1]}: draw a histogram of vae.encode(x) instead."
        )
    dims = telling(means)
    figure, axes = panel(axes, 4.9 if legend and labels is not None else 4.3, 4.2)
    scatter(axes, means[:, dims], dims, labels)
    if labels is not None:
        names_at_centres(axes, means[:, dims], np.asarray(labels))
        if legend:
            axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handletextpad=0.2)
    return figure


def telling(means: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """The two dimensions that vary most, in their order."""
    return np.sort(np.argsort(-means.var(axis=0), kind="stable")[:2])


def scatter(
    axes: "Axes", means: npt.NDArray[Any], dims: npt.NDArray[np.intp], labels: Any
) -> "PathCollection":
    """Draws points of a plane over the circles of the prior, in the colour of their class."""
    from matplotlib.patches import Circle

    names, classes = np.unique(
        np.zeros(len(means)) if labels is None else np.asarray(labels), return_inverse=True
    )
    if len(classes) != len(means):
        raise ValueError(
            f"There are {len(means)} examples and {len(classes)} labels: give one per example."
        )
    series = current().series
    colours = [series[i % len(series)] for i in range(len(names))]
    points = axes.scatter(
        means[:, 0],
        means[:, 1],
        s=float(np.clip(5000 / len(means), 2, 12)),
        c=[colours[i] for i in classes],
        linewidths=0,
        alpha=0.9,
        rasterized=True,
    )
    for radius in (1, 2):
        line = {"color": current().ink, "linewidth": 0.6, "alpha": 0.6}
        axes.add_patch(Circle((0, 0), radius, fill=False, zorder=3, **line))
    if labels is not None:
        for name, colour in zip(names, colours, strict=True):
            axes.scatter([], [], s=20, color=colour, linewidths=0, label=str(name))
    limit = 1.05 * max(2.0, float(np.abs(means).max()))
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    axes.set_xlabel(f"$z_{{{dims[0] + 1}}}$")
    axes.set_ylabel(f"$z_{{{dims[1] + 1}}}$", rotation=0, ha="right", va="center")
    return points


def names_at_centres(axes: "Axes", means: npt.NDArray[Any], labels: npt.NDArray[Any]) -> None:
    """Writes the name of each class at the median of its points, with a halo around it."""
    from matplotlib.patheffects import withStroke

    ink, halo = current().caption
    names = np.unique(labels)
    centres = np.stack([np.median(means[labels == name], axis=0) for name in names])
    for name, (x, y) in zip(names, apart(centres, 0.1 * axes.get_xlim()[1]), strict=True):
        written = axes.text(x, y, str(name), color=ink, size=10, weight="bold", zorder=4)
        written.set(ha="center", va="center")
        written.set_path_effects([withStroke(linewidth=3, foreground=halo)])


def apart(places: npt.NDArray[Any], distance: float) -> npt.NDArray[Any]:
    """Places of names, each pair that is closer than that pushed away from each other."""
    order = 1e-9 * np.arange(len(places))[:, None]  # a direction for places that are the same
    for _ in range(100):
        ways = (places + order)[:, None] - (places + order)
        lengths = np.linalg.norm(ways, axis=-1) + np.where(np.eye(len(places)), np.inf, 0.0)
        if lengths.min() >= distance:
            break
        short = np.maximum(distance - lengths, 0.0) / lengths
        places = places + 0.5 * (short[..., None] * ways).sum(axis=1)
    return places
