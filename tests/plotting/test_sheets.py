"""The sheet with everything, and the movie of a training."""

import io

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from PIL import Image

from keras_vae import VAE, VQVAE, Decoder, Encoder, plotting
from tests.oracles.sentences import sentence

pytestmark = pytest.mark.one_backend("pictures are drawn from the NumPy arrays of a model")

X = np.random.default_rng(0).uniform(size=(30, 4, 4)).astype("float32")
LOGS = {
    "elbo": [-5.0, -3.0],
    "reconstruction_loss": [5.0, 2.5],
    "kl_loss": [0.0, 0.5],
    "val_elbo": [-6.0, -4.0],
    "val_reconstruction_loss": [6.0, 3.25],
    "val_kl_loss": [0.0, 0.75],
    "beta": [0.0, 1.0],
}
TRAINING = {name: values for name, values in LOGS.items() if not name.startswith("val_")}
CURVES = ["negative ELBO (nats)", "reconstruction loss (nats)", "KL (nats)", "β"]
ABOVE = ["examples and reconstructions", "samples"]


def model(latent_dim):
    vae = VAE(Encoder(latent_dim, hidden_units=()), Decoder((4, 4), hidden_units=()), seed=0)
    vae.build((None, 4, 4))
    return vae


def titles(figure):
    return [axes.get_title(loc="left") for axes in figure.axes]


def test_the_sheet_of_a_plane():
    figure = plotting.overview(model(2), X, np.arange(30) % 3, LOGS)
    assert titles(figure) == [*ABOVE, "manifold", "codes of 30 examples", *CURVES]
    assert figure.get_suptitle() == (
        "ELBO −4.00 = −(reconstruction 3.25 + KL 0.75) nats per example, validation, after 2 epochs"
    )
    assert [text.get_text() for text in figure.axes[3].texts] == ["0", "1", "2"]
    figure.savefig(io.BytesIO())
    box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert min(box.x0, box.y0) >= 0 and box.x1 <= width and box.y1 <= height


def test_the_sheet_of_many_dimensions_has_the_seven_that_vary_most():
    vae = model(9)
    figure = plotting.overview(vae, X, history=TRAINING)
    assert titles(figure)[2:4] == ["traversals from the first example", "codes of 30 examples"]
    dims = np.argsort(-vae.encode(X).var(axis=0))
    shown = [label.get_text() for label in figure.axes[2].get_yticklabels()]
    assert shown == [f"z[{j}]" for j in dims[:7]]
    points = figure.axes[3]
    assert {points.get_xlabel(), points.get_ylabel()} == {f"z[{j}]" for j in dims[:2]}
    assert "nats per example, training, after 2 epochs" in figure.get_suptitle()


def test_codes_and_one_dimension_have_no_plane():
    assert titles(plotting.overview(model(1), X)) == ABOVE
    vae = VQVAE((8, 8, 1), num_codes=4, code_dim=2, hidden_units=(4, 4), seed=0)
    x = np.zeros((3, 8, 8, 1), "float32")
    assert titles(plotting.overview(vae, x, history=LOGS)) == [*ABOVE, *CURVES]


def gif(path):
    """Every frame, in RGB."""
    with Image.open(path) as image:
        frames = []
        for i in range(image.n_frames):
            image.seek(i)
            frames.append(np.asarray(image.convert("RGB")))
        return frames, image.info["duration"]


def test_a_movie_has_a_frame_for_each_state_and_rests_at_the_last(tmp_path):
    codes = np.random.default_rng(0).normal(size=(3, 20, 4)) * [1.0, 0.0, 2.0, 0.0]
    path = plotting.training_movie(list(codes), tmp_path / "codes.gif", epochs=[0, 5, 9], fps=4)
    frames, last = gif(path)
    assert len(frames) == 3 and last == 250 + 1500
    for frame in frames:  # the axes stay; a palette for each frame may move a shade by one
        np.testing.assert_allclose(frame[-60:, :30], 1.0 * frames[0][-60:, :30], atol=3)
    assert (frames[0] != frames[1]).any()


def test_a_movie_of_the_plane_has_its_second_dimension_upwards(tmp_path):
    states = np.zeros((2, 2, 2, 4, 4))
    states[1, 0] = 1.0  # the lower row, in the last frame
    frames, _ = gif(plotting.training_movie(states, tmp_path / "plane.gif"))
    before, after = (frame.mean(axis=(1, 2)) for frame in frames)
    height = len(after)
    assert after[-height // 4] < 60 < 200 < after[height // 4]
    assert before[-height // 4] > 200


@pytest.mark.parametrize(("name", "paper"), [("dark", "#1e2129"), ("transparent", "#ffffff")])
def test_the_paper_of_a_movie(tmp_path, name, paper):
    with plotting.theme(name):
        path = plotting.training_movie(np.zeros((2, 5, 2)), tmp_path / "codes.gif")
    corner = gif(path)[0][0][1, -2] / 255
    np.testing.assert_allclose(corner, to_rgba(paper)[:3], atol=2 / 255)


@pytest.mark.parametrize(
    ("frames", "path", "epochs", "said"),
    [
        ([np.zeros((5, 2))] * 2, "codes.mp4", None, "The movie is a GIF, and path='codes.mp4'"),
        ([np.zeros((5, 2))], "codes.gif", None, "received 1 of shapes [(5, 2)]."),
        ([np.zeros(5), np.zeros(5)], "codes.gif", None, "received 2 of shapes [(5,)]."),
        ([np.zeros((5, 2)), np.zeros((6, 2))], "codes.gif", None, "of shapes [(5, 2), (6, 2)]."),
        ([np.zeros((5, 2))] * 2, "codes.gif", [1], "There are 2 frames and 1 epochs"),
    ],
)
def test_what_is_no_movie(frames, path, epochs, said):
    assert said in sentence(
        ValueError, lambda: plotting.training_movie(frames, path, epochs=epochs)
    )
