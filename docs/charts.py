"""Dot plots of what was measured: three backends, papers against runs here, times per step."""

from matplotlib.figure import Figure

from docs import speeds
from docs.figures import COLORS
from docs.results import AGREEMENT, NAMES, read, reproduction_rows

PART = (3.2, 2.0)  # of a card, in inches: marks without words
QUANTITIES = {
    "loss": "loss and logs",
    "terms": "terms",
    "gradients": "gradients",
    "adam": "weights after Adam",
}


def named(axes, names):
    """A row for each name, the first at the top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", linewidth=0.4)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)


def silent(figure):
    """The same marks without words, as small as a card shows them."""
    figure.set_size_inches(*PART)
    for axes in figure.axes:
        axes.set(xlabel="", title="")
        axes.tick_params(which="both", length=0, labelbottom=False, labelleft=False)
        if axes.get_legend():
            axes.get_legend().remove()
    for legend in figure.legends:
        legend.remove()
    return figure


def agreement_chart():
    """How far backends are apart: a dot for each model, in the row of its objective."""
    rows = read(AGREEMENT)["rows"]
    objectives = list(dict.fromkeys(row["objective"] for row in rows))
    figure = Figure(figsize=(4.6, 5.2))
    axes = figure.subplots()
    for i, (quantity, name) in enumerate(QUANTITIES.items()):
        heights = [objectives.index(row["objective"]) + 0.2 * (i - 1.5) for row in rows]
        values = [row[quantity] for row in rows]
        axes.plot(values, heights, ".", color=COLORS[i], markersize=4, label=name)
    named(axes, objectives)
    axes.set_xscale("log")
    axes.set_xlabel("largest difference of two backends, relative", loc="right")
    figure.legend(loc="outside upper center", ncols=2)
    return figure


def paired(axes, rows, quantity):
    """The number of the paper as a ring, that of the run as a dot."""
    for i, row in enumerate(rows):
        paper, here = row["paper"][quantity], row[quantity]
        axes.plot([paper, here], [i, i], color="#b0b0b0", linewidth=1.2, zorder=1)
        label = {"label": "paper"} if i == 0 else {}
        ring = {"markerfacecolor": "#ffffff", "markeredgewidth": 1.4}
        axes.plot(paper, i, "o", color=COLORS[0], markersize=6, **ring, **label)
        label = {"label": "here"} if i == 0 else {}
        axes.plot(here, i, "o", color=COLORS[1], markersize=6, **label)


def papers_chart():
    """Runs whose number stands in a paper: above binarized digits, below grey ones."""
    groups = {"nll": [], "negative_elbo": []}
    for row in reproduction_rows():
        for quantity, group in groups.items():
            if row["paper"].get(quantity) is not None:
                group.append(row)
    figure = Figure(figsize=(4.6, 4.0))
    heights = [len(group) for group in groups.values()]
    panels = figure.subplots(2, 1, height_ratios=heights)
    words = {"nll": "−log p(x) in nats, binarized", "negative_elbo": "−ELBO in nats, grey"}
    for axes, (quantity, group) in zip(panels, groups.items(), strict=True):
        paired(axes, group, quantity)
        named(axes, [label(row) for row in group])
        axes.set_xlabel(words[quantity], loc="right")
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper center", ncols=2)
    return figure


def label(row):
    """A run in few words; models of one layer of latent variables say nothing of it."""
    what = row["variant"].removeprefix("1 layer, ")
    return f"{what}, {row['epochs']} epochs, {NAMES[row['backend']]}"


def networks():
    """What each network took, on each backend, with batches of 128 and one draw."""
    timed = [row for row in speeds.rows() if "milliseconds" in row]
    return [row for row in timed if row["batch"] == 128 and row["draws"] == 1]


def speed_chart():
    """Time per step as ratios: to a plain Keras model, and to a loop written by hand."""
    shown = networks()
    figure = Figure(figsize=(4.6, 3.6))
    axes = figure.subplots()
    ratios = {"vae / plain": "to a plain Keras model", "vae / by hand": "to a loop by hand"}
    for color, (ratio, name) in zip(COLORS, ratios.items(), strict=False):
        found = [row["ratios"][ratio] for row in shown]
        axes.plot(found, range(len(found)), "o", color=color, label=name)
    axes.axvline(1.0, color="#b0b0b0", linewidth=0.8, zorder=0)
    named(axes, [f"{NAMES[row['backend']]}, {row['network']}" for row in shown])
    axes.set_xlabel("time per step of fit, as a ratio", loc="right")
    figure.legend(loc="outside upper center", ncols=2)
    return figure


def steps_chart():
    """Time per step of the networks of the benchmark, a dot for each backend."""
    names = list(dict.fromkeys(row["network"] for row in networks()))
    figure = Figure(figsize=(4.6, 2.4))
    axes = figure.subplots()
    for color, (backend, name) in zip(COLORS, NAMES.items(), strict=False):
        of = [row for row in networks() if row["backend"] == backend]
        places = [names.index(row["network"]) for row in of]
        axes.plot([row["milliseconds"]["vae"] for row in of], places, "o", color=color, label=name)
    axes.set_xscale("log")
    named(axes, names)
    axes.set_xlabel("milliseconds per step of fit", loc="right")
    figure.legend(loc="outside upper center", ncols=3)
    return figure


def devices_chart():
    """One model, and two devices that compute it."""
    figure = Figure(figsize=PART)
    axes = figure.subplots()
    box = {"boxstyle": "round,pad=0.6", "facecolor": "#ffffff", "linewidth": 1.4}
    for place, color, words in (
        ((0.22, 0.5), COLORS[0], "model"),
        ((0.75, 0.75), COLORS[1], "device 1"),
        ((0.75, 0.25), COLORS[1], "device 2"),
    ):
        axes.annotate("", place, (0.34, 0.5), arrowprops={"arrowstyle": "-|>", "shrinkB": 36})
        axes.text(*place, words, ha="center", va="center", bbox={**box, "edgecolor": color})
    axes.set_axis_off()
    return figure
