"""Shapes that several figures of the site share."""

import numpy as np
import pytest

from tests.oracles.node import answer_of

pytestmark = pytest.mark.one_backend("a script of the site is compared with NumPy")


def test_the_nearest_point():
    random = np.random.default_rng(0)
    points, places = random.normal(size=(40, 2)), random.normal(size=(20, 2))
    script = "return given.places.map((place) => module.nearest(given.points, place, [3, 0.5]));"
    given = {"points": points.tolist(), "places": places.tolist()}
    away = np.linalg.norm((places[:, None] - points) / [3, 0.5], axis=-1)
    assert answer_of("shapes.js", script, given) == away.argmin(axis=1).tolist()
    assert len(set(away.argmin(axis=1))) > 5
