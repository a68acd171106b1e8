"""Train a two-dimensional latent space and write its decoder for the browser.

The home page of the site lets its reader walk through this latent space. Weights are rounded to
16 bits, with a scale for each unit, and written with the codes of some images that were held out:

    python examples/explorer.py --data mnist.npz

Without `--data`: the 8×8 digits that scikit-learn carries. The environment variable KERAS_BACKEND
says who computes: tensorflow, jax or torch.
"""

import argparse
import base64
import json
import shlex
import sys
from pathlib import Path

import keras
import numpy as np

import keras_vae
from keras_vae.callbacks import KLAnnealing
from keras_vae.schedules import Linear

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--data", type=Path, help=".npz file; default: the digits of scikit-learn")
parser.add_argument("--hidden-units", type=int, nargs="+", default=[128, 144], help="decoder")
parser.add_argument("--epochs", type=int, default=25)
parser.add_argument("--batch-size", type=int, default=128)
parser.add_argument("--learning-rate", type=float, default=2e-3, help="falls to 0 as a cosine")
parser.add_argument("--points", type=int, default=400, help="held-out images to show as points")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--out", type=Path, default=Path("runs/explorer"), help="folder for results")


def load_data(path):
    """Images to train on, images held out, and the classes of the latter; values in [0, 1]."""
    if path is None:
        from sklearn.datasets import load_digits

        x, y = load_digits(return_X_y=True)
        order = np.random.default_rng(0).permutation(len(x))
        x, y = x[order].reshape(-1, 8, 8) / np.float32(16), y[order]
        return x[:1437], x[1437:], y[1437:]
    with np.load(path) as file:
        x_train, x_test = (file[name] / np.float32(255) for name in ("x_train", "x_test"))
        return x_train, x_test, file["y_test"]


def base64_of(array):
    return base64.b64encode(array.tobytes()).decode("ascii")


def quantized(kernel, bias):
    """A dense layer: kernel ≈ weights · scale, with 16-bit integers."""
    scale = (np.abs(kernel).max(axis=0) / 32767).astype("<f4")
    weights = np.rint(kernel / np.where(scale > 0, scale, 1)).astype("<i2")
    return {
        "shape": kernel.shape,
        "weights": base64_of(weights),
        "scale": base64_of(scale),
        "bias": base64_of(bias.astype("<f4")),
    }


def dequantized(layer):
    """The kernel and the bias that the browser computes with."""
    weights, scale, bias = (
        np.frombuffer(base64.b64decode(layer[name]), kind)
        for name, kind in (("weights", "<i2"), ("scale", "<f4"), ("bias", "<f4"))
    )
    return weights.reshape(layer["shape"]) * scale, bias


def layers_of(decoder):
    """Kernel and bias of each dense layer, from latent units to logits."""
    weights = [keras.ops.convert_to_numpy(weight) for weight in decoder.trainable_weights]
    return list(zip(weights[::2], weights[1::2], strict=True))


def main(argv=None):
    """Trains, rounds, compares; the results are in the folder `--out`."""
    argv = sys.argv[1:] if argv is None else argv
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(args.seed)

    x_train, x_test, y_test = load_data(args.data)
    shape = x_train.shape[1:]
    encoder = keras_vae.Encoder(2, hidden_units=(256, 128))
    decoder = keras_vae.Decoder(shape, hidden_units=tuple(args.hidden_units), head="bernoulli")
    vae = keras_vae.VAE(encoder, decoder, seed=args.seed)
    steps = args.epochs * -(-len(x_train) // args.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(args.learning_rate, steps)
    vae.compile(keras.optimizers.Adam(rate))
    annealing = KLAnnealing(Linear(0.0, 1.0), fraction=0.2)
    vae.fit(
        x_train, epochs=args.epochs, batch_size=args.batch_size, callbacks=[annealing], verbose=2
    )
    logs = vae.evaluate(x_test, batch_size=1000, return_dict=True, verbose=0)

    z = keras.random.normal((2000, 2), seed=args.seed)
    exact = vae.decode(z)
    layers = [quantized(kernel, bias) for kernel, bias in layers_of(decoder)]
    trained = decoder.get_weights()
    decoder.set_weights([array for layer in layers for array in dequantized(layer)])
    difference = float(np.abs(vae.decode(z) - exact).max())
    decoder.set_weights(trained)

    points = vae.encode(x_test[: args.points]).astype(float).round(2)
    model = {
        "command": shlex.join(["python", "examples/explorer.py", *argv]),
        "backend": keras.config.backend(),
        "seed": args.seed,
        "elbo": round(logs["elbo"], 2),
        "rounding": round(difference, 4),
        "image": shape,
        "layers": layers,
        "points": [[*z, int(y)] for z, y in zip(points.tolist(), y_test, strict=False)],
    }
    text = json.dumps(model, separators=(",", ":"))
    (args.out / "explorer.json").write_text(text + "\n", encoding="utf-8")
    figure = keras_vae.plotting.manifold(vae, num=15)
    figure.savefig(args.out / "explorer.png", dpi=80)
    vae.save(args.out / "model.keras")
    size = len(text) / 1000
    print(f"{size:.0f} kB; rounded weights move a pixel's mean by at most {difference:.4f}")
    print(f"ELBO {logs['elbo']:.2f} nats on {len(x_test)} images held out")


if __name__ == "__main__":
    main()
