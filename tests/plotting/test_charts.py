"""Charts: what the frame cuts off, rates and distortions, KL of each dimension."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from keras_vae import VAE, Decoder, Encoder, plotting
from keras_vae.layers import NormalHead
from tests.oracles.sentences import sentence

pytestmark = pytest.mark.one_backend("charts are drawn from NumPy arrays")

POINTS = {0.1: (20.0, 80.0), 1.0: (10.0, 85.0), "free bits": (1.0, 110.0)}


def notes(logs):
    figure = plotting.learning_curves({"beta": [1.0] * 40, **logs})
    return [axes.get_title(loc="right") for axes in figure.axes]


def settled(first, last):
    return [first, *[last] * 39]


def test_where_a_curve_begins_that_the_frame_cuts_off():
    logs = {
        "elbo": settled(-540.2, -100.0),
        "val_elbo": settled(-99.0, -98.0),
        "reconstruction_loss": settled(536.789, 90.0),
        "val_reconstruction_loss": settled(99.31, 90.0),
        "kl_loss": settled(0.25, 10.0),
    }
    expected = ["↑ from 540", "↑ from 537, val 99.3", "↓ from 0.25", ""]
    assert notes(logs) == expected
    inside = {name: [1.0] * 40 for name in ("elbo", "reconstruction_loss", "kl_loss")}
    assert notes(inside) == [""] * 4


def test_logs_of_another_model():
    assert sentence(ValueError, lambda: plotting.learning_curves({"elbo": [1.0]})) == (
        "The history lacks reconstruction_loss, kl_loss, beta: expected the logs of a VAE, as fit "
        "returns."
    )


def test_rates_and_distortions_are_where_they_are_and_named():
    axes = plotting.rate_distortion(POINTS).axes[0]
    curve = next(line for line in axes.lines if line.get_marker() == "o")
    assert curve.get_xydata().tolist() == [[20, 80], [10, 85], [1, 110]]
    named = {text.get_text(): text.xy for text in axes.texts[:3]}
    assert named == {"β = 0.1": (20, 80), "β = 1": (10, 85), "free bits": (1, 110)}


def test_lines_of_equal_elbo_have_slope_minus_one_and_their_nats():
    axes = plotting.rate_distortion(POINTS).axes[0]
    lines = [line for line in axes.lines if line.get_marker() != "o"]
    assert {line.get_slope() for line in lines} == {-1}
    dashed = [line.get_xy1() for line in lines if line.get_linestyle() == "--"]
    assert dashed == [(0, 95.0)]  # the best: β = 1
    assert "the best, 95.00" in axes.get_title(loc="left")
    top = axes.get_ylim()[1]
    levels = axes.texts[3:]
    assert levels
    for level in levels:  # where the line leaves through the top, rate + distortion is its name
        assert level.xy[1] == top
        np.testing.assert_allclose(sum(level.xy), float(level.get_text()))
        assert axes.get_xlim()[0] <= level.xy[0] <= axes.get_xlim()[1]


@pytest.mark.parametrize("points", [{}, {1.0: (1.0, 2.0, 3.0)}, {1.0: (1.0, np.nan)}])
def test_points_that_are_none(points):
    said = sentence(ValueError, lambda: plotting.rate_distortion(points))
    assert said.startswith("`points` must give a rate and a distortion, two finite numbers")


def test_bars_of_kl_from_the_most_to_the_least():
    """Posterior N(aᵢx, 1) at x = ±1: KL is aᵢ²/2, and a mean that does not vary has collapsed."""
    decoder = Decoder((1,), hidden_units=(), head=NormalHead(scale=1.0))
    vae = VAE(Encoder(3, hidden_units=()), decoder, seed=0)
    vae.build((None, 1))
    vae.encoder.set_weights([np.array([[1.0, 0, 2.0]]), np.zeros(3), np.zeros((1, 3)), np.zeros(3)])
    axes = plotting.kl_per_dimension(vae, np.array([[1.0], [-1.0]])).axes[0]
    np.testing.assert_allclose([bar.get_height() for bar in axes.patches], [2, 0.5, 0], atol=1e-6)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["z[2]", "z[0]", "z[1]"]
    crosses = next(line for line in axes.lines if line.get_label() == "collapsed")
    assert crosses.get_xydata().tolist() == [[2, 0]]
    assert axes.get_title(loc="left") == ("KL by dimension (nats): 2 of 3 active, sum 2.50")


def test_groups_have_their_colours(monkeypatch):
    nats = {"z_1": np.array([1.0, 3.0]), "z_2": np.array([[2.0]])}
    active = {name: values > 1 for name, values in nats.items()}
    monkeypatch.setattr("keras_vae.evaluation.kl_per_dimension", lambda vae, x: nats)
    monkeypatch.setattr("keras_vae.evaluation.active_units", lambda vae, x: active)
    axes = plotting.kl_per_dimension(None, None).axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["z_1[1]", "z_1[0]", "z_2[0]"]
    first, second = plotting.PALETTE[:2]
    assert [to_hex(bar.get_facecolor()) for bar in axes.patches] == [first, first, second]


def test_many_dimensions_have_no_names(monkeypatch):
    monkeypatch.setattr("keras_vae.evaluation.kl_per_dimension", lambda vae, x: np.ones(64))
    monkeypatch.setattr("keras_vae.evaluation.active_units", lambda vae, x: np.ones(64) > 0)
    axes = plotting.kl_per_dimension(None, None).axes[0]
    assert len(axes.patches) == 64 and len(axes.get_xticks()) == 0
    assert axes.get_legend() is None
