"""What every model here shares: checked data, exact averages, a stop where the loss breaks."""

import math
from typing import Any, ClassVar, Self

import keras
from keras import ops

from keras_vae.arguments import share
from keras_vae.data import as_numpy, first_batch, is_array
from keras_vae.keras_compat import portable, replacing
from keras_vae.optimizers import tell
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
        self.state = self.add_variable(
            shape=(len(means) + 1 + len(latest),), initializer="zeros", name="state"
        )
        self.kept = [1.0] * (len(means) + 1) + [0.0] * len(latest)

    def update_state(self, values: dict[str, Tensor], sample_weight: Tensor | None = None) -> None:
        """Take in one value per example for each mean and a scalar for each latest."""
        parts = ops.stack([values[name] for name in self.means])
        if sample_weight is None:
            sums, count = ops.sum(parts, axis=1), as_float(ops.shape(parts)[1])
        else:
            sums, count = ops.sum(parts * sample_weight, axis=1), ops.sum(sample_weight)
        scalars = ops.stack([count, *(as_float(values[name]) for name in self.latest)])
        # A tensor: a NumPy array times a variable breaks `torch.compile`.
        kept = ops.convert_to_tensor(self.kept, "float32")
        self.state.assign(self.state * kept + ops.concatenate([sums, scalars]))

    def result(self) -> dict[str, Tensor]:
        """The averages by name."""
        # A copy: PyTorch's slices would follow the state into the next evaluation.
        state, size = self.state + 0.0, len(self.means)
        averages = ops.divide_no_nan(state[:size], state[size])
        named = {name: averages[i] for i, name in enumerate(self.means)}
        named.update({name: state[size + 1 + i] for i, name in enumerate(self.latest)})
        return named


class StopOnNonFinite(keras.callbacks.Callback):
    """Stops training with a sentence as soon as a part of the loss is NaN or infinite.

    Every `fit` of a model of this package begins with it, before any callback could save
    the broken weights. The logs are running means, so the first one that is not finite
    tells the step exactly.
    """

    async_safe = True

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Remember the epoch for the message."""
        self.epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at the running means after each step."""
        logs = logs or {}
        if math.isfinite(logs.get("loss", 0.0)):
            return
        parts = ("reconstruction_loss", "kl_loss")
        broken = [name for name in parts if not math.isfinite(logs.get(name, 0.0))]
        term = " and ".join(broken) or "loss (an objective's own term, or a regularizer)"
        verb = "are" if len(broken) == 2 else "is"
        raise FloatingPointError(
            f"Training stopped in epoch {self.epoch + 1} at step {batch + 1}: {term} {verb} no "
            "longer finite. Usual causes: a learning rate that is too high (try a tenth, or "
            "clipnorm=1 in the optimizer), data that are not scaled, NaN or infinite values in a "
            "later batch, or a layer of your own whose output overflows."
        )


class CheckedModel(keras.Model):
    """A Keras model that looks at its data before it trains.

    Subclasses name their `parts`, and write `check_data`, `why_no_loss`, and `compute_loss` with
    `total_loss`.
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
        with replacing(self, name):
            super().__setattr__(name, value)
            self.replaced(name)

    def replaced(self, name: str) -> None:
        """Renew what hangs on a part of a built model that has been replaced."""

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
        named = (m.result() if m is self.averages else [m.name] for m in self.metrics)
        return [name for names in named for name in sorted(names)]

    def why_no_loss(self, value: Any) -> str:
        """The sentence for a `loss=` given to `compile`."""
        raise NotImplementedError

    def check_data(self, name: str, x: Any, y: Any | None) -> None:
        """Raise a ValueError where arrays of examples and targets do not fit the model."""
        raise NotImplementedError

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
            FloatingPointError: where a part of the loss becomes NaN or infinite.
        """
        validation_split = share("validation_split", validation_split)
        x = self._checked("x", x, y)
        y = target(x, y, kwargs.get("sample_weight"))
        if isinstance(validation_data, (tuple, list)):
            self._checked("the x of validation_data", *validation_data[:2])
            if len(validation_data) == 3:
                val_x, val_y, val_weight = validation_data
                validation_data = (val_x, target(val_x, val_y, val_weight), val_weight)
        elif validation_data is not None:
            validation_data = self._checked("validation_data", validation_data)
        if isinstance(callbacks, keras.callbacks.CallbackList):
            callbacks.callbacks.insert(0, StopOnNonFinite())
        else:
            callbacks = [StopOnNonFinite(), *keras.tree.flatten(callbacks or [])]
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
            x = self._checked("x", x, y)
        y = target(x, y, sample_weight)
        return super().evaluate(x, y, batch_size, verbose, sample_weight, **kwargs)

    def _checked(self, name: str, x: Any, y: Any = None) -> Any:
        if x is None:
            raise ValueError(f"{name} is missing: pass an array or a dataset of examples.")
        given = x
        if not is_array(x):
            batch, given = first_batch(x)
            x, y, _ = keras.utils.unpack_x_y_sample_weight(batch)
            name = f"the first batch of {name}"
        x = as_numpy(x)
        self.check_data(name, x, None if y is None else as_numpy(y))
        if not self.built:
            # Callbacks such as BackupAndRestore want weights before the first step.
            self.build((None, *x.shape[1:]))
        return given

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
        config = super().get_compile_config()
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
