"""Charts of codes and of training."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from keras_vae.plotting.style import GREY, INK, PALETTE, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from keras_vae.models.vae import VAE


@styled
def latent_scatter(vae: "VAE", x: npt.ArrayLike, labels: npt.ArrayLike | None = None) -> "Figure":
    r"""Draws the posterior means of examples over the prior, coloured by class.

    The circles have radius 1 and 2: the standard normal prior puts 39 % and 86 % of its mass
    inside. With more than two latent dimensions, the two are shown whose posterior means vary
    most over `x`, so that a collapsed one never is.

    Args:
        vae: a model with at least two latent dimensions.
        x: examples, shape `(n, ...)`.
        labels: one class per example, shape `(n,)`, numbers or words; without them all points
            have one colour.

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
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle

    means = vae.encode(x)
    if means.shape[1] < 2:
        raise ValueError(
            "A scatter of codes needs at least two latent dimensions, and this model has "
            f"{means.shape[1]}: draw a histogram of vae.encode(x) instead."
        )
    names, classes = np.unique(
        np.zeros(len(means)) if labels is None else np.asarray(labels), return_inverse=True
    )
    if len(classes) != len(means):
        raise ValueError(
            f"There are {len(means)} examples and {len(classes)} labels: give one per example."
        )
    dims = np.sort(np.argsort(-means.var(axis=0), kind="stable")[:2])
    means = means[:, dims]
    colours = [PALETTE[i % len(PALETTE)] for i in range(len(names))]
    figure = Figure(figsize=(4.9 if labels is not None else 4.3, 4.2))
    axes = figure.add_subplot()
    axes.scatter(
        means[:, 0],
        means[:, 1],
        s=float(np.clip(5000 / len(means), 2, 12)),
        c=[colours[i] for i in classes],
        linewidths=0,
        alpha=0.9,
        rasterized=True,
    )
    for radius in (1, 2):
        circle = Circle((0, 0), radius, fill=False, color=INK, linewidth=0.6, alpha=0.6, zorder=3)
        axes.add_patch(circle)
    if labels is not None:
        for name, colour in zip(names, colours, strict=True):
            axes.scatter([], [], s=20, color=colour, linewidths=0, label=str(name))
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), handletextpad=0.2)
    limit = 1.05 * max(2.0, float(np.abs(means).max()))
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    axes.set_xlabel(f"$z_{{{dims[0] + 1}}}$")
    axes.set_ylabel(f"$z_{{{dims[1] + 1}}}$", rotation=0)
    return figure


@styled
def learning_curves(history: Any, beta: npt.ArrayLike | None = None) -> "Figure":
    r"""Draws the negative ELBO, its two parts and β over the epochs, in nats per example.

    The negative ELBO is reconstruction loss + KL at β = 1, whatever β was in training. The first
    twentieth of the epochs may leave the frame, so that the rest can be read.

    Args:
        history: what `fit` returned, or its dict of logs.
        beta: β at equal distances over the whole training, for example `schedule.values(steps)`;
            None draws the value logged at the end of each epoch.

    Returns:
        A figure with four panels over one axis of epochs.

    Examples:
        >>> logs = {"elbo": [-3.0, -2.0], "reconstruction_loss": [3.0, 1.5], "kl_loss": [0.0, 0.5]}
        >>> figure = learning_curves({**logs, "beta": [0.5, 1.0]})
        >>> [axes.get_title(loc="left") for axes in figure.axes]
        ['negative ELBO (nats)', 'reconstruction loss (nats)', 'KL (nats)', 'β']
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    logs: Mapping[str, Sequence[float]] = getattr(history, "history", history)
    epochs = len(logs["elbo"])
    epoch = np.arange(1, epochs + 1)
    figure = Figure(figsize=(4.8, 5.4))
    panels = figure.subplots(4, 1, sharex=True, height_ratios=[3, 3, 3, 1.2])
    parts = [
        ("negative ELBO (nats)", "elbo", -1.0),
        ("reconstruction loss (nats)", "reconstruction_loss", 1.0),
        ("KL (nats)", "kl_loss", 1.0),
    ]
    for axes, (title, name, sign) in zip(panels, parts, strict=False):
        axes.set_title(title)
        settled = []
        for prefix, label, colour in (("", "training", GREY), ("val_", "validation", PALETTE[0])):
            if prefix + name in logs:
                curve = sign * np.asarray(logs[prefix + name])
                axes.plot(epoch, curve, color=colour, label=label)
                settled.append(curve[epochs // 20 :])
        low, high = np.nanmin(settled), np.nanmax(settled)
        margin = 0.06 * (high - low) or 0.5
        axes.set_ylim(low - margin, high + margin)
    panels[0].legend(loc="upper right", ncols=2)
    values = np.asarray(logs["beta"] if beta is None else beta)
    where = epoch if beta is None else np.linspace(0, epochs, len(values))
    panels[3].plot(where, values, color=INK)
    panels[3].set_title("β")
    panels[3].set_ylim(0, 1.15 * max(float(np.max(values)), 1e-6))
    panels[3].set_xlabel("epoch")
    panels[3].xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    return figure
