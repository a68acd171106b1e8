"""What objectives with a critic share: a network that tells draws of two kinds apart."""

from collections.abc import Sequence
from typing import Any, Self

import keras
from keras import ops

from keras_vae.arguments import positive_integers
from keras_vae.objectives.objective import Objective, frozen_call
from keras_vae.objectives.terms import Terms
from keras_vae.tensors import Tensor, as_float


class CriticObjective(Objective):
    r"""Base of objectives with a critic t, a network with one logit for each example.

    The critic learns, inside the loss, to give positive logits to what is real and negative ones to
    the rest:

    $$L_t = \tfrac12\,\mathbb E[s(-t(\text{real}))] + \tfrac12\,\mathbb E[s(t(\text{fake}))],\qquad
    s(t) = \log(1 + e^t)$$

    It is log 2 where the critic cannot tell them apart. The best critic is $t = \log p/q$, with p
    the density of what is real and q that of the fakes (Goodfellow et al. 2014, proposition 1).
    Both players see the same weights, those before the step, and take their step together; give the
    critic a rate of its own with `keras_vae.optimizers.PerPart`.

    Logs: `critic_loss` in nats, and `critic_accuracy`, ½ by chance. A critic that is no better than
    chance says nothing of how alike the two are, unless it has been trained long enough.

    Args:
        critic: any Keras layer or model that gives one logit for each example.
        num_samples: number of draws of z per example.
    """

    measures: tuple[str, ...] = ("critic_loss", "critic_accuracy")

    def __init__(self, critic: Any, num_samples: int = 1) -> None:
        super().__init__(num_samples)
        self.critic = critic

    def build(self, z_shape: Any) -> None:
        self.build_critic(tuple(z_shape))

    def build_critic(self, shape: tuple[int | None, ...]) -> None:
        """Make the weights of the critic, for a batch of this shape."""
        logits = self.critic(keras.KerasTensor(shape))
        if tuple(logits.shape) != (None, 1):
            raise ValueError(
                f"The critic of {type(self).__name__} gives {tuple(logits.shape)} for a batch of "
                f"shape {shape}; expected one logit for each example, (None, 1). Let it end with "
                "keras.layers.Dense(1)."
            )

    def judge(self, terms: Terms, draws: Tensor) -> Tensor:
        """Logits of shape (B,), which pass gradients to the draws alone."""
        return as_float(frozen_call(self.critic, draws, terms.training))[:, 0]

    def lesson(self, terms: Terms, real: Tensor, *fakes: Tensor) -> Tensor:
        """0 for each example, with the gradient of the loss of the critic; the draws get none."""
        kinds = [ops.stop_gradient(draws) for draws in (real, *fakes)]
        told = [as_float(self.critic(draws, training=terms.training))[:, 0] for draws in kinds]
        margins = ops.stack([told[0], *(-logit for logit in told[1:])])
        wrong = ops.mean(ops.softplus(-margins), axis=0)
        terms.noted["critic_loss"] = wrong
        terms.noted["critic_accuracy"] = ops.mean(as_float(margins > 0.0), axis=0)
        return wrong - ops.stop_gradient(wrong)

    def get_config(self) -> dict[str, Any]:
        return {"critic": keras.saving.serialize_keras_object(self.critic)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The objective with these constructor arguments."""
        return cls(**keras.saving.deserialize_keras_object(config))


def dense_critic(hidden_units: Sequence[int]) -> keras.Sequential:
    """A critic of vectors."""
    units = positive_integers("hidden_units", hidden_units)
    hidden = [keras.layers.Dense(n, "leaky_relu", dtype="float32") for n in units]
    return keras.Sequential([*hidden, keras.layers.Dense(1, dtype="float32")], name="critic")
