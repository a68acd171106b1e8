"""Whether the latent code is in use, looked at while a model trains."""

from typing import Any

import keras
import numpy as np

from keras_vae.arguments import count
from keras_vae.data import as_numpy, check_kind, check_numbers, gathered, is_array
from keras_vae.evaluation import active_units, aggregate_posterior
from keras_vae.evaluation.group_costs import group_costs
from keras_vae.evaluation.verdict import named
from keras_vae.observations import x_of


class CollapseReport(keras.callbacks.Callback):
    """Counts the active latent dimensions at the end of epochs, and says when one falls off.

    Adds to the logs, and so to the history and to every callback that comes after it in the list:

    - `active_units`: latent dimensions whose posterior mean varies by more than the threshold;
    - `rate`: mean KL(q(z|x) ‖ p(z)) in nats, at the weights of the end of the epoch;
    - `mutual_information`: the part of it that says something about x, at most the logarithm of
      the number of examples, and too low with few of them (see
      `keras_vae.evaluation.aggregate_posterior`).

    Of several groups of latent variables `active_units` counts them all, and `active_units_1`,
    `active_units_2`, … those of each group; I(x; z) is that of one group, and is left out.

    Epochs that are not looked at have NaN there. Nothing is decoded, and no more than
    `num_examples` examples are encoded. For the whole picture, `keras_vae.evaluation.report`.

    Args:
        x: examples, of shape (n, ...), such as validation data; of more than `num_examples`,
            evenly spaced ones are taken.
        every: number of epochs between looks; the last epoch is always one.
        threshold: least variance of an active dimension (see `evaluation.active_units`).
        num_examples: most examples to look at.
        seed: integer for the draws of z, the same ones each time.
        verbose: print a sentence when dimensions fall off.

    Raises:
        ValueError: if `every` is less than 1, or there are fewer than two examples.
        TypeError: in `fit`, if the model is not a VAE.
        NotImplementedError: in `fit`, if its latent variables are codes.

    Examples:
        >>> watch = CollapseReport(np.ones((100, 8, 8)), every=5)
        >>> watch.x.shape
        (100, 8, 8)
    """

    def __init__(
        self,
        x: Any,
        every: int = 1,
        threshold: float = 0.01,
        num_examples: int = 1000,
        seed: int = 0,
        verbose: bool = True,
    ) -> None:
        super().__init__()
        every, num_examples = count("every", every), count("num_examples", num_examples)
        if not (isinstance(x, dict) and "x" in x):
            check_kind("x", x)
        x = as_numpy(x) if is_array(x) else gathered(x)[0]
        check_numbers("x", x_of(x), missing_values=True)
        self.size = min(len(x_of(x)), num_examples)
        if self.size < 2:
            raise ValueError(
                "Whether a code varies shows on at least two examples; received "
                f"{len(x_of(x))} of them and num_examples={num_examples}."
            )
        chosen = np.linspace(0, len(x_of(x)) - 1, self.size).astype(int)
        self.x = keras.tree.map_structure(lambda array: array[chosen], x)
        self.every, self.threshold, self.seed, self.verbose = every, threshold, seed, verbose

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Begin with every dimension counted as in use."""
        latents = getattr(self.model, "latents", None)
        if latents is None:
            raise TypeError(
                "CollapseReport needs a model with a posterior and a prior, such as "
                f"keras_vae.VAE; {type(self.model).__name__} has none."
            )
        if latents.point:
            raise NotImplementedError(
                f"CollapseReport counts dimensions that vary, and {type(latents).__name__} has "
                "codes. How many of them a batch uses stands in the logs as `perplexity`; "
                "keras_vae.evaluation.report(vae, x) finds those that are dead."
            )
        self.model.check_structure("the x of CollapseReport", self.x)
        self.model.check_inputs("the x of CollapseReport", self.x)
        self.groups = latents.groups
        several = self.groups if len(self.groups) > 1 else ()
        self.counts = {f"active_units_{group.removeprefix('z_')}": group for group in several}
        self.active: dict[str, np.ndarray] = {}

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Look, if it is time."""
        logs = {} if logs is None else logs
        names = ["active_units", "rate", *self.counts]
        for name in names if self.counts else [*names, "mutual_information"]:
            logs[name] = float("nan")
        if (epoch + 1) % self.every and epoch + 1 != self.params["epochs"]:
            return
        # All in one batch, so that nothing is compiled.
        size, before = self.size, self.active
        found = active_units(self.model, self.x, self.threshold, batch_size=size)
        self.active = found if self.counts else {self.groups[0]: found}
        logs["active_units"] = float(sum(active.sum() for active in self.active.values()))
        logs.update({name: float(found[group].sum()) for name, group in self.counts.items()})
        if self.counts:
            logs["rate"] = float(
                sum(group_costs(self.model, self.x, "kl", 1, self.seed, size).values())
            )
        else:
            parts = aggregate_posterior(self.model, self.x, seed=self.seed, batch_size=size)
            logs["rate"], logs["mutual_information"] = sum(parts), parts.mutual_information
        for group, active in self.active.items():
            fallen = np.flatnonzero(before.get(group, True) & ~active)
            if self.verbose and len(fallen):
                print(f"\nEpoch {epoch + 1}: {self._sentence(group, fallen, active)}")

    def _sentence(self, group: str, fallen: np.ndarray, active: np.ndarray) -> str:
        used, size = active.sum(), active.size
        who = f"the posterior of {group}" if self.counts else "the posterior"
        if used == 0:
            return (
                f"{who} has collapsed, none of {size} latent dimensions is in use. "
                "keras_vae.evaluation.report(vae, x) says what to try."
            )
        be = "is" if len(fallen) == 1 else "are"
        return f"{named(fallen, group)} {be} off, {used} of {size} latent dimensions are in use."
