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
        size = len(means) + len(latest) + 2
        self.state = self.add_variable(shape=(size,), initializer="zeros", name="state")

    def update_state(self, values: dict[str, Tensor], sample_weight: Tensor | None = None) -> None:
        """Take in one value per example for each mean and a scalar for each latest."""
        parts = [values[name] for name in self.means]
        # The last of the sums counts the examples.
        parts = ops.stack([*parts, ops.ones_like(parts[0])])
        if sample_weight is not None:
            parts = ops.where(sample_weight == 0.0, 0.0, parts) * sample_weight  # NaN · 0 is NaN
        sums = ops.sum(parts, axis=1)
        # A 1 at the end: on several devices Keras adds up their states, and so it counts them.
        latest = ops.stack([*[as_float(values[name]) for name in self.latest], as_float(1.0)])
        # Tensors: to compute with a variable costs twice as much in an eager step.
        before = ops.convert_to_tensor(self.state)[: len(self.means) + 1]
        self.state.assign(ops.concatenate([before + sums, latest]))

    def result(self) -> dict[str, Tensor]:
        """The averages by name."""
        # A copy: PyTorch's slices would follow the state into the next evaluation.
        state, size = ops.convert_to_tensor(self.state) + 0.0, len(self.means)
        averages = ops.divide_no_nan(state[:size], state[size])
        named = {name: averages[i] for i, name in enumerate(self.means)}
        latest = ops.divide_no_nan(state[size + 1 :], state[-1])
        named.update({name: latest[i] for i, name in enumerate(self.latest)})
        return named


def weights_of(sample_weight: Any) -> Tensor | None:
    """One weight for each example; Keras copies them for each part of a target that is a dict."""
    weights = keras.tree.flatten(sample_weight)[0]
    return None if weights is None else ops.reshape(as_float(weights), (-1,))
