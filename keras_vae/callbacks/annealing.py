"""β that moves while a model trains."""

import warnings
from typing import Any

import keras
from keras import ops

from keras_vae.arguments import is_number
from keras_vae.schedules import Schedule


class KLAnnealing(keras.callbacks.Callback):
    """Gives the model its schedule of β for a `fit`, and its length in steps, epochs or a fraction.

    β is computed inside the compiled step from the model's own step counter; the callback does
    nothing between two epochs' beginnings. A `fit` that begins at epoch 0 sets the counter to 0; a
    `fit` that begins later (`initial_epoch=`, or restored by `keras.callbacks.BackupAndRestore`)
    goes on where it stood. The model keeps the schedule after the `fit`.

    A schedule that has not arrived when training ends is told with a `UserWarning`: before
    training where that is known, and else, as with early stopping, after it.

    Args:
        schedule: a schedule of `keras_vae.schedules`.
        epochs: length in epochs, a number > 0 such as 0.5 or 10; replaces the length in steps.
        fraction: length as a part of the whole training, in (0, 1]; replaces the length in steps.

    Raises:
        TypeError: if `schedule` is none, or the model has no β.
        ValueError: if the length is given twice or not at all, is out of range, or needs a number
            of steps per epoch that the data do not tell; in `fit`, if there is another one, or the
            model was made with another schedule.

    Examples:
        >>> from keras_vae.schedules import Cyclical, Linear
        >>> warm_up = KLAnnealing(Linear(0.0, 1.0, steps=1000))
        >>> warm_up = KLAnnealing(Linear(0.0, 1.0), epochs=5)
        >>> cycles = KLAnnealing(Cyclical(0.0, 1.0, cycles=4), fraction=0.8)
    """

    def __init__(
        self, schedule: Schedule, epochs: float | None = None, fraction: float | None = None
    ) -> None:
        super().__init__()
        if not isinstance(schedule, Schedule):
            raise TypeError(
                f"KLAnnealing takes a schedule such as keras_vae.schedules.Linear(0.0, 1.0), not "
                f"{schedule!r}. A β that stays the same is VAE(..., beta=…)."
            )
        if epochs is not None and fraction is not None:
            raise ValueError(f"Give epochs={epochs!r} or fraction={fraction!r}, not both.")
        if epochs is not None and not (is_number(epochs) and 0.0 < epochs < float("inf")):
            raise ValueError(f"epochs={epochs!r} must be a number > 0.")
        if fraction is not None and not (is_number(fraction) and 0.0 < fraction <= 1.0):
            raise ValueError(f"fraction={fraction!r} of the whole training must be in (0, 1].")
        if schedule.steps is None and epochs is None and fraction is None:
            raise ValueError(
                f"KLAnnealing does not know how long {schedule!r} lasts: write `steps=` in the "
                "schedule, or `epochs=` or `fraction=` in the callback."
            )
        self.schedule = schedule
        self.epochs = epochs
        self.fraction = fraction

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Hand over the schedule; Keras has not traced the step yet."""
        if not hasattr(self.model, "beta"):
            raise TypeError(
                f"KLAnnealing needs a model with a weight β, such as keras_vae.VAE; "
                f"{type(self.model).__name__} has none."
            )
        # All callbacks of one `fit` hold one dict of parameters.
        if self.params.setdefault("annealing", self) is not self:
            raise ValueError("Two KLAnnealing in one fit: only one can set β. Leave one out.")
        schedule = self._with_length(self.params.get("steps"))
        beta, untrained = self.model.beta, self._step() == 0
        given = isinstance(beta, Schedule) and untrained and not self.model.annealed
        if given and beta != schedule:
            raise ValueError(
                f"The model has a schedule of its own, beta={beta!r}, and KLAnnealing would "
                f"replace it by {schedule!r}. Leave out the callback, or make the model with a "
                "number for beta."
            )
        self.model.annealed = True
        self.model.beta = self.handed = schedule
        self.begun = self.warned = False

    def _with_length(self, steps_per_epoch: int | None) -> Schedule:
        epochs = self.epochs
        if self.fraction is not None:
            epochs = self.fraction * self.params["epochs"]
        if epochs is None:
            return self.schedule
        if steps_per_epoch is None:
            raise ValueError(
                "A schedule whose length is given in epochs or as a fraction needs the number of "
                "steps per epoch, which these data do not tell: write fit(..., steps_per_epoch=…), "
                "or give the schedule its length in `steps=`."
            )
        return self.schedule.lasting(max(1, round(epochs * steps_per_epoch)))

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Start the clock at epoch 0, and look ahead."""
        if self.begun:
            return
        self.begun = True
        if epoch == 0:
            self.model.step.assign(0)
        if steps_per_epoch := self.params.get("steps"):
            epochs = self.params["epochs"] - epoch
            self._warn_unless_arrived("will end", self._step() + epochs * steps_per_epoch)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Look back, where that was not said before training."""
        if not self.warned:
            self._warn_unless_arrived("ended", self._step())

    def _step(self) -> int:
        return int(ops.convert_to_tensor(self.model.step))

    def _warn_unless_arrived(self, verb: str, step: int) -> None:
        schedule = self.handed
        if step < schedule.steps:
            self.warned = True
            reached, aim = (float(schedule(t)) for t in (step, schedule.steps))
            warnings.warn(
                f"Training {verb} at step {step}, but the schedule of β lasts {schedule.steps} "
                f"steps: β arrives at {reached:.4g}, not at {aim:.4g}. Train longer, or tie the "
                "schedule to the training: KLAnnealing(schedule, fraction=0.5). A further fit goes "
                "on with the schedule when it begins at `initial_epoch=`.",
                stacklevel=2,
            )
