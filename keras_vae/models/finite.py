"""What is said where a part of the loss is no number any more."""

import math
import warnings
from typing import Any

import keras

from keras_vae.distributions import REAL, Support


class StopOnNonFinite(keras.callbacks.Callback):
    """Stops training with a sentence as soon as a part of the loss is NaN or infinite.

    Every `fit` of a model of this package begins with it, before any callback could save
    the broken weights. The logs are running means, so the first one that is not finite
    tells the step exactly. Where the data are the cause, values that the decoder cannot describe
    in a later batch, the sentence says so.
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
        why = getattr(self.model, "why_not_finite", lambda nan: None)(not_a_number(logs))
        why = why or (
            "Usual causes: a learning rate that is too high (try a tenth, or clipnorm=1 in the "
            "optimizer), data that are not scaled, NaN or infinite values in a later batch, or a "
            "layer of your own whose output overflows."
        )
        raise FloatingPointError(
            f"Training stopped in epoch {self.epoch + 1} at step {batch + 1}: {term} {verb} no "
            f"longer finite. {why}"
        )


def not_a_number(values: dict[str, Any]) -> set[str]:
    """Names of the values that are NaN."""
    return {name for name, value in values.items() if math.isnan(float(value))}


def warn_of_nan(model: Any) -> None:
    """Say where `evaluate` found NaN, and why as far as that is known."""
    nan = not_a_number(model.averages.result())
    if nan:
        why = model.why_not_finite(nan)
        why = why or "The usual causes are NaN in a later batch, or weights that are NaN."
        warnings.warn(f"evaluate: {', '.join(sorted(nan))} is NaN. {why}", stacklevel=3)


def why_outside(nan: set[str], support: Support, family: str) -> str | None:
    """The cause where the data alone can be: what the decoder sees is finite, what it says is NaN.

    Args:
        nan: names of the parts that are NaN.
        support: values that the decoder describes.
        family: name of its distribution.
    """
    if support is REAL or "reconstruction_loss" not in nan or "kl_loss" in nan:
        return None
    return (
        f"Most likely there are values outside of the support, or NaN, in a later batch: a "
        f"{family} decoder describes {support.words}. {support.mend} Otherwise the decoder "
        "itself gives NaN."
    )
