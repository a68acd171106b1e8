"""Figures of a trained model: reconstructions, samples, manifold, traversals, latent space, curves.

Every function returns a `matplotlib.figure.Figure` and leaves pyplot and its settings alone, so
that it needs no display: `figure.savefig("samples.png")` writes it, `"samples.svg"` and
`"samples.pdf"` as well, and a notebook shows it. Given `axes=` it draws there. The look of all of
them is a `theme`. Grey pictures are drawn as ink on paper, 0 white and 1 black; `cmap="gray"` turns
this round. Matplotlib is optional: `pip install keras_vae[plot]`.
"""

from keras_vae.plotting.charts import kl_per_dimension, learning_curves, rate_distortion
from keras_vae.plotting.gaps import inference_gap
from keras_vae.plotting.latent_walks import interpolation, traversals, ways
from keras_vae.plotting.movies import training_movie
from keras_vae.plotting.pictures import reconstructions, samples
from keras_vae.plotting.planes import latent_scatter, manifold
from keras_vae.plotting.sheets import overview
from keras_vae.plotting.style import PALETTE, theme

__all__ = [
    "PALETTE",
    "inference_gap",
    "interpolation",
    "kl_per_dimension",
    "latent_scatter",
    "learning_curves",
    "manifold",
    "overview",
    "rate_distortion",
    "reconstructions",
    "samples",
    "theme",
    "training_movie",
    "traversals",
    "ways",
]
