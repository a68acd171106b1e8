"""What the weight β of the KL term does, and what a schedule of it changes.

    −log p(x|z) + β · KL(q(z|x) ‖ p(z))

The first term wants codes that tell everything, the second wants codes that look like the prior: β
is the price of a nat of code. This script trains the same small VAE on digits of 28×28 at prices
from 0.01 to 100, and with schedules that rise to the ELBO's price of 1, each from three seeds, and
measures on 1,000 held-out digits

    rate        KL(q(z|x) ‖ p(z)) in nats: what the code costs
    distortion  −log p(x|z) in nats: what is lost in spite of it; −ELBO = rate + distortion
    active      latent dimensions whose posterior mean depends on the digit
    off prior   KL(q(z) ‖ p(z)) in nats, at least, for the codes q(z) of all digits together
    average     distance of a sample from the prior to the average digit (pixels in [0, 1])
    nearest     distance of a sample from the prior to the nearest digit

A decoder that ignores its code shows by a rate of 0 and no active unit; every sample is the average
digit. Codes that the prior does not know show by `off prior`: z ~ p(z) falls where no digit was,
and the sample is nonsense. It need not be far from the nearest digit: a pale smudge is near many.
Which of the two comes from a small β, and which from a large one? Notes in circulation have it both
ways; the script ends with the answer.

    python examples/kl_annealing.py
    python examples/kl_annealing.py --betas 0.1 --ways linear --epochs 20 --seeds 1
"""

import argparse
import json
import shlex
import sys
from pathlib import Path

import keras
import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import pairwise_distances_argmin_min

import keras_vae
from keras_vae import datasets
from keras_vae.callbacks import KLAnnealing, ProgressLine
from keras_vae.distributions import MultivariateNormal
from keras_vae.objectives import FreeBits
from keras_vae.plotting.style import GREY, INK, PALETTE, styled
from keras_vae.schedules import Cosine, Cyclical, Linear, Sigmoid

LATENT_DIM = 16
BATCH_SIZE = 128
# Ways to β = 1: a schedule and the share of the training that it takes, or another objective.
WAYS = {
    "linear": {"schedule": Linear(0.0, 1.0), "fraction": 0.5},
    "cosine": {"schedule": Cosine(0.0, 1.0), "fraction": 0.5},
    "sigmoid": {"schedule": Sigmoid(0.0, 1.0), "fraction": 0.5},
    "cyclical": {"schedule": Cyclical(0.0, 1.0, cycles=4), "fraction": 0.8},
    "free-bits": {"objective": FreeBits(0.2)},  # nats that each latent dimension has for free
}
SHOWN = 9  # pictures in a row

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
parser.add_argument("--betas", type=float, nargs="*", default=[0.01, 0.1, 0.5, 2, 10, 100])
parser.add_argument("--ways", nargs="*", choices=list(WAYS), default=list(WAYS), help="to β = 1")
parser.add_argument("--epochs", type=int, default=30)
parser.add_argument("--seed", type=int, default=0, help="the first one")
parser.add_argument("--seeds", type=int, default=3, help="trainings for each row of the table")
parser.add_argument("--out", type=Path, default=Path("runs/kl_annealing"), help="for results")


def train(x, epochs, seed, beta=1.0, schedule=None, fraction=None, objective=None):
    """The same two networks each time; only what becomes of the KL term is different."""
    keras.utils.set_random_seed(seed)
    encoder = keras_vae.Encoder(LATENT_DIM, hidden_units=(128,))
    decoder = keras_vae.Decoder(x.shape[1:], hidden_units=(128,), head="bernoulli")
    vae = keras_vae.VAE(encoder, decoder, objective=objective, beta=beta, seed=seed)
    vae.compile(keras.optimizers.Adam(5e-3))
    callbacks = [KLAnnealing(schedule, fraction=fraction)] if schedule else []
    callbacks.append(ProgressLine(every=epochs))
    logs = vae.fit(x, epochs=epochs, batch_size=BATCH_SIZE, callbacks=callbacks, verbose=0)
    return vae, logs.history["kl_loss"]


def off_prior(vae, x):
    """KL(q(z) ‖ p(z)) is at least that of the normal with the mean and covariance of q(z)."""
    posterior = vae.posterior(x)
    means, variances = map(keras.ops.convert_to_numpy, (posterior.mean(), posterior.variance()))
    covariance = np.cov(means, rowvar=False) + np.diag(variances.mean(axis=0))
    fit = MultivariateNormal(means.mean(axis=0), np.linalg.cholesky(covariance))
    return float(keras_vae.kl_divergence(fit, vae.prior.distribution()))


def distances(pictures, x):
    """Mean distance of pictures to the average of the digits x, and to the nearest of them."""
    pictures, x = (values.reshape(len(values), -1) for values in (pictures, x))
    references = {"average": x.mean(axis=0, keepdims=True), "nearest": x}
    nearest = {k: pairwise_distances_argmin_min(pictures, v)[1] for k, v in references.items()}
    return {name: float(values.mean()) for name, values in nearest.items()}


def measure(vae, x_train, x_test, samples, seed):
    """What one trained model does, in numbers: the columns of the table."""
    size = len(x_test)
    rate, distortion = keras_vae.evaluation.rate_distortion(vae, x_test, 10, seed, batch_size=size)
    return {
        "rate": rate,
        "distortion": distortion,
        "−ELBO": rate + distortion,
        "active": int(keras_vae.evaluation.active_units(vae, x_test, batch_size=size).sum()),
        "off prior": off_prior(vae, x_train),
        **distances(samples, x_train),
    }


def row(name, x_train, x_test, epochs, seeds, **options):
    """One row of the table: the same training from every seed, and pictures of the first."""
    runs, curves, pictures = [], [], []
    for seed in seeds:
        vae, curve = train(x_train, epochs, seed, **options)
        samples = vae.generate(len(x_test), seed=seed, batch_size=len(x_test))
        runs.append(measure(vae, x_train, x_test, samples, seed))
        curves.append(curve)
        pictures.append((vae.reconstruct(x_test, batch_size=len(x_test))[:SHOWN], samples[:SHOWN]))
    mean = {column: float(np.mean([run[column] for run in runs])) for column in runs[0]}
    print(f"{name:<10} −ELBO {mean['−ELBO']:6.2f} nats held out", flush=True)
    result = {"name": name, "mean": mean, "runs": runs, "pictures": pictures[0], **options}
    return {**result, "kl": np.mean(curves, axis=0)}


def cell(r, column):
    """Mean over the seeds, and their standard deviation where there are several."""
    spread = np.std([run[column] for run in r["runs"]], ddof=1) if len(r["runs"]) > 1 else None
    return f"{r['mean'][column]:.2f}" + ("" if spread is None else f" ± {spread:.2f}")


def table(rows):
    """Means over the seeds, aligned, in Markdown."""
    columns = list(rows[0]["mean"])
    lines = [["weight", *columns], ["-" * 10] + ["-" * 13 + ":"] * len(columns)]
    lines += [[r["name"], *(cell(r, column) for column in columns)] for r in rows]
    aligned = ([f"{name:<10}", *(f"{text:>14}" for text in texts)] for name, *texts in lines)
    return "\n".join(f"| {' | '.join(texts)} |" for texts in aligned)


def answers(sweep, one, scheduled, held_out):
    """What the numbers say, in sentences."""
    ignored = min(sweep, key=lambda r: r["mean"]["rate"])
    far = max(sweep, key=lambda r: r["mean"]["off prior"])
    a, b, c = (r["mean"] for r in (ignored, far, one))
    size = {True: "LARGE", False: "SMALL"}
    yield (
        f"The decoder ignores its code where β is {size[ignored['beta'] > 1]}: at "
        f"{ignored['name']} the rate is {a['rate']:.2f} nats, {a['active']:g} of {LATENT_DIM} "
        f"units are active, a sample lies {a['average']:.2f} from the average digit (at β = 1: "
        f"{c['rate']:.2f}, {c['active']:g}, {c['average']:.2f}; digits: {held_out['average']:.2f})."
    )
    yield (
        f"q(z|x) is left far from p(z) where β is {size[far['beta'] > 1]}: at {far['name']} the "
        f"codes of all digits are at least {b['off prior']:.2f} nats from the prior (at β = 1: "
        f"{c['off prior']:.2f})."
    )
    if scheduled:
        elbos, units = ([r["mean"][key] for r in scheduled] for key in ("−ELBO", "active"))
        yield (
            f"With β = 1 throughout, the KL in training falls to {one['kl'].min():.2f} nats, in "
            f"epoch {one['kl'].argmin() + 1}; with a schedule never below "
            f"{min(r['kl'].min() for r in scheduled):.2f}. In the end −ELBO is {c['−ELBO']:.2f} "
            f"without and {min(elbos):.2f} to {max(elbos):.2f} with a schedule, {c['active']:g} "
            f"units are active without and {min(units):g} to {max(units):g} with it."
        )


@styled
def draw_rate_distortion(sweep, others):
    """Every row a point; the ELBO is the same along a grey line. On the right, close to β = 1."""
    figure = Figure(figsize=(7.4, 3.6))
    whole, close = figure.subplots(1, 2, width_ratios=[1.2, 1])
    place = {r["name"]: (r["mean"]["rate"], r["mean"]["distortion"]) for r in [*sweep, *others]}
    best = min(map(sum, place.values()))
    swept = [place[r["name"]] for r in sweep]
    for axes in (whole, close):
        axes.plot(*zip(*swept, strict=True), "o-", color=PALETTE[0], lw=1, ms=4)
    for r, point in zip(sweep, swept, strict=True):
        whole.annotate(r["name"], point, (5, 4), textcoords="offset points", size=8)
    whole.set(title="grey: ELBOs 10 nats apart", xlabel="rate (nats)", ylabel="distortion (nats)")
    one = [r for r in sweep if r["beta"] == 1.0]
    for r, colour, marker in zip([*one, *others], PALETTE, "o^v<>s", strict=False):
        close.plot(*place[r["name"]], marker, color=colour, ms=6, label=r["name"])
        for run in r["runs"]:
            close.plot(run["rate"], run["distortion"], marker, color=colour, ms=2.5)
    close.legend(loc="best", frameon=True, edgecolor="white")
    close.set(title="close to β = 1; grey: 1 nat apart", xlabel="rate (nats)")
    near = [(run["rate"], run["distortion"]) for r in [*one, *others] for run in r["runs"]]
    low, high = np.min(near, axis=0) - 0.5, np.max(near, axis=0) + 0.5
    close.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    for axes, distance in ((whole, 10.0), (close, 1.0)):
        axes.axis(axes.axis())  # the view stays
        for nats in best + distance * np.arange(12):
            axes.axline((0, nats), slope=-1, color=GREY, linewidth=0.5, zorder=0)
    return figure


@styled
def draw_sweep(sweep, held_out):
    """Columns of the table against β: what goes wrong at which end."""
    figure = Figure(figsize=(4.8, 6.0))
    panels = figure.subplots(4, 1, sharex=True)
    titles = {
        "active": f"active units, of {LATENT_DIM}",
        "average": "distance of a sample to the average digit",
        "off prior": "KL(q(z) ‖ p(z)) in nats, at least",
        "nearest": "distance of a sample to the nearest digit",
    }
    betas = [r["beta"] for r in sweep]
    for axes, (column, title) in zip(panels, titles.items(), strict=True):
        every = [(r["beta"], run[column]) for r in sweep for run in r["runs"]]
        axes.plot(*zip(*every, strict=True), "o", color=PALETTE[0], ms=4)
        axes.plot(betas, [r["mean"][column] for r in sweep], color=PALETTE[0])
        axes.set_title(title)
        if column in held_out:
            axes.axhline(held_out[column], color=INK, linewidth=0.8, linestyle=":")
            axes.text(betas[-1], held_out[column], "held-out digits", size=8, ha="right", va="top")
        axes.set_ylim(0, 1.1 * axes.dataLim.y1 + 0.01)
    panels[0].set_yticks([0, LATENT_DIM // 2, LATENT_DIM])
    panels[3].set(xscale="log", xlabel="β", xticks=betas, xticklabels=[f"{b:g}" for b in betas])
    panels[3].minorticks_off()
    return figure


@styled
def draw_pictures(sweep, digits, average):
    """A row for each β: reconstructions of the same digits, and samples from the same z ~ p(z)."""
    figure = Figure(figsize=(7.2, 0.42 * len(sweep) + 0.75))
    grid = figure.subplots(len(sweep) + 1, 2)
    alone = np.stack([average] + [np.zeros_like(average)] * (SHOWN - 1))
    rows = {"digits": (digits[:SHOWN], alone), **{r["name"]: r["pictures"] for r in sweep}}
    for line, (name, both) in zip(grid, rows.items(), strict=True):
        line[0].text(-0.02, 0.5, name, ha="right", va="center", transform=line[0].transAxes)
        for axes, pictures in zip(line, both, strict=True):
            canvas = np.hstack(np.pad(pictures[..., 0], ((0, 0), (0, 0), (0, 1))))
            axes.imshow(canvas, cmap="gray_r", vmin=0, vmax=1)
            axes.set_axis_off()
    grid[0, 0].set_title("held-out digits and their reconstructions")
    grid[0, 1].set_title("the average digit, and samples from the prior")
    return figure


@styled
def draw_schedules(ways, one, steps):
    """β over the training, and the KL that follows it."""
    figure = Figure(figsize=(7.4, 3.4))
    panels = figure.subplots(2, len(ways), sharex=True, sharey="row", squeeze=False)
    epochs = len(one["kl"])
    for (above, below), r in zip(panels.T, ways, strict=True):
        schedule = r["schedule"].lasting(round(r["fraction"] * steps))
        above.plot(np.arange(steps) * epochs / steps, schedule.values(steps), color=PALETTE[0])
        above.set_title(r["name"])
        below.plot(np.arange(1, epochs + 1), one["kl"], color=GREY, label="β = 1 throughout")
        below.plot(np.arange(1, epochs + 1), r["kl"], color=PALETTE[0])
        below.set(yscale="log", xlabel="epoch")
    panels[0, 0].set_ylabel("β")
    panels[1, 0].set_ylabel("KL in training (nats)")
    panels[1, 0].legend(loc="lower right", handlelength=1)
    return figure


def main(argv=None):
    """Trains, measures, draws; the results are in the folder `--out`."""
    argv = sys.argv[1:] if argv is None else argv
    args = parser.parse_args(argv)
    betas = sorted({*args.betas, 1.0})
    if betas[0] <= 0:
        parser.error(f"--betas has {betas[0]:g}, but the figures have a logarithmic axis: β > 0")
    args.out.mkdir(parents=True, exist_ok=True)
    x, _ = datasets.digits28()
    x_train, x_test = x[:4000], x[4000:]  # four fifths of each class, and the last fifth
    seeds = range(args.seed, args.seed + args.seeds)
    print(f"Training {len(betas) + len(args.ways)} models, each from {len(seeds)} seed(s):")
    common = (x_train, x_test, args.epochs, seeds)
    sweep = [row(f"β = {beta:g}", *common, beta=beta) for beta in betas]
    others = [row(name, *common, **WAYS[name]) for name in args.ways]
    one = sweep[betas.index(1.0)]
    scheduled = [r for r in others if "schedule" in r]
    held_out = distances(x_test, x_train)
    draw_rate_distortion(sweep, others).savefig(args.out / "rate_distortion.png")
    draw_sweep(sweep, held_out).savefig(args.out / "sweep.png")
    draw_pictures(sweep, x_test, x_train.mean(axis=0)).savefig(args.out / "pictures.png")
    if scheduled:
        steps = args.epochs * -(-len(x_train) // BATCH_SIZE)
        draw_schedules(scheduled, one, steps).savefig(args.out / "schedules.png")

    text = "\n\n".join([table([*sweep, *others]), *answers(sweep, one, scheduled, held_out)])
    origin = {"command": shlex.join(["python", "examples/kl_annealing.py", *argv])}
    origin |= {"backend": keras.config.backend(), "seeds": list(seeds)}
    source = ", ".join(f"{key} {value}" for key, value in origin.items())
    (args.out / "kl_annealing.md").write_text(f"{text}\n\n{source}\n")
    rows = [{key: r[key] for key in ("name", "mean", "runs")} for r in [*sweep, *others]]
    numbers = json.dumps({**origin, "held-out digits": held_out, "rows": rows}, indent=2)
    (args.out / "kl_annealing.json").write_text(numbers + "\n")
    print(f"\n{text}\n\nThe table, its numbers and the pictures are in {args.out}/")


if __name__ == "__main__":
    main()
