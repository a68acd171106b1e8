"""Arguments out of range get a sentence where they are given, word by word."""

import pytest

from keras_vae import VAE, Decoder, Encoder, distributions, kl_divergence, objectives
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
        (lambda: Encoder(2), BODY.format(None, None)),
        (lambda: Encoder(2, (5,), body=3), BODY.format((5,), 3)),
    ],
)
def test_out_of_range_at_construction(make, said):
    assert sentence(ValueError, make) == said


def test_unknown_head():
    assert sentence(ValueError, lambda: Encoder(2, (5,), head="gauss")) == (
        "`head` must be one of 'normal', 'multivariate_normal', 'bernoulli', "
        "'continuous_bernoulli', 'categorical' or a head object such as "
        "keras_vae.layers.NormalHead(scale='shared'); received head='gauss'."
    )


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
