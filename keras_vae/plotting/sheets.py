"""All that one wants to see of a trained model, on one sheet."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from keras_vae.plotting.charts import learning_curves
from keras_vae.plotting.latent_walks import traversals
from keras_vae.plotting.pictures import reconstructions, samples
from keras_vae.plotting.planes import latent_scatter, manifold
from keras_vae.plotting.style import styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from keras_vae.models.vae import VAE

ROWS = 7  # of traversals, as many as there are pictures in one


@styled
def overview(
    vae: "VAE",
    x: npt.ArrayLike,
    labels: npt.ArrayLike | None = None,
    history: Any = None,
    seed: int = 0,
    image_shape: Sequence[int] | None = None,
    cmap: str | None = None,
) -> "Figure":
    """Draws one sheet: reconstructions, samples, what the code says, where the data are, curves.

    What the code says is the manifold of a model with two latent dimensions, and else traversals
    from the first example, of the seven dimensions at most whose posterior means vary most. Where
    the latent variables are no vector there are pictures and curves only. With a history its last
    numbers stand above the sheet, those of the validation if there was one.

    Args:
        vae: a trained model of pictures.
        x: examples, best held out, of shape (n, ...).
        labels: one class per example, of shape (n,), for the colours of the codes.
        history: what `fit` returned, or its dict of logs; None leaves out the curves.
        seed: integer for the samples.
        image_shape: shape of one picture, where the examples are not pictures themselves.
        cmap: colour map of grey pictures; None for ink on paper.

    Returns:
        A figure whose panels have titles.

    Raises:
        ValueError: if the examples are not pictures, or as the functions that draw the panels.

    Examples:
        >>> import keras_vae
        >>> decoder = keras_vae.Decoder((4, 4), hidden_units=())
        >>> vae = keras_vae.VAE(keras_vae.Encoder(2, hidden_units=()), decoder, seed=0)
        >>> vae.build((None, 4, 4))
        >>> figure = overview(vae, np.zeros((12, 4, 4), "float32"))
        >>> [axes.get_title(loc="left") for axes in figure.axes]
        ['examples and reconstructions', 'samples', 'manifold', 'codes of 12 examples']
    """
    from matplotlib.figure import Figure

    look: dict[str, Any] = {"image_shape": image_shape, "cmap": cmap}
    codes = vae.encode(x)
    is_plane = isinstance(codes, np.ndarray) and codes.dtype.kind == "f" and codes.ndim == 2
    panels = 2 * (is_plane and codes.shape[1] > 1) + (history is not None)
    width = max(3.5 * panels, 7.0)
    heights = [0.1 * width + 0.25 + 0.2 * (history is not None), 3.5][: 1 + (panels > 0)]
    figure = Figure(figsize=(width, sum(heights)))
    if history is not None:
        figure.suptitle(in_numbers(getattr(history, "history", history)), x=0.01, ha="left")
    rows = figure.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    left, right = rows[0].subplots(1, 2, gridspec_kw={"wspace": 0.06})
    reconstructions(vae, x, axes=left, **look)
    left.set_title("examples and reconstructions")
    samples(vae, rows=2, seed=seed, axes=right, **look)
    right.set_title("samples")
    frames = list(rows[-1].subfigures(1, panels, squeeze=False)[0]) if panels else []
    if len(frames) > 1:
        plane, points = (frame.add_subplot() for frame in frames[:2])
        latent_scatter(vae, x, labels, legend=False, axes=points)
        points.set_title(f"codes of {len(codes)} examples")
        if codes.shape[1] == 2:
            manifold(vae, axes=plane, **look)
            plane.set_title("manifold")
        else:
            dims = [int(j) for j in np.argsort(-codes.var(axis=0), kind="stable")[:ROWS]]
            traversals(vae, codes[0], dims, axes=plane, **look)
            plane.set_title("traversals from the first example")
            first, second = sorted(dims[:2])  # by the names that they have in the traversals
            points.set_xlabel(f"z[{first}]")
            points.set_ylabel(f"z[{second}]", rotation=0, ha="right", va="center")
    if history is not None:
        learning_curves(history, figure=frames[-1])
    return figure


def in_numbers(logs: Mapping[str, Sequence[float]]) -> str:
    """The ELBO and its parts at the end of a training."""
    prefix = "val_" if "val_elbo" in logs else ""
    names = ("elbo", "reconstruction_loss", "kl_loss")
    elbo, reconstruction, kl = (logs[prefix + name][-1] for name in names)
    said = (
        f"ELBO {elbo:.2f} = −(reconstruction {reconstruction:.2f} + KL {kl:.2f}) nats per example"
    )
    where = "validation" if prefix else "training"
    return f"{said}, {where}, after {len(logs['elbo'])} epochs".replace("-", "−")
