"""Arguments out of range get a sentence where they are given, word by word."""

import json

import keras
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from keras_vae import (
    VAE,
    Decoder,
    Encoder,
    distributions,
    kl_divergence,
    monte_carlo_kl,
    objectives,
)
from keras_vae.evaluation import aggregate_kl
from keras_vae.latents import BottomUp
from keras_vae.layers import (
    ConvBody,
    ConvTransposeBody,
    NormalHead,
    NormalMixturePrior,
    StandardNormalPrior,
)
from keras_vae.schedules import Constant, Cyclical, Linear, Sigmoid
from tests.oracles.sentences import sentence

POSITIVE = "`{0}` must be a positive integer; received {0}={1}."
SEVERAL = "`{0}` must be positive integers; received {0}={1}."
FINITE = "{}={} must be a finite number >= 0."
WHOLE = "{}={} must be a whole number from {} to 2147483647."
DRAWS = "`num_samples` of {} must be an integer of at least 1; received num_samples={}."
SCALE = (
    "`scale` of a NormalHead must be 'learned', 'shared', 'optimal' or a positive number (a fixed "
    "standard deviation); received scale={}."
)
BODY = (
    "Encoder needs either `hidden_units` (widths of dense layers, () for a linear map) or `body` "
    "(any Keras layer or model), and not both; received hidden_units={} and body={}."
)
nan = float("nan")


def vae(beta):
    return VAE(Encoder(2, (5,)), Decoder(8, (5,)), beta=beta)


def made(**kwargs):
    model = VAE(Encoder(2, (5,)), Decoder(8, (5,)), **kwargs)
    model.compile("adam", run_eagerly=True)
    return model


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Encoder(0, (5,)), POSITIVE.format("latent_dim", 0)),
        (lambda: Encoder(2.5, (5,)), POSITIVE.format("latent_dim", 2.5)),
        (
            lambda: Encoder((), (5,)),
            "`latent_dim` must be the length of a latent vector, or the shape of an array of "
            "latent variables; received latent_dim=().",
        ),
        (
            lambda: Decoder((), (5,)),
            "`output_shape` must be the shape of one example; received output_shape=(). Single "
            "numbers are vectors of length 1: output_shape=(1,), x[:, None].",
        ),
        (lambda: StandardNormalPrior(0), POSITIVE.format("latent_dim", 0)),
        (lambda: Encoder(2, (5, 0)), SEVERAL.format("hidden_units", (5, 0))),
        (lambda: Decoder((8, -1), (5,)), SEVERAL.format("output_shape", (8, -1))),
        (lambda: ConvBody((0,)), SEVERAL.format("filters", (0,))),
        (lambda: ConvBody(kernel_size=0), POSITIVE.format("kernel_size", 0)),
        (lambda: ConvTransposeBody((0, 4, 1)), SEVERAL.format("image_shape", (0, 4, 1))),
        (lambda: vae(beta=-1), FINITE.format("beta", -1)),
        (lambda: vae(beta=nan), FINITE.format("beta", "nan")),
        (lambda: vae(beta=None), FINITE.format("beta", None)),
        (lambda: vae(beta="1"), FINITE.format("beta", "'1'")),
        (lambda: Linear(-1.0), FINITE.format("start", -1.0)),
        (lambda: Linear(0.0, nan), FINITE.format("end", "nan")),
        (lambda: Linear(steps=0), WHOLE.format("steps", 0, 1)),
        (lambda: Sigmoid(steps=2.5), WHOLE.format("steps", 2.5, 1)),
        (lambda: Cyclical(steps=8, cycles=0), WHOLE.format("cycles", 0, 1)),
        (lambda: Constant(-0.5), FINITE.format("value", -0.5)),
        (lambda: objectives.ELBO(0), DRAWS.format("ELBO", 0)),
        (lambda: objectives.FreeBits(0.1, 1.5), DRAWS.format("FreeBits", 1.5)),
        (lambda: objectives.FreeBits(-1), FINITE.format("free_bits", -1)),
        (lambda: objectives.Capacity(nan), FINITE.format("capacity", "nan")),
        (lambda: objectives.Capacity(1, gamma=-3), FINITE.format("gamma", -3)),
        (lambda: NormalHead(0), SCALE.format(0)),
        (lambda: NormalHead(float("inf")), SCALE.format("inf")),
        (lambda: NormalHead("big"), SCALE.format("'big'")),
        (
            lambda: NormalMixturePrior(2, 0),
            "`components` must be at least 1; received components=0.",
        ),
        (lambda: Encoder(True, (5,)), POSITIVE.format("latent_dim", True)),
        (lambda: Encoder(2, (5, True)), SEVERAL.format("hidden_units", (5, True))),
        (lambda: Encoder(2, range(2)), SEVERAL.format("hidden_units", range(2))),
        (lambda: Encoder(2, "5"), POSITIVE.format("hidden_units", "'5'")),
        (lambda: vae(beta=True), FINITE.format("beta", True)),
        (lambda: vae(beta=np.True_), FINITE.format("beta", "np.True_")),
        (lambda: Linear(steps=True), WHOLE.format("steps", True, 1)),
        (lambda: NormalHead(True), SCALE.format(True)),
        (lambda: objectives.ELBO(True), DRAWS.format("ELBO", True)),
        (lambda: NormalMixturePrior(True, 2), WHOLE.format("latent_dim", True, 1)),
        (
            lambda: VAE(Encoder(2, (5,)), Decoder(8, (5,)), missing_values="yes"),
            "missing_values='yes' must be True or False.",
        ),
        (
            lambda: made().fit(np.ones((4, 8)), validation_split=1.5),
            "validation_split=1.5 must be a part of the whole, in [0, 1).",
        ),
        (lambda: Encoder(2), BODY.format(None, None)),
        (lambda: Encoder(2, (5,), body=3), BODY.format((5,), 3)),
    ],
)
def test_out_of_range_at_construction(make, said):
    assert sentence(ValueError, make) == said


def test_unknown_head():
    assert sentence(ValueError, lambda: Encoder(2, (5,), head="gauss")) == (
        "`head` must be one of 'normal', 'multivariate_normal', 'bernoulli', "
        "'continuous_bernoulli', 'categorical', 'poisson' or a head object such as "
        "keras_vae.layers.NormalHead(scale='shared'); received head='gauss'."
    )


@pytest.mark.parametrize("body", ["dense", keras.layers.Dense, abs])
def test_a_body_that_is_no_layer(body):
    assert sentence(TypeError, lambda: Encoder(2, body=body)) == (
        "`body` must be a Keras layer or model, such as keras.layers.Dense(32) or "
        f"keras_vae.layers.DenseBody((128, 32)); received {type(body).__name__}."
    )


@pytest.mark.parametrize("head", [None, 3, ["normal"], NormalHead])
def test_a_head_that_is_none(head):
    with pytest.raises(ValueError, match="or a head object such as"):
        Encoder(2, (5,), head=head)


def test_numbers_of_numpy_and_any_iterable():
    head = NormalHead(np.float32(0.5))
    decoder = Decoder(np.array([8]), range(3, 5), head=head)
    encoder = Encoder(np.int64(2), iter([np.int32(5)]))
    model = VAE(encoder, decoder, beta=np.float64(2.0), seed=np.int64(3))
    model.objective = objectives.IWAE(np.int64(2))
    prior = NormalMixturePrior(np.int64(2), np.int64(3))
    json.dumps([model.get_config(), prior.get_config(), model.objective.get_config()])
    assert encoder.latent_dim == 2 and encoder.body.units == (5,)
    assert decoder.event_shape == (8,) and decoder.body.units == (3, 4)
    assert BottomUp(np.array([3, 2]), [4]).latent_dims == (3, 2)
    assert StandardNormalPrior(np.int64(2)).latent_dim == 2
    assert ConvBody([3], kernel_size=np.array([3, 3])).kernel_size == (3, 3)
    assert_array_equal(model.generate(np.int64(4), seed=np.int64(0)), model.generate(4, seed=0))
    x = np.ones((4, 8), "float32")
    model.build(x.shape)
    assert model.log_likelihood(x, num_samples=np.int64(60), seed=0).standard_error.shape == (4,)
    rates = [aggregate_kl(model, x, seed=seed) for seed in (0, np.uint8(0))]
    assert rates[0] == rates[1]


@pytest.mark.parametrize("seed", [0.5, "0", True])
def test_a_seed_that_is_none_gets_a_sentence(seed):
    q = distributions.Normal([0.0], 1.0)
    for act in (
        lambda: vae(1.0).generate(2, seed=seed),
        lambda: monte_carlo_kl(q, q, 10, seed=seed),
        lambda: vae(1.0).elbo(np.ones((4, 8), "float32"), seed=seed),
    ):
        assert "`seed` must be an integer, a keras.random.Seed" in sentence(ValueError, act)


def test_no_closed_form():
    q = distributions.Normal([0.0], 1.0)
    p = distributions.Mixture([0.0, 0.0], distributions.Normal([[0.0], [1.0]], 1.0))
    assert sentence(NotImplementedError, lambda: kl_divergence(q, p)) == (
        "There is no closed form of KL(Normal ‖ Mixture); estimate it with "
        "keras_vae.monte_carlo_kl(q, p, num_samples, seed), or enter your own formula with "
        "@keras_vae.register_kl(Normal, Mixture)."
    )


def test_schedule_without_a_length():
    assert sentence(ValueError, lambda: vae(beta=Linear())) == (
        "The schedule Linear(start=0.0, end=1.0, steps=None) has no length; write steps=…, or "
        "give it to keras_vae.callbacks.KLAnnealing with epochs= or fraction=."
    )


def test_a_posterior_without_a_pathwise_gradient_is_refused():
    encoder, decoder = Encoder(2, hidden_units=(), head="bernoulli"), Decoder(3, hidden_units=())
    with pytest.raises(ValueError, match="gives a Bernoulli, whose draws carry no gradient"):
        VAE(encoder, decoder)
