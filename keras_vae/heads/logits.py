"""The heads of the distributions that are given by logits."""

from keras_vae.distributions import Bernoulli, Categorical, ContinuousBernoulli, Distribution
from keras_vae.heads.head import Head, Parameters
from keras_vae.keras_compat import register
from keras_vae.tensors import Tensor


class LogitsHead(Head):
    """Base of the heads whose distribution takes logits of event shape."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.logits = self.linear("logits")
        self.logits.build(input_shape)

    def call(self, features: Tensor) -> Parameters:
        return {"logits": self.logits.call(features)}

    def distribution(self, parameters: Parameters, target: Tensor | None = None) -> Distribution:
        return self.family(parameters["logits"], self._event_ndim())


@register
class BernoulliHead(LogitsHead):
    """Bernoulli distribution of every coordinate, for values in [0, 1].

    Examples:
        >>> from keras import ops
        >>> head = BernoulliHead(event_shape=(28, 28, 1))
        >>> head.distribution(head(ops.ones((2, 5))))
        Bernoulli(batch_shape=(2,), event_shape=(28, 28, 1))
    """

    family = Bernoulli

    def distribution(self, parameters: Parameters, target: Tensor | None = None) -> Distribution:
        # A `call` of one's own may mask bits with ±∞; the linear map does not.
        if self.family is Bernoulli and type(self).call is LogitsHead.call:
            return Bernoulli(parameters["logits"], self._event_ndim(), finite=True)
        return super().distribution(parameters, target)


@register
class ContinuousBernoulliHead(LogitsHead):
    """Continuous Bernoulli distribution of every coordinate, for values in [0, 1].

    Examples:
        >>> from keras import ops
        >>> head = ContinuousBernoulliHead(event_shape=(4,))
        >>> head.distribution(head(ops.ones((2, 5))))
        ContinuousBernoulli(batch_shape=(2,), event_shape=(4,))
    """

    family = ContinuousBernoulli


@register
class CategoricalHead(LogitsHead):
    """Categorical distribution over one-hot vectors on the last axis.

    Examples:
        >>> from keras import ops
        >>> head = CategoricalHead(event_shape=(7, 10))
        >>> head.distribution(head(ops.ones((2, 5))))
        Categorical(batch_shape=(2,), event_shape=(7, 10))
    """

    family = Categorical
