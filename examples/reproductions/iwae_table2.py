"""IWAE, Table 2: a trained VAE goes on as an IWAE, and a trained IWAE as a VAE.

    python examples/reproductions/iwae_table2.py --data mnist.npz --epochs 20 --continued 20

Is it the objective that makes an IWAE better, or what the first epochs found? Continue each model
with the objective of the other, and compare log p(x) and active units. In the paper both stages
have 3280 epochs. Without `--data` the same runs on the 8×8 digits of scikit-learn, for which the
paper has no number.

Burda, Grosse & Salakhutdinov 2016, Importance Weighted Autoencoders, section 5.2.
"""

import argparse
from pathlib import Path

import burda
import keras
import rows

# Negative log-likelihood and active units of the first stage, which is Table 1; those of the second
# stand in the paper and have not been checked for this table.
PAPER = {1: (86.76, 19), 50: (84.78, 25)}

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--data", type=Path, help=".npz file with x_train and x_test, 0 to 255")
parser.add_argument("--k", type=int, default=50, help="draws of the IWAE")
parser.add_argument("--epochs", type=int, default=20, help="of the first stage")
parser.add_argument("--continued", type=int, default=20, help="epochs of the second stage")
parser.add_argument("--num-samples", type=int, default=500, help="draws for the log-likelihood")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--out", type=Path, help="folder for the rows")


def main(argv=None):
    """Trains both in two stages and keeps a row of each stage."""
    args = parser.parse_args(argv)
    x_train, x_test = burda.load_data(args.data)
    names = {1: "VAE", args.k: f"IWAE k={args.k}"}
    for first, second in ((1, args.k), (args.k, 1)):
        keras.utils.set_random_seed(args.seed)
        vae = burda.one_layer(x_train, first, args.seed)
        stages = (
            (first, args.epochs, ""),
            (second, args.continued, f", continued as {names[second]}"),
        )
        for stage, (k, epochs, then) in enumerate(stages):
            vae.objective = burda.objective(k)
            minutes = burda.train(vae, x_train, epochs, args.seed + stage)
            paper = PAPER.get(first, (None, None)) if stage == 0 else (None, None)
            row = burda.row(vae, x_test, args, names[first] + then, paper, epochs, minutes)
            rows.write("iwae-table-2", row, args.out)


if __name__ == "__main__":
    main()
