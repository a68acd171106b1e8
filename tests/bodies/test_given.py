"""Bodies as tutorials write them: what is said where a head does not go with them."""

import warnings

import keras
import pytest

from keras_vae import VAE, Decoder, Encoder, latents
from keras_vae.layers import ConvTransposeBody, DenseBody
from tests.oracles.sentences import sentence

Dense = keras.layers.Dense


def mean_and_variance(structure):
    inputs = keras.Input((8,))
    hidden = Dense(5, "relu")(inputs)
    outputs = Dense(2, name="mean")(hidden), Dense(2, name="log_var")(hidden)
    return keras.Model(inputs, structure(outputs))


@pytest.mark.parametrize(
    ("structure", "kind"),
    [(list, "list"), (tuple, "tuple"), (lambda pair: dict(zip("ab", pair, strict=True)), "dict")],
)
def test_a_body_with_two_outputs(structure, kind):
    said = (
        f"The body gives 2 outputs, a {kind}; expected one tensor of features. A mean and a "
        "variance are not outputs of the body: the head makes both from its features. Leave out "
        "those layers, or join the outputs with keras.layers.Concatenate()."
    )
    encoder = Encoder(2, body=mean_and_variance(structure))
    assert said in sentence(ValueError, lambda: encoder.build((None, 8)))
    model = VAE(
        mean_and_variance(structure), Decoder((8,), (5,)), latents=latents.Ladder((2, 1), (4,))
    )
    assert said in sentence(ValueError, lambda: model.build((None, 8)))


def functional(activation):
    inputs = keras.Input((2,))
    return keras.Model(inputs, Dense(8, activation)(inputs))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (lambda: keras.Sequential([Dense(5, "relu"), Dense(8, "sigmoid")]), "sigmoid"),
        (lambda: keras.Sequential([Dense(8), keras.layers.Softmax()]), "softmax"),
        (lambda: keras.Sequential([Dense(8), keras.layers.Activation("sigmoid")]), "sigmoid"),
        (lambda: keras.Sequential([keras.Sequential([Dense(8, "sigmoid")])]), "sigmoid"),
        (lambda: keras.Sequential([Dense(8, "sigmoid"), keras.layers.Reshape((8,))]), "sigmoid"),
        (lambda: functional("softmax"), "softmax"),
        (lambda: Dense(8, "sigmoid"), "sigmoid"),
    ],
)
def test_a_body_that_ends_like_a_likelihood(body, found):
    with pytest.warns(UserWarning) as caught:
        Decoder((8,), body=body()).build((None, 2))
    assert [str(warning.message) for warning in caught] == [
        "The body of the decoder has the shape of the data and ends in a "
        f"{found}, but its output is not the likelihood: the BernoulliHead makes a linear map of "
        f"it, so that the {found} bounds what the decoder can describe. Drop the last layer of "
        "the body: the head maps features to logits, or to a mean."
    ]


@pytest.mark.parametrize(
    "body",
    [
        lambda: keras.Sequential([Dense(8, "sigmoid"), Dense(5, "relu")]),
        lambda: keras.Sequential([Dense(7, "sigmoid")]),  # another shape: features
        lambda: functional("relu"),
        lambda: DenseBody((8,), "relu"),
    ],
)
def test_a_body_of_features_is_fine(body):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Decoder((8,), body=body()).build((None, 2))


def test_a_dense_map_of_a_million_weights():
    shape = (16, 16, 5)
    with pytest.warns(UserWarning, match="weights") as caught:
        Decoder(shape, body=ConvTransposeBody((8, 8, 1), (16,))).build((None, 2))
    assert [str(warning.message) for warning in caught] == [
        "The body gives features of shape (8, 8, 16), whose axes are not those of the event "
        "(16, 16, 5): they are flattened for a dense map of 1,310,720 weights. Let the body end in "
        "features of shape (16, 16, 'channels'), as keras_vae.layers.ConvTransposeBody((16, 16, "
        "5)) does, for a map at each position; or let it end in keras.layers.Flatten(), if the "
        "dense map is meant."
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Decoder(shape, body=ConvTransposeBody(shape, (16,))).build((None, 2))
        Decoder((8, 8, 2), body=ConvTransposeBody((4, 4, 1), (16,))).build((None, 2))
