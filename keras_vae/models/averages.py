"""Exact averages over examples, for the logs."""

from typing import Any

import keras
from keras import ops

from keras_vae.tensors import Tensor, as_float


class Averages(keras.metrics.Metric):
    """Averages of the parts of a loss over examples, kept in one vector.

    One value per example comes in, so that a smaller last batch weighs what it should.

    Args:
        means: names of the parts to average.
        latest: names of scalars of which the last value is reported.
    """

    def __init__(self, means: tuple[str, ...], latest: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(**{"name": "averages", "dtype": "float32", **kwargs})
        self.means, self.latest = means, latest
        self.kept = (1.0,) * (len(means) + 1) + (0.0,) * (len(latest) + 1)
        self.state = self.add_variable(shape=(len(self.kept),), initializer="zeros", name="state")

    def update_state(self, values: dict[str, Tensor], sample_weight: Tensor | None = None) -> None:
        """Take in one value per example for each mean and a scalar for each latest."""
        parts = ops.stack([values[name] for name in self.means])
        if sample_weight is None:
            sums, count = ops.sum(parts, axis=1), as_float(ops.shape(parts)[1])
        else:
            parts = ops.where(sample_weight == 0.0, 0.0, parts)  # NaN · 0 is NaN
            sums, count = ops.sum(parts * sample_weight, axis=1), ops.sum(sample_weight)
        # A 1 at the end: on several devices Keras adds up their states, and so it counts them.
        latest = [as_float(values[name]) for name in self.latest]
        scalars = ops.stack([count, *latest, ops.ones_like(count)])
        # A tensor: a NumPy array times a variable breaks `torch.compile`.
        kept = ops.convert_to_tensor(self.kept, "float32")
        self.state.assign(self.state * kept + ops.concatenate([sums, scalars]))

    def result(self) -> dict[str, Tensor]:
        """The averages by name."""
        # A copy: PyTorch's slices would follow the state into the next evaluation.
        state, size = self.state + 0.0, len(self.means)
        averages = ops.divide_no_nan(state[:size], state[size])
        named = {name: averages[i] for i, name in enumerate(self.means)}
        latest = ops.divide_no_nan(state[size + 1 :], state[-1])
        named.update({name: latest[i] for i, name in enumerate(self.latest)})
        return named


def weights_of(sample_weight: Any) -> Tensor | None:
    """One weight for each example; Keras copies them for each part of a target that is a dict."""
    weights = keras.tree.flatten(sample_weight)[0]
    return None if weights is None else ops.reshape(as_float(weights), (-1,))
