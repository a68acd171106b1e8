"""What every head is: a layer that turns features into the parameters of a distribution."""

from typing import Any, ClassVar, Self

import keras
import numpy as np
from keras import ops

from keras_vae.distributions import Distribution, Support
from keras_vae.heads.linear import LinearMap
from keras_vae.keras_compat import KeepsFrozen
from keras_vae.tensors import Tensor

Parameters = dict[str, Tensor]

MAX_LOG_SCALE = 15.0


def bounded_scale(raw: Tensor) -> Tensor:
    """A positive scale exp(B tanh(raw / B)) that can neither overflow nor vanish."""
    return ops.exp(MAX_LOG_SCALE * ops.tanh(raw / MAX_LOG_SCALE))


def raw_of(scale: np.ndarray) -> np.ndarray:
    """What `bounded_scale` makes this scale of; very large and small ones are cut."""
    return MAX_LOG_SCALE * np.arctanh(np.clip(np.log(scale) / MAX_LOG_SCALE, -0.9, 0.9))


class Head(KeepsFrozen, keras.layers.Layer):
    """Base of all heads: features in, a dict of parameters of a distribution out.

    Heads compute in float32 under every mixed-precision policy. An `Encoder` or
    `Decoder` tells its head the shape of one event. Where the features have the same
    spatial axes as the event (a convolutional decoder), parameters are a linear map of
    the channels at every position; otherwise the features are flattened first.

    A new head sets `family` and overrides `build` (with `self.linear`), `call` and
    `distribution`.

    Args:
        event_shape: shape of one event; set by the `Encoder` or `Decoder` that owns the head.
    """

    family: ClassVar[type[Distribution]] = Distribution
    """Class of the distribution."""

    @property
    def support(self) -> Support:
        """The values that the data may have: those of the family, unless a head says otherwise."""
        return self.family.support

    def __init__(self, event_shape: tuple[int, ...] | None = None, **kwargs: Any) -> None:
        super().__init__(**{"dtype": "float32", **kwargs})
        self.event_shape = None if event_shape is None else tuple(event_shape)

    def for_event(self, event_shape: tuple[int, ...]) -> Self:
        """Tell the head the shape of one event; returns the head itself."""
        if self.event_shape not in (None, tuple(event_shape)):
            raise ValueError(
                f"{type(self).__name__} was made for events of shape {self.event_shape} and is "
                f"now asked for events of shape {tuple(event_shape)}. Use one head object per "
                "Encoder or Decoder."
            )
        self.event_shape = tuple(event_shape)
        return self

    def linear(
        self,
        name: str,
        shape: tuple[int, ...] | None = None,
        kernel_initializer: str = "glorot_uniform",
    ) -> LinearMap:
        """A linear map from the features to a tensor of event shape (or of `shape`).

        Scales start at `kernel_initializer="zeros"`: 1 for every example, instead of a power of e
        that the features draw at random. Such a kernel learns from the first step on, because its
        gradient is a product of the features, not of itself.

        A head runs its `call` and not the map: what Keras does around a layer, 300 calls of Python,
        it has done around the head.
        """
        if self.event_shape is None:
            raise ValueError(
                f"{type(self).__name__} does not know the shape of an event; write "
                f"{type(self).__name__}(event_shape=(…)), or pass it as `head=` to an Encoder or "
                "Decoder."
            )
        shape = self.event_shape if shape is None else shape
        return LinearMap(
            shape, kernel_initializer, name=name, dtype="float32", trainable=self.trainable
        )

    def distribution(self, parameters: Parameters, target: Tensor | None = None) -> Distribution:
        """The distribution with these parameters.

        Args:
            parameters: what calling the head returned; any number of leading axes.
            target: the data, during training only, for heads with a parameter whose
                best value has a closed form given the data.
        """
        raise NotImplementedError

    def update(self, likelihood: Distribution, finite: Tensor) -> None:
        """Renew what the head keeps of the data, once in a training step, after the loss.

        Args:
            likelihood: the distribution that the loss was computed with.
            finite: whether the loss is finite; where it is not, nothing may change.
        """

    def _event_ndim(self) -> int:
        return len(self.event_shape or ())

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "event_shape": self.event_shape}
