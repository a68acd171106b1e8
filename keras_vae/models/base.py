"""What every model here shares: data that are looked at, files, and the loss."""

from typing import Any, ClassVar, Self

import keras
from keras import ops

from keras_vae.arguments import share
from keras_vae.batches import untuned
from keras_vae.data import is_array
from keras_vae.exporting import Exports
from keras_vae.keras_compat import (
    KeepsPenalties,
    compiled_by_torch,
    portable,
    replacing,
    with_public_names,
)
from keras_vae.models.finite import StopOnNonFinite, warn_of_nan
from keras_vae.models.looking import LooksAtData
from keras_vae.models.sharing import check_shared, made_even
from keras_vae.models.starting import first_look
from keras_vae.models.validating import parted
from keras_vae.optimizers import tell
from keras_vae.tensors import Tensor, as_float


class CheckedModel(KeepsPenalties, Exports, LooksAtData, keras.Model):
    """A Keras model that looks at its data before it uses them.

    Subclasses name their `parts`, and write `check_data`, `check_inputs`, `why_no_loss`, and
    `compute_loss` with `total_loss`.
    """

    parts: ClassVar[tuple[str, ...]]
    """Constructor arguments that are saved as objects of their own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mean = Mean()

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "optimizer":
            tell(value, self)
        replaced = name in self.parts and isinstance(value, keras.layers.Layer)
        if not (replaced and getattr(self, "built", False)):
            super().__setattr__(name, value)
            return
        self.__dict__.pop("__programs", None)
        with replacing(self, name):
            super().__setattr__(name, value)
            self.replaced(name)

    def program(self, kind: type[keras.Model], *given: Any) -> keras.Model:
        """A small model around this one that is run by `predict`; made once, so compiled once."""
        # Not by setattr: a layer that holds this model must be no part of it, nor be saved.
        made: dict[Any, keras.Model] = self.__dict__.setdefault("__programs", {})
        name = (kind, given, compiled_by_torch(self))
        if name not in made:
            made[name] = kind(self, *given)
        return made[name]

    def replaced(self, name: str) -> None:
        """Renew what depends on a part of a built model that has been replaced."""

    @property
    def loss(self) -> None:
        """Always None: these models carry their loss."""
        return None

    @loss.setter
    def loss(self, value: Any) -> None:
        if value is not None:
            raise ValueError(self.why_no_loss(value))

    @property
    def metrics_names(self) -> list[str]:
        """Names of the numbers that `evaluate` returns, in their order."""
        found = [(metric.name, metric.result()) for metric in self.metrics]
        several = [result for _, result in found if isinstance(result, dict)]
        single = [name for name, result in found if not isinstance(result, dict)]
        # A set: Keras lists a metric of a part inside of a part twice.
        return [*single, *sorted({name for result in several for name in result})]

    def why_no_loss(self, value: Any) -> str:
        """The sentence for a `loss=` given to `compile`."""
        raise NotImplementedError

    def why_not_finite(self, nan: set[str]) -> str | None:
        """The cause, as far as the parts of the loss that are NaN tell it."""
        return None

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        **kwargs: Any,
    ) -> keras.callbacks.History:
        """`keras.Model.fit`, after a look at the data.

        Raises:
            ValueError: where the data do not fit the model; nothing has been trained then.
            TypeError: where they are nothing that holds examples.
            FloatingPointError: where a part of the loss becomes NaN or infinite.
        """
        validation_split = share("validation_split", validation_split)
        weight, size = kwargs.pop("sample_weight", None), kwargs.get("validation_batch_size")
        x = self.looked_at("x", x, y, weight)
        data, held = (x, target(x, y, weight), weight), None
        if validation_data is None:
            data, held = parted(data, validation_split)
        elif isinstance(validation_data, (tuple, list)):
            if not 1 <= len(validation_data) <= 3:
                raise ValueError(
                    "validation_data is (x,), (x, y) or (x, y, sample_weight); received "
                    f"{len(validation_data)} of them."
                )
            self.looked_at("the x of validation_data", *validation_data)
            held = keras.utils.unpack_x_y_sample_weight(validation_data)
        elif is_array(validation_data):
            raise TypeError(
                "validation_data is an array; arrays come in a tuple: validation_data=(x,)."
            )
        else:
            validation_data = self.looked_at("validation_data", validation_data)
        if held is not None:
            steps = kwargs.get("validation_steps")
            val_x, val_y, val_weight = made_even(held, size or batch_size, steps)
            held = (val_x, target(val_x, val_y, val_weight), val_weight)
            validation_data, validation_split = untuned(held, size or batch_size, steps), 0.0
        check_shared(data[0], batch_size)
        start, data = first_look(self, data)
        if isinstance(callbacks, keras.callbacks.CallbackList):
            callbacks.callbacks = [StopOnNonFinite(), *callbacks.callbacks, *start]
        else:
            callbacks = [StopOnNonFinite(), *keras.tree.flatten(callbacks or []), *start]
        steps, shuffle = kwargs.get("steps_per_epoch"), kwargs.get("shuffle", True)
        x, y, kwargs["sample_weight"] = untuned(data, batch_size, steps, shuffle)
        # A dataset of ours shuffles by itself; Keras warns where it is asked to.
        kwargs["shuffle"] = shuffle if x is data[0] else False
        return super().fit(
            x,
            y,
            batch_size,
            epochs,
            verbose,
            callbacks,
            validation_split,
            validation_data,
            **kwargs,
        )

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        **kwargs: Any,
    ) -> Any:
        """`keras.Model.evaluate`, after a look at the data."""
        # During fit the validation data have been looked at once.
        if not kwargs.get("_use_cached_eval_dataset"):
            x, steps = self.looked_at("x", x, y, sample_weight), kwargs.get("steps")
            x, y, sample_weight = made_even((x, y, sample_weight), batch_size, steps)
            data = (x, target(x, y, sample_weight), sample_weight)
            x, y, sample_weight = untuned(data, batch_size, steps)
        found = super().evaluate(x, y, batch_size, verbose, sample_weight, **kwargs)
        warn_of_nan(self)
        return found

    def predict(
        self, x: Any, batch_size: int | None = None, verbose: Any = "auto", **kwargs: Any
    ) -> Any:
        """`keras.Model.predict`, after a look at the data."""
        x, *_ = untuned((self.inputs(x), None, None), batch_size, kwargs.get("steps"))
        return super().predict(x, batch_size, verbose, **kwargs)

    def predict_on_batch(self, x: Any) -> Any:
        """`keras.Model.predict_on_batch`, after a look at the data."""
        return super().predict_on_batch(self.batch(x, scored=False))

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        """`keras.Model.train_on_batch`, after a look at the data."""
        x = self.batch(x, y, sample_weight)
        self.start(x, sample_weight)
        return super().train_on_batch(
            x, target(x, y, sample_weight), sample_weight, *args, **kwargs
        )

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        """`keras.Model.test_on_batch`, after a look at the data."""
        x = self.batch(x, y, sample_weight)
        return super().test_on_batch(x, target(x, y, sample_weight), sample_weight, *args, **kwargs)

    def save(self, filepath: Any, overwrite: bool = True, **kwargs: Any) -> None:
        """`keras.Model.save`, to a `.keras` file.

        Raises:
            ValueError: for the older `.h5` format, which cannot hold these models; nothing is
                written.
        """
        if str(filepath).endswith((".h5", ".hdf5")):
            raise ValueError(
                f"save({str(filepath)!r}): the HDF5 format holds the layers of Sequential and "
                'functional models alone. Write model.save("model.keras"), or keep the weights '
                'alone with model.save_weights("model.weights.h5").'
            )
        super().save(filepath, overwrite, **kwargs)

    def save_own_variables(self, store: Any) -> None:
        super().save_own_variables(store)
        # Keras does not save the state of seeds; without it a resumed run repeats its noise.
        for number, state in enumerate(self._seeds()):
            store[f"noise_{number}"] = ops.convert_to_numpy(state)

    def load_own_variables(self, store: Any) -> None:
        weights = {name: store[name] for name in store.keys()}
        for number, state in enumerate(self._seeds()):
            state.assign(weights.pop(f"noise_{number}"))
        super().load_own_variables(weights)

    def get_compile_config(self) -> dict[str, Any]:
        config = with_public_names(super().get_compile_config())
        return {**config, "backend": keras.config.backend()} if config else config

    def compile_from_config(self, config: dict[str, Any]) -> None:
        super().compile_from_config(portable(config))

    def _seeds(self) -> list[Tensor]:
        """States of all seeds, those inside of layers such as dropout included."""
        return [state for state in self.variables if state.name == "seed_generator_state"]

    def get_config(self) -> dict[str, Any]:
        save = keras.saving.serialize_keras_object
        return {**super().get_config(), **{name: save(getattr(self, name)) for name in self.parts}}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Self:
        load = keras.saving.deserialize_keras_object
        # A file of an older version may lack a part that came later.
        there = [name for name in cls.parts if name in config]
        made = {name: load(config[name], custom_objects) for name in there}
        return cls(**{**config, **made})

    def total_loss(self, losses: Tensor, sample_weight: Tensor | None) -> Tensor:
        """Mean of one loss per example, weighted, plus the regularizers."""
        if sample_weight is not None:
            losses = ops.where(sample_weight == 0.0, 0.0, losses)  # NaN · 0 is NaN
        total = self.mean(losses, losses, sample_weight)
        for penalty in self.losses:
            # bfloat16 in a layer of mixed precision.
            total = total + self.mean(*[ops.expand_dims(as_float(penalty), 0)] * 2)
        return total


class Mean(keras.losses.Loss):
    """The mean over examples, divided by the number of replicas, as Keras scales every loss."""

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return y_pred


def target(x: Any, y: Any, sample_weight: Any) -> Any:
    """What is reconstructed: y, and x itself where only weights are given; Keras drops those."""
    return x if y is None and sample_weight is not None else y
