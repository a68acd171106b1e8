"""Examples to train on, and examples to validate with."""

import math

import keras

from keras_vae.batches import Data
from keras_vae.data import examples_in, is_array


def parted(data: Data, validation_split: float) -> tuple[Data, Data | None]:
    """The examples to train on, and this share of arrays, the last ones, to validate with.

    Raises:
        ValueError: if that leaves none for one of the two.
    """
    if not (validation_split and is_array(data[0])):
        return data, None
    examples = examples_in(data[0])
    trained = math.floor(examples * (1.0 - validation_split))
    if not 0 < trained < examples:
        lacking = "validate with" if trained else "train on"
        raise ValueError(
            f"validation_split={validation_split!r} of {examples} examples leaves none to "
            f"{lacking}; expected at least one to train on and one to validate with."
        )

    def rows(part: slice) -> Data:
        taken: Data = keras.tree.map_structure(
            lambda array: None if array is None else array[part], data
        )
        return taken

    return rows(slice(trained)), rows(slice(trained, None))
