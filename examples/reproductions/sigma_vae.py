"""σ-VAE: a Gaussian decoder with variance 1, and with the one variance that fits the data best.

    python examples/reproductions/sigma_vae.py --data mnist.npz

The bound on −log p(x) of grey MNIST falls from 740.5 nats with unit variance to −896.1 with the
optimal variance (Rybkin, Daniilidis & Levine 2021, Simple and Effective VAE Training with
Calibrated Decoders, Table 1). Densities of grey values may exceed 1, so their −log may be negative.
Without `--data` the same runs on the 8×8 digits of scikit-learn, for which there is no number.
"""

import argparse
import time
from pathlib import Path

import burda
import keras
import rows

import keras_vae
from keras_vae.layers import NormalHead

SCALES = {"unit": 1.0, "optimal": "optimal"}
PAPER = {"unit": 740.5, "optimal": -896.1}

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--data", type=Path, help=".npz file with x_train and x_test, 0 to 255")
parser.add_argument("--variance", choices=list(SCALES), nargs="+", default=list(SCALES))
parser.add_argument("--epochs", type=int, default=20)
parser.add_argument("--hidden-units", type=int, nargs="+", default=[1024, 1024])
parser.add_argument("--latent-dim", type=int, default=64)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--out", type=Path, help="folder for the rows")


def main(argv=None):
    """Trains a model for each variance and keeps a row of each."""
    args = parser.parse_args(argv)
    x_train, x_test = burda.load_data(args.data)
    for variance in args.variance:
        keras.utils.set_random_seed(args.seed)
        body, head = args.hidden_units, NormalHead(scale=SCALES[variance])
        encoder = keras_vae.Encoder(args.latent_dim, body, activation="silu")
        decoder = keras_vae.Decoder(x_train.shape[1:], body[::-1], head=head, activation="silu")
        vae = keras_vae.VAE(encoder, decoder, seed=args.seed)
        steps = args.epochs * -(-len(x_train) // burda.BATCH_SIZE)
        vae.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(1e-3, steps)))
        start = time.perf_counter()
        vae.fit(x_train, epochs=args.epochs, batch_size=burda.BATCH_SIZE, verbose=2)
        minutes = (time.perf_counter() - start) / 60.0
        logs = vae.evaluate(x_test, verbose=0, return_dict=True)
        network = "-".join(map(str, [*args.hidden_units, args.latent_dim]))
        row = {
            "variant": f"{variance} variance",
            "paper": {"negative_elbo": PAPER[variance] if args.data else None},
            "negative_elbo": -logs["elbo"],
            "kl": logs["kl_loss"],
            "epochs": args.epochs,
            "seed": args.seed,
            "minutes": round(minutes, 1),
            "data": "MNIST, grey" if args.data else "digits",
            "protocol": f"dense {network} (paper: convolutional), {args.epochs} epochs, test set",
        }
        rows.write("sigma-vae", row, args.out)


if __name__ == "__main__":
    main()
