"""Charts of a training and of what it came to: curves, rates and distortions, KL by dimension."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from keras_vae import evaluation
from keras_vae.plotting.style import current, panel, styled, whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, FigureBase

    from keras_vae.models.vae import VAE

# Title, name of the log, sign.
CURVES = (
    ("negative ELBO (nats)", "elbo", -1.0),
    ("reconstruction loss (nats)", "reconstruction_loss", 1.0),
    ("KL (nats)", "kl_loss", 1.0),
)
MOST_NAMES = 40  # bars that can be named without the names touching


@styled
def learning_curves(
    history: Any, beta: npt.ArrayLike | None = None, figure: "FigureBase | None" = None
) -> "Figure":
    r"""Draws the negative ELBO, its two parts and β over the epochs, in nats per example.

    The negative ELBO is reconstruction loss + KL at β = 1, whatever β was in training. The first
    twentieth of the epochs may leave the frame, so that the rest can be read: a note with an arrow
    then says where the curve begins, and where that of the validation does (val).

    Args:
        history: what `fit` returned, or its dict of logs.
        beta: β at equal distances over the whole training, for example `schedule.values(steps)`;
            None draws the value logged at the end of each epoch.
        figure: an empty figure or subfigure to draw the four panels into; None for a new one.

    Returns:
        A figure with four panels over one axis of epochs; the whole one, if a subfigure was given.

    Raises:
        ValueError: if the logs are not those of a VAE.

    Examples:
        >>> logs = {"elbo": [-3.0, -2.0], "reconstruction_loss": [3.0, 1.5], "kl_loss": [0.0, 0.5]}
        >>> figure = learning_curves({**logs, "beta": [0.5, 1.0]})
        >>> [axes.get_title(loc="left") for axes in figure.axes]
        ['negative ELBO (nats)', 'reconstruction loss (nats)', 'KL (nats)', 'β']
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    logs: Mapping[str, Sequence[float]] = getattr(history, "history", history)
    wanted = [*(name for _, name, _ in CURVES), *(["beta"] if beta is None else [])]
    if missing := [name for name in wanted if name not in logs]:
        raise ValueError(
            f"The history lacks {', '.join(missing)}: expected the logs of a VAE, as fit returns."
        )
    epochs = len(logs["elbo"])
    epoch = np.arange(1, epochs + 1)
    figure = Figure(figsize=(4.8, 5.4)) if figure is None else figure
    panels = figure.subplots(4, 1, sharex=True, height_ratios=[3, 3, 3, 1.2])
    for axes, (title, name, sign) in zip(panels, CURVES, strict=False):
        axes.set_title(title)
        curves = {
            label: sign * np.asarray(logs[prefix + name])
            for prefix, label in (("", "training"), ("val_", "validation"))
            if prefix + name in logs
        }
        for label, curve in curves.items():
            colour = current().grey if label == "training" else current().series[0]
            axes.plot(epoch, curve, color=colour, label=label)
        settled = [curve[epochs // 20 :] for curve in curves.values()]
        low, high = np.nanmin(settled), np.nanmax(settled)
        margin = 0.06 * (high - low) or 0.5
        axes.set_ylim(low - margin, high + margin)
        say_beginnings(axes, curves)
    panels[0].legend(loc="upper right", ncols=2)
    values = np.asarray(logs["beta"] if beta is None else beta)
    where = epoch if beta is None else np.linspace(0, epochs, len(values))
    panels[3].plot(where, values, color=current().ink)
    panels[3].set_title("β")
    panels[3].set_ylim(0, 1.15 * max(float(np.max(values)), 1e-6))
    panels[3].set_xlabel("epoch")
    panels[3].xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    return whole(panels[0])


def say_beginnings(axes: "Axes", curves: Mapping[str, npt.NDArray[Any]]) -> None:
    """Writes, where the frame cuts curves off, the value in the first epoch of each."""
    low, high = axes.get_ylim()
    notes = []
    for arrow, sign, edge in (("↑", 1.0, high), ("↓", -1.0, low)):
        cut = [
            ("val " if name == "validation" else "")
            + (f"{curve[0]:.0f}" if abs(curve[0]) >= 100 else f"{curve[0]:.3g}")
            for name, curve in curves.items()
            if sign * curve[0] > sign * edge
        ]
        if cut:
            notes.append(f"{arrow} from {', '.join(cut)}".replace("-", "−"))
    axes.set_title("; ".join(notes), loc="right", size=8, color=current().grey)


@styled
def rate_distortion(
    points: Mapping[Any, tuple[float, float]], axes: "Axes | None" = None
) -> "Figure":
    r"""Draws KL against reconstruction loss, a point for each β, over lines of equal ELBO.

    Along a grey line of slope −1, rate + distortion = −ELBO is the same: what one nat of code
    saves is one nat. Where a curve of models runs along such a line, β only chooses how the same
    bound is shared out; the line that it touches is the best bound of all.

    Args:
        points: rate and distortion in nats by β, as `evaluation.rate_distortion(vae, x)` returns
            them: `{0.1: (…, …), 1.0: (…, …)}`. They are joined in this order.
        axes: where to draw; None for a new figure.

    Returns:
        A figure with one chart.

    Raises:
        ValueError: if there are no points, or one is not a pair of finite numbers.

    References:
        Alemi et al. 2018, Fixing a Broken ELBO, section 3.

    Examples:
        >>> figure = rate_distortion({0.1: (20.0, 80.0), 1.0: (10.0, 85.0), 10.0: (1.0, 110.0)})
        >>> [text.get_text() for text in figure.axes[0].texts[:3]]
        ['β = 0.1', 'β = 1', 'β = 10']
    """
    from matplotlib.ticker import MaxNLocator

    place = np.array([tuple(point) for point in points.values()], dtype="float64")
    if place.ndim != 2 or place.shape[1] != 2 or not np.isfinite(place).all():
        raise ValueError(
            "`points` must give a rate and a distortion, two finite numbers of nats, for each β, "
            f"such as {{1.0: (10.0, 85.0)}}; received {points!r}."
        )
    figure, axes = panel(axes, 4.8, 3.8)
    axes.plot(*place.T, "o-", color=current().series[0], markersize=4.5, zorder=3)
    for beta, point in zip(points, place, strict=True):
        name = beta if isinstance(beta, str) else f"β = {beta:g}"
        axes.annotate(name, point, (6, 5), textcoords="offset points", size=8, zorder=4)
    room = 0.08 * np.maximum(np.ptp(place, axis=0), 1.0)
    (x0, y0), (x1, y1) = place.min(axis=0) - room, place.max(axis=0) + 2.4 * room
    axes.set(xlim=(max(x0, 0.0) if place[:, 0].min() >= 0 else x0, x1), ylim=(y0, y1))
    x0 = axes.get_xlim()[0]
    grey = current().grey
    best = place.sum(axis=1).min()
    axes.axline((0, best), slope=-1, color=grey, linewidth=1.0, linestyle="--", zorder=0)
    for nats in MaxNLocator(nbins=8, steps=[1, 2, 5, 10]).tick_values(x0 + y1, x1 + y1):
        axes.axline((0, nats), slope=-1, color=grey, linewidth=0.5, zorder=0)
        if x0 + y1 <= nats <= x1 + y1:  # the line leaves through the top
            above: dict[str, Any] = {
                "textcoords": "offset points",
                "ha": "center",
                "annotation_clip": False,
            }
            axes.annotate(f"{nats:g}", (nats - y1, y1), (0, 2), size=7, color=grey, **above)
    said = f"grey lines: the same −ELBO, in nats; dashed: the best, {best:.2f}"
    axes.set_title(said.replace("-", "−"), pad=14, size=8)
    axes.set_xlabel("rate: KL (nats)")
    axes.set_ylabel("distortion: reconstruction loss (nats)")
    return figure


@styled
def kl_per_dimension(vae: "VAE", x: Any, axes: "Axes | None" = None) -> "Figure":
    r"""Draws what each latent dimension says, in nats, from the most to the least.

    $$\mathrm{KL}_j = \frac1n\sum_i\mathrm{KL}\big(q(z_j\mid x_i)\,\Vert\,p(z_j)\big)$$

    A dimension is collapsed, and has a cross in the place of its bar, where the mean of its
    posterior hardly varies over the data: `evaluation.active_units` says so.

    Args:
        vae: a trained model whose latent variables are numbers.
        x: examples, of shape (n, ...).
        axes: where to draw; None for a new figure.

    Returns:
        A figure with one bar for each dimension. Those of several groups stand side by side, each
        in its colour.

    Raises:
        NotImplementedError: as `evaluation.kl_per_dimension` and `evaluation.active_units`.

    Examples:
        >>> import keras_vae
        >>> encoder = keras_vae.Encoder(latent_dim=2, hidden_units=())
        >>> vae = keras_vae.VAE(encoder, keras_vae.Decoder((2,), hidden_units=()))
        >>> vae.build((None, 2))
        >>> none = np.zeros(2)
        >>> encoder.set_weights([np.diag([0.0, 2.0]), none, np.zeros((2, 2)), none])
        >>> axes = kl_per_dimension(vae, np.array([[1.0, 1.0], [-1.0, -1.0]])).axes[0]
        >>> [f"{bar.get_height():.1f}" for bar in axes.patches]
        ['2.0', '0.0']
        >>> axes.get_title(loc="left")
        'KL by dimension (nats): 1 of 2 active, sum 2.00'
    """
    nats, active = evaluation.kl_per_dimension(vae, x), evaluation.active_units(vae, x)
    if not isinstance(nats, dict):
        nats, active = {"z": nats}, {"z": active}
    bars = [
        (f"{group}[{j}]", float(nats[group].flat[j]), active[group].flat[j], colour)
        for group, colour in zip(nats, cycle(current().series), strict=False)
        for j in np.argsort(-nats[group], axis=None, kind="stable")
    ]
    names, heights, on, colours = zip(*bars, strict=True)
    place = np.arange(len(bars))
    figure, axes = panel(axes, float(np.clip(0.22 * len(bars) + 1.2, 3.8, 7.0)), 2.6)
    axes.bar(place, heights, 0.8, color=colours, linewidth=0)
    off = place[~np.array(on)]
    if len(off):
        axes.plot(
            off,
            0 * off,
            "x",
            color=current().grey,
            markersize=4,
            clip_on=False,
            label="collapsed",
            zorder=4,
        )
        axes.legend(loc="upper right", handletextpad=0.2)
    if len(bars) <= MOST_NAMES:
        axes.set_xticks(place, names, rotation=90 if len(bars) > 8 else 0)
    else:
        axes.set_xticks([])
    middle, half = (len(bars) - 1) / 2, max(len(bars), 6) / 2 + 0.1
    axes.set_xlim(middle - half, middle + half)
    axes.set_title(f"KL by dimension (nats): {sum(on)} of {len(on)} active, sum {sum(heights):.2f}")
    return figure
