"""Posteriors of digits during training, for three β: `python -m docs.playback` writes the file.

What a figure plays back: means and standard deviations of 150 held-out digits of 8×8 pixels in
the plane of a VAE, at 40 moments of its training, one byte for each number.
"""

import base64
import json
from pathlib import Path

import keras
import numpy as np
from sklearn.datasets import load_digits

import keras_vae

FILE = Path(__file__).parent / "assets" / "playback.json"
BETAS = (0.1, 1.0, 10.0)
STEPS = np.unique(np.geomspace(1, 2400, 46).round().astype(int))[-39:]  # of training, after 0
REACH = 5.5  # means between −5.5 and 5.5
NARROWEST, WIDEST = 0.01, 2.0  # standard deviations


def digits():
    """Pictures in a shuffled order, their labels, and which 150 of the held-out ones are shown."""
    x, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(x))
    held_out = [order[1437:][labels[order[1437:]] == digit][:15] for digit in range(10)]
    return (x / 16).astype("float32"), labels, order, np.concatenate(held_out)


def trained(beta):
    """What the posteriors, the rate and the distortion were at each moment."""
    x, _, order, shown = digits()
    training, held_out = x[order[:1437]], x[order[1437:]]
    keras.utils.set_random_seed(0)
    encoder, decoder = keras_vae.Encoder(2, (128, 64)), keras_vae.Decoder((64,), (64, 128))
    vae = keras_vae.VAE(encoder, decoder, beta=beta, seed=0)
    vae.compile(keras.optimizers.Adam(2e-3))
    vae.build((None, 64))
    ink = np.clip(training.mean(axis=0), 0.002, 0.998)  # the average digit, or codes first learn it
    kernel, _ = vae.decoder.head.get_weights()
    vae.decoder.head.set_weights([kernel, np.log(ink / (1 - ink))])
    random = np.random.default_rng(1)
    moments = []
    for pause in np.diff([0, 0, *STEPS]):
        if pause:
            batches = random.integers(len(training), size=64 * pause)
            vae.fit(training[batches], batch_size=64, shuffle=False, verbose=0)
        losses = vae.evaluate(held_out, verbose=0, return_dict=True)
        posterior = vae.posterior(x[shown])
        numbers = (posterior.mean(), posterior.stddev())
        moments.append((*numbers, losses["kl_loss"], losses["reconstruction_loss"]))
    columns = zip(*moments, strict=True)
    return [np.array([keras.ops.convert_to_numpy(one) for one in column]) for column in columns]


def packed(share):
    """Numbers in [0, 1] as one byte each."""
    return base64.b64encode(np.round(255 * np.clip(share, 0, 1)).astype("uint8")).decode()


def unpacked(base64_bytes):
    """The numbers in [0, 1] that ``packed`` was given, to a byte, (moments, digits, 2)."""
    share = np.frombuffer(base64.b64decode(base64_bytes), "uint8") / 255
    return share.reshape(-1, 150, 2)


def last_moment(beta):
    """Means and deviations at the end of a stored training, and which digits they are of."""
    told = json.loads(FILE.read_text(encoding="utf-8"))
    (stored,) = (one for one in told["runs"] if one["beta"] == beta)
    means = REACH * (2 * unpacked(stored["means"])[-1] - 1)
    widths = unpacked(stored["deviations"])[-1]
    return means, NARROWEST * (WIDEST / NARROWEST) ** widths, np.array(told["digits"])


def run(beta):
    """One training as the figure reads it: moments × digits × 2 bytes, the first axis slowest."""
    means, deviations, rates, distortions = trained(beta)
    assert np.abs(means).max() < REACH
    widths = np.log(deviations / NARROWEST) / np.log(WIDEST / NARROWEST)
    return {
        "beta": beta,
        "means": packed((means / REACH + 1) / 2),
        "deviations": packed(widths),
        "rate": [round(float(rate), 2) for rate in rates],
        "distortion": [round(float(distortion), 2) for distortion in distortions],
    }


if __name__ == "__main__":
    _, labels, _, shown = digits()
    told = {"steps": [0, *STEPS.tolist()], "digits": shown.tolist()}
    told |= {"labels": labels[shown].tolist(), "reach": REACH, "widths": [NARROWEST, WIDEST]}
    told["runs"] = [run(beta) for beta in BETAS]
    FILE.write_text(json.dumps(told, ensure_ascii=False) + "\n", encoding="utf-8")
    for one in told["runs"]:
        print(one["beta"], one["rate"][-1], one["distortion"][-1])
