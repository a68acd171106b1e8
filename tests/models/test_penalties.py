"""Penalties of layers that are called one after the other, as encoder and decoder are."""

import keras
import numpy as np
from keras import ops

from keras_vae import VAE, Decoder, Encoder
from tests.conformance.factories import VECTORS


class InTurn(keras.layers.Layer):
    """Adds one of two penalties in each step, and the other in the next."""

    def __init__(self, penalties):
        super().__init__()
        self.penalties = list(penalties)

    def call(self, inputs):
        self.add_loss(self.penalties[0])
        self.penalties.reverse()
        return inputs


def test_the_penalty_of_a_step_is_not_struck_out_by_one_of_the_step_before():
    one, two = ops.convert_to_tensor(1.0), ops.convert_to_tensor(2.0)
    # In the second step the encoder adds the very tensor that the decoder added in the first: so
    # it is when the memory of a tensor is used again, by chance there, and here each time.
    encoder = Encoder(3, body=keras.Sequential([InTurn([one, two])]))
    decoder = Decoder(VECTORS.shape[1:], body=keras.Sequential([InTurn([two, one])]))
    model = VAE(encoder, decoder, seed=0)
    model.build((None, *VECTORS.shape[1:]))
    model.compile("sgd", run_eagerly=True)
    for _ in range(3):
        logs = model.evaluate(VECTORS, verbose=0, return_dict=True)
        np.testing.assert_allclose(logs["loss"] + logs["elbo"], 3.0, rtol=1e-5)
