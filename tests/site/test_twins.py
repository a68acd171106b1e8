"""Pictures in dark colours too: what becomes of what is drawn, and what a page shows of it."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from PIL import Image

from docs import twins
from docs.hooks import pairs
from keras_vae import plotting
from keras_vae.plotting.style import THEMES

pytestmark = pytest.mark.one_backend("figures are drawn, and nothing is computed")

LIGHT, DARK = THEMES["light"], THEMES["dark"]
PAPER = np.array(to_rgb(DARK.paper))


def drawn(**options):
    """A figure with lines, bars, points, words and a legend in light colours."""
    figure = Figure(facecolor="white", **options)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], "o-", color=LIGHT.series[1], label="line")
    axes.bar([0, 1], [1, 2], color=LIGHT.series[2], alpha=0.5)
    axes.errorbar([0, 1], [1, 2], yerr=0.1, color=LIGHT.grey, capsize=2)
    axes.scatter([0, 1], [1, 2], c=[LIGHT.series[3], LIGHT.series[4]])
    box = {"facecolor": "white", "edgecolor": LIGHT.series[0]}
    arrow = {"arrowstyle": "->", "color": "black"}
    word = axes.annotate("word", (0, 0), (1, 1), arrowprops=arrow, bbox=box)
    word.set_path_effects([withStroke(linewidth=3, foreground="white")])
    axes.legend()
    return figure


def test_every_colour_becomes_that_of_the_dark_theme():
    figure = twins.darken(drawn())
    axes = figure.axes[0]
    line, bar, points, word = axes.lines[0], axes.patches[0], axes.collections[-1], axes.texts[0]
    assert to_hex(line.get_color()) == to_hex(line.get_markeredgecolor()) == DARK.series[1]
    assert to_hex(bar.get_facecolor()) == DARK.series[2] and bar.get_facecolor()[3] == 0.5
    assert [*map(to_hex, points.get_facecolor())] == [*DARK.series[3:5]]
    assert to_hex(word.get_color()) == to_hex(axes.get_xticklabels()[0].get_color()) == DARK.ink
    halo = word.get_path_effects()[0]._gc["foreground"]
    assert to_hex(halo) == to_hex(word.get_bbox_patch().get_facecolor()) == DARK.paper
    assert to_hex(word.arrow_patch.get_edgecolor()) == DARK.ink
    for patch in (figure.patch, axes.patch, axes.get_legend().get_frame()):
        assert to_hex(patch.get_facecolor()) == DARK.paper


def test_a_colour_that_neither_theme_has_is_an_error():
    with pytest.raises(ValueError, match="nothing dark for #ffa500"):
        twins.darken(Figure(facecolor="orange"))
    figure = Figure(facecolor="white")
    figure.subplots().imshow([[0.0, 1.0]], cmap="magma")
    with pytest.raises(ValueError, match="nothing dark for magma"):
        twins.darken(figure)


@pytest.mark.parametrize("draw", [plotting.ways, lambda x: plotting.ways(x, cmap="gray_r")])
def test_ink_is_light_on_dark_paper(draw):
    """Also in the gaps between pictures, which are paper."""
    figure = draw(np.linspace(0, 1, 2 * 3 * 16).reshape(2, 3, 4, 4, 1))
    canvas = np.asarray(twins.darken(figure).axes[0].images[0].get_array())
    np.testing.assert_allclose(canvas[0, 0], PAPER, atol=1e-6)
    np.testing.assert_allclose(canvas[4], np.broadcast_to(PAPER, canvas[4].shape), atol=1e-6)
    np.testing.assert_allclose(canvas[-1, -1], to_rgb(DARK.pictures[1]), atol=1e-6)


def test_photographs_keep_their_values_and_lie_on_dark_paper():
    colour = np.ones((6, 9, 3))
    colour[1:5, 1:4], colour[1:5, 5:8] = (0.2, 0.5, 0.9), (1.0, 0.0, 0.0)
    colour[2, 2] = 1.0  # white, and no paper
    dark = twins.on_dark_paper(colour, kept=False)
    paper = (colour.min(axis=-1) == 1.0) & ~np.pad([[True]], ((2, 3), (2, 6)))
    np.testing.assert_array_equal(dark[~paper], colour[~paper])
    np.testing.assert_allclose(dark[paper], np.broadcast_to(PAPER, dark[paper].shape))


def test_a_face_keeps_its_skin_and_loses_its_paper():
    face = np.ones((9, 9, 3))
    face[1:8, 1:8], face[2:7, 2:7] = 0.95 * 0.5, 0.7  # a rim that is half paper, and skin
    dark = twins.on_dark_paper(face, kept=True)
    np.testing.assert_array_equal(dark[2:7, 2:7], face[2:7, 2:7])
    assert dark[1].max() <= PAPER.max() and np.allclose(dark[0], PAPER)


@pytest.mark.parametrize(("name", "at_zero"), [("gray_r", 0.0), ("Blues", 0.0), ("RdBu", 0.5)])
def test_maps_of_colour_are_paper_where_they_were_white(name, at_zero):
    figure = Figure(facecolor="white")
    shown = figure.subplots().imshow([[0.0, 1.0]], cmap=name)
    twins.darken(figure)
    np.testing.assert_allclose(shown.get_cmap()(at_zero)[:3], PAPER, atol=0.02)


def test_what_is_saved_has_a_twin(tmp_path):
    before = Figure.savefig
    with twins.saved():
        figure = drawn(figsize=(3, 2))
        figure.savefig(tmp_path / "a.png", dpi=50)
        figure.savefig(tmp_path / "b-dark.png")  # the script's own
    assert Figure.savefig is before
    assert {path.name for path in tmp_path.iterdir()} == {"a.png", "a-dark.png", "b-dark.png"}
    light, dark = (Image.open(tmp_path / name).convert("RGB") for name in ("a.png", "a-dark.png"))
    assert light.size == dark.size == (150, 100)
    corners = [to_hex(np.divide(one.getpixel((0, 0)), 255)) for one in (light, dark)]
    assert corners == ["#ffffff", DARK.paper]
    assert to_hex(figure.get_facecolor()) == "#ffffff"  # which stays as it was


def test_a_page_shows_both_pictures_where_there_are_two():
    page = SimpleNamespace(url="examples/x/")
    there = ["assets/a.png", "assets/a-dark.png", "assets/b.png"]
    files = [SimpleNamespace(dest_uri=path) for path in there]
    alone = '<img alt="b" src="../../assets/b.png">'
    html = f'<p><img alt="an a" class="photo" src="../../assets/a.png" width="9"></p>{alone}'
    assert pairs.on_page_content(html, page=page, config=None, files=files) == (
        '<p><picture class="only-light"><img loading="lazy" alt="an a" class="photo" '
        'src="../../assets/a.png" width="9"></picture><picture class="only-dark">'
        '<img loading="lazy" alt="an a" class="photo" src="../../assets/a-dark.png" width="9">'
        f"</picture></p>{alone}"
    )
