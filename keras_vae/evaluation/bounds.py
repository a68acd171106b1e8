"""KL(q(z) ‖ p(z)) of all data, held from both sides by the codes of some."""

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from keras_vae.distributions import Distribution
from keras_vae.distributions.normal import LOG_2PI
from keras_vae.evaluation.aggregate import parts_of_the_rate
from keras_vae.evaluation.densities import CodeDensities, encode_densities
from keras_vae.evaluation.pairs import float64
from keras_vae.tensors import Seed

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE

FEWEST = 20
"""Examples below which nothing is concluded from their codes."""

STANDARD_ERRORS = 2.0
"""How far each bound is moved outwards."""

TRUST = 0.9
"""Weight of a fitted density; the rest is a normal, so that no draw is impossible."""

ROUNDING = 1e-12
"""Variance below which codes differ by no more than rounding."""

GRID = 256
"""Points on which a marginal density of the codes is tabulated."""


class KLBounds(NamedTuple):
    """KL(q(z) ‖ p(z)) of all data, of which the examples are a sample; nats.

    Attributes:
        lower: it is hardly smaller.
        upper: it is hardly larger.
    """

    lower: float
    upper: float


UNKNOWN = KLBounds(0.0, math.inf)
"""What is true of any KL."""


def aggregate_kl_bounds(
    vae: "VAE", x: Any, num_samples: int = 1, seed: Seed = None, batch_size: int = 1024
) -> KLBounds:
    r"""KL(q(z) ‖ p(z)) from both sides, where q(z) is the mean of q(z|x) over *all* data.

    The n examples are a sample of the data. Their own mixture of posteriors lies too far from the
    prior, since KL is convex:

    $$\mathbb E\Big[\mathrm{KL}\Big(\frac1n\sum_j q(z\mid x_j)\,\Big\Vert\,p(z)\Big)\Big]
    \ \ge\ \mathrm{KL}(q(z)\,\Vert\,p(z))\ \ge\ \mathbb E_{q(z)}\big[\log r(z) - \log p(z)\big]$$

    and any density r falls short of q(z) by KL(q ‖ r), so that the right side is a bound whatever r
    is, if it has not seen the draws that it is judged by. Here r is fitted to the codes of one half
    of the examples and judged by those of the other, and the other way round. Four are tried: the
    mixture of the posteriors of the half (Poole et al. 2019, section 2.4, with the draw's own
    example left out), a normal with the moments of its codes, and the product of their marginals
    along the latent axes and along the principal axes. The largest bound counts. Each side is
    moved outwards by two standard errors.

    The sides meet where n is far above $e^{I(x;z)}$. That r looks better than it is by δ nats per
    example has a probability of at most $e^{-n\delta/2}$ in each half (Markov's inequality for the
    likelihood ratio, whose mean is 1), so that a q(z) which is the prior has no lower bound of a
    nat by chance, however few the examples or many the dimensions.

    Args:
        vae: a trained model.
        x: examples, of shape (n, ...), independent of each other.
        num_samples: draws of z per example.
        seed: integer or `keras.random.SeedGenerator` for the draws.
        batch_size: examples to encode at a time.

    Returns:
        A `KLBounds`; (0, ∞) from fewer than 20 examples, or where codes are not finite.

    Raises:
        ValueError: if `num_samples` is less than 1.

    References:
        Poole et al. 2019, On Variational Bounds of Mutual Information.

    Examples:
        Codes in two clusters, N(±2, σ²) with a σ near 0.1, whose KL is 3.10 nats:

        >>> import keras_vae
        >>> encoder = keras_vae.Encoder(latent_dim=1, hidden_units=())
        >>> vae = keras_vae.VAE(encoder, keras_vae.Decoder((1,), hidden_units=()))
        >>> vae.build((None, 1))
        >>> one, none = np.ones((1, 1)), np.zeros(1)
        >>> encoder.set_weights([2.0 * one, none, 0.0 * one, none + np.log(0.1)])
        >>> lower, upper = aggregate_kl_bounds(vae, np.tile([[1.0], [-1.0]], (250, 1)), seed=0)
        >>> print(f"{upper:.2f}", 2.9 < lower < 3.1)
        3.10 True
    """
    return kl_bounds(encode_densities(vae, x, num_samples, seed, batch_size))


def kl_bounds(densities: CodeDensities) -> KLBounds:
    """The bounds, from draws and their densities."""
    examples = densities.draws.shape[1]
    if examples < FEWEST or not np.isfinite(densities.log_aggregate).all():
        return UNKNOWN
    gains = held_out_gains(densities).mean(axis=1)
    errors = gains.std(axis=1, ddof=1) / examples**0.5
    lower = max(0.0, float(np.max(gains.mean(axis=1) - STANDARD_ERRORS * errors)))
    value, error = parts_of_the_rate(densities)
    return KLBounds(lower, max(lower, value.kl + STANDARD_ERRORS * error.kl))


def held_out_gains(densities: CodeDensities) -> np.ndarray:
    """Log r(z)/p(z) of shape (fits, S, n), each r fitted to the other half of the examples."""
    draws, latent_dim = densities.draws, densities.draws.shape[-1]
    moments = moments_of(densities.posterior)
    halves = []
    for judges in (densities.half, ~densities.half):
        here, codes = draws[:, judges], draws[:, ~judges]
        together = codes.reshape(-1, latent_dim)
        normal = log_normal(together, here)
        fits = [densities.log_other_half[:, judges]]
        if moments is not None:
            posteriors = moments[0][~judges], moments[1][~judges]
            for axes in (np.eye(latent_dim), np.linalg.eigh(squares(together))[1]):
                fits.append(log_marginals(codes, posteriors, axes, here))
        safe = [np.logaddexp(np.log(TRUST) + fit, np.log1p(-TRUST) + normal) for fit in fits]
        halves.append(np.stack([normal, *safe]) - densities.log_prior[:, judges])
    return np.concatenate(halves, axis=2)


def moments_of(posterior: Distribution) -> tuple[np.ndarray, np.ndarray] | None:
    """Means and variances of the posteriors, (n, latent_dim); None where they have no formula."""
    try:
        return float64(posterior.mean()), float64(posterior.variance())
    except NotImplementedError:
        return None


def squares(codes: np.ndarray) -> np.ndarray:
    """Sums of squares and products about the mean, (latent_dim, latent_dim)."""
    centred = codes - codes.mean(axis=0)
    return np.asarray(centred.T @ centred + ROUNDING * len(codes) * np.eye(codes.shape[1]))


def log_normal(codes: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Log-density at z of the normal with mean and covariance of the codes.

    Covariances are drawn towards 0 by as much as latent_dim + 1 codes weigh.
    """
    (examples, latent_dim), total = codes.shape, squares(codes)
    total += np.diag(np.diag(total)) * (latent_dim + 1) / examples
    factor = np.linalg.cholesky(total / (examples + latent_dim + 1))
    white = (z - codes.mean(axis=0)) @ np.linalg.inv(factor).T
    return -0.5 * np.sum(white**2 + LOG_2PI, axis=-1) - np.log(np.diag(factor)).sum()


def log_marginals(
    codes: np.ndarray, posteriors: tuple[np.ndarray, np.ndarray], axes: np.ndarray, z: np.ndarray
) -> np.ndarray:
    """Log-density at z of the product of the marginals of codes along orthogonal axes.

    Each marginal is that of the mixture of posteriors or, where this says no more of codes whose
    own posterior is left out, a normal.

    Args:
        codes: draws of the posteriors, of shape (S, m, latent_dim).
        posteriors: their means and variances, of shape (m, latent_dim).
        axes: orthogonal columns.
        z: of shape (..., latent_dim).
    """
    total = np.zeros(z.shape[:-1])
    for axis in axes.T:
        centre, width = posteriors[0] @ axis, np.sqrt(posteriors[1] @ axis**2)
        here, there = codes @ axis, z @ axis
        grid, table, width = tabulated(centre, width)
        own = np.exp(-0.5 * ((here - centre) / width) ** 2) / (width * np.sqrt(2.0 * np.pi))
        others = len(centre) * np.interp(here, grid, table) - own
        mean, variance = here.mean(), here.var() + ROUNDING
        normal = -0.5 * np.log(2.0 * np.pi * variance)
        with np.errstate(divide="ignore"):
            if np.log(np.maximum(others, 0.0) / (len(centre) - 1)).mean() > normal - 0.5:
                total += np.log(np.interp(there, grid, table, left=0.0, right=0.0))
            else:
                total += normal - 0.5 * (there - mean) ** 2 / variance
    return total


def tabulated(centre: np.ndarray, width: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The density of a mixture of normals on a grid, and how wide they are there.

    Linear between its points and 0 outside it integrates to 1 exactly; normals that are narrower
    than the grid is fine are widened.
    """
    low, high = (centre - 5.0 * width).min(), (centre + 5.0 * width).max()
    grid, cell = np.linspace(low, high, GRID, retstep=True)
    width = np.maximum(width, cell)
    table = np.mean(np.exp(-0.5 * ((grid[:, None] - centre) / width) ** 2) / width, axis=1)
    return grid, table / (cell * (table.sum() - 0.5 * (table[0] + table[-1]))), width
