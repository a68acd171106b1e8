"""The look of every figure: ink, paper, colours, sizes; and the themes that choose among them."""

import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ParamSpec

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#333333"
GREY = "#8c8c8c"
# The order of Okabe and Ito 2008 and four more, moved until all are told apart with every kind of
# colour vision and each stands out from its paper by 3 : 1 (tests/plotting/test_theme.py).
PALETTE = (
    "#07517e",
    "#d17f00",
    "#24886b",
    "#b14d08",
    "#0f98ec",
    "#a8689e",
    "#38342f",
    "#831fe6",
    "#842c02",
    "#859760",
)
STYLE = {
    "figure.dpi": 150,
    "figure.constrained_layout.use": True,
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.linewidth": 0.6,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "lines.linewidth": 1.4,
    "legend.frameon": False,
    "legend.fontsize": 8,
}
# While a theme lasts, text that is saved stays text: in SVG as such, in PDF as embedded TrueType.
SAVED = {"svg.fonttype": "none", "pdf.fonttype": 42}


@dataclass(frozen=True)
class Theme:
    """What is drawn with.

    Attributes:
        ink: colour of text and axes.
        grey: colour of what stands back.
        paper: colour of the ground; None leaves it out.
        series: colours of lines and classes, in their order.
        pictures: colours of a grey picture where it is 0 and where it is 1.
        caption: colour of a word on top of marks, and of the halo around it.
        sizes: settings of matplotlib beside the colours.
    """

    ink: str = INK
    grey: str = GREY
    paper: str | None = "#ffffff"
    series: tuple[str, ...] = PALETTE
    pictures: tuple[str, str] = ("#ffffff", "#000000")
    caption: tuple[str, str] = (INK, "#ffffff")
    sizes: dict[str, Any] = field(default_factory=dict)

    def settings(self) -> dict[str, Any]:
        """Settings of matplotlib, whole but for its own defaults."""
        from cycler import cycler

        paper = self.paper or "none"
        inked = {name: self.ink for name, value in STYLE.items() if value == INK}
        grounds = dict.fromkeys(("figure.facecolor", "axes.facecolor"), paper)
        cycle = {"axes.prop_cycle": cycler(color=self.series)}
        return STYLE | inked | grounds | cycle | self.sizes


THEMES = {
    "light": Theme(),
    "dark": Theme(
        ink="#e2e4e9",
        grey="#8b909c",
        paper="#1e2129",
        series=(
            "#3399f5",
            "#fdbf34",
            "#00d69b",
            "#ed6a1f",
            "#b1ccff",
            "#c087ab",
            "#e9e4e4",
            "#7c5cdd",
            "#a8714d",
            "#daf298",
        ),
        pictures=("#1e2129", "#f4f4f4"),
        caption=("#ffffff", "#1e2129"),
    ),
    "paper": Theme(
        ink="#000000",
        grey="#777777",
        caption=("#000000", "#ffffff"),
        # STIX comes with matplotlib and has the shapes and widths of Times; who looks at an SVG may
        # have neither.
        sizes={
            "figure.dpi": 300,
            "font.family": "STIXGeneral",
            "mathtext.fontset": "stix",
            "svg.fonttype": "path",
        },
    ),
    # Of equal contrast, 4 : 1, to white and to the paper of the dark theme.
    "transparent": Theme(
        ink="#7f7f7f",
        grey="#8a8a8a",
        paper=None,
        series=(
            "#1d77b9",
            "#a9860e",
            "#249b79",
            "#ae6547",
            "#0d97f6",
            "#cd71a1",
            "#787c80",
            "#a67eca",
            "#b54e1a",
            "#85994c",
        ),
        pictures=("#7f7f7f00", "#7f7f7fff"),
        caption=("#ffffff", "#4d4d4d"),
    ),
}
CURRENT = ContextVar("CURRENT", default="light")
DRAWING = ContextVar("DRAWING", default=False)  # inside a function that draws several panels


def current() -> Theme:
    """The theme that a drawing function asks for its colours."""
    return THEMES[CURRENT.get()]


@contextlib.contextmanager
def dressed(name: str, look: Theme, more: Mapping[str, Any]) -> Iterator[None]:
    """Matplotlib in the settings of a theme alone, or a sentence that says how to get it."""
    try:
        import matplotlib.style
    except ImportError as error:
        raise ImportError(
            f"keras_vae.plotting.{name} draws with matplotlib, which is not installed: write "
            "`pip install keras_vae[plot]`."
        ) from error
    with matplotlib.style.context(["default", {**more, **look.settings()}]):
        yield


@contextlib.contextmanager
def theme(name: str) -> Iterator[Theme]:
    """Draws in another look as long as it lasts: `with plotting.theme("dark"):`.

    - `"light"`: dark ink on white paper, as without a theme.
    - `"dark"`: light ink on dark paper. Grey pictures are light where they are 1.
    - `"paper"`: for print. Black ink, the font STIX, which looks like Times, and 300 dots per inch.
    - `"transparent"`: no paper, and an ink whose contrast to white and to dark paper is 4 : 1. Grey
      pictures are this ink, as opaque as their values.

    The colours of series keep their order in all of them. Any two of them are told apart by readers
    with protanopia, deuteranopia and tritanopia too, and their contrast to the paper is at least 3
    to 1. Where there is no paper the colours lie closer together, and six are the most to use.

    The settings of matplotlib are those of the theme meanwhile, so that what one draws oneself
    looks alike, and a figure made for `axes=` has the paper of the theme. What is saved meanwhile
    keeps its text: PDF embeds the TrueType font, as journals ask for, and SVG has text as text, but
    for `"paper"` its shapes, since who looks at it may lack the font.

    Args:
        name: "light", "dark", "paper" or "transparent".

    Yields:
        The colours: `ink`, `grey`, `paper` (None where there is none), `series`.

    Raises:
        ValueError: if there is no such theme.

    References:
        Okabe & Ito 2008, Color Universal Design. W3C 2018, Web Content Accessibility Guidelines
        2.1, criterion 1.4.11, for the contrast.

    Examples:
        >>> from matplotlib.figure import Figure
        >>> with theme("dark") as look:
        ...     figure = Figure()
        >>> look.paper
        '#1e2129'
        >>> [round(255 * level) for level in figure.get_facecolor()[:3]]  # 1e, 21, 29
        [30, 33, 41]
    """
    if name not in THEMES:
        raise ValueError(f"theme({name!r}) must be one of {', '.join(map(repr, THEMES))}.")
    with dressed("theme", THEMES[name], SAVED):
        before = CURRENT.set(name)
        try:
            yield THEMES[name]
        finally:
            CURRENT.reset(before)


Arguments = ParamSpec("Arguments")


def styled(draw: Callable[Arguments, "Figure"]) -> Callable[Arguments, "Figure"]:
    """Runs a drawing function in the look of the theme, or says how to get matplotlib."""

    @functools.wraps(draw)
    def drawn(*args: Arguments.args, **kwargs: Arguments.kwargs) -> "Figure":
        part = DRAWING.get()
        before = DRAWING.set(True)
        try:
            with dressed(draw.__name__, current(), {}):
                figure = draw(*args, **kwargs)
                if not part:  # ticks are made now, while the style holds
                    figure.draw_without_rendering()
        finally:
            DRAWING.reset(before)
        return figure

    return drawn


def panel(axes: Any, width: float, height: float) -> "tuple[Figure, Axes]":
    """The axes to draw into, those given or those of a new figure, and their whole figure."""
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    if axes is None:
        axes = Figure(figsize=(width, height)).add_subplot()
    if not isinstance(axes, Axes):
        raise ValueError(
            f"axes= takes one pair of axes, and received {type(axes).__name__}: choose one of "
            "those that figure.subplots() returned, or write axes=figure.add_subplot()."
        )
    return whole(axes), axes


def whole(axes: "Axes") -> "Figure":
    """The figure of axes, whole where they stand in a subfigure."""
    from matplotlib.figure import Figure

    figure = axes.get_figure(root=True)
    assert isinstance(figure, Figure)
    return figure
