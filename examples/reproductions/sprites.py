"""Sprites: do two codes hold the place, and does each coordinate of it get a code of its own?

    OMP_NUM_THREADS=1 KERAS_BACKEND=torch python examples/reproductions/sprites.py

Three sets of pictures with all shapes, scales and orientations, whose places differ: `wide`, where
the range of x is twice that of y; `square`, with equal ranges; and `round`, normal with equal
deviations, so that the set stays what it is when every picture is turned. β falls from 40 in a
straight line and then rests; with `--constant` it is what it will be from the start. Each training
leaves a file, about held-out pictures.
"""

import argparse
import itertools
import json
import time
from pathlib import Path

import keras
import numpy as np

import keras_vae
from keras_vae.datasets import draw_sprites, sprites
from keras_vae.disentanglement import disentanglement_report

PLACES = ("wide", "square", "round")
START, SHARE = 40.0, 0.7  # β at the first step; the share of the steps during which it falls
SCORES = (
    "mutual_information_gap",
    "mutual_information_gap_sampled",
    "sap",
    "modularity",
    "explicitness",
    "beta_vae_score",
    "factor_vae_score",
    "total_correlation",
)

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--places", nargs="+", choices=PLACES, default=list(PLACES))
parser.add_argument("--betas", type=float, nargs="+", default=[4.0, 1.0])
parser.add_argument("--constant", action="store_true", help="β does not fall: it is constant")
parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
parser.add_argument("--epochs", type=int, default=50)
parser.add_argument("--pictures", type=int, default=10_000, help="to train on")
parser.add_argument("--held-out", type=int, default=2000)
parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "sprites")


def drawn(places, n, seed):
    """n sprites, 32 × 32."""
    if places == "wide":
        return sprites(n, size=32, seed=seed, y=np.linspace(0.25, 0.75, 16))
    made = sprites(n, size=32, seed=seed)
    if places == "square":
        return made
    place = np.random.default_rng(seed).normal(0.5, 1 / 6, size=(n, 2))
    levels = np.rint(31 * place.clip(0.0, 1.0)).astype(int)
    factors, values = made.factors.copy(), made.values.copy()
    factors[:, 3:], values[:, 3:] = levels, levels / 31
    return made._replace(x=draw_sprites(values, 32), factors=factors, values=values)


def network(beta, seed):
    """A dense VAE with ten latent dimensions."""
    encoder = keras_vae.Encoder(10, hidden_units=(256, 128))
    decoder = keras_vae.Decoder((32, 32, 1), hidden_units=(128, 256), head="bernoulli")
    vae = keras_vae.VAE(encoder, decoder, beta=beta, seed=seed)
    vae.compile(keras.optimizers.Adam(1e-3))
    return vae


def explained(codes, places):
    """R² of both coordinates of the place, linear in the two codes that explain the worse best."""

    def shares(pair):
        columns = np.column_stack([codes[:, pair], np.ones(len(codes))])
        rest = places - columns @ np.linalg.lstsq(columns, places, rcond=None)[0]
        return 1.0 - rest.var(axis=0) / places.var(axis=0)

    pairs = [list(pair) for pair in itertools.combinations(range(codes.shape[1]), 2)]
    best = max(pairs, key=lambda pair: shares(pair).min())
    return best, shares(best)


def aligned(codes, places):
    """|correlation| of x with one code and of y with another; the two whose worse one is best."""
    with np.errstate(invalid="ignore"):  # a code that never varies has no correlation
        found = np.corrcoef(codes.T, places.T)[: codes.shape[1], codes.shape[1] :]
    found = np.abs(np.nan_to_num(found))
    best = max(
        itertools.permutations(range(len(found)), 2),
        key=lambda pair: min(found[pair[0], 0], found[pair[1], 1]),
    )
    return [float(found[best[0], 0]), float(found[best[1], 1])]


def turned(codes, places):
    """Degrees from the place to two codes: 0 where each is one coordinate, 45 at the most."""
    unit = [(v - v.mean(axis=0)) / v.std(axis=0) for v in (places, codes)]
    left, _, right = np.linalg.svd(unit[0].T @ unit[1])
    nearest = np.abs(left @ right)  # of all rotations and reflections
    return float(np.degrees(np.arctan2(nearest.min(), nearest.max())))


def price_of_a_turn(vae, x, pair, beta):
    """Nats that diagonal posteriors would lose if the plane of two codes were turned by 45°.

    Half the mean of log Λ₁₁Λ₂₂, turned, less what it is: Λ = I + F/β, and F is the decoder's Fisher
    information about the two codes, by central differences over a posterior's width. Where codes
    are turned already, the price is negative.
    """
    codes, width = vae.encode(x), keras.ops.convert_to_numpy(vae.posterior(x).stddev())
    slopes = []
    for j in pair:
        step = width * (np.arange(codes.shape[1]) == j)
        means = [vae.decode(z).reshape((len(x), -1)) for z in (codes + step, codes - step)]
        above, below = (np.hstack([np.sqrt(p), np.sqrt(1.0 - p)]) for p in means)
        slopes.append((above - below) / width[:, [j]])
    slopes = np.stack(slopes, axis=1).astype("float64")
    precision = np.eye(2) + slopes @ slopes.swapaxes(1, 2) / beta
    turn = np.array([[1.0, -1.0], [1.0, 1.0]]) / 2**0.5
    sides = (np.diagonal(p, axis1=1, axis2=2) for p in (turn @ precision @ turn.T, precision))
    turned, present = (np.log(side).sum(axis=1).mean() for side in sides)
    return float(turned - present) / 2.0


def main(argv=None):
    """Trains each model, looks at it on held-out pictures, and keeps a file of each."""
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    for places, beta, seed in itertools.product(args.places, args.betas, args.seeds):
        keras.utils.set_random_seed(seed)
        made, held_out = drawn(places, args.pictures, 0), drawn(places, args.held_out, 1)
        steps = -(-len(made.x) // 128) * args.epochs
        falling = keras_vae.schedules.Linear(START, beta, steps=max(1, round(SHARE * steps)))
        vae = network(beta if args.constant else falling, seed)
        start = time.process_time()
        vae.fit(made.x, batch_size=128, epochs=args.epochs, verbose=2)
        minutes = (time.process_time() - start) / 60.0
        logs = vae.evaluate(held_out.x, verbose=0, return_dict=True)
        codes, place = vae.encode(held_out.x).astype("float64"), held_out.values[:, 3:]
        pair, shares = explained(codes, place)
        report = disentanglement_report(vae, held_out.x, held_out, verbose=False)
        row = {
            "places": places,
            "beta": beta,
            "falling": not args.constant,
            "seed": seed,
            "backend": keras.config.backend(),
            "epochs": args.epochs,
            "pictures": args.pictures,
            "minutes": round(minutes, 2),
            **{name: logs[name] for name in ("elbo", "reconstruction_loss", "kl_loss")},
            "active": int(report.active.sum()),
            "codes": pair,
            "explained": shares.tolist(),
            "aligned": aligned(codes, place),
            "degrees": turned(codes[:, pair], place),
            "price": price_of_a_turn(vae, held_out.x, pair, beta),
        }
        scores = {name: getattr(report, name) for name in SCORES}
        if report.dci is not None:
            scores |= {f"dci_{name}": score for name, score in report.dci._asdict().items()}
        row["scores"] = {n: [s.value, s.standard_error] for n, s in scores.items()}
        way = "constant" if args.constant else "falling"
        path = args.out / f"{places}-beta-{beta:g}-{way}-seed-{seed}.json"
        path.write_text(json.dumps(row, indent=2) + "\n", encoding="utf-8")
        print(json.dumps({n: v for n, v in row.items() if n != "scores"}), flush=True)


if __name__ == "__main__":
    main()
