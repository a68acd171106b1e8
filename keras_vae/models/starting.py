"""What starts from the data, such as a codebook, does so once, before the first step."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.batches import Data
from keras_vae.data import as_numpy, examples_in, first_batch, is_array


class StartFromData(keras.callbacks.Callback):
    """Shows the first examples to the model as training begins.

    It comes after the callbacks of the user: where one brings back a training that was killed,
    what has started does not start again.

    Args:
        x: examples.
        sample_weight: their weights.
    """

    def __init__(self, x: Any, sample_weight: Any) -> None:
        super().__init__()
        self.x, self.sample_weight = x, sample_weight

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Let the model look, and keep nothing."""
        self.model.start(self.x, self.sample_weight)
        self.x = self.sample_weight = None


def first_look(model: Any, data: Data) -> tuple[list[keras.callbacks.Callback], Data]:
    """The callback, where a model waits for data, and the data with nothing taken.

    Of arrays it holds all, of a dataset the first batch.

    Args:
        model: the model.
        data: x, y and sample_weight.
    """
    if not model.waits:
        return [], data
    x, y, weight = data
    if is_array(x):
        start = StartFromData(as_numpy(x), None if weight is None else as_numpy(weight))
    else:
        batch, x = first_batch(x)
        given, _, first_weight = keras.utils.unpack_x_y_sample_weight(batch)
        start = StartFromData(given, first_weight)
    start.set_model(model)
    return [start], (x, y, weight)


def spread(x: Any, sample_weight: Any, number: int) -> list[Any]:
    """About so many examples in batches, from all parts of an array, which may be sorted.

    None of them has the weight 0, unless all have.
    """
    x = as_numpy(x)
    rows = np.arange(examples_in(x))
    if sample_weight is not None:
        seen = np.reshape(as_numpy(sample_weight), (-1,)) > 0.0
        rows = rows[seen] if seen.any() else rows
    if len(rows) > number:
        rows = rows[np.linspace(0, len(rows) - 1, number).astype(int)]
    parts = np.array_split(rows, -(-len(rows) // BATCH))
    taken = [keras.tree.map_structure(lambda values, at=at: values[at], x) for at in parts]
    return [keras.tree.map_structure(ops.convert_to_tensor, some) for some in taken]


BATCH = 256
"""Examples that are encoded at a time."""
