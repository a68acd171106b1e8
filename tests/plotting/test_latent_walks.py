"""Ways through the latent space: a row for each, named and marked."""

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_vae.plotting import traversals, ways

pytestmark = pytest.mark.one_backend("a stand-in for the model, and drawing by matplotlib")


def texts(labels):
    return [label.get_text() for label in labels]


def test_every_picture_is_at_its_row_and_column():
    pictures = np.zeros((2, 3, 4, 4, 1))
    pictures[1, 2] = 1.0
    figure = ways(pictures, marks=["a", "b", "c"], cmap="gray")
    axes = figure.axes[0]
    canvas = axes.images[0].get_array()
    where = [round(float(tick)) for tick in (axes.get_yticks()[1], axes.get_xticks()[2])]
    assert_allclose(canvas[tuple(where)], 1.0)
    assert canvas[:4, :14].min() == 0.0 and canvas[:4, :4].max() == 0.0
    assert texts(axes.get_xticklabels()) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("arguments", "marks"),
    [({"span": 1.0}, ["−1", "+0", "+1"]), ({}, ["17 %", "50 %", "83 %"])],
)
def test_traversals_say_where_they_are(monkeypatch, arguments, marks):
    monkeypatch.setattr("keras_vae.latent_space.traversals.quantiles", lambda *_: np.zeros((3, 2)))
    vae = SimpleNamespace(decode=lambda z, batch_size: np.zeros((len(z), 4, 4, 3)))
    axes = traversals(vae, np.zeros(2), steps=3, **arguments).axes[0]
    assert texts(axes.get_xticklabels()) == marks
    assert texts(axes.get_yticklabels()) == ["z[0]", "z[1]"]


def test_names_that_do_not_fit():
    with pytest.raises(ValueError, match="`names` has 1 entries; expected 2"):
        ways(np.zeros((2, 3, 4, 4)), names=["smile"])
