"""Priors that write codes one after the other: causal, normalized, and drawn as they say."""

import itertools

import keras
import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose
from scipy import stats

from keras_vae.priors import AutoregressivePrior, CausalTransformer, PixelCNN
from tests.oracles.gradients import gradient

MAKERS = {
    "pixel_cnn": lambda **told: PixelCNN(5, 2, 3, **told),
    "deep_pixel_cnn": lambda **told: PixelCNN(4, 4, 5, **told),
    "transformer": lambda **told: CausalTransformer(8, 2, 2, 0.3, **told),
}


def moved(prior, size=0.7):
    """Weights away from their start, so that no two places are alike."""
    for number, weight in enumerate(prior.weights):
        weight.assign(np.random.default_rng(number).normal(scale=size, size=weight.shape))
    return prior


@pytest.mark.parametrize("name", MAKERS)
def test_every_place_sees_its_past_and_nothing_else(name, monkeypatch):
    """∂ logits / ∂ codes is nonzero exactly where a code comes earlier in raster order."""
    height, width, size = 4, 5, 3
    prior = moved(MAKERS[name](grid=(height, width), num_codes=size), 0.3)
    places = height * width
    z = np.random.default_rng(0).normal(size=(6, places, height, width, size))
    weight = np.random.default_rng(1).normal(size=(places, size)).astype("float32")
    if name == "transformer":
        kernel = np.random.default_rng(1).normal(size=(size, 8)).astype("float32")
        monkeypatch.setattr(
            prior.embedding,
            "call",
            lambda z: ops.matmul(ops.reshape(z, (-1, places, size)), kernel),
        )
        monkeypatch.setattr(
            "keras_vae.priors.causal_transformer.ops.reshape",
            lambda x, shape, plain=ops.reshape: (
                x if tuple(shape) == (-1, places) else plain(x, shape)
            ),
        )
    else:
        monkeypatch.setattr("keras_vae.priors.pixel_cnn.ops.one_hot", lambda z, n: z)

    def score(z):
        """Each of the copies asks for the logits of a place of its own."""
        logits = ops.reshape(
            prior.logits(ops.reshape(z, (-1, *z.shape[2:]))), (6, places, places, size)
        )
        return ops.einsum("rppk,pk->", logits, ops.array(weight))

    slopes = np.abs(gradient(score, z)).sum(axis=(0, -1)).reshape(places, places)
    for place, slope in enumerate(slopes):
        row, column = divmod(place, width)
        assert (slope[place:] == 0.0).all()
        if name == "pixel_cnn":  # two layers of width 3 reach two places
            near = [
                (r, c)
                for r, c in itertools.product(range(height), range(width))
                if r * width + c < place and row - r <= 2 and abs(c - column) <= 2
            ]
            assert all(slope[r * width + c] > 0.0 for r, c in near)
        else:
            assert (slope[:place] > 0.0).all()


GRIDS = np.array(list(itertools.product(range(3), repeat=4)), "int32").reshape(-1, 2, 2)


@pytest.mark.parametrize("name", MAKERS)
def test_probabilities_of_all_grids_sum_to_one_and_draws_follow_them(name):
    prior = moved(MAKERS[name](grid=(2, 2), num_codes=3))
    mass = np.exp(ops.convert_to_numpy(prior.log_prob(GRIDS)).astype("float64"))
    assert mass.shape == (81,)
    assert_allclose(mass.sum(), 1.0, rtol=1e-5)
    drawn = ops.convert_to_numpy(prior.sample(2000, seed=0)).reshape(-1, 4) @ [27, 9, 3, 1]
    counts, expected = np.bincount(drawn, minlength=81), 2000 * mass / mass.sum()
    often = expected > 5.0
    counts = np.append(counts[often], counts[~often].sum())
    expected = np.append(expected[often], max(expected[~often].sum(), 1e-9))
    assert stats.chisquare(counts, expected / expected.sum() * counts.sum()).pvalue > 1e-3


@pytest.mark.parametrize("name", MAKERS)
def test_conditions_and_draws_of_them(name):
    """A label acts everywhere; leading axes of draws share it."""
    prior = moved(MAKERS[name](grid=(2, 2), num_codes=3, condition_shape=(4,)))
    c = np.eye(4, dtype="float32")[[0, 1, 2]]
    z = GRIDS[[[5, 17, 60], [2, 33, 80]]]
    found = ops.convert_to_numpy(prior.log_prob(z, c))
    alone = [
        [ops.convert_to_numpy(prior.log_prob(z[s, b : b + 1], c[b : b + 1]))[0] for b in range(3)]
        for s in range(2)
    ]
    assert_allclose(found, alone, rtol=1e-5)
    other = ops.convert_to_numpy(prior.log_prob(z, np.roll(c, 1, axis=1)))
    assert np.abs(other - found).min() > 1e-4
    assert prior.sample(3, 0, c).shape == (3, 2, 2)


@pytest.mark.parametrize("name", ["pixel_cnn", "transformer"])
def test_a_coarser_grid_that_does_not_divide_is_cut_off(name):
    """Three places over two: the last coarse place covers one."""
    prior = moved(MAKERS[name](grid=(3, 3), num_codes=3, condition_shape=(2, 2, 5)), 0.2)
    above = np.random.default_rng(0).normal(size=(1, 2, 2, 5)).astype("float32")
    changed = above.copy()
    changed[:, 1, 1] += 1.0
    z = np.zeros((1, 3, 3), "int32")
    logits = [ops.convert_to_numpy(prior.logits(z, c)) for c in (above, changed)]
    differs = np.abs(logits[1] - logits[0]).max(axis=(0, -1)) > 1e-6
    assert differs.tolist() == [[False] * 3, [False] * 3, [False, False, True]]


@pytest.mark.parametrize("name", ["pixel_cnn", "transformer"])
def test_a_coarser_grid_as_condition_acts_on_its_own_places(name):
    prior = moved(MAKERS[name](grid=(4, 4), num_codes=3, condition_shape=(2, 2, 5)), 0.2)
    z = np.zeros((1, 4, 4), "int32")
    above = np.random.default_rng(0).normal(size=(1, 2, 2, 5)).astype("float32")
    changed = above.copy()
    changed[:, 1, 1] += 1.0
    logits = [ops.convert_to_numpy(prior.logits(z, c)) for c in (above, changed)]
    differs = np.abs(logits[1] - logits[0]).max(axis=(0, -1)) > 1e-6
    assert differs[2:, 2:].all() and not differs[:2].any()


def test_temperature():
    prior = moved(PixelCNN(5, 2, 3, grid=(2, 2), num_codes=3))
    cold = ops.convert_to_numpy(prior.sample(8, 0, temperature=1e-4))
    assert (cold == cold[0]).all()
    written = ops.convert_to_numpy(prior.logits(cold[:1]))[0]
    assert (written.argmax(axis=-1) == cold[0]).all()
    with pytest.raises(ValueError, match="above 0"):
        prior.sample(2, temperature=0.0)


@pytest.mark.parametrize("name", MAKERS)
def test_saved_and_loaded(name):
    prior = moved(MAKERS[name](grid=(2, 2), num_codes=3))
    config = keras.saving.serialize_keras_object(prior)
    again = keras.saving.deserialize_keras_object(config)
    assert isinstance(again, AutoregressivePrior)
    again.set_weights(prior.get_weights())
    assert_allclose(
        ops.convert_to_numpy(again.log_prob(GRIDS)),
        ops.convert_to_numpy(prior.log_prob(GRIDS)),
        rtol=1e-6,
    )


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: PixelCNN(4, 2, 4), "odd and at least 3"),
        (lambda: PixelCNN(0, 2), "`filters`"),
        (lambda: PixelCNN(4, 2, grid=(4,), num_codes=3), "CausalTransformer takes any shape"),
        (lambda: CausalTransformer(10, heads=4), "divisible by `heads`"),
        (
            lambda: PixelCNN(4, 1, grid=(2, 2), num_codes=3).for_codes((3, 3), 3),
            "made for 3 codes on a grid of shape",
        ),
        (lambda: PixelCNN(4, 1).build(None), "does not know its codes"),
    ],
)
def test_bad_priors_get_a_sentence(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_dropout_acts_in_training_alone():
    prior = moved(CausalTransformer(8, 1, 2, 0.5, grid=(2, 2), num_codes=3), 0.3)
    still = [ops.convert_to_numpy(prior.log_prob(GRIDS)) for _ in range(2)]
    assert_allclose(*still)
    moving = [ops.convert_to_numpy(prior.log_prob(GRIDS, training=True)) for _ in range(2)]
    assert np.abs(moving[0] - moving[1]).max() > 1e-3
