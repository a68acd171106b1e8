"""Small models that are never trained, each made once, and what an error must be."""

import functools
import math
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from keras_vae import VAE, Autoencoder, Decoder, Encoder, latents, layers
from keras_vae.distributions import COUNTS, Distribution

SHAPE = (4, 3, 1)
N = 6
X = np.linspace(0.0, 1.0, N * 12, dtype="float32").reshape(N, *SHAPE)

ERRORS = (ValueError, TypeError, NotImplementedError)


class Poisson(Distribution):
    """A distribution of a reader: it says what it describes, and no more."""

    support = COUNTS

    def __init__(self, log_rate: Any, event_ndim: int = 1) -> None:
        self.log_rate = ops.convert_to_tensor(log_rate)
        super().__init__(self.log_rate, event_ndim)

    def log_prob(self, value: Any) -> Any:
        log_factorial = sum(
            ops.where(value >= k, math.log(k), 0.0) for k in range(2, 20)
        )  # of values below 20
        return self.sum_event(value * self.log_rate - ops.exp(self.log_rate) - log_factorial)

    def mean(self) -> Any:
        return ops.exp(self.log_rate)


class PoissonHead(layers.Head):
    family = Poisson

    def build(self, input_shape: Any) -> None:
        self.log_rate = self.linear("log_rate")
        self.log_rate.build(input_shape)

    def call(self, features: Any) -> Any:
        return {"log_rate": self.log_rate(features)}

    def distribution(self, parameters: Any, target: Any = None) -> Poisson:
        return Poisson(parameters["log_rate"], len(self.event_shape))


def fresh(head: Any = "bernoulli", shape: tuple[int, ...] = SHAPE, **options: Any) -> VAE:
    """A model that is compiled and not built."""
    model = VAE(Encoder(2, (3,)), Decoder(shape, (3,), head=head), **options)
    model.compile("sgd", run_eagerly=True)
    return model


@functools.cache
def vae(kind: str = "bernoulli") -> Any:
    """A model that is built, the same one each time."""
    if kind == "autoencoder":
        body = keras.Sequential([keras.layers.Dense(12), keras.layers.Reshape(SHAPE)])
        model: Any = Autoencoder(layers.DenseBody((2,)), body)
        model.compile("sgd", run_eagerly=True)
    elif kind in ("ladder", "bottom up"):
        structure = {"ladder": latents.Ladder, "bottom up": latents.BottomUp}[kind]
        body = layers.DenseBody((3,))
        model = VAE(body, Decoder(SHAPE, (3,)), latents=structure((3, 2), (4,)))
        model.compile("sgd", run_eagerly=True)
    elif kind == "missing":
        model = fresh(missing_values=True)
    elif kind == "counts":
        model = fresh(PoissonHead())
    else:
        model = fresh(kind)
    model.build((None, *SHAPE))
    return model


def said(act: Callable[[], Any], words: str, error: Any = ERRORS) -> None:
    """The act must fail, with a sentence that holds these words."""
    with pytest.raises(error, match=words) as caught:
        act()
    text = str(caught.value)
    assert text[0].isprintable() and text.endswith((".", "…).", ")")), text
    assert len(text) < 600 and "Traceback" not in text, text
