"""The figure of the page on discrete codes computes what the library does."""

import numpy as np
import pytest
from keras import ops
from numpy.testing import assert_allclose, assert_array_equal

from keras_vae.latents import VectorQuantized
from tests.oracles.gradients import gradient
from tests.oracles.node import answer_of

pytestmark = [
    pytest.mark.one_backend("the figure of the browser is compared with one backend"),
    pytest.mark.slow,
]

RNG = np.random.default_rng(3)
K, SHARE, DECAY, COMMITMENT = 6, 0.05, 0.6, 0.3
FEATURES = RNG.normal(size=(40, 2)).astype("float32")
CODES = np.vstack([FEATURES[:4] + 0.1, [[7.0, 7.0], [-9.0, 4.0]]]).astype("float32")
COUNTS = np.array([5.0, 9.0, 0.5, 6.0, 0.4, 12.0], "float32")

SCRIPT = """
const { cell, follow, gradients, nearest, revive } = module;
const z = given.features.map((h) => nearest(h, given.codes));
const state = { codes: given.codes, counts: given.counts };
const followed = follow(state, given.features, given.decay);
return {
  z,
  slopes: z.map((j, i) => gradients(given.features[i], given.codes[j], given.commitment)),
  followed,
  revived: revive(followed, given.mean, given.share, given.fresh),
  cells: given.codes.map((_, j) => cell(j, given.codes, given.box)),
};
"""
BOX = [[-3, -3], [3, -3], [3, 3], [-3, 3]]


def quantizer(**settings):
    made = VectorQuantized(K, 2, decay=DECAY, commitment=COMMITMENT, seed=0, **settings)
    made.build((None, 2))
    book = made.books[0]
    for variable, value in ((book.points, CODES), (book.counts, COUNTS), (book.tokens, 40.0)):
        variable.assign(value)
    return made


def after_a_step(made):
    """Codes and counts of a quantizer after a step over the features."""
    made.update(made.infer(FEATURES), None, ops.convert_to_tensor(True))
    book = made.books[0]
    return [ops.convert_to_numpy(value) for value in (made.codebook(), book.counts)]


@pytest.fixture(scope="module")
def figure():
    moved, _ = after_a_step(quantizer(restart=SHARE))  # the library draws where the dead go
    given = {
        "features": FEATURES.tolist(),
        "codes": CODES.tolist(),
        "counts": COUNTS.tolist(),
        "decay": DECAY,
        "commitment": COMMITMENT,
        "share": SHARE,
        "mean": 40 / K,
        "fresh": moved.tolist(),
        "box": BOX,
    }
    return answer_of("figures/codes.js", SCRIPT, given)


def test_nearest_codes_and_gradients(figure):
    made = quantizer()
    z = ops.convert_to_numpy(made.infer(FEATURES)["z"]["z"])[0]
    assert_array_equal(figure["z"], z)
    slopes = {side: np.array([s[side] for s in figure["slopes"]]) for side in ("feature", "code")}
    found = gradient(lambda h: made.penalty(made.infer(h)), FEATURES)
    assert_allclose(slopes["feature"], found, atol=1e-6)
    assert_allclose(slopes["code"], -found / COMMITMENT, atol=1e-5)


def test_running_averages(figure):
    codes, counts = after_a_step(quantizer(restart=0.0))
    assert_allclose(figure["followed"]["codes"], codes, atol=1e-5)
    assert_allclose(figure["followed"]["counts"], counts, rtol=1e-6)
    assert_array_equal(np.array(figure["followed"]["codes"])[4:], CODES[4:])  # without features


def test_restarts(figure):
    codes, counts = after_a_step(quantizer(restart=SHARE))
    assert_allclose(figure["revived"]["codes"], codes, atol=1e-5)
    assert_allclose(figure["revived"]["counts"], counts, rtol=1e-5)
    moved = np.any(np.array(figure["revived"]["codes"]) != figure["followed"]["codes"], axis=1)
    assert moved[4] and not moved[[0, 1, 3, 5]].any()  # one is dead, one not yet


def test_cells(figure):
    """They fill the box, and no corner of a cell is nearer to another code."""
    area = 0.0
    for j, corners in enumerate(figure["cells"]):
        points = np.array(corners).reshape(-1, 2)
        x, y = points.T
        area += 0.5 * np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))
        distances = np.linalg.norm(points[:, None] - CODES, axis=-1)
        assert np.all(distances[:, j] <= distances.min(axis=1) + 1e-6)
    assert_allclose(area, 36.0, rtol=1e-9)
