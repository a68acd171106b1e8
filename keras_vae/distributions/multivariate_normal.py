"""The normal distribution with a full covariance matrix."""

from typing import Any

import keras
from keras import ops

from keras_vae.distributions.distribution import Distribution
from keras_vae.distributions.normal import LOG_2PI, Normal
from keras_vae.tensors import Seed, Tensor, as_float, broadcast_over


class MultivariateNormal(Distribution):
    r"""Normal distribution with covariance $\Sigma = LL^\top$, $L$ its Cholesky factor.

    $$\log \mathcal N(x; \mu, \Sigma) = -\tfrac12\lVert L^{-1}(x-\mu)\rVert^2
    - \sum_i \log L_{ii} - \tfrac D2\log 2\pi \text{ nats}$$

    A draw is $\mu + L\varepsilon$ with $\varepsilon\sim\mathcal N(0, I)$. One event is one
    vector: the event always has one axis.

    Args:
        loc: mean $\mu$, of shape `batch_shape + (D,)`.
        scale_tril: lower-triangular factor $L$ with positive diagonal, of shape
            `batch_shape + (D, D)`; entries above the diagonal must be zero.

    Examples:
        >>> p = MultivariateNormal([1.0, -0.5], [[1.0, 0.0], [0.6, 1.28062485]])
        >>> print([[round(float(v), 3) for v in row] for row in p.covariance()])
        [[1.0, 0.6], [0.6, 2.0]]
    """

    reparameterized = True

    def __init__(self, loc: Any, scale_tril: Any) -> None:
        loc, self.scale_tril = as_float(loc), as_float(scale_tril)
        if not (loc.shape and tuple(self.scale_tril.shape[-2:]) == 2 * tuple(loc.shape[-1:])):
            raise ValueError(
                "`scale_tril` must end in two axes as long as the last axis of `loc`; received "
                f"loc of shape {tuple(loc.shape)} and scale_tril of shape "
                f"{tuple(self.scale_tril.shape)}. For a diagonal covariance use "
                "Normal(loc, scale)."
            )
        self.loc = broadcast_over(loc, self.scale_tril[..., 0])
        super().__init__(self.loc, 1)

    def log_prob(self, value: Tensor, observed: Tensor | None = None) -> Tensor:
        if observed is not None:
            return self.log_marginal(value, observed)
        whitened = self.whiten(as_float(value) - self.loc)
        return ops.sum(-0.5 * ops.square(whitened) - 0.5 * LOG_2PI, axis=-1) - self.half_log_det()

    def log_marginal(self, value: Tensor, observed: Tensor) -> Tensor:
        r"""Log-density of the observed coordinates, $\mathcal N(x_o;\mu_o,\Sigma_{oo})$.

        The others become independent of all, with variance 1 and at their mean, where each takes
        $\tfrac12\log 2\pi$ from the density; that is given back.
        """
        seen = as_float(observed)
        kept = seen[..., :, None] * seen[..., None, :] * self.covariance()
        scale_tril = ops.cholesky(kept + (1.0 - seen)[..., None] * ops.eye(self.shape[-1]))
        at = ops.where(observed, as_float(value), self.loc)
        independent = MultivariateNormal(self.loc, scale_tril).log_prob(at)
        return independent + 0.5 * LOG_2PI * ops.sum(1.0 - seen, axis=-1)

    def sample(self, sample_shape: tuple[int, ...] = (), seed: Seed = None) -> Tensor:
        noise = keras.random.normal(self._draw_shape(sample_shape), seed=seed)
        return self.loc + ops.matmul(self.scale_tril, noise[..., None])[..., 0]

    def detached(self) -> "MultivariateNormal":
        return MultivariateNormal(ops.stop_gradient(self.loc), ops.stop_gradient(self.scale_tril))

    def mean(self) -> Tensor:
        return self.loc

    def variance(self) -> Tensor:
        return self._fill(ops.sum(ops.square(self.scale_tril), axis=-1))

    def covariance(self) -> Tensor:
        r"""The covariance matrix $LL^\top$, of shape `batch_shape + (D, D)`."""
        covariance = ops.matmul(self.scale_tril, ops.swapaxes(self.scale_tril, -1, -2))
        return ops.broadcast_to(covariance, (*ops.shape(self.loc), self.loc.shape[-1]))

    def marginals(self) -> Normal:
        return Normal(self.loc, self.stddev(), event_ndim=0)

    def entropy(self) -> Tensor:
        dimension = self.loc.shape[-1]
        nats = self.half_log_det() + 0.5 * dimension * (1.0 + LOG_2PI)
        return nats + ops.zeros_like(self.loc[..., 0])

    def half_log_det(self) -> Tensor:
        r"""$\tfrac12\log\det\Sigma = \sum_i\log L_{ii}$."""
        return ops.sum(ops.log(ops.diagonal(self.scale_tril, axis1=-2, axis2=-1)), axis=-1)

    def whiten(self, difference: Tensor) -> Tensor:
        r"""Solve $Ly = d$, d being `difference`, by forward substitution; batch axes broadcast."""
        columns = difference[..., None] + ops.zeros_like(self.scale_tril[..., :1])
        factor = self.scale_tril + ops.zeros_like(columns)
        return ops.solve_triangular(factor, columns, lower=True)[..., 0]
