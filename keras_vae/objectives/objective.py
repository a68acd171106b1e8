"""What every objective is: terms and β in, one loss per example out."""

from typing import Any, Self

from keras_vae.objectives.terms import Terms
from keras_vae.tensors import Tensor


class Objective:
    """Base of all objectives: `terms` and β in, one loss per example (nats) out.

    An objective sees terms, not models. To write one, override `__call__`, and
    `get_config` where the constructor takes more than `num_samples`.

    Args:
        num_samples: number of draws of z per example.
    """

    def __init__(self, num_samples: int = 1) -> None:
        if not isinstance(num_samples, int) or num_samples < 1:
            raise ValueError(
                f"`num_samples` of {type(self).__name__} must be an integer of at least 1; "
                f"received num_samples={num_samples!r}."
            )
        self.num_samples = num_samples

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        """One loss per example, of shape (batch,), in nats."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"num_samples": self.num_samples}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The objective with these constructor arguments."""
        return cls(**config)
