"""The gap between the bound and log p(x), drawn."""

from typing import TYPE_CHECKING, Any

import numpy as np

from keras_vae.plotting.style import current, panel, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@styled
def inference_gap(gap: Any, axes: "Axes | None" = None) -> "Figure":
    """Draws, for each example, what the encoder and what the family of posteriors cost.

    The examples stand in the order of their whole gap; the means are in the legend.

    Args:
        gap: what `keras_vae.evaluation.inference_gap` returned.
        axes: where to draw; None for a new figure.

    Returns:
        A figure with one stacked bar per example, in nats.

    References:
        Cremer, Li and Duvenaud 2018, Inference Suboptimality in Variational Autoencoders.

    Examples:
        >>> from types import SimpleNamespace
        >>> gap = SimpleNamespace(approximation=np.array([1.0, 2.0]), amortization=np.zeros(2))
        >>> [text.get_text() for text in inference_gap(gap).axes[0].get_legend().get_texts()]
        ['amortization, mean 0.00', 'approximation, mean 1.50']
    """
    parts = {"approximation": gap.approximation, "amortization": gap.amortization}
    order = np.argsort(sum(parts.values()))
    figure, axes = panel(axes, 4.8, 3.0)
    place, floor = np.arange(len(order)) + 1, np.zeros(len(order))
    for (name, nats), colour in zip(parts.items(), current().series, strict=False):
        label = f"{name}, mean {np.mean(nats):.2f}"
        axes.bar(place, nats[order], 0.9, floor, color=colour, label=label, linewidth=0)
        floor = floor + nats[order]
    axes.set_xlabel("examples, in the order of their gap")
    axes.set_title("log p(x) − ELBO (nats)")
    axes.set_xlim(0.4, len(order) + 0.6)
    axes.locator_params(axis="x", integer=True)
    axes.legend(loc="upper left", reverse=True)
    return figure
