"""One-panel functions draw into given axes, so that figures can be composed."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

from keras_vae import plotting
from keras_vae.layers import StandardNormalPrior
from tests.oracles.sentences import sentence

pytestmark = pytest.mark.one_backend("a stand-in for the model, and drawing by matplotlib")

X = np.random.default_rng(0).uniform(size=(4, 6, 6))
GAP = SimpleNamespace(approximation=np.array([1.0, 0.5]), amortization=np.array([0.1, 4]))


def decode(z, batch_size):
    return np.broadcast_to(z.mean(axis=1)[:, None, None], (len(z), 6, 6))


MODEL = SimpleNamespace(
    encoder=SimpleNamespace(latent_dim=2),
    prior=StandardNormalPrior(2),
    encode=lambda x: x[:, 0, :2],
    decode=decode,
    reconstruct=lambda x: x / 2,
    generate=lambda number, seed: np.zeros((number, 6, 6)),
)
DRAW = {
    "reconstructions": lambda axes: plotting.reconstructions(MODEL, X, axes=axes),
    "samples": lambda axes: plotting.samples(MODEL, axes=axes),
    "manifold": lambda axes: plotting.manifold(MODEL, axes=axes),
    "latent_scatter": lambda axes: plotting.latent_scatter(MODEL, X, axes=axes),
    "traversals": lambda axes: plotting.traversals(MODEL, np.zeros(2), axes=axes),
    "interpolation": lambda axes: plotting.interpolation(MODEL, [1.0, 0.0], [0.0, 1.0], axes=axes),
    "ways": lambda axes: plotting.ways(np.zeros((2, 3, 6, 6)), axes=axes),
    "rate_distortion": lambda axes: plotting.rate_distortion({1.0: (1.0, 2.0)}, axes=axes),
    "inference_gap": lambda axes: plotting.inference_gap(GAP, axes=axes),
}


@pytest.mark.parametrize("draw", DRAW.values(), ids=DRAW)
def test_it_draws_into_given_axes_and_returns_their_whole_figure(draw):
    figure = Figure()
    left, right = figure.subfigures(1, 2)
    free, given = left.add_subplot(), right.add_subplot()
    assert draw(given) is figure
    assert given.has_data() and not free.has_data()
    assert figure.axes == [free, given]
    drawn = draw(None).axes[0]
    assert given.get_xlabel() == drawn.get_xlabel()
    assert given.get_ylim() == drawn.get_ylim()


def test_several_axes_get_a_sentence():
    assert sentence(ValueError, lambda: plotting.samples(MODEL, axes=Figure().subplots(1, 2))) == (
        "axes= takes one pair of axes, and received ndarray: choose one of those that "
        "figure.subplots() returned, or write axes=figure.add_subplot()."
    )


def test_learning_curves_fill_a_subfigure():
    logs = {key: [1.0, 2.0] for key in ("elbo", "reconstruction_loss", "kl_loss", "beta")}
    figure = Figure()
    left, right = figure.subfigures(1, 2)
    assert plotting.learning_curves(logs, figure=right) is figure
    assert len(right.axes) == 4 and not left.axes
