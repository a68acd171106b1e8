"""The β-VAE score and the FactorVAE score: what they see, and what they are known not to see."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression

from keras_vae.disentanglement import beta_vae_score, factor_vae_score
from keras_vae.disentanglement.batches import sharing, which_factor
from keras_vae.disentanglement.factors import as_factors
from tests.oracles.grids import ROTATION, at_random, grid, noise

pytestmark = pytest.mark.one_backend("NumPy alone")

FACTORS = grid((10, 10, 10))
CENTRED = FACTORS - 4.5


@pytest.mark.parametrize(
    ("codes", "beta", "factor"),
    [
        (CENTRED, 1.0, 1.0),
        (CENTRED[:, :2], 1.0, 2 / 3),
        (np.hstack([CENTRED, CENTRED]), 1.0, 1.0),
        (np.stack([*CENTRED.T[:2], CENTRED.sum(axis=1)], axis=1), 1.0, 1.0),
        (CENTRED @ ROTATION, 0.96, 0.5),
        (noise(1000, 3), 1 / 3, 1 / 3),
    ],
)
def test_known_scores(codes, beta, factor):
    """Of the rotation a held factor quiets two codes alike, and one of them wins by chance."""
    for score, expected in ((beta_vae_score, beta), (factor_vae_score, factor)):
        found = score(codes, FACTORS, resamples=50)
        assert_allclose(found.value, expected, atol=4.0 * found.standard_error + 0.03)
        chance = np.sqrt(found.value * (1.0 - found.value) / 1000)
        assert_allclose(found.standard_error, chance, rtol=0.4, atol=1e-9)


@pytest.mark.parametrize("score", [beta_vae_score, factor_vae_score])
def test_constants_score_nothing(score):
    found = score(np.full((1000, 2), 0.1), FACTORS, resamples=2)
    assert found.value == found.standard_error == 0.0 and found.details["active"] == 0


@pytest.mark.parametrize("score", [beta_vae_score, factor_vae_score])
def test_a_dead_code_changes_nothing(score):
    codes = CENTRED @ ROTATION
    alone = score(codes, FACTORS, resamples=2)
    dead = score(np.hstack([codes, np.full((1000, 1), 0.7)]), FACTORS, resamples=2)
    assert dead.value == alone.value and dead.details["active"] == 3


def test_a_faint_code_wins_every_vote_unless_it_is_named_inactive():
    """Steps of 1e-3 in two of a thousand examples: of most batches the variance is 0."""
    faint = np.zeros((1000, 1))
    faint[:2, 0] = 1e-3
    codes = np.hstack([CENTRED, faint])
    assert factor_vae_score(codes, FACTORS, resamples=2).value < 0.5
    active = np.array([True, True, True, False])
    assert factor_vae_score(codes, FACTORS, active=active, resamples=2).value == 1.0


def test_counts_of_votes():
    found = factor_vae_score(CENTRED, FACTORS, votes=301, resamples=2)
    assert found.details["votes"].sum() == 150
    assert_allclose(found.details["votes"] > 0, np.eye(3))
    assert beta_vae_score(CENTRED, FACTORS, 300, 8).details["confusion"].sum() == 150


def test_batches_share_the_value_they_should():
    factors = at_random((3, 4), 200)
    known = as_factors(factors, 200)
    random = np.random.default_rng(0)
    held = which_factor(known, 50, random)
    assert np.bincount(held).tolist() == [25, 25]
    examples = sharing(known, held, 30, random)
    for j, batch in zip(held, examples, strict=True):
        assert len(np.unique(factors[batch, j])) == 1 < len(np.unique(factors[batch, 1 - j]))
    # Every example is reached, and each as often as any other.
    often = np.bincount(sharing(known, np.zeros(4000, int), 5, random).ravel(), minlength=200)
    assert_allclose(often, 100.0, atol=50.0)


def test_the_classifier_does_as_well_as_scikit_learns():
    codes, points, pairs = CENTRED @ ROTATION, 1000, 32
    known, random = as_factors(FACTORS, 1000), np.random.default_rng(7)
    held = which_factor(known, points, random)
    distances = np.zeros((points, 3))
    for number, j in enumerate(held):
        for anchor in random.integers(1000, size=pairs):
            same = np.flatnonzero(FACTORS[:, j] == FACTORS[anchor, j])
            first, second = random.choice(same, size=2)
            distances[number] += abs(codes[first] - codes[second]) / pairs
    scaled = distances / distances.std(axis=0)
    theirs = LogisticRegression().fit(scaled[:500], held[:500])
    expected = theirs.score(scaled[500:], held[500:])
    found = beta_vae_score(codes, FACTORS, points, pairs)
    assert_allclose(found.value, expected, atol=6.0 * found.standard_error)


def test_votes_in_loops_agree():
    factors = at_random((4, 3, 5), 500)
    codes = (factors - factors.mean(axis=0)) @ ROTATION * [1.0, 5.0, 0.2] + 0.5 * noise(500, 3)
    random, votes = np.random.default_rng(3), []
    for _ in range(1200):
        j = random.integers(3)
        same = np.flatnonzero(factors[:, j] == factors[random.integers(500), j])
        batch = codes[random.choice(same, size=32)]
        ratios = [batch[:, i].var() / codes[:, i].var() for i in range(3)]
        votes.append((int(np.argmin(ratios)), j))
    table = np.zeros((3, 3))
    for vote in votes[:600]:
        table[vote] += 1
    expected = np.mean([np.argmax(table[i]) == j for i, j in votes[600:]])
    found = factor_vae_score(codes, factors, votes=1200, batch_size=32)
    assert_allclose(found.value, expected, atol=6.0 * found.standard_error)
    assert 0.4 < found.value < 0.95
