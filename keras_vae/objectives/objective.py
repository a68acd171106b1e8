"""What every objective is: terms and β in, one loss per example out."""

from typing import Any, Self

import keras
from keras import ops

from keras_vae.arguments import is_whole
from keras_vae.keras_compat import KeepsFrozen
from keras_vae.objectives.terms import Terms
from keras_vae.tensors import Tensor


class Objective(KeepsFrozen, keras.layers.Layer):
    """Base of all objectives: `terms` and β in, one loss per example (nats) out.

    An objective sees terms, not models. To write one, override `__call__`, and `get_config` where
    the constructor takes more than `num_samples`.

    It is a layer, so that it may own variables, such as those of a critic: they are trained and
    saved with the model. It makes them in `build`, which gets the shape of a batch of z. What it
    wants to see in the logs it names in `measures` and notes in `terms.noted`; a term that trains
    the critic alone, and is not to count in the loss, is `d - stop_gradient(d)`.

    Args:
        num_samples: number of draws of z per example.
    """

    measures: tuple[str, ...] = ()
    """Names of what is noted for the logs."""

    def __init__(self, num_samples: int = 1) -> None:
        super().__init__()
        if not is_whole(num_samples) or num_samples < 1:
            raise ValueError(
                f"`num_samples` of {type(self).__name__} must be an integer of at least 1; "
                f"received num_samples={num_samples!r}."
            )
        self.num_samples = int(num_samples)

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        """One loss per example, of shape (batch,), in nats."""
        raise NotImplementedError

    def build(self, z_shape: Any) -> None:
        """Make the weights, if there are any, for draws of this shape; the first axis is None."""

    def measure(self, terms: Terms) -> dict[str, Tensor]:
        """One value per example, of shape (batch,), for each name in `measures`: what was noted."""
        return {name: terms.noted[name] for name in self.measures}

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"num_samples": self.num_samples}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The objective with these constructor arguments."""
        return cls(**config)


def frozen_call(network: Any, inputs: Tensor, training: bool = False) -> Tensor:
    """The output of a network whose weights are constants: gradients reach its inputs alone.

    That is how a critic judges codes without being trained by what it says of them.
    """
    weights = [ops.stop_gradient(ops.convert_to_tensor(v)) for v in network.trainable_variables]
    others = [ops.convert_to_tensor(v) for v in network.non_trainable_variables]
    outputs, _ = network.stateless_call(weights, others, inputs, training=training)
    return outputs
