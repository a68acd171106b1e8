"""What stands between encoder and decoder: draws, and all that says what they cost."""

from typing import Any, ClassVar

import keras
from keras import ops

from keras_vae.latents.group import Group
from keras_vae.tensors import Seed, Tensor

Draws = dict[str, dict[str, Any]]
"""Of each group its draws `z`, and dicts of tensors: parameters of `posterior` and `prior`."""

Drawn = dict[str, tuple[Tensor, Tensor | None]]
"""Of each group its values, of shape (B, ...), and what their prior is given."""


class Latents:
    r"""What stands between encoder and decoder; the base of all structures of latent variables.

    From features of x come draws of every group of latent variables, and with each draw all that
    says what it costs. In `infer` a network runs once, told whether it trains; after it there is
    bookkeeping on tensors alone. Draws come first: S draws of B examples are (S, B, ...), and what
    does not depend on draws has 1 in the place of S.

    A new structure is a subclass of this and of `keras.layers.Layer`; it sets `groups` and `shape`
    and writes `infer`, `group` and `generate`, and `decoder_input` where the decoder sees more
    than the lowest group.

    Attributes:
        groups: names of the groups, the one next to the data first.
        shape: shape of what the decoder is fed for one draw; () while it is not known, since it
            depends on the features.
        betas: weight of each group; they multiply the β of the model.
    """

    groups: tuple[str, ...] = ("z",)
    shape: tuple[int, ...] = ()
    betas: tuple[float, ...] = (1.0,)
    built = True
    point: ClassVar[bool] = False
    """Whether q(z|x) is a point: draws then weigh nothing, and log p(x) has no estimate by them."""
    seen: ClassVar[str] = "codes"
    """What the decoder sees of the latent variables, in words for a sentence."""

    def build(self, features_shape: Any) -> None:
        """Make the weights, for features of this shape; Keras calls it `input_shape`."""

    def infer(
        self,
        features: Any,
        num_samples: int | None = 1,
        seed: Seed = None,
        training: bool = False,
        condition: Tensor | None = None,
    ) -> Draws:
        """Draws of the posterior, and the parameters of all distributions they came from.

        Args:
            features: what the encoder returned.
            num_samples: number of draws S; None takes the mean of each posterior as the one draw.
            seed: integer or `keras.random.SeedGenerator`.
            training: whether the networks inside behave as in training.
            condition: what the examples are given, of shape (B, ...), for a prior that sees it.

        Returns:
            For each group a dict with `z` and, where they have parameters, `posterior` and `prior`;
            `log_posterior` and `log_prior` of shape (S, B) where they came with the draw.
        """
        raise NotImplementedError

    def group(self, name: str, draws: Draws) -> Group:
        """One group with its distributions, made of tensors alone."""
        raise NotImplementedError

    def decoder_input(self, draws: Draws) -> Tensor:
        """What the decoder is fed, of shape (S, B, *shape)."""
        return draws[self.groups[0]]["z"]

    def generate(
        self, num_samples: int, seed: Seed = None, condition: Tensor | None = None
    ) -> Tensor:
        """What the decoder is fed for draws of the prior, of shape (num_samples, *shape).

        Args:
            num_samples: number of draws.
            seed: integer or `keras.random.SeedGenerator`.
            condition: what each draw is given, of shape (num_samples, ...).
        """
        raise NotImplementedError

    @property
    def needed(self) -> tuple[str, ...]:
        """Names of the groups that the decoder sees."""
        return self.groups[:1]

    @property
    def written(self) -> bool:
        """Whether `generate` takes a `temperature`, at which a prior writes codes."""
        return False

    def ready(self, prior: Any, condition_shape: tuple[int, ...] | None) -> dict[str, Any]:
        """The prior of each group that `fit_prior` was given, told what it describes."""
        return {self.groups[0]: prior}

    def take_prior(self, priors: dict[str, Any]) -> None:
        """Use these priors of groups from now on."""
        raise NotImplementedError

    def told(self, draws: Draws) -> dict[str, Tensor]:
        """What tells the latent variables of examples to `fit_prior`, batch first."""
        raise NotImplementedError(
            f"The latent variables of {type(self).__name__} have a prior with networks of its own, "
            "which is trained with the model. fit_prior is for one group, or for codes."
        )

    def drawn(self, told: dict[str, Tensor], seed: Seed, condition: Tensor | None) -> Drawn:
        """Latent variables as they were told, fresh where they are draws."""
        raise NotImplementedError

    measures: tuple[str, ...] = ()
    """Names of what `measure` returns, for the logs."""

    latest: tuple[str, ...] = ()
    """Names of scalars that `measure` returns besides; the logs show the last of each."""

    def measure(self, draws: Draws) -> dict[str, Tensor]:
        """One value per example, of shape (B,), for each name in `measures`, and the `latest`."""
        return {}

    def observe(self, draws: Draws, sample_weight: Tensor | None) -> None:
        """Let metrics of its own take in a batch, in training and in evaluation."""

    @property
    def first_examples(self) -> int:
        """How many examples `start` asks for before the first step of training; mostly none."""
        return 0

    def start(self, features: Tensor) -> None:
        """Start from the features of the first examples, once, before the first step."""

    def check(self, name: str, z: Any) -> None:
        """Raise a ValueError where an array holds no values of a group."""

    def update(self, draws: Draws, sample_weight: Tensor | None, finite: Tensor) -> None:
        """Renew what the latents keep of their draws, once in a training step, after the loss.

        Args:
            draws: what `infer` returned for the batch.
            sample_weight: weights of the examples, of shape (B,); None is 1 for each.
            finite: whether the loss is finite; where it is not, nothing may change.
        """

    def penalty(self, draws: Draws) -> Tensor:
        """What is added to the loss of each example, of shape (B,), such as a commitment; or 0."""
        return 0.0

    def outputs(self, draws: Draws) -> dict[str, Tensor]:
        """The draws as they leave `call`: a flat dict, batch first, so that `predict` joins them.

        Draws of a group have its name, such as `z_1`; all else has it in front, such as
        `z_1_posterior_loc`.
        """
        return {
            "_".join((group, *(part for part in path if part != "z"))): ops.swapaxes(value, 0, 1)
            for group in self.groups
            for path, value in keras.tree.flatten_with_path(draws[group])
        }

    def draws(self, outputs: dict[str, Tensor]) -> Draws:
        """The draws that left `call` as these outputs."""
        draws: Draws = {group: {"z": ops.swapaxes(outputs[group], 0, 1)} for group in self.groups}
        for group, found in draws.items():
            for key in (key for key in outputs if key.startswith(f"{group}_")):
                kind, _, name = key.removeprefix(f"{group}_").partition("_")
                value = ops.swapaxes(outputs[key], 0, 1)
                if kind in ("posterior", "prior"):
                    found.setdefault(kind, {})[name] = value
                else:
                    found[f"{kind}_{name}" if name else kind] = value
        return draws
