"""Priors: densities, weights, anything with `log_prob` and `sample`."""

import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose
from scipy import special, stats

from keras_vae.distributions import Normal
from keras_vae.divergences import kl_divergence
from keras_vae.heads.head import raw_of
from keras_vae.layers import NormalMixturePrior, Prior, RelevancePrior, StandardNormalPrior
from keras_vae.priors.prior import as_prior
from tests.oracles.gradients import gradient, value

Z = np.random.default_rng(0).normal(size=(4, 2))


def test_standard_normal_prior():
    prior = StandardNormalPrior(2)
    assert not prior.variables
    log_prob = value(lambda: prior.distribution().log_prob(Z))
    assert_allclose(log_prob, stats.norm.logpdf(Z).sum(-1), rtol=1e-5)


def log_prob_of(prior):
    return value(lambda: prior.distribution().log_prob(Z))


def test_mixture_prior():
    prior = NormalMixturePrior(2, components=3, seed=0)
    rng = np.random.default_rng(1)
    logits, loc, raw = rng.normal(size=3), rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
    prior.set_weights([logits, loc, raw])
    scale = np.exp(15.0 * np.tanh(raw / 15.0))
    of_components = stats.norm.logpdf(Z[:, None], loc, scale).sum(-1)
    expected = special.logsumexp(special.log_softmax(logits) + of_components, axis=-1)
    assert_allclose(log_prob_of(prior), expected, rtol=1e-5)
    for extreme in (-1e6, 1e6):
        prior.set_weights([logits, loc, np.full((3, 2), extreme)])
        assert np.isfinite(log_prob_of(prior)).all()


def test_mixture_prior_starts_from_its_seed():
    one, twin, other = (NormalMixturePrior(2, 3, seed=seed) for seed in (0, 0, 1))
    logits, loc, raw = one.get_weights()
    assert not logits.any() and not raw.any()
    assert len(np.unique(loc)) == 6, "components that start alike stay alike"
    assert (twin.get_weights()[1] == loc).all()
    assert (other.get_weights()[1] != loc).all()


PRIORS = [StandardNormalPrior(3), NormalMixturePrior(3, 2, seed=5), RelevancePrior(3)]


@pytest.mark.parametrize("prior", PRIORS)
def test_configuration(prior):
    again = type(prior).from_config(prior.get_config())
    assert again.get_config() == prior.get_config()
    for one, same in zip(again.get_weights(), prior.get_weights(), strict=True):
        assert (one == same).all()


LOC, SCALE = np.random.default_rng(2).normal(size=(2, 50, 2))
SCALE = np.exp(0.5 * SCALE) * [0.3, 2.0]


def mean_kl(raw):
    """KL of each dimension to a `RelevancePrior`, over the posteriors N(LOC, SCALE²)."""
    prior = RelevancePrior(2)
    vars(prior)["log_scale"] = raw
    q = Normal(ops.convert_to_tensor(LOC, "float32"), ops.convert_to_tensor(SCALE, "float32"))
    return ops.mean(kl_divergence(q.factors(), prior.distribution().factors()), axis=0)


def test_relevance_is_the_spread_in_units_of_the_noise():
    """The best scale is that of q(z), and the KL is then the log of their ratio."""
    best = np.sqrt(np.mean(LOC**2 + SCALE**2, axis=0))
    assert_allclose(gradient(mean_kl, raw_of(best)), 0.0, atol=1e-6)
    expected = np.log(best) - np.log(SCALE).mean(axis=0)
    assert_allclose(value(mean_kl, raw_of(best)), expected, rtol=1e-5)


def test_relevance_of_draws():
    """`start` takes the scale of highest likelihood; a stretched dimension gets a stretched one."""
    prior = RelevancePrior(2)
    for stretch in (1.0, 1e-3):
        prior.start(stretch * LOC)
        found = value(lambda: prior.distribution().stddev())
        assert_allclose(found, stretch * np.sqrt(np.mean(LOC**2, axis=0)), rtol=1e-4)


def test_no_components():
    with pytest.raises(ValueError) as error:
        NormalMixturePrior(2, components=0)
    assert str(error.value) == "`components` must be at least 1; received components=0."


def test_any_object_may_be_the_prior():
    class Flat:
        def log_prob(self, z):
            return ops.zeros_like(z[..., 0])

        def sample(self, shape, seed=None):
            return ops.zeros((*shape, 2))

    own, prior = Flat(), StandardNormalPrior(2)
    assert as_prior(own).distribution() is own
    assert as_prior(prior) is prior
    with pytest.raises(NotImplementedError) as error:
        as_prior(own).get_config()
    assert str(error.value) == (
        "A prior of type Flat cannot be saved with the model. Write a subclass of "
        "keras_vae.layers.Prior that makes it in `distribution`, or save the weights alone with "
        "save_weights."
    )
    with pytest.raises(TypeError) as error:
        as_prior("normal")
    assert str(error.value) == (
        "`prior` must be a keras_vae.layers.Prior, or an object with `log_prob` and `sample`; "
        "received str."
    )
    with pytest.raises(NotImplementedError):
        Prior().distribution()
