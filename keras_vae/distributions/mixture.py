"""A mixture of distributions of one family."""

from typing import Any

from keras import ops

from keras_vae.distributions.categorical import Categorical
from keras_vae.distributions.distribution import Distribution
from keras_vae.tensors import Seed, Tensor, as_float


class Mixture(Distribution):
    r"""Mixture $\sum_j \alpha_j\, p_j(x)$ of distributions of one family.

    $$\log p(x) = \log\sum_j \exp\big(\log\alpha_j + \log p_j(x)\big) \text{ nats}$$

    The components are one distribution object whose *last batch axis* counts them: three
    normals in two dimensions are `Normal(loc, scale)` with `loc` of shape `(3, 2)`. A
    draw picks one component, which has no pathwise gradient with respect to the weights;
    draws therefore carry no gradient at all.

    Args:
        logits: unnormalized log-weights $\log\alpha$, of shape `batch_shape + (C,)`.
        components: a distribution of batch shape `batch_shape + (C,)`.

    Examples:
        >>> import math
        >>> from keras_vae.distributions import Normal
        >>> p = Mixture([math.log(0.4), math.log(0.6)], Normal([[-2.0], [3.0]], [[0.7], [1.0]]))
        >>> print(f"{float(p.mean()[0]):.3f} {float(p.variance()[0]):.3f}")
        1.000 6.796
    """

    def __init__(self, logits: Any, components: Distribution) -> None:
        self.weights = Categorical(logits)
        self.components = components
        self.support = components.support
        if not components.batch_shape or components.batch_shape != self.weights.shape:
            raise ValueError(
                "`logits` must have the batch shape of `components`, whose last axis counts them; "
                f"received logits of shape {self.weights.shape} and components with batch shape "
                f"{components.batch_shape}."
            )
        super().__init__(self.mean(), components.event_ndim)

    def log_prob(self, value: Tensor, observed: Tensor | None = None) -> Tensor:
        value = ops.expand_dims(as_float(value), axis=self._axis())
        if observed is not None:
            observed = ops.expand_dims(observed, axis=self._axis())
        log_densities = self.components.log_prob(value, observed)
        return ops.logsumexp(self.weights.log_probs + log_densities, axis=-1)

    def sample(self, sample_shape: tuple[int, ...] = (), seed: Seed = None) -> Tensor:
        draws = self.components.sample(sample_shape, seed=seed)
        # The same integer would tie the choice of the component to the draw.
        chosen = self.weights.sample(sample_shape, seed=seed + 1 if isinstance(seed, int) else seed)
        return ops.stop_gradient(ops.sum(self._per_component(chosen) * draws, axis=self._axis()))

    def mean(self) -> Tensor:
        return self._average(self.components.mean())

    def variance(self) -> Tensor:
        mean = ops.expand_dims(self.mean(), self._axis())
        within = self.components.variance()
        return self._average(within + ops.square(self.components.mean() - mean))

    def _average(self, value: Tensor) -> Tensor:
        return ops.sum(self._per_component(self.weights.mean()) * value, axis=self._axis())

    def _per_component(self, weights: Tensor) -> Tensor:
        return ops.expand_dims(weights, axis=tuple(range(-self.components.event_ndim, 0)))

    def _axis(self) -> int:
        return -self.components.event_ndim - 1
