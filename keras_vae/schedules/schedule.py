"""What a schedule is, and schedules made of schedules."""

import inspect
import json
from collections.abc import Sequence
from itertools import accumulate, pairwise
from numbers import Real
from typing import Any, Self

import keras
import numpy as np

from keras_vae.arguments import LONGEST, nonnegative, whole
from keras_vae.keras_compat import register


class Schedule:
    """β as a function of the training step.

    A subclass sets `steps`, keeps each argument of its constructor under the argument's name, and
    writes `call` with Keras operations.

    Attributes:
        steps: length in training steps, after which β stays; None while not known.

    Examples:
        >>> import keras
        >>> @keras.saving.register_keras_serializable(package="my_package")
        ... class SquareRoot(Schedule):
        ...     def __init__(self, steps=None):
        ...         self.steps = steps
        ...     def call(self, step):
        ...         return keras.ops.sqrt(keras.ops.minimum(step / self.steps, 1.0))
        >>> print((2 * SquareRoot(steps=4)).values(6)[[0, 1, 4, 5]])
        [0. 1. 2. 2.]
    """

    steps: Any = None

    def call(self, step: Any) -> Any:
        """Returns β for a tensor of steps, elementwise."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments of the constructor, ready for JSON."""
        arguments = inspect.signature(type(self)).parameters
        return {
            name: keras.saving.serialize_keras_object(getattr(self, name)) for name in arguments
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Builds the schedule from its configuration."""
        return cls(**keras.saving.deserialize_keras_object(config))

    def __call__(self, step: Any) -> Any:
        """Returns β at `step` (a number, a NumPy array or a tensor), of the same shape.

        Raises:
            ValueError: if the length of the schedule is not known.

        Examples:
            >>> from keras_vae.schedules import Linear
            >>> float(Linear(0.0, 1.0, steps=1000)(250))
            0.25
        """
        if self.steps is None:
            raise ValueError(
                f"{self!r} has no length yet. Write `steps=` or `.lasting(steps)`, or give it to "
                "`KLAnnealing` with `epochs=` or `fraction=`."
            )
        if isinstance(step, (Real, Sequence, np.ndarray)):
            # As a tensor a longer integer would wrap around.
            step = np.asarray(step).clip(0, LONGEST)
            step = step.astype("int32" if step.dtype.kind in "iu" else "float32")
        beta = self.call(keras.ops.convert_to_tensor(step))
        return keras.ops.cast(beta, keras.config.floatx())

    def values(self, steps: int) -> np.ndarray:
        """Returns β at the first `steps` steps, to look at before training.

        Raises:
            ValueError: if the length of the schedule is not known.

        Examples:
            >>> from keras_vae.schedules import Cosine
            >>> print(Cosine(steps=4).values(6).round(3))
            [0.    0.146 0.5   0.854 1.    1.   ]
        """
        return np.asarray(keras.ops.convert_to_numpy(self(np.arange(whole("steps", steps, 1)))))

    def lasting(self, steps: int) -> "Schedule":
        """Returns the schedule of the same shape that is `steps` long.

        Examples:
            >>> from keras_vae.schedules import Linear
            >>> Linear().lasting(1000)
            Linear(start=0.0, end=1.0, steps=1000)
        """
        return self.from_config({**self.get_config(), "steps": steps})

    def then(self, other: "Schedule") -> "Piecewise":
        """Returns this schedule for its own `steps`, followed by `other`.

        Examples:
            >>> from keras_vae.schedules import Linear
            >>> Constant(0.0, steps=100).then(Linear(0.0, 1.0, steps=400)).steps
            500
        """
        return Piecewise([self, other])

    def __mul__(self, factor: float) -> "Scaled":
        return Scaled(self, factor) if isinstance(factor, Real) else NotImplemented

    __rmul__ = __mul__

    def __eq__(self, other: Any) -> bool:
        return type(self) is type(other) and self.get_config() == other.get_config()

    def __hash__(self) -> int:
        return hash((type(self), json.dumps(self.get_config(), sort_keys=True)))

    def __repr__(self) -> str:
        arguments = (f"{name}={getattr(self, name)!r}" for name in self.get_config())
        return f"{type(self).__name__}({', '.join(arguments)})"


@register
class Constant(Schedule):
    """The same β at every step.

    Args:
        value: β, a finite number >= 0.
        steps: how long it lasts in front of another schedule.

    Raises:
        ValueError: if β is negative or not finite, or `steps` is not a whole number >= 0.
    """

    def __init__(self, value: float, steps: int = 0) -> None:
        self.value = nonnegative("value", value)
        self.steps = whole("steps", steps, 0)

    def call(self, step: Any) -> Any:
        return keras.ops.full_like(step, self.value, dtype=keras.config.floatx())


@register
class Piecewise(Schedule):
    """One schedule after another, each for its own `steps`; the last continues.

    Args:
        schedules: the parts in order, with their lengths; parts of a part become parts.

    Raises:
        ValueError: if there is no part, or a part without a length before the last one.

    Examples:
        >>> from keras_vae.schedules import Linear
        >>> print(Piecewise([Constant(0.0, steps=2), Linear(steps=2), Constant(0.5)]).values(6))
        [0.  0.  0.  0.5 0.5 0.5]
    """

    def __init__(self, schedules: Sequence[Schedule]) -> None:
        self.schedules: list[Schedule] = []
        for part in schedules:
            if not isinstance(part, Schedule):
                raise ValueError(f"schedules={schedules!r} must hold schedules, not {part!r}.")
            self.schedules += part.schedules if isinstance(part, Piecewise) else [part]
        if not self.schedules:
            raise ValueError("schedules=[] is empty: give at least one schedule.")
        lengths = [part.steps for part in self.schedules]
        if None in lengths or 0 in lengths[:-1]:
            raise ValueError(
                f"schedules={self.schedules!r} follow each other only if each has a length: write "
                "`steps=` for every one (a last `Constant` needs none)."
            )
        self.steps = whole("steps", sum(lengths), 1)

    def call(self, step: Any) -> Any:
        """Returns the part that the step falls into, counted from its beginning."""
        begin, beta = 0, self.schedules[0].call(step)
        for before, part in pairwise(self.schedules):
            begin += before.steps
            beta = keras.ops.where(step < begin, beta, part.call(step - begin))
        return beta

    def lasting(self, steps: int) -> "Piecewise":
        """Returns the parts stretched in proportion, `steps` in total.

        Examples:
            >>> from keras_vae.schedules import Linear
            >>> Constant(0.0, steps=1).then(Linear(steps=3)).lasting(1000).schedules
            [Constant(value=0.0, steps=250), Linear(start=0.0, end=1.0, steps=750)]
        """
        passed = accumulate((part.steps for part in self.schedules), initial=0)
        ends = (round(end * whole("steps", steps, 1) / self.steps) for end in passed)
        lengths = [end - begin for begin, end in pairwise(ends)]
        if 0 in lengths[:-1]:
            raise ValueError(f"steps={steps!r} leaves no step to a part of {self!r}; give more.")
        return Piecewise([s.lasting(n) for s, n in zip(self.schedules, lengths, strict=True)])


@register
class Scaled(Schedule):
    """A schedule multiplied by a number >= 0, as `factor * schedule` makes it.

    Args:
        schedule: the schedule.
        factor: the number.
    """

    def __init__(self, schedule: Schedule, factor: float) -> None:
        self.schedule = schedule
        self.factor = nonnegative("factor", factor)
        self.steps = schedule.steps

    def call(self, step: Any) -> Any:
        return self.factor * self.schedule.call(step)

    def lasting(self, steps: int) -> "Scaled":
        return Scaled(self.schedule.lasting(steps), self.factor)
