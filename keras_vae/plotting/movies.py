"""A training played back: how the codes move, or what the plane shows."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from keras_vae.plotting.pictures import colours, tile
from keras_vae.plotting.planes import scatter, telling
from keras_vae.plotting.style import current, dressed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

REST = 1.5  # seconds that the last frame stands still


def training_movie(
    frames: Sequence[npt.ArrayLike],
    path: str | Path,
    labels: npt.ArrayLike | None = None,
    epochs: Sequence[int] | None = None,
    fps: int = 8,
    cmap: str | None = None,
) -> Path:
    """Writes a GIF of a training, a frame for each state that was kept.

    Axes, colours and the scale of pictures are the same in all frames, so that what moves is the
    model; each frame is a state that was computed, and none is drawn in between. Of codes with more
    than two dimensions the two are shown that vary most in the last frame. `callbacks.Frames`
    collects the frames.

    Args:
        frames: at least two arrays of one shape. Codes of the same examples, of shape
            (n, latent_dim), become points; pictures, of shape (rows, columns, height, width) or
            (rows, columns, height, width, channels) as `latent_space.manifold` gives them, a plane.
        path: file to write, with the ending `.gif`.
        labels: one class per example, of shape (n,), for the colours of points.
        epochs: the epoch of each frame, which stands above it; None numbers the frames.
        fps: frames per second.
        cmap: colour map of grey pictures; None for ink on paper.

    Returns:
        The path of the file.

    Raises:
        ValueError: if the frames are of another or of different shapes, there is not one epoch for
            each, or the path has another ending.

    Examples:
        >>> import tempfile
        >>> codes = np.random.default_rng(0).normal(size=(20, 2))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = training_movie([0.1 * codes, codes], f"{folder}/codes.gif")
        ...     start = path.read_bytes()[:6]
        >>> start
        b'GIF89a'
    """
    path, shapes = Path(path), {np.shape(frame) for frame in frames}
    if path.suffix != ".gif":
        raise ValueError(f'The movie is a GIF, and path={str(path)!r} does not end in ".gif".')
    if len(frames) < 2 or len(shapes) != 1 or len(next(iter(shapes))) not in (2, 4, 5):
        raise ValueError(
            "`frames` must be two or more arrays of one shape, codes (n, latent_dim) or pictures "
            f"(rows, columns, height, width); received {len(frames)} of shapes {sorted(shapes)}."
        )
    if epochs is not None and len(epochs) != len(frames):
        raise ValueError(f"There are {len(frames)} frames and {len(epochs)} epochs: give one each.")
    with dressed("training_movie", current(), {"figure.dpi": 80}):
        from matplotlib.animation import PillowWriter
        from matplotlib.figure import Figure

        figure = Figure(figsize=(3.6, 3.8))
        axes = figure.add_subplot()
        states = np.stack(frames).astype("float64")
        draw = points(axes, states, labels) if states.ndim == 3 else plane(axes, states, cmap)
        writer = PillowWriter(fps=fps)
        with writer.saving(figure, str(path), figure.dpi):
            for i in [*range(len(states)), *[len(states) - 1] * round(REST * fps)]:
                draw(i)
                axes.set_title(f"frame {i + 1}" if epochs is None else f"epoch {epochs[i]}")
                writer.grab_frame(
                    facecolor=current().paper or "white"
                )  # frames would add up without
                figure.set_layout_engine("none")  # of the first frame, and it stays
    return path


def points(axes: "Axes", states: npt.NDArray[np.float64], labels: Any) -> Any:
    """Draws codes; returns what moves them."""
    dims = telling(states[-1])
    states = states[..., dims]
    moved = scatter(axes, states[-1], dims, labels)
    limit = 1.05 * max(2.0, float(np.abs(states).max()))
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit))
    return lambda i: moved.set_offsets(states[i])


def plane(axes: "Axes", states: npt.NDArray[np.float64], cmap: str | None) -> Any:
    """Draws a plane of pictures; returns what changes them."""
    rows, columns = states.shape[1:3]
    flat = states[:, ::-1].reshape((-1, *states.shape[3:]))  # the second dimension grows upwards
    drawn = colours(flat, None, cmap)
    drawn = drawn.reshape((len(states), rows * columns, *drawn.shape[1:]))
    canvases = [tile(pictures, columns) for pictures in drawn]
    image = axes.imshow(canvases[-1])
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    return lambda i: image.set_data(canvases[i])
