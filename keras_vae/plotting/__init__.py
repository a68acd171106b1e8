"""Figures of a trained model: reconstructions, samples, manifold, traversals, latent space, curves.

Every function returns a `matplotlib.figure.Figure` and leaves pyplot and its settings alone, so
that it needs no display: `figure.savefig("samples.png")` writes it, a notebook shows it. The look
of all of them stands in `keras_vae.plotting.style`. Grey pictures are drawn as ink on paper, 0
white and 1 black; `cmap="gray"` turns this round. Matplotlib is optional:
`pip install keras_vae[plot]`.
"""

from keras_vae.plotting.charts import latent_scatter, learning_curves
from keras_vae.plotting.gaps import inference_gap
from keras_vae.plotting.latent_walks import traversals, ways
from keras_vae.plotting.pictures import manifold, reconstructions, samples
from keras_vae.plotting.style import PALETTE

__all__ = [
    "PALETTE",
    "inference_gap",
    "latent_scatter",
    "learning_curves",
    "manifold",
    "reconstructions",
    "samples",
    "traversals",
    "ways",
]
