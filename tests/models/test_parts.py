"""Parts that do not make a model together are refused when it is made, word by word."""

import pytest
from keras import ops

from keras_vae import VAE, Decoder, Encoder
from keras_vae.distributions import Normal
from keras_vae.layers import NormalHead, NormalMixturePrior, StandardNormalPrior
from tests.oracles.sentences import sentence

PRIOR = (
    "The prior, a {}, describes latent variables of shape {}, but the encoder makes them of shape "
    "{}. Give both the same shape; for this prior it is Encoder(latent_dim={}, ...)."
)


def vae(prior, latent_dim=2):
    return VAE(Encoder(latent_dim, (5,)), Decoder((8,), (5,)), prior)


@pytest.mark.parametrize(
    ("prior", "latent_dim", "said"),
    [
        (lambda: NormalMixturePrior(1, 4), 2, PRIOR.format("Mixture", (1,), (2,), 1)),
        (lambda: StandardNormalPrior(3), 2, PRIOR.format("Normal", (3,), (2,), 3)),
        (lambda: Normal([0.0], 1.0), (2, 1), PRIOR.format("Normal", (1,), (2, 1), 1)),
        (lambda: StandardNormalPrior((2, 1)), 2, PRIOR.format("Normal", (2, 1), (2,), (2, 1))),
    ],
)
def test_a_prior_of_another_shape(prior, latent_dim, said):
    assert sentence(ValueError, lambda: vae(prior(), latent_dim)) == said


def test_a_prior_that_does_not_tell_its_shape():
    class Flat:
        def log_prob(self, z):
            return ops.zeros_like(z[..., 0])

        def sample(self, shape, seed=None):
            return ops.zeros((*shape, 2))

    assert vae(Flat()).prior.distribution().sample((3,)).shape == (3, 2)


def test_one_head_in_encoder_and_decoder():
    head = NormalHead()
    parts = Encoder(2, (5,), head=head), Decoder((2,), (5,), head=head)
    assert sentence(ValueError, lambda: VAE(*parts)) == (
        "Encoder and decoder share one NormalHead object, whose weights and event shape belong to "
        "one of them. Make a head for each."
    )
