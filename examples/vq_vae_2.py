"""Train a VQ-VAE-2: what is large goes to the coarse grid of codes, what is fine to the fine one.

Without arguments: pictures of 32×32 pixels made by formula, a disc or a square in one colour on
another, and stripes over all of it that know nothing of either. Two levels of codes, on grids of
16×16 and 8×8, stand beside one level of 16×16 with the same number of bits; then the codes of one
level are exchanged between two pictures. With MNIST (an .npz file with x_train and x_test, values
from 0 to 255) the grids are 14×14 and 7×7:

    python examples/vq_vae_2.py --data mnist.npz --examples 10000

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
from keras_vae import latents
from keras_vae.bodies import ResidualConvBody, ResidualTransposeBody
from keras_vae.layers import NormalHead
from keras_vae.plotting.style import styled
from keras_vae.priors import PixelCNN

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--data", type=Path, help=".npz file; default: pictures by formula")
parser.add_argument("--examples", type=int, default=6000, help="pictures to train on")
parser.add_argument("--bottom-codes", type=int, default=16)
parser.add_argument("--top-codes", type=int, default=256)
parser.add_argument("--hidden-units", type=int, nargs="+", default=[48])
parser.add_argument("--epochs", type=int, default=12)
parser.add_argument("--prior-epochs", type=int, default=6)
parser.add_argument("--filters", type=int, default=32, help="channels of each PixelCNN")
parser.add_argument("--batch-size", type=int, default=64)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--out", type=Path, default=Path("runs/vq_vae_2"), help="folder for results")

HELD_OUT, SIDE, BLOCK = 400, 32, 4


def formula(number, seed):
    """Pictures, and for each whether its stripes stand upright.

    What is large: a disc or a square, its place and size, two colours. What is fine: stripes two
    pixels wide, their direction and phase. The one is drawn without regard to the other.
    """
    rng = np.random.default_rng(seed)
    grid = np.arange(SIDE)
    column, row = rng.uniform(10, 22, (2, number, 1, 1))
    size = rng.uniform(6, 11, (number, 1, 1))
    across, down = np.abs(grid[None, None, :] - column), np.abs(grid[None, :, None] - row)
    disc = rng.integers(0, 2, (number, 1, 1))
    far = np.where(disc, np.hypot(across, down), np.maximum(across, down))
    inside = np.clip(size - far + 0.5, 0, 1)[..., None]
    colours = rng.uniform(0.15, 0.85, (2, number, 1, 1, 3))
    large = colours[0] + (colours[1] - colours[0]) * inside
    upright = rng.integers(0, 2, number)
    wave = np.where((grid + rng.integers(0, 4, (number, 1))) % 4 < 2, 0.12, -0.12)
    fine = np.where(upright[:, None, None], wave[:, None, :], wave[:, :, None])
    return (large + fine[..., None]).astype("float32"), upright.astype(bool)


def load_data(path, examples):
    """Pictures to train on and pictures held out."""
    if path is None:
        return formula(examples, 0)[0], formula(HELD_OUT, 1)[0]
    with np.load(path) as file:
        x, x_test = (file[name][..., None] / np.float32(255) for name in ("x_train", "x_test"))
    return x[:examples], x_test[:HELD_OUT]


def large(x):
    """What is left of a picture in blocks of 4×4 pixels: stripes average to 0 in each of them."""
    n, height, width, channels = x.shape
    return x.reshape(n, height // BLOCK, BLOCK, width // BLOCK, BLOCK, channels).mean(axis=(2, 4))


def upright(x):
    """Whether the stripes of pictures stand upright: their columns differ more than their rows."""
    fine = x - large(x).repeat(BLOCK, axis=1).repeat(BLOCK, axis=2)
    columns, rows = (np.square(fine.mean(axis=axis)).sum(axis=(1, 2)) for axis in (1, 2))
    return columns > rows


def rms(one, other):
    return float(np.sqrt(np.square(one - other).mean()))


def made(shape, units, structure, seed):
    """A model whose bodies are the same, whatever its codes are."""
    width = structure.code_dim if isinstance(structure, latents.VectorQuantized) else units[-1]
    decoder = keras_vae.Decoder(
        shape, body=ResidualTransposeBody(units, blocks=1), head=NormalHead(scale=0.1)
    )
    body = ResidualConvBody(units, width, blocks=1)
    vae = keras_vae.VAE(body, decoder, latents=structure, seed=seed)
    vae.compile(keras.optimizers.Adam(1e-3))
    return vae


@styled
def draw(rows, names):
    """Rows of pictures, each with its name."""
    figure = Figure(figsize=(6.4, 0.85 * len(rows)), layout="constrained")
    axes = figure.subplots(len(rows), 1)
    for axis, row, name in zip(axes, rows, names, strict=True):
        line = np.concatenate(np.pad(row, ((0, 0), (0, 0), (0, 2), (0, 0)), constant_values=1), 1)
        axis.imshow(np.clip(line[:, :-2].squeeze(), 0, 1), cmap="gray_r", vmin=0, vmax=1)
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_visible(False)
        axis.set_ylabel(name, rotation=0, ha="right", va="center")
    return figure


def main(argv=None):
    """Trains both models and the priors, exchanges codes, draws, saves."""
    argv = sys.argv[1:] if argv is None else argv
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(args.seed)
    x, x_test = load_data(args.data, args.examples)
    fit = {"epochs": args.epochs, "batch_size": args.batch_size, "verbose": 2}

    # 1. Two levels: z_1 next to the data, z_2 above it.
    levels = [
        latents.VectorQuantized(args.bottom_codes, 8, seed=args.seed),
        latents.VectorQuantized(args.top_codes, 16, seed=args.seed + 1),
    ]
    structure = latents.QuantizedHierarchy(levels, filters=args.hidden_units[-1])
    two = made(x.shape[1:], args.hidden_units, structure, args.seed)
    two.fit(x, validation_data=(x_test,), **fit)
    logs_of_two = two.evaluate(x_test, verbose=0, return_dict=True)
    places = [int(np.prod(grid)) for grid in structure.grids]

    # 2. One level on the finer grid, with the same number of bits.
    bits = logs_of_two["code_length"] / np.log(2)
    num_codes = round(2 ** (bits / places[0]))
    keras.utils.set_random_seed(args.seed)
    one = made(
        x.shape[1:],
        args.hidden_units,
        latents.VectorQuantized(num_codes, 16, seed=args.seed),
        args.seed,
    )
    one.fit(x, validation_data=(x_test,), **fit)
    logs_of_one = one.evaluate(x_test, verbose=0, return_dict=True)

    # 3. The codes of one level, exchanged between two pictures.
    codes, half = two.encode(x_test), len(x_test) // 2
    of_a, of_b = (
        {name: z[side] for name, z in codes.items()}
        for side in (
            slice(half),
            slice(half, 2 * half),
        )
    )
    a, b = x_test[:half], x_test[half : 2 * half]
    from_b = {
        "top": two.decode({"z_1": of_a["z_1"], "z_2": of_b["z_2"]}),
        "bottom": two.decode({"z_1": of_b["z_1"], "z_2": of_a["z_2"]}),
    }

    # 4. A prior for each level, the lower given the upper; one call then writes both.
    uniform = two.generate(10, seed=args.seed)
    priors = {name: PixelCNN(args.filters, 4, 3) for name in ("z_1", "z_2")}
    lengths = two.fit_prior(
        x,
        priors,
        epochs=args.prior_epochs,
        batch_size=args.batch_size,
        optimizer=keras.optimizers.Adam(2e-3),
        validation_data=(x_test,),
        verbose=2,
    ).history
    learned = two.generate(10, seed=args.seed)

    # 5. Numbers and pictures.
    metrics = {
        "grids": [list(grid) for grid in structure.grids],
        "codes": [args.bottom_codes, args.top_codes],
        "bits": float(bits),
        "one": {
            "codes": num_codes,
            "bits": float(logs_of_one["code_length"] / np.log(2)),
            "distortion": float(logs_of_one["reconstruction_loss"]),
            "rms": rms(one.reconstruct(x_test), x_test),
            "perplexity": float(logs_of_one["perplexity"]),
        },
        "two": {
            "distortion": float(logs_of_two["reconstruction_loss"]),
            "rms": rms(two.reconstruct(x_test), x_test),
            "perplexity": [float(logs_of_two[f"perplexity_{n}"]) for n in (1, 2)],
        },
        "between a and b": rms(large(a), large(b)),
        "exchanged": {
            level: {"large, to a": rms(large(p), large(a)), "large, to b": rms(large(p), large(b))}
            for level, p in from_b.items()
        },
        "code_length": {
            "uniform": float(logs_of_two["code_length"]),
            **{f"learned{n}": float(lengths[f"val_code_length{n}"][-1]) for n in ("", "_1", "_2")},
        },
        "epochs": args.epochs,
        "seed": args.seed,
        "backend": keras.config.backend(),
        "command": shlex.join(["python", "examples/vq_vae_2.py", *argv]),
    }
    if args.data is None:
        differ = upright(a) != upright(b)
        for level, p in from_b.items():
            share = (upright(p) == upright(a))[differ].mean()
            metrics["exchanged"][level]["stripes of a"] = float(share)
    (args.out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    two.save(args.out / "model.keras")
    few = slice(8)
    figures = {
        "exchange": draw(
            [a[few], b[few], from_b["top"][few], from_b["bottom"][few]],
            ["picture a", "picture b", "large from b,\nfine from a", "fine from b,\nlarge from a"],
        ),
        "reconstructions": draw(
            [x_test[few], two.reconstruct(x_test[few]), one.reconstruct(x_test[few])],
            ["held out", "two levels", "one level"],
        ),
        "samples": draw([uniform[few], learned[few]], ["uniform priors", "learned priors"]),
    }
    for name, figure in figures.items():
        figure.savefig(args.out / f"{name}.png", dpi=160)
    print(f"Pictures, metrics.json and model.keras are in {args.out}/")
    print(
        f"at {bits:.0f} bits, root mean square error {metrics['two']['rms']:.4f} with two levels, "
        f"{metrics['one']['rms']:.4f} with one; code length of two {logs_of_two['code_length']:.0f}"
        f" → {lengths['val_code_length'][-1]:.0f} nats, held out"
    )


if __name__ == "__main__":
    main()
