"""What every probability distribution here can do."""

from typing import Any, ClassVar

from keras import ops

from keras_vae.distributions.support import REAL, Support
from keras_vae.tensors import Seed, Tensor


class Distribution:
    r"""A probability distribution over events of a fixed shape.

    Distributions are nouns: they hold tensors and never variables. The last
    `event_ndim` axes of a value are one event, all axes before them are
    independent copies (the batch). `log_prob` returns one value per event.

    Subclasses set `reparameterized` and `support` and write `log_prob`, `sample`,
    `mean`, `variance` and, where it has a closed form, `entropy`.

    Args:
        like: a tensor of the shape of one draw, batch and event axes together.
        event_ndim: number of trailing axes that form one event.
    """

    reparameterized: ClassVar[bool] = False
    """Whether gradients flow through `sample` to the parameters (the pathwise gradient)."""

    support: Support = REAL
    """The values it describes; data for a decoder are held against them."""

    def __init__(self, like: Tensor, event_ndim: int) -> None:
        if not 0 <= event_ndim <= len(like.shape):
            raise ValueError(
                f"{type(self).__name__} has parameters of shape {tuple(like.shape)}, so "
                f"`event_ndim` must lie between 0 and {len(like.shape)}; received "
                f"event_ndim={event_ndim}. Event axes are the last ones."
            )
        self._like = like
        self.event_ndim = event_ndim

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Shape of one draw: `batch_shape + event_shape`."""
        return tuple(self._like.shape)

    @property
    def batch_shape(self) -> tuple[int | None, ...]:
        """Shape of the independent copies."""
        return self.shape[: len(self.shape) - self.event_ndim]

    @property
    def event_shape(self) -> tuple[int | None, ...]:
        """Shape of one event."""
        return self.shape[len(self.shape) - self.event_ndim :]

    def log_prob(self, value: Tensor, observed: Tensor | None = None) -> Tensor:
        r"""Log-density (or log-mass) in nats, one number per event.

        Args:
            value: events; batch axes broadcast.
            observed: booleans of the shape of `value`, True where a coordinate was seen. The
                others are integrated out, $\log p(x_{\text{obs}})$, whatever stands in their place.
        """
        raise NotImplementedError

    def sample(self, sample_shape: tuple[int, ...] = (), seed: Seed = None) -> Tensor:
        """Draw values of shape `sample_shape + batch_shape + event_shape`."""
        raise NotImplementedError

    def mean(self) -> Tensor:
        """Expected value, of shape `batch_shape + event_shape`."""
        raise NotImplementedError

    def variance(self) -> Tensor:
        """Variance of every coordinate, of shape `batch_shape + event_shape`."""
        raise NotImplementedError

    def stddev(self) -> Tensor:
        """Standard deviation of every coordinate."""
        return ops.sqrt(self.variance())

    def covariance(self) -> Tensor:
        """Covariance matrix of the coordinates of a vector, of shape `batch_shape + (D, D)`."""
        if self.event_ndim != 1 or self.factors().event_ndim != 0:
            raise NotImplementedError(
                f"{type(self).__name__} gives no covariance matrix; only vectors of independent "
                "coordinates (`event_ndim=1`) and MultivariateNormal do."
            )
        return self.variance()[..., None] * ops.eye(self.shape[-1])

    def entropy(self) -> Tensor:
        """Entropy in nats, one number per event."""
        raise NotImplementedError(
            f"{type(self).__name__} has no closed form of its entropy; estimate it with "
            "`-keras.ops.mean(d.log_prob(d.sample((1000,))), axis=0)`."
        )

    def factors(self) -> "Distribution":
        """The same distribution with its independent axes counted as batch.

        Sums over events become sums over the trailing axes of the result, which
        is how a KL divergence is split into one term per latent dimension.
        """
        raise NotImplementedError(
            f"{type(self).__name__} does not factorize over the axes of its event; "
            "only distributions with independent coordinates have factors."
        )

    def marginals(self) -> "Distribution":
        """The distribution of every coordinate alone, with the axes of the event as batch.

        Where the coordinates are independent these are the factors.
        """
        return self.factors()

    def detached(self) -> "Distribution":
        """The same distribution with parameters that pass no gradient on."""
        raise NotImplementedError(
            f"{type(self).__name__} has no pathwise gradient, so there is nothing to detach from."
        )

    def sum_event(self, value: Tensor, observed: Tensor | None = None) -> Tensor:
        """Sum a quantity of one coordinate over the axes of an event, where it was observed."""
        if observed is not None:
            value = ops.where(observed, value, 0.0)
        return ops.sum(value, axis=tuple(range(-self.event_ndim, 0))) if self.event_ndim else value

    def _draw_shape(self, sample_shape: tuple[int, ...]) -> tuple[Any, ...]:
        return (*sample_shape, *ops.shape(self._like))

    def _fill(self, value: Tensor) -> Tensor:
        return ops.broadcast_to(value, ops.shape(self._like))

    def __repr__(self) -> str:
        name, batch, event = type(self).__name__, self.batch_shape, self.event_shape
        return f"{name}(batch_shape={batch}, event_shape={event})"
