import importlib
import io
import sys
from types import SimpleNamespace

import keras
import matplotlib
import numpy as np
import pytest

from keras_vae import VAE, Decoder, Encoder, plotting
from keras_vae.layers import StandardNormalPrior

pytestmark = pytest.mark.one_backend("pictures are drawn from the NumPy arrays of a model")

LOGS = {
    "elbo": [-5.0, -3.0, -2.0],
    "reconstruction_loss": [5.0, 2.5, 1.5],
    "kl_loss": [0.0, 0.5, 0.5],
    "val_elbo": [-6.0, -4.0, -3.0],
    "val_reconstruction_loss": [6.0, 3.5, 2.5],
    "val_kl_loss": [0.0, 0.5, 0.5],
    "beta": [0.0, 0.5, 1.0],
}

GAP = SimpleNamespace(approximation=np.array([1.0, 0.5, 2.0]), amortization=np.array([0.1, 4, 0.3]))


def canvas(figure):
    return np.asarray(figure.axes[0].images[0].get_array())


def curves(axes):
    return {line.get_label(): line.get_ydata().tolist() for line in axes.lines}


@pytest.fixture
def vae():
    model = VAE(Encoder(2, hidden_units=(8,)), Decoder((6, 4, 1), hidden_units=(8,)), seed=0)
    model.build((None, 6, 4, 1))
    return model


@pytest.fixture
def figures(vae):
    x = np.random.default_rng(0).uniform(size=(30, 6, 4, 1)).astype("float32")
    return {
        "reconstructions": plotting.reconstructions(vae, x),
        "samples": plotting.samples(vae, seed=0),
        "manifold": plotting.manifold(vae),
        "latent_scatter": plotting.latent_scatter(vae, x, np.arange(30) % 10),
        "learning_curves": plotting.learning_curves(LOGS),
        "inference_gap": plotting.inference_gap(GAP),
    }


def test_everything_drawn_lies_inside_the_figure(figures):
    for name, figure in figures.items():
        figure.savefig(io.BytesIO())
        box = figure.get_tightbbox()
        width, height = figure.get_size_inches()
        assert box.x0 >= 0 and box.y0 >= 0, name
        assert box.x1 <= width and box.y1 <= height, name


def test_figures_leave_the_settings_and_pyplot_alone(vae):
    from matplotlib import pyplot

    with matplotlib.rc_context({"font.size": 17.0, "figure.dpi": 72}):
        before = dict(matplotlib.rcParams)
        figure = plotting.samples(vae, rows=1, columns=2, seed=0)
        assert dict(matplotlib.rcParams) == before
    assert figure.dpi == 150
    assert pyplot.get_fignums() == []


def test_figures_can_be_written(figures, tmp_path):
    for name, figure in figures.items():
        figure.savefig(tmp_path / f"{name}.png")
        pixels = np.asarray(matplotlib.image.imread(tmp_path / f"{name}.png"))
        assert pixels[..., :3].std() > 0.01, name
        assert pixels[..., 3].min() == 1, name


def test_without_matplotlib_the_error_says_what_to_install(vae, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.style", None)
    for module in (plotting.style, plotting.pictures, plotting.charts, plotting):
        importlib.reload(module)
    with pytest.raises(ImportError, match=r"samples draws with.*pip install keras_vae\[plot\]"):
        plotting.samples(vae)


def test_reconstructions_stand_below_their_data():
    x = np.zeros((3, 12, 12, 1))
    x[1] = 1
    model = SimpleNamespace(reconstruct=lambda x: 1 - x)
    figure = plotting.reconstructions(model, x, num=2)
    pixels = canvas(figure)
    assert pixels.shape == (12 + 1 + 12, 12 + 1 + 12, 3)  # num=2, and a white line between
    white, black = [1, 1, 1], [0, 0, 0]
    assert pixels[5, 5].tolist() == white
    assert pixels[5, 20].tolist() == black
    assert pixels[20, 5].tolist() == black
    assert pixels[20, 20].tolist() == white
    assert pixels[12].min() == 1 and pixels[:, 12].min() == 1
    ticks = figure.axes[0].get_yticklabels()
    assert [tick.get_text() for tick in ticks] == ["data", "reconstruction"]
    assert [pixels[round(tick.get_position()[1]), 5, 0] for tick in ticks] == [1, 0]


def test_samples_are_drawn_with_the_seed_and_read_like_text():
    def generate(num_samples, seed):
        assert (num_samples, seed) == (6, 7)
        return np.arange(6).reshape(6, 1, 1) / 5 * np.ones((6, 12, 12))

    pixels = canvas(plotting.samples(SimpleNamespace(generate=generate), 2, 3, seed=7, cmap="gray"))
    middles = pixels[5::13, 5::13, 0]
    np.testing.assert_allclose(middles, np.arange(6).reshape(2, 3) / 5, atol=1 / 255)


def test_colours_are_kept_and_flat_examples_are_folded():
    red = np.zeros((4, 12, 12, 3))
    red[..., 0] = 1
    model = SimpleNamespace(generate=lambda num_samples, seed: red[:num_samples])
    assert canvas(plotting.samples(model, 2, 2))[0, 0].tolist() == [1, 0, 0]
    model = SimpleNamespace(generate=lambda num_samples, seed: red.reshape(4, -1)[:num_samples])
    pixels = canvas(plotting.samples(model, 2, 2, image_shape=(12, 12, 3)))
    assert pixels[0, 0].tolist() == [1, 0, 0]
    with pytest.raises(ValueError, match=r"shape \(432,\) are not pictures.*image_shape="):
        plotting.samples(model, 2, 2)


def test_the_grey_scale_widens_to_the_values():
    values = np.full((1, 2, 2), -1.0)
    values[0, 0] = [0, 1]
    model = SimpleNamespace(generate=lambda num_samples, seed: values)
    pixels = canvas(plotting.samples(model, 1, 1, cmap="gray"))[..., 0]
    np.testing.assert_allclose(pixels, [[0.5, 1], [0, 0]], atol=1 / 255)


def test_manifold_is_a_seamless_grid_of_prior_quantiles():
    asked = []

    def decode(z, batch_size):
        asked.append(z)
        right, up = z[:, 0] > 0.5, z[:, 1] > 0.5
        return np.stack([right, up, 0 * up], axis=-1)[:, None, None] * np.ones((1, 5, 4, 1))

    encoder, prior = SimpleNamespace(latent_dim=2), StandardNormalPrior(2)
    model = SimpleNamespace(encoder=encoder, prior=prior, decode=decode)
    figure = plotting.manifold(model, num=3, gap=0)
    pixels = canvas(figure)
    assert pixels.shape == (3 * 5, 3 * 4, 3)
    np.testing.assert_array_equal(pixels[:, -4:, 0], 1)
    assert pixels[:, :-4, 0].max() == 0
    np.testing.assert_array_equal(pixels[:5, :, 1], 1)
    assert pixels[5:, :, 1].max() == 0
    sixth = 0.9674215661  # -Φ⁻¹(1/6)
    np.testing.assert_allclose(np.unique(asked[0]), [-sixth, 0, sixth], rtol=1e-6)
    one = figure.axes[0].get_xticklabels()[5]
    assert one.get_text() == "1"
    np.testing.assert_allclose(one.get_position()[0], 0.8413447461, rtol=1e-5)  # Φ(1)
    assert canvas(plotting.manifold(model, num=3, gap=2)).shape == (3 * 5 + 4, 3 * 4 + 4, 3)


def test_manifold_needs_two_latent_dimensions():
    model = SimpleNamespace(encoder=SimpleNamespace(latent_dim=3))
    with pytest.raises(ValueError, match="needs latent_dim=2, and this model has 3"):
        plotting.manifold(model)


def test_scatter_shows_the_two_dimensions_that_vary():
    means = np.random.default_rng(0).normal(size=(40, 4)) * [2.0, 0.1, 0.0, 1.0]
    labels = np.array(["cat", "dog"])[np.arange(40) % 2]
    axes = plotting.latent_scatter(SimpleNamespace(encode=lambda x: means), means, labels).axes[0]
    points = axes.collections[0]
    np.testing.assert_allclose(points.get_offsets(), means[:, [0, 3]])
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("$z_{1}$", "$z_{4}$")
    assert [circle.radius for circle in axes.patches] == [1, 2]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["cat", "dog"]
    to_rgba = matplotlib.colors.to_rgba
    for i in (0, 1):
        assert tuple(points.get_facecolors()[i][:3]) == to_rgba(plotting.PALETTE[i])[:3]
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    assert x0 < means.min() and x1 > means.max() and (x0, x1) == (y0, y1)


def test_scatter_says_what_does_not_fit():
    model = SimpleNamespace(encode=lambda x: x)
    with pytest.raises(ValueError, match="at least two latent dimensions, and this model has 1"):
        plotting.latent_scatter(model, np.zeros((5, 1)))
    with pytest.raises(ValueError, match="5 examples and 4 labels"):
        plotting.latent_scatter(model, np.zeros((5, 2)), labels=[0, 1, 0, 1])
    assert plotting.latent_scatter(model, np.zeros((5, 2))).axes[0].get_legend() is None


def test_learning_curves_are_the_logs():
    history = keras.callbacks.History()
    history.history = LOGS
    elbo, reconstruction, kl, beta = plotting.learning_curves(history).axes
    assert curves(elbo) == {"training": [5, 3, 2], "validation": [6, 4, 3]}
    assert curves(reconstruction) == {"training": [5, 2.5, 1.5], "validation": [6, 3.5, 2.5]}
    assert curves(kl) == {"training": [0, 0.5, 0.5], "validation": [0, 0.5, 0.5]}
    assert beta.lines[0].get_xydata().tolist() == [[1, 0], [2, 0.5], [3, 1]]


def test_learning_curves_without_validation_and_with_beta_of_every_step():
    logs = {name: values for name, values in LOGS.items() if not name.startswith("val_")}
    figure = plotting.learning_curves(logs, beta=[0.0, 0.5, 1.0, 1.0])
    assert curves(figure.axes[0]) == {"training": [5, 3, 2]}
    assert figure.axes[3].lines[0].get_xydata().tolist() == [[0, 0], [1, 0.5], [2, 1], [3, 1]]


def test_the_gap_is_stacked_in_the_order_of_its_size():
    axes = plotting.inference_gap(GAP).axes[0]
    approximation, amortization = ([bar.get_height() for bar in bars] for bars in axes.containers)
    assert approximation == [1.0, 2.0, 0.5] and np.allclose(amortization, [0.1, 0.3, 4.0])
    assert [bar.get_y() for bar in axes.containers[1]] == approximation
