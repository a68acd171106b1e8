"""One latent dimension after the other from low to high, all others at rest."""

from statistics import NormalDist
from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

from keras_vae.arguments import count, is_whole, nonnegative
from keras_vae.latent_space.codes import as_codes
from keras_vae.latent_space.interpolation import decoded, for_all
from keras_vae.priors import StandardNormalPrior

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE

DRAWS = 10_000  # of a prior whose quantiles have no formula


def traversal_codes(
    vae: "VAE", z: Any, dims: Any = None, steps: int = 7, span: float | None = None
) -> np.ndarray:
    r"""The codes that `traverse` decodes.

    Row j is z with its coordinate j replaced. By default by quantiles of the prior,

    $$z_j = F_j^{-1}\Big(\frac{i + 1/2}{\text{steps}}\Big),\qquad i = 0, 1, \dots,$$

    so that every picture stands for the same share of it; F is that of a standard normal, or of
    10,000 draws from any other prior. With `span` by values evenly from $z_j$ − span to $z_j$ +
    span: around an example.

    Args:
        vae: a trained model.
        z: the code to start from, of shape (latent_dim,): of an example, or zeros.
        dims: the dimensions to move, in this order; None for all.
        steps: pictures in a row.
        span: how far to go to either side of z; None for quantiles of the prior.

    Returns:
        Codes, float32 of shape (len(dims), steps, latent_dim).

    Raises:
        ValueError: if z is not one code, `dims` has a dimension that it lacks, `steps` is less than
            2, `span` is no positive number, or there is no prior and no `span`.

    Examples:
        >>> from types import SimpleNamespace
        >>> vae = SimpleNamespace(prior=None)
        >>> traversal_codes(vae, [0.0, 5.0], dims=[0], steps=3, span=1.0).tolist()
        [[[-1.0, 5.0], [0.0, 5.0], [1.0, 5.0]]]
    """
    z, steps = as_codes("z", z, rank=1), count("steps", steps, least=2)
    dims = list(range(len(z))) if dims is None else list(np.atleast_1d(dims))
    if not dims or not all(is_whole(j) and 0 <= j < len(z) for j in dims):
        raise ValueError(
            f"`dims` must name some of the {len(z)} latent dimensions, from 0 to {len(z) - 1}; "
            f"received dims={dims!r}."
        )
    codes = np.tile(z, (len(dims), steps, 1))
    if span is None:
        values = quantiles(vae, (np.arange(steps) + 0.5) / steps, len(z))[:, dims].T
    elif nonnegative("span", span) == 0.0:
        raise ValueError("span=0.0 would decode one code again and again: give a positive number.")
    else:
        values = z[dims, None] + np.linspace(-span, span, steps)
    for row, j in enumerate(dims):
        codes[row, :, j] = values[row]
    return codes.astype("float32")


def quantiles(vae: "VAE", shares: np.ndarray, latent_dim: int) -> np.ndarray:
    """Quantiles of each coordinate of the prior, of shape (len(shares), latent_dim)."""
    prior = getattr(vae, "prior", None)
    if prior is None:
        raise ValueError(
            f"This {type(vae).__name__} has no prior over one vector, whose quantiles could be "
            "traversed: say how far to go to either side of z, such as span=2.0."
        )
    if isinstance(prior, StandardNormalPrior):
        of_one = [NormalDist().inv_cdf(share) for share in shares]
        return np.tile(np.array(of_one)[:, None], latent_dim)
    draws = ops.convert_to_numpy(prior.distribution().sample((DRAWS,), seed=0))
    return np.quantile(draws.reshape((DRAWS, -1)), shares, axis=0)


def traverse(
    vae: "VAE",
    z: Any,
    dims: Any = None,
    steps: int = 7,
    condition: Any = None,
    span: float | None = None,
    batch_size: int = 1024,
) -> np.ndarray:
    """Pictures along each latent dimension, all other dimensions at rest.

    The mean of p(x|z) at each of `traversal_codes`, which says where they are: at quantiles of the
    prior, or, with `span`, around the example whose code is z. A row that does not change belongs
    to a dimension that the decoder ignores; `evaluation.active_units` finds them.

    Args:
        vae: a trained model with one group of latent variables, a vector.
        z: the code to start from, of shape (latent_dim,): of an example, or zeros.
        dims: the dimensions to move, in this order; None for all.
        steps: pictures in a row.
        condition: what every picture is given, of shape (k,), for a model with `condition_shape`.
        span: how far to go to either side of z; None for quantiles of the prior.
        batch_size: codes to decode at a time.

    Returns:
        Pictures of shape (len(dims), steps, *shape of one example).

    Raises:
        ValueError: as `traversal_codes`; and if z or the condition has not the shape that the model
            takes.

    Examples:
        >>> import keras_vae
        >>> encoder = keras_vae.Encoder(latent_dim=2, hidden_units=())
        >>> head = keras_vae.layers.NormalHead(scale=1.0)
        >>> vae = keras_vae.VAE(encoder, keras_vae.Decoder((3,), hidden_units=(), head=head))
        >>> vae.build((None, 3))
        >>> vae.decoder.set_weights([np.array([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]]), np.zeros(3)])
        >>> traverse(vae, np.zeros(2), dims=[1], steps=3, span=1.0).tolist()
        [[[0.0, -2.0, 0.0], [0.0, 0.0, 0.0], [0.0, 2.0, 0.0]]]
    """
    codes = traversal_codes(vae, z, dims, steps, span)
    flat = codes.reshape((-1, codes.shape[-1]))
    x = decoded(vae, flat, for_all(condition, flat), batch_size)
    return x.reshape((*codes.shape[:2], *x.shape[1:])).astype("float32")


def manifold(
    vae: "VAE",
    dims: tuple[int, int] = (0, 1),
    steps: int = 15,
    z: Any = None,
    condition: Any = None,
    batch_size: int = 1024,
) -> np.ndarray:
    r"""Pictures of a plane of codes, at quantiles of the prior; all other dimensions at rest.

    $$z_{ij} = \Big(F_1^{-1}\Big(\frac{j + 1/2}{\text{steps}}\Big),
    F_2^{-1}\Big(\frac{i + 1/2}{\text{steps}}\Big)\Big)$$

    Every picture stands for the same share of the prior; each is the mean of p(x|z).

    Args:
        vae: a trained model with one group of latent variables, a vector.
        dims: the two dimensions of the plane.
        steps: pictures along each side.
        z: where all others are, of shape (latent_dim,); None for 0.
        condition: what every picture is given, of shape (k,), for a model with `condition_shape`.
        batch_size: codes to decode at a time.

    Returns:
        Pictures of shape (steps, steps, *shape of one example); the first dimension grows along the
        second axis, and the second one along the first.

    Raises:
        ValueError: if `dims` are not two different latent dimensions, or as `traverse`.

    References:
        Kingma & Welling 2014, Auto-Encoding Variational Bayes, figure 4.
    """
    if len(dims) != 2 or dims[0] == dims[1]:
        raise ValueError(f"`dims` must be two different latent dimensions; received dims={dims!r}.")
    z = np.zeros(vae.encoder.latent_dim) if z is None else as_codes("z", z, rank=1)
    first, second = traversal_codes(vae, z, dims, steps)
    codes = np.tile(first, (steps, 1, 1))
    codes[..., dims[1]] = second[:, None, dims[1]]
    flat = codes.reshape((-1, len(z)))
    x = decoded(vae, flat, for_all(condition, flat), batch_size)
    return x.reshape((steps, steps, *x.shape[1:])).astype("float32")
