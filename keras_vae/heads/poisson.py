"""The head of a Poisson distribution."""

from keras import ops

from keras_vae.distributions import Poisson
from keras_vae.heads.head import MAX_LOG_SCALE, Head, Parameters
from keras_vae.keras_compat import register
from keras_vae.tensors import Tensor


@register
class PoissonHead(Head):
    r"""Poisson distribution of every coordinate, for counts.

    The rate starts near 1 and stays between $e^{-15}$ and $e^{15}$.

    Examples:
        >>> head = PoissonHead(event_shape=(4,))
        >>> head.distribution(head(ops.ones((2, 5))))
        Poisson(batch_shape=(2,), event_shape=(4,))
    """

    family = Poisson

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.log_rate = self.linear("log_rate")
        self.log_rate.build(input_shape)

    def call(self, features: Tensor) -> Parameters:
        return {"log_rate": MAX_LOG_SCALE * ops.tanh(self.log_rate.call(features) / MAX_LOG_SCALE)}

    def distribution(self, parameters: Parameters, target: Tensor | None = None) -> Poisson:
        return Poisson(parameters["log_rate"], self._event_ndim())
