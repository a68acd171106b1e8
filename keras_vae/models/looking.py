"""The one place where data are looked at, whatever is done with them."""

from typing import Any

import keras
import numpy as np

from keras_vae.data import (
    as_numpy,
    check_companion,
    check_kind,
    check_weights,
    first_batch,
    gathered,
    is_array,
)


class LooksAtData:
    """Looks at all of an array, and at the first batch of anything else.

    A model writes `check_data` and `check_inputs`, and has `built` and `build` from Keras.
    """

    built: bool
    build: Any

    def check_data(self, name: str, x: Any, y: Any | None) -> None:
        """Raise a ValueError where arrays of examples and targets do not fit the model."""
        raise NotImplementedError

    def check_inputs(self, name: str, x: Any) -> None:
        """Raise a ValueError where an array of inputs does not fit the model."""
        raise NotImplementedError

    def looked_at(
        self, name: str, x: Any, y: Any = None, sample_weight: Any = None, scored: bool = True
    ) -> Any:
        """The data, after a look at all of an array, or at the first batch of anything else.

        Nothing is lost of a generator. A model that is not built is built for them.

        Args:
            name: what to call the data in an error.
            x: array or dataset.
            y: targets beside an array.
            sample_weight: weights beside an array.
            scored: whether the decoder describes the data; else they are encoded alone.
        """
        check_kind(name, x)
        given = x
        if not is_array(x):
            for word, value in (("y", y), ("sample_weight", sample_weight)):
                if value is not None:
                    raise ValueError(
                        f"{name} is a dataset and {word} an array; a dataset gives both: batches "
                        "of (x, y) or (x, y, sample_weight)."
                    )
            batch, given = first_batch(x)
            x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
            name = f"the first batch of {name}"
            check_kind(name, x)
        x = as_numpy(x)
        if not scored:
            self.check_inputs(name, x)
        else:
            about = f"the target y of {name}"
            self.check_data(name, x, None if y is None else check_companion(about, y, len(x)))
            if sample_weight is not None:
                check_weights(name, sample_weight, len(x))
        if not self.built:
            # Callbacks such as BackupAndRestore want weights before the first step.
            self.build((None, *x.shape[1:]))
        return given

    def batch(self, x: Any, y: Any = None, sample_weight: Any = None, scored: bool = True) -> Any:
        """One batch, looked at."""
        check_kind("x", x)
        if not is_array(x):
            raise TypeError(
                f"x is of type {type(x).__name__}; expected one batch, an array of examples. "
                "Datasets go to fit, evaluate and predict."
            )
        return self.looked_at("x", x, y, sample_weight, scored)

    def inputs(self, x: Any) -> Any:
        """Inputs of the encoder, looked at: a NumPy array, or a dataset that gives batches."""
        given = self.looked_at("x", x, scored=False)
        return as_numpy(given) if is_array(given) else given

    def examples(
        self, x: Any, y: Any = None, scored: bool = True
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Examples and targets as NumPy arrays, looked at; a dataset is read once, into memory."""
        if not is_array(x):
            check_kind("x", x)
            x, given = gathered(x)
            if y is not None and given is not None:
                raise ValueError("x is a dataset of pairs (x, y), and y is given besides; one is.")
            y = given if y is None else y
        self.looked_at("x", x, y, scored=scored)
        return as_numpy(x), None if y is None else as_numpy(y)
