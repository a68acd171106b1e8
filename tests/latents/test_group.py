"""What draws cost, in one group and in one that hangs on the draws of another."""

import numpy as np
from numpy.testing import assert_allclose
from scipy import stats

from keras_vae.distributions import Mixture, Normal
from keras_vae.latents import Group
from tests.oracles.gradients import value

RNG = np.random.default_rng(0)
S, B, L = 3, 4, 2
LOC, SCALE = RNG.normal(size=(S, B, L)), RNG.uniform(0.5, 1.5, (S, B, L))
PRIOR_LOC, PRIOR_SCALE = RNG.normal(size=(S, B, L)), RNG.uniform(0.5, 1.5, (S, B, L))
Z = RNG.normal(size=(S, B, L))
NAMES = ("log_posterior", "log_prior", "kl", "monte_carlo_kl", "kl_per_dimension")


def costs(*, per_draw):
    """All costs, and the same in float64; parameters of one draw serve all where not `per_draw`."""
    here = slice(None) if per_draw else slice(1)
    parameters = [p[here] for p in (LOC, SCALE, PRIOR_LOC, PRIOR_SCALE)]
    q_loc, q_scale, p_loc, p_scale = parameters if per_draw else [p[0] for p in parameters]
    found = value(
        lambda a, b, c, d, z: {
            name: getattr(Group(Normal(a, b), Normal(c, d), z), name) for name in NAMES
        },
        *(q_loc, q_scale, p_loc, p_scale, Z),
    )
    log_q = stats.norm.logpdf(Z, q_loc, q_scale).sum(-1)
    log_p = stats.norm.logpdf(Z, p_loc, p_scale).sum(-1)
    ratio = q_scale / p_scale
    kl = 0.5 * (ratio**2 + ((q_loc - p_loc) / p_scale) ** 2 - 1.0) - np.log(ratio)
    kl = kl.mean(0) if per_draw else kl
    expected = dict(
        zip(NAMES, (log_q, log_p, kl.sum(-1), (log_q - log_p).mean(0), kl), strict=True)
    )
    return found, expected


def test_costs_of_one_group():
    found, expected = costs(per_draw=False)
    for name in NAMES:
        assert_allclose(found[name], expected[name], rtol=1e-5, atol=1e-5, err_msg=name)


def test_costs_of_a_group_that_hangs_on_draws():
    """The KL is the mean over the draws of closed forms, one for each draw of the group above."""
    found, expected = costs(per_draw=True)
    for name in NAMES:
        assert found[name].shape == expected[name].shape
        assert_allclose(found[name], expected[name], rtol=1e-5, atol=1e-5, err_msg=name)


def test_densities_that_came_with_the_draw_are_taken():
    given = {"log_posterior": np.ones((S, B)), "log_prior": np.full((S, B), 0.25)}
    group = Group(Normal(LOC[0], SCALE[0]), Normal(LOC[0], SCALE[0]), Z, **given)
    assert not group.has_closed_form
    assert_allclose(group.kl, np.full(B, 0.75))


def test_without_a_closed_form_the_draws_estimate():
    mixture = Mixture([0.0, 0.0], Normal([[0.0, 0.0], [1.0, 1.0]], 1.0))
    group = Group(Normal(LOC[0], SCALE[0]), mixture, Z.astype("float32"))
    assert not group.has_closed_form
    assert_allclose(group.kl, group.monte_carlo_kl)
