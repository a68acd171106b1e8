"""How much of the encoder's gradient is signal, and how much is noise of the draws."""

from numbers import Integral
from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import numpy as np
from keras import ops

from keras_vae.estimators.models import check_vae
from keras_vae.tensors import Seed, Tensor, as_generator

if TYPE_CHECKING:
    from keras_vae.models.vae import VAE


class GradientSignalToNoise(NamedTuple):
    """Mean and standard deviation of the gradient of every parameter of the encoder.

    Attributes:
        mean: the signal, of shape (parameters,).
        stddev: the noise, of shape (parameters,).
    """

    mean: np.ndarray
    stddev: np.ndarray

    @property
    def ratio(self) -> np.ndarray:
        """|mean| / stddev of each parameter; NaN where a parameter has no gradient at all."""
        signal = np.abs(self.mean)
        silent = (signal == 0.0) & (self.stddev == 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(silent, np.nan, signal / self.stddev))

    @property
    def median(self) -> float:
        """Median ratio of the parameters that have a gradient; NaN if none has."""
        heard = self.ratio[~np.isnan(self.ratio)]
        return float(np.median(heard)) if heard.size else float("nan")


class Moments(keras.optimizers.Optimizer):
    """An optimizer that moves nothing and keeps mean and squares of the gradients.

    One pass, as in Welford 1962, so that a small noise beside a large signal is not lost.
    """

    def __init__(self) -> None:
        super().__init__(learning_rate=0.0)

    def build(self, variables: list[Any]) -> None:
        """A mean and a sum of squared deviations for each variable."""
        if not self.built:
            super().build(variables)
            self.mean, self.squares = (
                [self.add_variable_from_reference(v, name=name) for v in variables]
                for name in ("mean", "squares")
            )

    def apply(self, grads: list[Tensor], trainable_variables: Any = None) -> None:
        """Take in one gradient of each variable."""
        self.iterations.assign(self.iterations + 1)
        for gradient, mean, squares in zip(grads, self.mean, self.squares, strict=True):
            if gradient is None:
                continue
            deviation = gradient - mean
            mean.assign(mean + deviation / ops.cast(self.iterations, mean.dtype))
            squares.assign(squares + deviation * (gradient - mean))


class NoisyObjective(keras.Model):
    """The mean of a model's objective over a batch, with noise of its own.

    Args:
        vae: the model.
        noise: a `keras.random.SeedGenerator`.
    """

    def __init__(self, vae: Any, noise: keras.random.SeedGenerator) -> None:
        super().__init__()
        self.vae, self.noise = vae, noise

    def call(self, x: Tensor) -> dict[str, Any]:
        return self.vae.draw(x, self.vae.objective.num_samples, self.noise)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        terms = self.vae.terms(x, y_pred)
        terms.noise = self.noise
        return ops.mean(self.vae.objective(terms, self.vae.current_beta()))


def gradient_signal_to_noise(
    vae: "VAE", x: Any, num_draws: int = 100, seed: Seed = None
) -> GradientSignalToNoise:
    r"""Signal-to-noise ratio of the encoder's gradient over independent draws of z.

    $$\mathrm{SNR}_\phi = \frac{|\mathbb E[\Delta_\phi]|}{\sqrt{\operatorname{Var}[\Delta_\phi]}}$$

    where $\Delta_\phi$ is the gradient of the model's own objective, at its present weights and
    β, for one parameter. `IWAE` with S draws has a ratio of order $1/\sqrt S$ for the encoder
    (Rainforth et al. 2018, theorem 1), `DReG` one that grows with S (Tucker et al. 2019).
    Examples are independent: a batch of B has $\sqrt B$ times the ratio of one.

    The model stays as it was. Dropout is off and regularizers are left out, so that the draws of z
    are the only noise. From N draws a ratio far below $1/\sqrt N$ cannot be told from 0.

    Args:
        vae: a built model.
        x: one batch of examples, of shape (B, ...), all of them in each step.
        num_draws: number N of gradients, at least 2.
        seed: integer or `keras.random.SeedGenerator` for the draws.

    Returns:
        A `GradientSignalToNoise`; its `median` sums it up.

    Raises:
        ValueError: if `num_draws` is less than 2, or the encoder has no trainable weights.

    References:
        Rainforth et al. 2018, Tighter Variational Bounds are Not Necessarily Better, section 3.

    Examples:
        An encoder whose gradient does not depend on the draws, because the decoder ignores them:

        >>> import keras_vae
        >>> encoder = keras_vae.Encoder(latent_dim=1, hidden_units=())
        >>> vae = keras_vae.VAE(encoder, keras_vae.Decoder((1,), hidden_units=()))
        >>> vae.build((None, 1))
        >>> vae.decoder.set_weights([np.zeros((1, 1)), np.zeros(1)])
        >>> found = gradient_signal_to_noise(vae, np.ones((4, 1)), num_draws=3)
        >>> bool(found.stddev.max() < 1e-6)
        True
    """
    if not isinstance(num_draws, Integral) or num_draws < 2:
        raise ValueError(
            f"A spread needs at least two draws; received num_draws={num_draws!r}. A hundred give "
            "the noise to 7 %."
        )
    check_vae(vae)
    x, _ = vae.examples(x)
    if not vae.encoder.trainable_variables:
        raise ValueError(
            "The encoder has no trainable weights, so it has no gradient. Set "
            "vae.encoder.trainable = True, or leave this out."
        )
    objective = NoisyObjective(vae, as_generator(seed))
    moments, variables = Moments(), objective.trainable_variables
    moments.build(variables)
    objective.compile(moments, auto_scale_loss=False)
    for _ in range(num_draws):
        objective.train_on_batch(x)
    encoder = {id(variable) for variable in vae.encoder.trainable_variables}
    mean, squares = (
        np.concatenate(
            [
                np.ravel(ops.convert_to_numpy(slot))
                for variable, slot in zip(variables, slots, strict=True)
                if id(variable) in encoder
            ]
        ).astype("float64")
        for slots in (moments.mean, moments.squares)
    )
    return GradientSignalToNoise(mean, np.sqrt(squares / (num_draws - 1)))
