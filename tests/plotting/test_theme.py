"""Themes: colours that are told apart, on every paper, in every figure."""

import io
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgba
from matplotlib.figure import Figure

from keras_vae import plotting
from keras_vae.plotting.style import THEMES
from tests.oracles.sentences import sentence
from tests.oracles.vision import VISIONS, contrast, difference, smallest_difference

pytestmark = pytest.mark.one_backend("drawing by matplotlib, and colours")

DARK = THEMES["dark"].paper


def papers(look):
    """What is drawn on; without paper it may be light or dark."""
    return [look.paper] if look.paper else ["#ffffff", DARK]


def scatter(**arguments):
    codes = np.random.default_rng(0).normal(size=(60, 2))
    model = SimpleNamespace(encode=lambda x: x)
    return plotting.latent_scatter(model, codes, np.arange(60) % 12, **arguments)


def grey_samples(levels, cmap=None):
    pictures = np.asarray(levels, "float64")[:, None, None] * np.ones((1, 12, 12))
    model = SimpleNamespace(generate=lambda number, seed: pictures)
    return plotting.samples(model, 1, len(levels), cmap=cmap)


def pixels(figure):
    """What is written to a PNG, values in [0, 1]."""
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return matplotlib.image.imread(io.BytesIO(file.getvalue()))


@pytest.mark.parametrize(
    ("p", "q", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_difference_of_colours_is_that_of_the_table(p, q, expected):
    """Sharma, Wu & Dalal 2005, table 1."""
    np.testing.assert_allclose(difference(np.array(p), np.array(q)), expected, atol=5e-5)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize(
    ("name", "ten", "six"),
    [
        ("light", 10.5, 13.5),
        ("dark", 10.5, 13.5),
        ("paper", 10.5, 13.5),
        ("transparent", 6.5, 9.5),  # what stands out from white and from dark paper is narrow
    ],
)
def test_series_are_told_apart_with_every_kind_of_colour_vision(name, ten, six, vision):
    """2.3 can just be told; the palette before had 6.5 among its ten, at 1.6 : 1 to white."""
    series = THEMES[name].series
    assert len(series) == 10
    assert smallest_difference(series, vision) > ten
    assert smallest_difference(series[:6], vision) > six


@pytest.mark.parametrize("name", THEMES)
def test_what_is_drawn_stands_out_from_its_paper(name):
    look = THEMES[name]
    for paper in papers(look):
        for colour in (*look.series, look.grey):
            assert contrast(colour, paper) > 3.0, (colour, paper)
        assert contrast(look.ink, paper) > (4.0 if look.paper is None else 7.0)
    assert contrast(*look.caption) > 7.0


@pytest.mark.parametrize("name", THEMES)
def test_legend_and_marks_of_the_scatter_are_the_same_colours(name):
    with plotting.theme(name) as look:
        axes = scatter().axes[0]
    marks = [to_hex(colour) for colour in axes.collections[0].get_facecolors()[:12]]
    legend = [to_hex(h.get_facecolors()[0]) for h in axes.get_legend().legend_handles]
    assert marks == legend == [look.series[i % 10] for i in range(12)]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        str(i) for i in range(12)
    ]


@pytest.mark.parametrize("name", THEMES)
def test_ink_and_paper_are_those_of_the_theme(name):
    with plotting.theme(name) as look:
        figure = scatter()
    axes = figure.axes[0]
    inked = [axes.xaxis.label, axes.get_xticklabels()[0], axes.get_legend().get_texts()[0]]
    assert [to_hex(text.get_color()) for text in inked] == [look.ink] * 3
    assert [to_hex(circle.get_edgecolor()) for circle in axes.patches] == [look.ink] * 2
    assert to_hex(axes.spines["left"].get_edgecolor()) == look.ink
    corner = pixels(figure)[0, 0]
    if look.paper is None:
        assert corner[3] == 0
    else:
        np.testing.assert_allclose(corner, to_rgba(look.paper), atol=1 / 255)


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_ends(name):
    before = dict(matplotlib.rcParams)
    with pytest.raises(ZeroDivisionError), plotting.theme(name):
        _ = 1 / 0
    assert dict(matplotlib.rcParams) == before
    assert to_hex(scatter().get_facecolor()) == "#ffffff"


def test_no_slabs_in_the_dark():
    """0 and the gap between pictures are paper, 1 is light; a colour map is taken at its word."""
    with plotting.theme("dark") as look:
        inked = grey_samples([0.0, 1.0]).axes[0].images[0].get_array()
        mapped = grey_samples([0.0, 1.0], cmap="gray").axes[0].images[0].get_array()
    paper = to_rgba(look.paper)[:3]
    np.testing.assert_allclose(inked[:, :13], np.broadcast_to(paper, (12, 13, 3)))
    assert contrast(to_hex(inked[0, 13]), look.paper) > 12
    np.testing.assert_allclose(mapped[0, [0, 12, 13]], [[0, 0, 0], paper, [1, 1, 1]])


def test_without_paper_a_picture_is_as_opaque_as_its_values():
    with plotting.theme("transparent") as look:
        inked = grey_samples([0.0, 0.5, 1.0]).axes[0].images[0].get_array()
        colours = np.ones((1, 12, 12, 3)) * [1.0, 0.5, 0.0]
        model = SimpleNamespace(generate=lambda number, seed: colours)
        coloured = plotting.samples(model, 1, 1).axes[0].images[0].get_array()
    ink = np.array(to_rgba(look.ink)[:3])
    np.testing.assert_allclose(inked[0, [0, 12, 13, 26], 3], [0, 0, 0.5, 1])
    np.testing.assert_allclose(inked[0, [0, 12, 13, 26], :3], np.tile(ink, (4, 1)))
    assert coloured[0, 0].tolist() == [1, 0.5, 0, 1]


def test_for_print_a_figure_has_300_dots_per_inch_by_itself():
    with plotting.theme("paper"):
        figure = scatter()
    height, width = pixels(figure).shape[:2]
    assert (width, height) == tuple(np.round(300 * figure.get_size_inches()))
    assert figure.axes[0].xaxis.label.get_fontname() == "STIXGeneral"


@pytest.mark.parametrize("name", THEMES)
def test_text_stays_text_in_vector_formats(name):
    """In SVG not for print, whose font may be missing where it is looked at."""
    svg, pdf = io.BytesIO(), io.BytesIO()
    with plotting.theme(name):
        figure = plotting.rate_distortion({1.0: (10.0, 80.0), 2.0: (5.0, 90.0)})
        figure.savefig(svg, format="svg")
        figure.savefig(pdf, format="pdf")
    assert ("rate: KL (nats)</text>" in svg.getvalue().decode()) == (name != "paper")
    assert b"/CIDFontType2" in pdf.getvalue() and b"/Type3" not in pdf.getvalue()


@pytest.mark.parametrize("ending", ["svg", "pdf"])
def test_vector_formats_need_no_theme(tmp_path, ending):
    scatter().savefig(tmp_path / f"scatter.{ending}")
    assert (tmp_path / f"scatter.{ending}").stat().st_size > 1000


def test_what_one_draws_oneself_has_the_look_of_the_theme():
    with plotting.theme("dark") as look:
        figure = Figure()
        (line,) = figure.add_subplot().plot([0, 1])
    assert to_hex(figure.get_facecolor()) == look.paper
    assert line.get_color() == look.series[0]


def test_a_theme_that_is_none():
    def act():
        with plotting.theme("sepia"):
            pass

    assert sentence(ValueError, act) == (
        "theme('sepia') must be one of 'light', 'dark', 'paper', 'transparent'."
    )
