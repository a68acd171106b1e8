"""The protocol of Burda, Grosse & Salakhutdinov (2016), shared by the tables reproduced from it.

Grey images are binarized anew at every minibatch; 784-200-200-50 with tanh; Adam with ε = 1e-4;
batches of 100; log p(x) of binarized test images by importance sampling from the posterior.
"""

import time

import keras
import numpy as np

import keras_vae
from keras_vae.layers import DenseBody
from keras_vae.objectives import ELBO, IWAE

BATCH_SIZE = 100
FULL = 3280  # epochs of the paper: 1 + 3 + 9 + … + 3⁷


class Binarized(keras.utils.PyDataset):
    """Minibatches of pixels drawn from the grey values, in a new order every epoch."""

    def __init__(self, x, seed):
        super().__init__()
        self.x, self.noise = x, np.random.default_rng(seed)
        self.on_epoch_end()

    def __len__(self):
        return len(self.x) // BATCH_SIZE

    def __getitem__(self, index):
        rows = self.order[index * BATCH_SIZE : (index + 1) * BATCH_SIZE]
        return (binarize(self.x[rows], self.noise),)

    def on_epoch_end(self):
        self.order = self.noise.permutation(len(self.x))


def binarize(x, noise):
    """Black or white, with the grey value as probability."""
    return (noise.random(x.shape, dtype="float32") < x).astype("float32")


def load_data(path):
    """Grey images to train on and to test on, flat, in [0, 1]; digits where there is no file."""
    if path is None:
        from sklearn.datasets import load_digits

        x = load_digits().data.astype("float32") / 16.0
        x = x[np.random.default_rng(0).permutation(len(x))]
        return x[:1500], x[1500:]
    with np.load(path) as file:
        return tuple(
            file[name].reshape(len(file[name]), -1) / np.float32(255)
            for name in ("x_train", "x_test")
        )


def objective(k):
    """The bound of the paper's rows: the VAE for k = 1, IWAE above."""
    return ELBO() if k == 1 else IWAE(num_samples=k)


def learning_rate(epochs, steps_per_epoch):
    """The paper's schedule for its 3280 epochs; else a tenth at the end of the last third."""
    if epochs == FULL:
        ends = np.cumsum([3**i for i in range(7)]) * steps_per_epoch
        rates = [1e-3 * 10.0 ** (-i / 7) for i in range(8)]
        return keras.optimizers.schedules.PiecewiseConstantDecay(ends.tolist(), rates)
    return LastThird(epochs * steps_per_epoch)


@keras.saving.register_keras_serializable(package="keras_vae_examples")
class LastThird(keras.optimizers.schedules.LearningRateSchedule):
    """1e-3, and in the last third of training down to 1e-4, evenly on a logarithmic scale."""

    def __init__(self, steps):
        self.steps = steps

    def __call__(self, step):
        progress = keras.ops.cast(step, "float32") / self.steps
        return 1e-3 * 10.0 ** -keras.ops.clip(3.0 * progress - 2.0, 0.0, 1.0)

    def get_config(self):
        return {"steps": self.steps}


def one_layer(x, k, seed):
    """784-200-200-50 and back."""
    pixels = x.shape[1]
    encoder = keras_vae.Encoder(50, hidden_units=(200, 200), activation="tanh")
    decoder = keras_vae.Decoder((pixels,), hidden_units=(200, 200), activation="tanh")
    vae = keras_vae.VAE(encoder, decoder, objective=objective(k), seed=seed)
    return with_pixel_means(vae, x)


def two_layers(x, k, seed):
    """784-200-200-100 and 100-100-100-50, and back: the paper's two stochastic layers."""
    latents = keras_vae.latents.BottomUp((100, 50), (100, 100), activation="tanh")
    decoder = keras_vae.Decoder((x.shape[1],), (200, 200), activation="tanh")
    body = DenseBody((200, 200), "tanh")
    vae = keras_vae.VAE(body, decoder, objective=objective(k), seed=seed, latents=latents)
    return with_pixel_means(vae, x)


def with_pixel_means(vae, x):
    """The output's bias begins at the logit of the mean pixel."""
    vae.build((None, x.shape[1]))
    mean = np.clip(x.mean(axis=0, dtype="float64"), 1e-3, 1 - 1e-3)
    vae.decoder.head.logits.bias.assign(np.log(mean / (1.0 - mean)))
    return vae


def train(vae, x, epochs, seed, verbose=2):
    """Minutes that `fit` took."""
    data = Binarized(x, seed)
    vae.compile(keras.optimizers.Adam(learning_rate(epochs, len(data)), epsilon=1e-4))
    start = time.perf_counter()
    vae.fit(data, epochs=epochs, verbose=verbose)
    return (time.perf_counter() - start) / 60.0


def row(vae, x, args, variant, paper, epochs, minutes):
    """What is kept of a trained model: the protocol, and what the test images say."""
    nll, units = paper if args.data else (None, None)
    return {
        "variant": variant,
        "paper": {"nll": nll, "active_units": units},
        "epochs": epochs,
        "seed": args.seed,
        "minutes": round(minutes, 1),
        "data": "MNIST" if args.data else "digits",
        "protocol": f"{epochs} epochs (paper: {FULL}), L{args.num_samples} (paper: L5000), "
        "re-binarized at every minibatch",
        **measure(vae, x, args.num_samples),
    }


def active_units(vae, x):
    """How many latent units are used, in all layers together."""
    found = keras_vae.evaluation.active_units(vae, x)
    layers = found.values() if isinstance(found, dict) else [found]
    return int(sum(layer.sum() for layer in layers))


def measure(vae, x, num_samples, verbose=2):
    """Nats per binarized test image, and how many of the latent units are used."""
    x = binarize(x, np.random.default_rng(2016))
    log_likelihood = vae.log_likelihood(x, num_samples, seed=0, verbose=verbose).mean()
    return {
        "nll": -log_likelihood.value,
        "nll_standard_error": log_likelihood.standard_error,
        "negative_elbo": -float(vae.elbo(x, 10, seed=0).mean()),
        "active_units": active_units(vae, x),
        "num_samples": num_samples,
        "num_images": len(x),
    }
