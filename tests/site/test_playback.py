"""The training that the page on β plays back: what is stored, and what the browser reads of it."""

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose

from docs import playback
from tests.oracles.node import answer_of

pytestmark = pytest.mark.one_backend("a file is read, and nothing is trained")

SCRIPT = """
return module.load(given.told).map((run) => given.moments.map((t) => module.posteriors(run, t)));
"""


@pytest.fixture(scope="module")
def told():
    assert playback.FILE.stat().st_size <= 150_000
    return json.loads(playback.FILE.read_text(encoding="utf-8"))


def posteriors(told, moments):
    """Means and standard deviations, (runs, moments, digits, 2) each, as the browser reads them."""
    runs = answer_of("figures/playback.js", SCRIPT, {"told": told, "moments": moments})
    return (
        np.array([[moment[name] for moment in run] for run in runs])
        for name in ("means", "deviations")
    )


def test_bytes_say_what_was_packed():
    random = np.random.default_rng(0)
    means = random.uniform(-playback.REACH, playback.REACH, size=(2, 150, 2))
    deviations = np.exp(random.uniform(-4.5, 0.5, size=(2, 150, 2)))
    widths = np.log(deviations / playback.NARROWEST) / np.log(playback.WIDEST / playback.NARROWEST)
    packed = {"means": playback.packed((means / playback.REACH + 1) / 2), "rate": [0, 0]}
    packed["deviations"] = playback.packed(widths)
    told = {"reach": playback.REACH, "widths": [playback.NARROWEST, playback.WIDEST]}
    found = posteriors(told | {"runs": [packed]}, [0, 0.25, 1])
    for read, stored, error in zip(found, (means, np.log(deviations)), (0.022, 0.011), strict=True):
        read = read[0] if stored is means else np.log(read[0])
        assert_allclose(read[[0, 2]], stored, atol=error)
    quarter, (first, second) = next(posteriors(told | {"runs": [packed]}, [0.25]))[0, 0], means
    assert_allclose(quarter, 0.75 * first + 0.25 * second, atol=0.022)


def test_the_runs_end_as_the_page_says(told):
    """They drift apart and shrink, fill the prior, or collapse onto it."""
    assert [run["beta"] for run in told["runs"]] == [0.1, 1.0, 10.0]
    last = len(told["steps"]) - 1
    means, deviations = (one[:, 0] for one in posteriors(told, [last]))
    for read, stored in zip((means[1], deviations[1]), playback.last_moment(1.0), strict=False):
        assert_allclose(read, stored, rtol=1e-9)
    assert means.shape == (3, 150, 2) and np.bincount(told["labels"]).tolist() == [15] * 10
    aggregate = means.var(axis=1) + np.mean(deviations**2, axis=1)
    assert np.all(aggregate[0] > 1.5) and np.median(deviations[0]) < 0.1
    assert np.all(abs(aggregate[1] - 1) < 0.2)
    assert np.abs(means[2]).max() < 0.05 and np.all(abs(deviations[2] - 1) < 0.02)
    for run in told["runs"]:
        assert len(run["rate"]) == len(run["distortion"]) == last + 1
    cheap, one, dear = ((run["rate"][-1], run["distortion"][-1]) for run in told["runs"])
    assert cheap[0] > one[0] > dear[0] and cheap[1] < one[1] < dear[1] and dear[0] < 0.05
    assert sum(one) < min(sum(cheap), sum(dear))
