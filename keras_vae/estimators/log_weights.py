"""Log importance weights of draws of the posterior, in chunks that a compiled step loops over."""

import math
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import count
from keras_vae.batches import predicted
from keras_vae.data import examples_in
from keras_vae.estimators.models import check_vae
from keras_vae.estimators.program import NoisyProgram
from keras_vae.keras_compat import compiled_like
from keras_vae.networks.conditions import features_of
from keras_vae.tensors import Tensor, as_generator

NUMBERS = 2**21 if keras.config.backend() == "jax" else 2**19
"""Numbers of x that are decoded at a time: 2 MiB, which stay in the cache.

JAX takes less time for fewer and larger chunks.
"""

DRAWS = 500
"""Draws of one compiled step: of these the log weights of all examples are in memory."""

BATCH_SIZE = 32


class LogWeights(NoisyProgram):
    r"""Log importance weights of draws from the posterior, run by `predict`.

    $$\log w = \log p(x\mid z) + \log p(z) - \log q(z\mid x),\qquad z\sim q(z\mid x)$$

    Args:
        vae: the model.
        num_samples: number of draws per example in a chunk.
        chunks: how many chunks follow each other.
    """

    def __init__(self, vae: Any, num_samples: int, chunks: int) -> None:
        super().__init__(vae)
        self.num_samples, self.chunks = num_samples, chunks
        # The chunk by itself: of the loop around it PyTorch would make one long graph.
        self.after = compiled_like(vae, self.added)

    def terms(self, inputs: dict[str, Any], features: Any) -> Any:
        """The terms of a chunk of draws, of a dict of x and, where the decoder describes it, y."""
        x, vae = inputs["x"], self.vae
        condition = vae.observation(x).condition
        draws = vae.latents.infer(features, self.num_samples, self.noise, condition=condition)
        terms = vae.terms(x, vae.latents.outputs(draws), y=inputs.get("y"))
        # By itself, not with the outputs: those are batch first, and turned round twice.
        described = vae.decoder(vae.latents.decoder_input(draws), condition=condition)
        terms.likelihood = vae.decoder.distribution(described)
        return terms

    def start(self, examples: Any) -> dict[str, Tensor]:
        """What is known before the first chunk."""
        return {"log_weights": ops.zeros((self.chunks, self.num_samples, examples))}

    def add(self, number: Any, known: dict[str, Tensor], terms: Any) -> dict[str, Tensor]:
        """What is known after one chunk more."""
        here = ops.reshape(ops.arange(self.chunks, dtype="int32") == number, (-1, 1, 1))
        return {"log_weights": ops.where(here, terms.log_weights, known["log_weights"])}

    def added(
        self, number: Any, known: dict[str, Tensor], inputs: dict[str, Any], features: Any
    ) -> dict[str, Tensor]:
        """What is known after the chunk with this number."""
        return self.add(number, known, self.terms(inputs, features))

    def outputs_of(self, known: dict[str, Tensor]) -> dict[str, Tensor]:
        """The same with the examples first."""
        draws = self.chunks * self.num_samples
        return {"log_weights": ops.transpose(ops.reshape(known["log_weights"], (draws, -1)))}

    def call(self, inputs: dict[str, Any]) -> dict[str, Tensor]:
        given = self.vae.observation(inputs["x"])
        features = features_of(self.vae.encoder, given.seen(), given.condition)
        known = self.start(ops.shape(given.x)[0])
        if self.chunks == 1:
            return self.outputs_of(self.after(0, known, inputs, features))
        seeds = [v for v in self.variables if v.name == "seed_generator_state"]

        def chunk(number: Any, carried: tuple[Any, Any]) -> tuple[Any, Any]:
            for seed, state in zip(seeds, carried[0], strict=True):
                seed.assign(state)
            known = self.after(number, carried[1], inputs, features)
            return [ops.convert_to_tensor(seed) for seed in seeds], known

        # JAX lets no variable out of the loop that was assigned in it.
        states = [ops.convert_to_tensor(seed) for seed in seeds]
        states, known = ops.fori_loop(0, self.chunks, chunk, (states, known))
        for seed, state in zip(seeds, states, strict=True):
            seed.assign(state)
        return self.outputs_of(known)


class Progress(keras.callbacks.Callback):
    """One step on a progress bar for each batch of `predict`."""

    def __init__(self, bar: Any) -> None:
        super().__init__()
        self.bar = bar

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        self.bar.add(1)


def steps_of(num_samples: int, largest: int) -> list[tuple[int, int]]:
    """Draws in a chunk, and chunks, of one compiled step after the other.

    Args:
        num_samples: draws altogether.
        largest: draws that a chunk may hold.
    """
    whole, rest = divmod(num_samples, DRAWS)
    steps = []
    for draws in [DRAWS] * whole + [rest] * (rest > 0):
        size = min(draws, largest)
        # Without a rest, and so without a second program, where such chunks are not much smaller.
        even = max(smaller for smaller in range(1, size + 1) if draws % smaller == 0)
        size = even if 2 * even >= size else size
        chunks, left = divmod(draws, size)
        steps += [(size, chunks)] + [(left, 1)] * (left > 0)
    return steps


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
    """For step after step: the number of its draws, and what the estimator gives for all of x.

    A dataset is read once, into memory: every step needs the same examples in the same order.
    """
    num_samples = count("num_samples", num_samples)
    count("batch_size", batch_size)
    check_vae(vae)
    x, y = vae.examples(x, y)
    inputs = {"x": x} if y is None else {"x": x, "y": y}
    noise = as_generator(seed)
    examples = examples_in(x)
    numbers = min(batch_size, examples) * math.prod(vae.decoder.event_shape)
    steps = steps_of(num_samples, max(1, NUMBERS // numbers))
    batches = len(steps) * -(-examples // batch_size)
    bar = keras.utils.Progbar(batches, verbose=verbose, unit_name="batch")
    callbacks = [Progress(bar)] if verbose else None
    for size, repeats in steps:
        program = vae.program(estimator, size, repeats)
        yield (
            size * repeats,
            program.drawn(noise, predicted, program, inputs, batch_size, callbacks),
        )


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
