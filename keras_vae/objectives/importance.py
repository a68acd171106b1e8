"""Bounds from several weighted draws, and gradients that reach the encoder through the draws."""

import math
from typing import Any

from keras import ops

from keras_vae.keras_compat import register
from keras_vae.objectives.objective import Objective
from keras_vae.objectives.terms import Terms
from keras_vae.tensors import Tensor


def tempered(terms: Terms, beta: Tensor) -> Tensor:
    """Log importance weights with β on the two terms of the KL; at β = 1 the weights."""
    return terms.log_likelihood + beta * terms.weighted_ratio


def log_mean_exp(log_weights: Tensor) -> Tensor:
    """Logarithm of the mean of the weights over the draws, of shape (batch,)."""
    return ops.logsumexp(log_weights, axis=0) - math.log(log_weights.shape[0])


@register
class IWAE(Objective):
    r"""The importance-weighted bound, tighter with every draw.

    $$J = -\log\frac1S\sum_i w_i,\qquad
    w_i = p(x\mid z_i)\Big(\frac{p(z_i)}{q(z_i\mid x)}\Big)^\beta$$

    Burda et al. 2016, equation 8. Its gradient weighs each draw by $w_i/\sum w$, which
    favours the best one. With one draw it is the Monte Carlo ELBO. β tempers the weights; that
    $-J$ bounds $\log p(x)$ holds at β = 1.

    Args:
        num_samples: number of draws S per example.

    Examples:
        >>> IWAE(num_samples=5).get_config()
        {'num_samples': 5}
    """

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        return -log_mean_exp(tempered(terms, beta))


@register
class CIWAE(Objective):
    r"""A convex combination of the ELBO and the importance-weighted bound.

    $$J = -\alpha\,\frac1S\sum_i\log w_i - (1-\alpha)\log\frac1S\sum_i w_i$$

    Rainforth et al. 2018, section 5 (there β stands for α): a tight bound for the decoder whose
    gradient for the encoder keeps a signal. β tempers the weights $w_i$ as in `IWAE`; that $-J$
    bounds $\log p(x)$ holds at β = 1.

    Args:
        elbo_share: α in [0, 1].
        num_samples: number of draws S per example.
    """

    def __init__(self, elbo_share: float = 0.5, num_samples: int = 5) -> None:
        super().__init__(num_samples)
        if not 0.0 <= elbo_share <= 1.0:
            raise ValueError(f"`elbo_share` must lie in [0, 1]; received elbo_share={elbo_share}.")
        self.elbo_share = elbo_share

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        log_weights = tempered(terms, beta)
        loose, tight = ops.mean(log_weights, axis=0), log_mean_exp(log_weights)
        return -self.elbo_share * loose - (1.0 - self.elbo_share) * tight

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "elbo_share": self.elbo_share}


@register
class MIWAE(Objective):
    r"""The mean of several importance-weighted bounds.

    $$J = -\frac1M\sum_j\log\frac1k\sum_{i=1}^k w_{ij}$$

    Rainforth et al. 2018, section 5: as tight as k draws, with the gradient noise of M·k. β
    tempers the weights $w_{ij}$ as in `IWAE`; that $-J$ bounds $\log p(x)$ holds at β = 1.

    Args:
        bounds: number of bounds M; must divide `num_samples`.
        num_samples: number of draws S = M·k per example.
    """

    def __init__(self, bounds: int = 2, num_samples: int = 10) -> None:
        super().__init__(num_samples)
        if bounds < 1 or num_samples % bounds:
            raise ValueError(
                "`bounds` must divide `num_samples` into groups of one size; received "
                f"bounds={bounds} and num_samples={num_samples}."
            )
        self.bounds = bounds

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        groups = (self.num_samples // self.bounds, self.bounds, -1)
        return -ops.mean(log_mean_exp(ops.reshape(tempered(terms, beta), groups)), axis=0)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "bounds": self.bounds}


@register
class Renyi(Objective):
    r"""The variational Rényi bound.

    $$J_\alpha = -\frac1{1-\alpha}\log\frac1S\sum_i w_i^{1-\alpha}$$

    Li & Turner 2016, equation 14. α = 0 is the importance-weighted bound, α → 1 the ELBO; a
    negative α is no bound any more. β tempers the weights $w_i$ as in `IWAE`; that
    $-J_\alpha$ bounds $\log p(x)$ holds at β = 1.

    Args:
        alpha: order α; 1 means the limit.
        num_samples: number of draws S per example.
    """

    def __init__(self, alpha: float = 0.5, num_samples: int = 5) -> None:
        super().__init__(num_samples)
        self.alpha = float(alpha)

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        log_weights, power = tempered(terms, beta), 1.0 - self.alpha
        if power == 0.0:
            return -ops.mean(log_weights, axis=0)
        scaled = power * log_weights
        top = ops.stop_gradient(ops.max(scaled, axis=0))
        # log1p and expm1, because a rounded 1 would be divided by 1 − α.
        relative = ops.log1p(ops.mean(ops.expm1(scaled - top), axis=0))
        return -(top + relative) / power

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "alpha": self.alpha}


@register
class StickingTheLanding(Objective):
    r"""The ELBO with a gradient whose variance vanishes at the exact posterior.

    $$J = -\frac1S\sum_i\log p(x\mid z_i) + \beta\big(\log \bar q(z_i\mid x)
    - \log p(z_i)\big)$$

    The bar stops the gradient to the parameters of q: the encoder learns through z alone, and
    the score function, whose mean is zero for every β, is left out (Roeder et al. 2017, the path
    derivative).

    Args:
        num_samples: number of draws S per example.
    """

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        ratios = (
            group.beta * (group.log_prior - group.posterior.detached().log_prob(group.z))
            for group in terms.groups.values()
        )
        return -ops.mean(terms.log_likelihood + beta * sum(ratios), axis=0)


@register
class DReG(Objective):
    r"""The importance-weighted bound with the doubly reparameterized gradient.

    The value is the one of `IWAE`, and so is the gradient of the decoder, which weighs draws by
    $\tilde w_i = w_i/\sum w$. The encoder learns through z alone:

    $$\nabla_\phi = \sum_i\big[(1-\beta)\tilde w_i + \beta\tilde w_i^2\big]\,
    \frac{\partial\log w_i}{\partial z_i}\frac{\partial z_i}{\partial\phi},\qquad
    \log w_i = \log p(x\mid z_i) + \beta\log\frac{p(z_i)}{q(z_i\mid x)}$$

    At β = 1 the weights are squared: Tucker et al. 2019, equation 6, whose signal does not vanish
    as S grows, and the bound on $\log p(x)$ holds there. Another β tempers the weights, and the
    gradient follows in the same two steps. That of `IWAE` has a part through
    $z_i = z(\varepsilon_i, \phi)$ and the score of q, which $\log w_i$ contains $-\beta$ times:

    $$\nabla_\phi\log\sum_i w_i = \sum_i\tilde w_i\Big[\frac{\partial\log w_i}{\partial z_i}
    \frac{\partial z_i}{\partial\phi} - \beta\,\partial_\phi\log q(z_i\mid x)\Big]$$

    The score is a path once more, because $\mathbb E_q[f(z)\,\partial_\phi\log q(z)] =
    \mathbb E[f'(z)\,\partial z/\partial\phi]$ for any fixed f. Here f is the weight
    $\tilde w_i$ as a function of its own draw, whose slope is
    $\tilde w_i(1-\tilde w_i)\,\partial\log w_i/\partial z_i$, so that the weights of the path are
    $\tilde w_i - \beta\tilde w_i(1-\tilde w_i)$. It decodes twice.

    Args:
        num_samples: number of draws S per example.
    """

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        beta = beta * terms.only.beta
        tilted = terms.log_likelihood + beta * (terms.log_prior - terms.log_posterior)
        value = -log_mean_exp(tilted)
        # Not by softmax: Keras warns where it is taken over a single draw.
        weights = ops.stop_gradient(ops.exp(tilted - ops.logsumexp(tilted, axis=0)))
        # The same draws, but what flows back through them is weighed once more.
        z, fixed = terms.z, ops.stop_gradient(terms.z)
        path = ops.expand_dims(1.0 - beta + beta * weights, tuple(range(2, len(z.shape))))
        again = terms.at(fixed + path * (z - fixed))
        log_posterior = terms.posterior.detached().log_prob(again.z)
        log_weights = again.log_likelihood + beta * (again.log_prior - log_posterior)
        surrogate = -ops.sum(weights * log_weights, axis=0)
        return ops.stop_gradient(value - surrogate) + surrogate
