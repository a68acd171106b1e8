"""IWAE, Table 1: test log-likelihood of MNIST under a VAE and under IWAE with 5 and 50 draws.

    python examples/reproductions/iwae_table1.py --data mnist.npz --k 1 --epochs 100

The paper trains for 3280 epochs (a GPU's work) and measures with 5000 draws; the short form, some
minutes on two cores, is 100 epochs for k = 1 and 50 for k = 5, measured with 500. Without `--data`
the protocol runs on the 8×8 digits of scikit-learn, for which the paper has no number.

Burda, Grosse & Salakhutdinov 2016, Importance Weighted Autoencoders.
"""

import argparse
from pathlib import Path

import burda
import keras
import rows

# Layers, k: negative log-likelihood and active units of the paper, 3280 epochs; those of two
# layers are added up.
PAPER = {
    (1, 1): (86.76, 19),
    (1, 5): (85.54, 22),
    (1, 50): (84.78, 25),
    (2, 1): (85.33, 21),
    (2, 5): (83.89, None),
    (2, 50): (82.90, 33),
}
NETWORKS = {1: burda.one_layer, 2: burda.two_layers}

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--data", type=Path, help=".npz file with x_train and x_test, 0 to 255")
parser.add_argument("--k", type=int, nargs="+", default=[1, 5], help="draws in the bound")
parser.add_argument("--layers", type=int, choices=[1, 2], default=1, help="stochastic layers")
parser.add_argument("--epochs", type=int, default=20)
parser.add_argument("--num-samples", type=int, default=500, help="draws for the log-likelihood")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--out", type=Path, help="folder for the rows")


def main(argv=None):
    """Trains and measures one model per k, and keeps a row of each."""
    args = parser.parse_args(argv)
    x_train, x_test = burda.load_data(args.data)
    for k in args.k:
        keras.utils.set_random_seed(args.seed)
        vae = NETWORKS[args.layers](x_train, k, args.seed)
        minutes = burda.train(vae, x_train, args.epochs, args.seed)
        layers = "1 layer" if args.layers == 1 else "2 layers"
        variant = f"{layers}, {'VAE' if k == 1 else 'IWAE'} k={k}"
        paper = PAPER.get((args.layers, k), (None, None))
        row = burda.row(vae, x_test, args, variant, paper, args.epochs, minutes)
        rows.write("iwae-table-1", row, args.out)


if __name__ == "__main__":
    main()
