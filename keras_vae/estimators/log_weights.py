"""Log importance weights of draws of the posterior, compiled and in chunks."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import count
from keras_vae.data import predicted
from keras_vae.estimators.models import check_vae
from keras_vae.tensors import Tensor, as_generator

# Draws per example and examples per compiled step: 1600 decoded images stay in a core's cache.
CHUNK, BATCH_SIZE = 50, 32


class LogWeights(keras.Model):
    r"""Log importance weights of draws from the posterior, run by `predict`.

    $$\log w = \log p(x\mid z) + \log p(z) - \log q(z\mid x),\qquad z\sim q(z\mid x)$$

    Args:
        vae: the model.
        num_samples: number of draws per example.
    """

    def __init__(self, vae: Any, num_samples: int) -> None:
        super().__init__()
        self.vae, self.num_samples = vae, num_samples
        self.noise = keras.random.SeedGenerator(0)

    def drawn(self, inputs: dict[str, Any], batch_size: int, noise: Any) -> dict[str, np.ndarray]:
        """What `predict` gives with the noise of a seed generator, which moves on."""
        self.noise.state.assign(noise.state)
        found: dict[str, np.ndarray] = predicted(self, inputs, batch_size)
        noise.state.assign(self.noise.state)
        return found

    def terms(self, inputs: dict[str, Any]) -> Any:
        """The terms of fresh draws, of a dict of x and, where the decoder describes it, y."""
        x = inputs["x"]
        outputs = self.vae.draw(x, self.num_samples, self.noise)
        return self.vae.terms(x, outputs, y=inputs.get("y"))

    def call(self, inputs: dict[str, Any]) -> dict[str, Tensor]:
        terms = self.terms(inputs)
        elbo = -terms.reconstruction_loss - terms.kl
        return {"log_weights": ops.transpose(terms.log_weights), "elbo": elbo, "kl": terms.kl}


def chunks(
    vae: Any,
    x: Any,
    num_samples: int,
    seed: Any,
    batch_size: int,
    verbose: int,
    y: Any = None,
    estimator: type[LogWeights] = LogWeights,
) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
    """For chunk after chunk of the draws: its size and what the estimator gives for all of x.

    A dataset is read once, into memory: every chunk needs the same examples in the same order.
    """
    num_samples = count("num_samples", num_samples)
    count("batch_size", batch_size)
    check_vae(vae)
    x, y = vae.examples(x, y)
    noise = as_generator(seed)
    whole, rest = divmod(num_samples, CHUNK)
    progress = keras.utils.Progbar(whole + (rest > 0), verbose=verbose, unit_name="chunk")
    done = 0
    for size, repeats in ((CHUNK, whole), (rest, 1)):
        if size * repeats == 0:
            continue
        model = vae.program(estimator, size)
        for _ in range(repeats):
            inputs = {"x": x} if y is None else {"x": x, "y": y}
            yield size, model.drawn(inputs, batch_size, noise)
            done += 1
            progress.update(done)


def log_mean_exp(log_weights: np.ndarray) -> np.ndarray:
    """Log of the mean over the last axis."""
    top = log_weights.max(axis=-1, keepdims=True)
    return np.asarray(top[..., 0] + np.log(np.mean(np.exp(log_weights - top), axis=-1)))


def log_mean_exp_error(log_weights: np.ndarray) -> np.ndarray:
    r"""Standard error of `log_mean_exp` over independent weights, by the delta method.

    $$\frac{1}{\bar w}\sqrt{\frac1{S(S-1)}\sum_{s=1}^S (w_s-\bar w)^2}\ \le\ 1$$

    NaN for a single weight. It is too small where one weight outweighs all others.
    """
    size = log_weights.shape[-1]
    if size == 1:
        return np.full(log_weights.shape[:-1], np.nan)
    weights = np.exp(log_weights - log_weights.max(axis=-1, keepdims=True))
    return np.asarray(weights.std(axis=-1, ddof=1) / weights.mean(axis=-1) / size**0.5)
