"""One vector, then another one given the first: two stochastic layers."""

from collections.abc import Callable

from keras import ops

from keras_vae.distributions.distribution import Distribution
from keras_vae.tensors import Seed, Tensor, as_float


class Chain(Distribution):
    r"""The joint distribution of a vector a and a vector b given a.

    $$\log p(a, b) = \log p(a) + \log p(b\mid a)\text{ nats}$$

    Two of them make a VAE of two stochastic layers: the posterior $q(h_1\mid x)\,q(h_2\mid h_1)$
    draws upwards, the prior $p(h_2)\,p(h_1\mid h_2)$ downwards (Burda et al. 2016, equations 1
    and 5). Draws are reparameterized where both parts are.

    Args:
        first: distribution of a, over vectors.
        then: from values of a to the distribution of b given a, over vectors.
        size: length of b.
        reverse: b stands in front of a in a value.

    Examples:
        >>> from keras_vae.distributions import Normal
        >>> walk = Chain(Normal([0.0], [1.0]), lambda a: Normal(a, 0.5), size=1)
        >>> walk
        Chain(batch_shape=(), event_shape=(2,))
        >>> print(f"{float(walk.log_prob([1.0, 1.0])):.4f}")  # −½ − log 2π − log ½
        -1.6447
    """

    reparameterized = True

    def __init__(
        self,
        first: Distribution,
        then: Callable[[Tensor], Distribution],
        size: int,
        reverse: bool = False,
    ) -> None:
        self.first, self.then, self.size, self.reverse = first, then, size, reverse
        like = first._like
        super().__init__(self._join(like, ops.zeros_like(like[..., :1]) + ops.zeros((size,))), 1)

    def log_prob(self, value: Tensor) -> Tensor:
        value, size = as_float(value), self.size
        b, a = value[..., :size], value[..., size:]
        if not self.reverse:
            a, b = value[..., :-size], value[..., -size:]
        return self.first.log_prob(a) + self.then(a).log_prob(b)

    def sample(self, sample_shape: tuple[int, ...] = (), seed: Seed = None) -> Tensor:
        a = self.first.sample(sample_shape, seed=seed)
        # The same integer would give both parts the same noise.
        b = self.then(a).sample((), seed=seed + 1 if isinstance(seed, int) else seed)
        return self._join(a, b)

    def mean(self) -> Tensor:
        """The mean of a, and that of b at the mean of a, which is exact where it is linear in a."""
        a = self.first.mean()
        return self._join(a, self.then(a).mean())

    def _join(self, a: Tensor, b: Tensor) -> Tensor:
        return ops.concatenate([b, a] if self.reverse else [a, b], axis=-1)
