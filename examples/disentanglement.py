"""Train β-VAEs on sprites, and measure which code stands for which factor.

Pictures of 32×32 pixels with five known factors: shape, scale, orientation, x and y, where the
range of x is twice that of y. For each β, models from several seeds, and every score of
`keras_vae.disentanglement` on held-out pictures. `40-4` is a β that falls from 40 to 4 in a
straight line, and rests for the last 30 % of the steps:

    python examples/disentanglement.py --betas 4 40-4 40-1 --seeds 0 1 2

The environment variable KERAS_BACKEND says who computes: tensorflow, jax or torch.
"""

import argparse
import json
import shlex
import sys
from pathlib import Path

import keras
import numpy as np
from matplotlib.figure import Figure

import keras_vae
from keras_vae import plotting
from keras_vae.datasets import draw_sprites, sprites
from keras_vae.disentanglement import disentanglement_report
from keras_vae.evaluation import kl_per_dimension
from keras_vae.plotting.style import styled

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--betas", nargs="+", default=["1", "4", "40-4"], help="such as 4 or 40-4")
parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
parser.add_argument("--pictures", type=int, default=10_000, help="to train on")
parser.add_argument("--held-out", type=int, default=2000)
parser.add_argument("--latent-dim", type=int, default=10)
parser.add_argument("--hidden-units", type=int, nargs="+", default=[256, 128])
parser.add_argument("--epochs", type=int, default=30)
parser.add_argument("--batch-size", type=int, default=128)
parser.add_argument("--learning-rate", type=float, default=1e-3)
parser.add_argument("--out", type=Path, default=Path("runs/disentanglement"))

SHOWN = 6  # codes in a picture


def drawn(n, seed):
    """n sprites at random, the range of x twice that of y."""
    return sprites(n, size=32, seed=seed, y=np.linspace(0.25, 0.75, 16))


def trained(x, beta, seed, args):
    """A dense VAE; under a high β one code after the other opens, the places first."""
    keras.utils.set_random_seed(seed)
    units = tuple(args.hidden_units)
    steps = -(-len(x) // args.batch_size) * args.epochs
    start, end = float(beta.split("-")[0]), float(beta.split("-")[-1])
    vae = keras_vae.VAE(
        keras_vae.Encoder(args.latent_dim, hidden_units=units),
        keras_vae.Decoder(x.shape[1:], hidden_units=units[::-1], head="bernoulli"),
        beta=keras_vae.schedules.Linear(start, end, steps=max(1, round(0.7 * steps))),
        seed=seed,
    )
    vae.compile(keras.optimizers.Adam(args.learning_rate))
    vae.fit(x, batch_size=args.batch_size, epochs=args.epochs, verbose=2)
    return vae


def by_rate(vae, x):
    """The dimensions that cost most nats, the dearest first."""
    return np.argsort(-np.asarray(kl_per_dimension(vae, x)))[:SHOWN]


def named(beta):
    return "β = " + beta.replace("-", " → ")


def shares(report):
    """I(z; v) as a share of H(v): a row for each code, a column for each factor."""
    details = report.mutual_information_gap.details
    return details["information"] / details["entropies"]


@styled
def draw_places(models, x):
    """Each code as a function of the place: a heart in the middle of its scales goes everywhere."""
    rows, columns = np.linspace(0.25, 0.75, 16), np.linspace(0, 1, 32)
    y, u = np.meshgrid(rows, columns, indexing="ij")
    fixed = np.broadcast_to([2.0, 0.8, 0.0], (u.size, 3))
    pictures = draw_sprites(np.column_stack([fixed, u.ravel(), y.ravel()]), 32)
    figure = Figure(figsize=(7.2, 0.75 * len(models) + 0.2), layout="constrained")
    axes = figure.subplots(len(models), SHOWN, squeeze=False)
    for line, (beta, vae) in zip(axes, models.items(), strict=True):
        codes = vae.encode(pictures)
        for axis in line:
            axis.axis("off")
        for axis, j in zip(line, by_rate(vae, x), strict=False):
            axis.imshow(codes[:, j].reshape(u.shape), cmap="RdBu", vmin=-2.5, vmax=2.5)
            axis.set_title(f"{named(beta)}: z[{j}]")
    return figure


@styled
def draw_information(reports):
    """What codes say of factors, for those that say most of one."""
    figure = Figure(figsize=(3.4 * len(reports), 2.5), layout="constrained")
    axes = np.atleast_1d(figure.subplots(1, len(reports)))
    for axis, (beta, report) in zip(axes, reports.items(), strict=True):
        share = shares(report)
        most = np.argsort(-share.max(axis=1), kind="stable")[:SHOWN]
        axis.imshow(share[most].T, cmap="Blues", vmin=0, vmax=1)
        for (i, j), value in np.ndenumerate(share[most]):
            ink = "white" if value > 0.6 else plotting.PALETTE[6]
            axis.text(i, j, f"{value:.2f}", ha="center", va="center", fontsize=7, color=ink)
        axis.set_xticks(range(len(most)), [f"z[{code}]" for code in most])
        axis.set_yticks(range(len(report.names)), report.names)
        axis.tick_params(length=0)
        axis.set_title(named(beta))
        axis.spines[:].set_visible(False)
    return figure


@styled
def draw_scores(rows):
    """Every score of every seed, with its bootstrap error, in a colour for each β."""
    names = [name for name in rows[0]["scores"] if name != "total correlation"]
    betas = list(dict.fromkeys(row["beta"] for row in rows))
    figure = Figure(figsize=(6.4, 3.4), layout="constrained")
    axis = figure.subplots()
    for row in rows:
        place = betas.index(row["beta"])
        values, errors = np.transpose([row["scores"][name] for name in names])
        heights = np.arange(len(names)) + 0.13 * (2 * place - len(betas) + 1)
        first = row is next(other for other in rows if other["beta"] == row["beta"])
        axis.errorbar(
            values,
            heights,
            xerr=2 * errors,
            fmt="o",
            markersize=4,
            color=plotting.PALETTE[place % len(plotting.PALETTE)],
            label=named(row["beta"]) if first else None,
        )
    axis.set(yticks=range(len(names)), yticklabels=names, xlim=(-0.02, 1.02), xlabel="score")
    axis.invert_yaxis()
    axis.grid(axis="x", alpha=0.3)
    axis.legend(loc="lower left")
    return figure


def scores(report):
    """Value and error of every score, by the name that the table has for it."""
    found = {
        "MIG, histogram": report.mutual_information_gap,
        "MIG, Chen's": report.mutual_information_gap_sampled,
        "SAP": report.sap,
        "modularity": report.modularity,
        "explicitness": report.explicitness,
        "β-VAE score": report.beta_vae_score,
        "FactorVAE score": report.factor_vae_score,
        "total correlation": report.total_correlation,
    }
    if report.dci is not None:
        found |= {f"DCI {name}": score for name, score in report.dci._asdict().items()}
    return {name: [score.value, score.standard_error] for name, score in found.items()}


def as_table(rows):
    """Markdown: a column for each model."""
    lines = [["", *(f"{named(row['beta'])}, seed {row['seed']}" for row in rows)]]
    lines.append([":--", *["--:" for _ in rows]])
    for name in ("elbo", "reconstruction", "rate", "active"):
        values = (f"{row[name]:.2f}".removesuffix(".00") for row in rows)
        lines.append([name, *(value.replace("-", "−") for value in values)])
    for name in rows[0]["scores"]:
        pairs = (row["scores"][name] for row in rows)
        lines.append([name, *(f"{value:.3f} ± {error:.3f}" for value, error in pairs)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main(argv=None):
    """Trains, measures and draws; the results are in the folder `--out`."""
    argv = sys.argv[1:] if argv is None else argv
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)

    # 1. Pictures to train on, and others to measure with.
    made, held_out = drawn(args.pictures, seed=0), drawn(args.held_out, seed=1)

    # 2. A model for each β and seed; its scores.
    rows, models, reports = [], {}, {}
    for beta in args.betas:
        for seed in args.seeds:
            print(f"{named(beta)}, seed {seed}", flush=True)
            vae = trained(made.x, beta, seed, args)
            report = disentanglement_report(vae, held_out.x, held_out)
            logs = vae.evaluate(held_out.x, verbose=0, return_dict=True)
            rows.append(
                {
                    "beta": beta,
                    "seed": seed,
                    "elbo": logs["elbo"],
                    "reconstruction": logs["reconstruction_loss"],
                    "rate": logs["kl_loss"],
                    "active": int(report.active.sum()),
                    "shares": dict(zip(report.names, shares(report).max(axis=0), strict=True)),
                    "scores": scores(report),
                }
            )
            if seed == args.seeds[0]:
                models[beta], reports[beta] = vae, report

    # 3. Numbers and pictures; those of models are of the first seed.
    metrics = {
        "rows": rows,
        "names": held_out.names,
        "pictures": args.pictures,
        "held_out": args.held_out,
        "epochs": args.epochs,
        "backend": keras.config.backend(),
        "command": shlex.join(["python", "examples/disentanglement.py", *argv]),
    }
    (args.out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    (args.out / "table.md").write_text(as_table(rows), encoding="utf-8")
    figures = {
        "places": draw_places(models, held_out.x),
        "information": draw_information(reports),
        "scores": draw_scores(rows),
    }
    for beta, vae in models.items():
        code = vae.encode(held_out.x[:1])[0]
        walks = plotting.traversals(vae, code, by_rate(vae, held_out.x), steps=9, cmap="gray")
        figures[f"traversals_{beta}"] = walks
        vae.save(args.out / f"beta_{beta}.keras")
    for name, figure in figures.items():
        figure.savefig(args.out / f"{name}.png", dpi=160)
    print(as_table(rows))
    print(f"Pictures, table.md, metrics.json and the models are in {args.out}/")


if __name__ == "__main__":
    main()
