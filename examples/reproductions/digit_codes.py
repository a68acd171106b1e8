"""Discrete codes on MNIST: which are used, what they cost, and whether their draws are digits.

    python examples/reproductions/digit_codes.py --data mnist.npz

Each model leaves a file: the share of codes in use and their perplexity over the held-out digits,
the code length before and after a prior has learned, and what a classifier of real digits says of
reconstructions and draws. `--models` chooses among them; `continuous` is a VAE with the same
bodies, which trains as long as the model with codes and its prior did.
"""

import argparse
import json
import time
from pathlib import Path

import keras
import numpy as np

import keras_vae
from keras_vae.bodies import ResidualConvBody, ResidualTransposeBody
from keras_vae.priors import PixelCNN

SHAPE, UNITS, NUM_CODES, CODE_DIM = (28, 28, 1), (32, 64), 64, 16
MODELS = ("codes", "continuous", "(8, 6, 5)", "(5, 5, 3)", "bad start", "bad start, restarts")

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--data", type=Path, required=True, help=".npz file with MNIST, 0 to 255")
parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
parser.add_argument("--epochs", type=int, default=5)
parser.add_argument("--prior-epochs", type=int, default=10)
parser.add_argument("--draws", type=int, default=2000)
parser.add_argument("--examples", type=int, help="train on the first of them alone")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "digit_codes")


class Judge:
    """A classifier of real digits, its features, and what it says of other pictures."""

    def __init__(self, x, y, x_real, y_real, epochs=3):
        inputs = keras.Input(SHAPE)
        hidden = keras.layers.Conv2D(16, 3, strides=2, activation="relu")(inputs)
        hidden = keras.layers.Conv2D(32, 3, strides=2, activation="relu")(hidden)
        hidden = keras.layers.Dropout(0.2)(keras.layers.Flatten()(hidden))
        features = keras.layers.Dense(64, "relu")(hidden)
        classes = keras.layers.Dense(10, "softmax")(features)
        self.model = keras.Model(inputs, [classes, features])
        classifier = keras.Model(inputs, classes)
        classifier.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        classifier.fit(x, y, batch_size=128, epochs=epochs, verbose=2)
        self.accuracy = classifier.evaluate(x_real, y_real, verbose=0, return_dict=True)["accuracy"]
        self.real = self.seen(x_real)[1]
        self.classes = np.bincount(y_real, minlength=10) / len(y_real)

    def seen(self, pictures):
        return self.model.predict(pictures, batch_size=500, verbose=0)

    def __call__(self, pictures):
        """Share recognized, distance of the histograms of classes, Fréchet distance to the data."""
        probabilities, features = self.seen(pictures)
        classes = np.bincount(probabilities.argmax(axis=1), minlength=10) / len(pictures)
        return {
            "recognized": float((probabilities.max(axis=1) >= 0.9).mean()),
            "total_variation": float(np.abs(classes - self.classes).sum() / 2),
            "frechet": frechet(features, self.real),
        }


def frechet(one, other):
    """Squared Fréchet distance of the normal distributions with these means and covariances."""
    (m, c), (n, d) = ((x.mean(0), np.cov(x.astype("float64"), rowvar=False)) for x in (one, other))
    values, vectors = np.linalg.eigh(c)
    root = vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
    between = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ d @ root), 0.0)).sum()
    return float(np.square(m - n).sum() + np.trace(c) + np.trace(d) - 2.0 * between)


def latents(name, seed):
    if name.startswith("("):
        levels = tuple(int(level) for level in name[1:-1].split(","))
        return keras_vae.latents.FiniteScalar(levels)
    restart = 0.0 if name == "bad start" else 0.05
    start = "random" if name.startswith("bad") else "data"
    return keras_vae.latents.VectorQuantized(
        NUM_CODES, CODE_DIM, start=start, restart=restart, seed=seed
    )


def with_codes(name, seed):
    """The same bodies for every quantizer."""
    quantizer = latents(name, seed)
    encoder = ResidualConvBody(UNITS, quantizer.code_dim, 2, 2)
    decoder = keras_vae.Decoder(SHAPE, body=ResidualTransposeBody(UNITS, None, 2, 2))
    vae = keras_vae.VAE(encoder, decoder, latents=quantizer, seed=seed)
    vae.compile(keras.optimizers.Adam(1e-3))
    if name.startswith("bad"):
        vae.build((None, *SHAPE))
        points = quantizer.books[0].points
        points.assign(100.0 * keras.ops.convert_to_numpy(points))
    return vae


def of_codes(codes, num_codes):
    """Share in use, perplexity, and the entropy of single codes times their number."""
    share = np.bincount(codes.ravel(), minlength=num_codes) / codes.size
    entropy = -np.sum(share * np.log(np.maximum(share, 1e-12)))
    return {
        "num_codes": num_codes,
        "usage": float((share > 0).mean()),
        "perplexity": float(np.exp(entropy)),
        "uniform": float(codes[0].size * np.log(num_codes)),
        "unigram": float(codes[0].size * entropy),
    }


def of_levels(codes, quantizer):
    """How often each level of each channel is taken."""
    pairs = zip(quantizer.places, quantizer.levels, strict=True)
    return [np.bincount(codes.ravel() // place % n, minlength=n).tolist() for place, n in pairs]


class Minutes(keras.callbacks.Callback):
    """Ends a training after so many minutes."""

    def __init__(self, minutes):
        super().__init__()
        self.end = time.process_time() + 60.0 * minutes

    def on_train_batch_end(self, batch, logs=None):
        if time.process_time() > self.end:
            self.model.stop_training = True


def main(argv=None):
    """Trains and judges each model, and keeps a file of each."""
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    with np.load(args.data) as file:
        x, x_test = (file[n][..., None] / np.float32(255) for n in ("x_train", "x_test"))
        y, y_test = (file[n].astype("int32") for n in ("y_train", "y_test"))
    x, y = x[: args.examples], y[: args.examples]

    def keep(name, row):
        row = {"model": name, "seed": args.seed, "backend": keras.config.backend(), **row}
        path = args.out / ("".join(c if c.isalnum() else "-" for c in name).strip("-") + ".json")
        path.write_text(json.dumps(row, indent=2) + "\n", encoding="utf-8")
        print(json.dumps(row), flush=True)
        return row

    keras.utils.set_random_seed(args.seed)
    few = x_test[: args.draws]
    judge = Judge(x, y, x_test[args.draws :], y_test[args.draws :])
    keep("held-out digits", {"accuracy": judge.accuracy, "digits": judge(few)})

    for name in args.models:
        keras.utils.set_random_seed(args.seed)
        start = time.process_time()
        if name == "continuous":
            minutes = json.loads((args.out / "codes.json").read_text())["minutes"]
            encoder = keras_vae.Encoder(CODE_DIM, body=ResidualConvBody(UNITS, CODE_DIM, 2, 2))
            to_grid = [keras.layers.Dense(7 * 7 * CODE_DIM), keras.layers.Reshape((7, 7, CODE_DIM))]
            body = keras.Sequential([*to_grid, ResidualTransposeBody(UNITS, None, 2, 2)])
            decoder = keras_vae.Decoder(SHAPE, body=body)
            vae = keras_vae.VAE(encoder, decoder, seed=args.seed)
            vae.compile(keras.optimizers.Adam(1e-3))
            vae.fit(x, epochs=1000, batch_size=128, verbose=2, callbacks=[Minutes(minutes)])
            row = {"minutes": (time.process_time() - start) / 60.0}
        else:
            vae = with_codes(name, args.seed)
            history = vae.fit(
                x, epochs=args.epochs, batch_size=128, verbose=2, validation_data=(x_test,)
            ).history
            codes = vae.encode(x_test)
            row = {"epochs": args.epochs, **of_codes(codes, vae.latents.num_codes)}
            row["restarts"] = history.get("restarts", [0.0])[-1]
            if name.startswith("("):
                row["levels"] = of_levels(codes, vae.latents)
        row["elbo"] = float(vae.elbo(x_test).mean())
        row["reconstructions"] = judge(vae.reconstruct(few))
        if name == "codes":
            row["uniform_prior"] = judge(vae.generate(args.draws, seed=args.seed))
            lengths = vae.fit_prior(
                x,
                PixelCNN(32, 4, 3),
                epochs=args.prior_epochs,
                optimizer=keras.optimizers.Adam(2e-3),
                validation_data=(x_test,),
                verbose=2,
            ).history["val_code_length"]
            row["code_length"], row["prior_epochs"] = lengths[-1], args.prior_epochs
            row["minutes"] = (time.process_time() - start) / 60.0
            row["elbo_learned"] = float(vae.elbo(x_test).mean())
        if name in ("codes", "continuous"):
            row["draws"] = judge(vae.generate(args.draws, seed=args.seed))
            vae.save(args.out / f"{name}.keras")
        keep(name, row)


if __name__ == "__main__":
    main()
