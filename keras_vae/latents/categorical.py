"""Codes that are drawn: a categorical distribution in each place, relaxed for its gradient."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.arguments import is_number, positive_integers, yes_or_no
from keras_vae.distributions import Categorical as OneHot
from keras_vae.keras_compat import register
from keras_vae.latents.codes import Codes
from keras_vae.latents.group import Group
from keras_vae.latents.latents import Drawn, Draws
from keras_vae.latents.straight_through import straight_through
from keras_vae.schedules import Schedule
from keras_vae.tensors import Seed, Tensor, as_float


@register
class Categorical(Codes):
    r"""Discrete codes of which q(z|x) is a distribution, with the features as its logits $\eta$.

    $$q(z\mid x) = \prod_{i=1}^N \pi_{i,z_i},\qquad \pi_i = \mathrm{softmax}(\eta_i),\qquad
    \mathrm{KL} = \sum_i\sum_k \pi_{ik}\log\frac{\pi_{ik}}{p_k}\in[0, N\log K]$$

    nats, exact under the uniform prior. The decoder sees vectors $e_k$ of a codebook that is
    trained with it. A draw has no gradient; training takes the relaxed one, with Gumbel noise g
    and a temperature τ,

    $$y_i = \mathrm{softmax}\big((\eta_i + g_i)/\tau\big),\qquad \tilde q_i = \sum_k y_{ik} e_k,$$

    or, straight through, the vector of the largest $y_{ik}$, with the gradient of $\tilde q_i$.
    Relaxed, the ELBO of a training step is no bound of log p(x): the decoder sees more than a code.
    In evaluation all draws are hard, so that `elbo`, `log_likelihood` (by weighing hard draws) and
    the logs of `evaluate` are of the discrete model.

    Logs, beside those of `Codes` for the hard draws: `temperature`.

    Args:
        num_codes: number K of codes; the features have as many channels.
        code_dim: length of the vectors that the decoder sees.
        temperature: τ, above 0; a number, or a schedule of the training step.
        straight_through: whether the decoder sees hard draws in training, too.
        seed: integer that places the first vectors.
        **kwargs: passed to `Codes`.

    Raises:
        ValueError: where a number is out of range, or the features have another number of channels.

    References:
        Jang, Gu & Poole 2017, Categorical Reparameterization with Gumbel-Softmax, equations 2 and
        section 2.2; Maddison, Mnih & Teh 2017, The Concrete Distribution.

    Examples:
        >>> import keras_vae
        >>> body = keras.layers.Conv2D(16, 3, strides=2, padding="same")
        >>> decoder = keras_vae.Decoder(
        ...     (8, 8, 1), body=keras.layers.Conv2DTranspose(4, 3, strides=2, padding="same")
        ... )
        >>> cooling = keras_vae.schedules.Linear(1.0, 0.2, steps=1000)
        >>> latents = Categorical(16, 4, temperature=cooling, seed=0)
        >>> vae = keras_vae.VAE(body, decoder, latents=latents)
        >>> vae.build((None, 8, 8, 1))
        >>> vae.encode(np.ones((5, 8, 8, 1))).shape
        (5, 4, 4)
    """

    latest = ("temperature",)
    point = False

    def __init__(
        self,
        num_codes: int,
        code_dim: int,
        temperature: float | Schedule = 1.0,
        straight_through: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_codes, **kwargs)
        (self.code_dim,) = positive_integers("code_dim", code_dim)
        self.temperature = checked(temperature)
        self.straight_through = yes_or_no("straight_through", straight_through)
        self.seed = seed

    def build(self, input_shape: Any) -> None:
        *grid, channels = tuple(input_shape)[1:]
        if channels != self.num_codes:
            raise ValueError(
                f"The features are logits of num_codes={self.num_codes} codes, and have shape "
                f"{tuple(input_shape)[1:]}, the last axis being the codes. Let the body end in "
                f"{self.num_codes} channels, or write num_codes={channels}."
            )
        self.code_shape, self.shape = tuple(grid), (*grid, self.code_dim)
        normal = keras.initializers.RandomNormal(stddev=1.0, seed=self.seed)
        shape = (self.num_codes, self.code_dim)
        self.book = self.add_weight(
            shape, normal, keras.config.floatx(), name="vectors", autocast=False
        )
        self.step = self.add_weight((), "zeros", "int", trainable=False, name="step")

    def codebook(self) -> Tensor:
        """The vectors $e_k$, of shape (num_codes, code_dim)."""
        return ops.convert_to_tensor(self.book) + 0.0

    def vectors(self, z: Tensor) -> Tensor:
        return ops.take(self.codebook(), z, axis=0)

    def current_temperature(self) -> Tensor:
        """τ at the present training step."""
        value = self.temperature
        return as_float(value(self.step) if isinstance(value, Schedule) else value)

    def infer(
        self,
        features: Tensor,
        num_samples: int | None = 1,
        seed: Seed = None,
        training: bool = False,
        condition: Tensor | None = None,
    ) -> Draws:
        logits = as_float(features)[None]
        perturbed = logits
        if num_samples is not None:
            shape = (num_samples, *ops.shape(logits)[1:])
            uniform = keras.random.uniform(shape, seed=seed)
            # log E of an exponential E; the uniform never reaches 1, and 0 is moved off.
            perturbed = logits - ops.log(-ops.log1p(-uniform) + 1e-37)
        z = ops.cast(ops.argmax(perturbed, axis=-1), "int32")
        found = {
            "z": z,
            "log_prior": self.log_prior(z, condition, training),
            "posterior": {"logits": logits},
        }
        if training:
            relaxed = ops.softmax(perturbed / self.current_temperature(), axis=-1)
            if self.straight_through:
                relaxed = straight_through(relaxed, ops.one_hot(z, self.num_codes))
            found["seen"] = ops.matmul(relaxed, self.codebook())
        return {"z": found}

    def decoder_input(self, draws: Draws) -> Tensor:
        seen = draws["z"].get("seen")
        return super().decoder_input(draws) if seen is None else seen

    def group(self, name: str, draws: Draws) -> Group:
        found, places = draws[name], len(self.code_shape)
        posterior = OneHot(found["posterior"]["logits"][0], event_ndim=places + 1)
        prior = OneHot(ops.zeros((*self.code_shape, self.num_codes)), event_ndim=places + 1)
        z = ops.one_hot(found["z"], self.num_codes)
        log_prior = None if self.prior is None else found["log_prior"]
        return Group(posterior, prior, z, log_prior=log_prior)

    def told(self, draws: Draws) -> dict[str, Tensor]:
        return {"logits": draws["z"]["posterior"]["logits"][0]}

    def drawn(self, told: dict[str, Tensor], seed: Seed, condition: Tensor | None) -> Drawn:
        drawn = OneHot(told["logits"], event_ndim=len(self.code_shape) + 1).sample((), seed=seed)
        return {"z": (ops.cast(ops.argmax(drawn, axis=-1), "int32"), condition)}

    def measure(self, draws: Draws) -> dict[str, Tensor]:
        return {**super().measure(draws), "temperature": self.current_temperature()}

    def update(self, draws: Draws, sample_weight: Tensor | None, finite: Tensor) -> None:
        self.step.assign(self.step + ops.cast(finite, self.step.dtype))

    def get_config(self) -> dict[str, Any]:
        own = {
            "code_dim": self.code_dim,
            "temperature": keras.saving.serialize_keras_object(self.temperature),
            "straight_through": self.straight_through,
            "seed": self.seed,
        }
        return {**super().get_config(), **own}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> "Categorical":
        load = keras.saving.deserialize_keras_object
        temperature = load(config["temperature"], custom_objects)
        return super().from_config({**config, "temperature": temperature}, custom_objects)


def checked(temperature: Any) -> float | Schedule:
    """A temperature that stays above 0, or a sentence."""
    if isinstance(temperature, Schedule):
        if temperature.steps is None:
            raise ValueError(
                f"The schedule {temperature!r} of the temperature has no length; write steps=…."
            )
        steps = np.unique(np.linspace(0, temperature.steps, 1001).astype("int64"))
        lowest = float(np.min(ops.convert_to_numpy(temperature(steps))))
    else:
        lowest = temperature if is_number(temperature) else -1.0
    if not 0.0 < lowest < float("inf"):
        raise ValueError(
            f"temperature={temperature!r} must be a finite number above 0, or a schedule that "
            "stays above 0: at 0 a relaxed draw has no gradient."
        )
    return temperature if isinstance(temperature, Schedule) else float(temperature)
