"""The one place where data are looked at, whatever is done with them."""

from typing import Any

import keras

from keras_vae.data import (
    as_numpy,
    check_companion,
    check_kind,
    check_weights,
    examples_in,
    first_batch,
    gathered,
    is_array,
)
from keras_vae.observations import x_of


class LooksAtData:
    """Looks at all of an array, and at the first batch of anything else.

    A model writes `check_data` and `check_inputs`, and has `built` and `build` from Keras.
    """

    built: bool
    build: Any

    def check_structure(self, name: str, x: Any) -> None:
        """Raise unless x is something that holds examples, before it is looked into."""
        check_kind(name, x)

    def check_data(self, name: str, x: Any, y: Any | None) -> Any:
        """The examples as they are used, or an error where they and their targets do not fit."""
        raise NotImplementedError

    def check_inputs(self, name: str, x: Any) -> Any:
        """The inputs as they are used, or an error where they do not fit the model."""
        raise NotImplementedError

    @property
    def waits(self) -> bool:
        """Whether a part has not started that starts from the data."""
        return False

    def start(self, x: Any, sample_weight: Any = None) -> None:
        """Start what waits for data, once, before the first step of training.

        Args:
            x: the first examples; all of an array.
            sample_weight: their weights.
        """

    def looked_at(
        self, name: str, x: Any, y: Any = None, sample_weight: Any = None, scored: bool = True
    ) -> Any:
        """The data, after a look at all of an array, or at the first batch of anything else.

        Nothing is lost of a generator. A model that is not built is built for them.

        Args:
            name: what to call the data in an error.
            x: array, dict of arrays, or dataset.
            y: targets beside an array.
            sample_weight: weights beside an array.
            scored: whether the decoder describes the data; else they are encoded alone.
        """
        self.check_structure(name, x)
        given, whole = x, is_array(x)
        if not whole:
            for word, value in (("y", y), ("sample_weight", sample_weight)):
                if value is not None:
                    raise ValueError(
                        f"{name} is a dataset and {word} an array; a dataset gives both: batches "
                        "of (x, y) or (x, y, sample_weight)."
                    )
            batch, given = first_batch(x)
            x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
            name = f"the first batch of {name}"
            self.check_structure(name, x)
        x = as_numpy(x)
        if not scored:
            x = self.check_inputs(name, x)
        else:
            if y is not None:
                y = check_companion(f"the target y of {name}", y, examples_in(x))
            x = self.check_data(name, x, y)
            if sample_weight is not None:
                check_weights(name, sample_weight, examples_in(x))
        if not self.built:
            # Callbacks such as BackupAndRestore want weights before the first step.
            self.build((None, *x_of(x).shape[1:]))
        return x if whole and isinstance(x, dict) else given

    def batch(self, x: Any, y: Any = None, sample_weight: Any = None, scored: bool = True) -> Any:
        """One batch, looked at."""
        self.check_structure("x", x)
        if not is_array(x):
            raise TypeError(
                f"x is of type {type(x).__name__}; expected one batch, an array of examples. "
                "Datasets go to fit, evaluate and predict."
            )
        return self.looked_at("x", x, y, sample_weight, scored)

    def inputs(self, x: Any) -> Any:
        """Inputs of the encoder, looked at: NumPy arrays, or a dataset that gives batches."""
        given = self.looked_at("x", x, scored=False)
        return as_numpy(given) if is_array(given) else given

    def examples(self, x: Any, y: Any = None, scored: bool = True) -> tuple[Any, Any]:
        """Examples and targets as NumPy arrays, looked at; a dataset is read once, into memory."""
        if not is_array(x):
            self.check_structure("x", x)
            x, given = gathered(x)
            if y is not None and given is not None:
                raise ValueError("x is a dataset of pairs (x, y), and y is given besides; one is.")
            y = given if y is None else y
        x = self.looked_at("x", x, y, scored=scored)
        return as_numpy(x), None if y is None else as_numpy(y)
