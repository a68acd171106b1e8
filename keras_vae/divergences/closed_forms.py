"""Kullback-Leibler divergences in closed form: a table by pair of families."""

import math
from collections.abc import Callable
from typing import Any, TypeVar

from keras import ops

from keras_vae.distributions import (
    Bernoulli,
    Categorical,
    ContinuousBernoulli,
    Distribution,
    Laplace,
    MultivariateNormal,
    Normal,
    Poisson,
)
from keras_vae.distributions.limits import unbounded
from keras_vae.tensors import Tensor

ClosedForm = Callable[[Any, Any], Tensor]
Function = TypeVar("Function", bound=ClosedForm)

_closed_forms: dict[tuple[type, type], ClosedForm] = {}


def register_kl(q: type, p: type) -> Callable[[Function], Function]:
    """Enter a closed form into the table, as a decorator.

    Args:
        q: class of the first distribution.
        p: class of the second distribution.

    Returns:
        A decorator for a function of two distributions that returns nats, one per event.

    Examples:
        >>> from keras import ops
        >>> from keras_vae.distributions import Laplace
        >>> class Wide(Laplace):
        ...     '''A Laplace distribution, and nothing else.'''
        >>> @register_kl(Wide, Wide)
        ... def wide(q, p):
        ...     return ops.zeros(q.batch_shape)
        >>> print(float(kl_divergence(Wide([1.0], 1.0), Wide([0.0], 1.0))))
        0.0
    """

    def enter(closed_form: Function) -> Function:
        _closed_forms[q, p] = closed_form
        return closed_form

    return enter


def closed_form(q: Distribution, p: Distribution) -> ClosedForm | None:
    r"""The entry of the table for $\mathrm{KL}(q\,\Vert\,p)$, or None where there is none.

    A pair of subclasses finds the entry of its nearest parents, first those of q.

    Args:
        q: the distribution of the expectation.
        p: the other one.

    Returns:
        A function of q and p that returns nats, one value per event, of the batch shape to which
        those of q and p broadcast; or None.

    References:
        Kingma & Welling 2014, appendix B (two diagonal normals); Cover & Thomas 2006, sections 2.3
        and 8.5 (the definitions).

    Examples:
        >>> from keras_vae.distributions import Laplace, Normal
        >>> q, p = Normal([1.0, 0.0], 1.0), Normal([0.0, 0.0], 1.0)
        >>> print(float(closed_form(q, p)(q, p)))  # half the squared distance
        0.5
        >>> closed_form(q, Laplace([0.0, 0.0], 1.0)) is None
        True
    """
    for q_class in type(q).__mro__:
        for p_class in type(p).__mro__:
            if (q_class, p_class) in _closed_forms:
                return _closed_forms[q_class, p_class]
    return None


def kl_divergence(q: Distribution, p: Distribution) -> Tensor:
    r"""Kullback-Leibler divergence in closed form.

    $$\mathrm{KL}(q\,\Vert\,p) = \mathbb E_{q(z)}\big[\log q(z) - \log p(z)\big]\ge 0$$

    Args:
        q: the distribution of the expectation.
        p: the other one; batch axes broadcast.

    Returns:
        Nats, one value per event, of the batch shape to which those of q and p broadcast.

    Raises:
        NotImplementedError: where the pair has no closed form.
        ValueError: where q and p have events of different shapes.

    References:
        Kullback & Leibler 1951, On Information and Sufficiency, equation 2.4. Kingma & Welling
        2014, appendix B.

    Examples:
        >>> import math
        >>> from keras_vae.distributions import Normal
        >>> q = Normal([0.5, -1.0, 2.0], [1.0, math.exp(-0.5), math.exp(0.25)])
        >>> print(f"{float(kl_divergence(q, Normal([0.0] * 3, 1.0))):.5f}")
        2.88330
    """
    formula = closed_form(q, p)
    if formula is None:
        raise NotImplementedError(
            f"There is no closed form of KL({type(q).__name__} ‖ {type(p).__name__}); estimate it "
            "with keras_vae.monte_carlo_kl(q, p, num_samples, seed), or enter your own formula "
            f"with @keras_vae.register_kl({type(q).__name__}, {type(p).__name__})."
        )
    if q.event_shape != p.event_shape:
        raise ValueError(
            f"KL(q ‖ p) compares events of one shape; q has event shape {q.event_shape} and p has "
            f"event shape {p.event_shape}. Give both the same `event_ndim`, and parameters with "
            "as many coordinates."
        )
    return formula(q, p)


@register_kl(Normal, Normal)
def _normal_normal(q: Normal, p: Normal) -> Tensor:
    ratio = q.scale / p.scale
    distance = (q.loc - p.loc) / p.scale
    nats = 0.5 * (ops.square(ratio) + ops.square(distance) - 1.0) - ops.log(ratio)
    return q.sum_event(nats)


@register_kl(MultivariateNormal, Normal)
def _full_diagonal(q: MultivariateNormal, p: Normal) -> Tensor:
    nats = (q.variance() + ops.square(q.loc - p.loc)) / ops.square(p.scale) - 1.0
    log_scale = ops.log(p.scale) + ops.zeros_like(q.loc)
    return ops.sum(0.5 * nats + log_scale, axis=-1) - q.half_log_det()


@register_kl(Normal, MultivariateNormal)
def _diagonal_full(q: Normal, p: MultivariateNormal) -> Tensor:
    identity = ops.eye(q.shape[-1], dtype=q.loc.dtype)
    return _full_full(MultivariateNormal(q.loc, q.stddev()[..., None] * identity), p)


@register_kl(MultivariateNormal, MultivariateNormal)
def _full_full(q: MultivariateNormal, p: MultivariateNormal) -> Tensor:
    # tr(Σp⁻¹Σq) is the squared norm of Lp⁻¹Lq.
    broadcast = ops.zeros_like(q.scale_tril) + ops.zeros_like(p.scale_tril)
    factor, columns = p.scale_tril + broadcast, q.scale_tril + broadcast
    whitened = ops.solve_triangular(factor, columns, lower=True)
    trace = ops.sum(ops.square(whitened), axis=(-2, -1))
    distance = ops.sum(ops.square(p.whiten(q.loc - p.loc)), axis=-1)
    return 0.5 * (trace + distance - q.shape[-1]) + p.half_log_det() - q.half_log_det()


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(q: Bernoulli, p: Bernoulli) -> Tensor:
    # -log p = softplus(-η) and -log(1-p) = softplus(η): nothing large cancels at extreme logits.
    ones = q.mean() * (ops.softplus(-p.logits) - ops.softplus(-q.logits))
    zeros = ops.sigmoid(-q.logits) * (ops.softplus(p.logits) - ops.softplus(q.logits))
    return unbounded(q.sum_event(ones + zeros))


@register_kl(ContinuousBernoulli, ContinuousBernoulli)
def _continuous_bernoulli(q: ContinuousBernoulli, p: ContinuousBernoulli) -> Tensor:
    nats = q.mean() * (q.logits - p.logits) - q.log_normalizer() + p.log_normalizer()
    # A point mass has no density: it is infinitely far from all but itself.
    same = ops.where(ops.equal(q.logits, p.logits), 0.0, math.inf)
    return q.sum_event(ops.where(ops.logical_or(q.degenerate(), p.degenerate()), same, nats))


@register_kl(Categorical, Categorical)
def _categorical(q: Categorical, p: Categorical) -> Tensor:
    return unbounded(q.sum_event(q.mean() * (q.log_probs - p.log_probs)))


@register_kl(Poisson, Poisson)
def _poisson(q: Poisson, p: Poisson) -> Tensor:
    return q.sum_event(q.mean() * (q.log_rate - p.log_rate) - q.mean() + p.mean())


@register_kl(Laplace, Laplace)
def _laplace(q: Laplace, p: Laplace) -> Tensor:
    ratio = q.scale / p.scale
    distance = ops.abs(q.loc - p.loc)
    nats = distance / p.scale + ratio * ops.exp(-distance / q.scale) - ops.log(ratio) - 1.0
    return q.sum_event(nats)
