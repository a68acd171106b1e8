"""The evidence lower bound, and two ways to leave the code some room."""

from typing import Any, Literal, Self

import keras
from keras import ops

from keras_vae.arguments import nonnegative
from keras_vae.keras_compat import register
from keras_vae.objectives.objective import Objective
from keras_vae.objectives.terms import Terms
from keras_vae.schedules import Schedule
from keras_vae.tensors import Tensor


@register
class ELBO(Objective):
    r"""The negative evidence lower bound, with a weight β on the KL term.

    $$J = -\frac1S\sum_i\log p(x\mid z_i) + \beta\,\mathrm{KL}(q(z\mid x)\,\Vert\,p(z))$$

    Kingma & Welling 2014, equations 7 (closed form) and 6 (Monte Carlo); β as in Higgins et
    al. 2017, equation 4.

    Args:
        num_samples: number of draws S per example.
        kl: `"closed_form"`, `"monte_carlo"`, or None for the closed form where there is one and
            Monte Carlo otherwise.

    Examples:
        >>> ELBO(num_samples=5, kl="monte_carlo").get_config()
        {'num_samples': 5, 'kl': 'monte_carlo'}
    """

    def __init__(
        self, num_samples: int = 1, kl: Literal["closed_form", "monte_carlo"] | None = None
    ) -> None:
        super().__init__(num_samples)
        if kl not in (None, "closed_form", "monte_carlo"):
            raise ValueError(
                f"`kl` must be 'closed_form', 'monte_carlo' or None; received kl={kl!r}."
            )
        self.kl = kl

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        if self.kl == "monte_carlo":
            return terms.reconstruction_loss - beta * ops.mean(terms.weighted_ratio, axis=0)
        if self.kl == "closed_form":
            kl = sum(group.beta * group.closed_form_kl for group in terms.groups.values())
            return terms.reconstruction_loss + beta * kl
        return terms.reconstruction_loss + beta * terms.weighted_kl

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "kl": self.kl}


@register
class FreeBits(Objective):
    r"""ELBO in which each latent dimension may use some nats for free.

    $$J = -\log p(x\mid z) + \beta\sum_j\max\Big(f,\ \frac1B\sum_i
    \mathrm{KL}_{ij}\Big)$$

    The maximum is taken after the mean over the batch (Kingma et al. 2016, equation 15).

    Args:
        free_bits: f in nats per latent dimension.
        num_samples: number of draws per example.
    """

    def __init__(self, free_bits: float, num_samples: int = 1) -> None:
        super().__init__(num_samples)
        self.free_bits = nonnegative("free_bits", free_bits)

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        loss = terms.reconstruction_loss
        for group in terms.groups.values():
            kl = group.kl_per_dimension
            # Chosen by the batch mean, kept per example: the mean of this is the formula.
            used = ops.where(terms.batch_mean(kl) > self.free_bits, kl, self.free_bits)
            dimensions = tuple(range(1, len(used.shape)))
            loss = loss + beta * group.beta * ops.sum(used, axis=dimensions)
        return loss

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "free_bits": self.free_bits}


@register
class Capacity(Objective):
    r"""ELBO whose KL term is pulled towards a capacity C instead of towards zero.

    $$J = -\log p(x\mid z) + \gamma\beta\,\Big|\frac1B\sum_i\mathrm{KL}_i - C\Big|$$

    Burgess et al. 2018, equation 8.

    Args:
        capacity: C in nats, or a schedule of it.
        gamma: weight γ.
        num_samples: number of draws per example.
    """

    def __init__(
        self, capacity: float | Schedule, gamma: float = 100.0, num_samples: int = 1
    ) -> None:
        super().__init__(num_samples)
        scheduled = isinstance(capacity, Schedule)
        self.capacity = capacity if scheduled else nonnegative("capacity", capacity)
        self.gamma = nonnegative("gamma", gamma)

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        c = self.capacity
        excess = terms.kl - (c(terms.step) if isinstance(c, Schedule) else c)
        distance = excess * ops.sign(ops.stop_gradient(terms.batch_mean(excess)))
        return terms.reconstruction_loss + self.gamma * beta * distance

    def get_config(self) -> dict[str, Any]:
        capacity = keras.saving.serialize_keras_object(self.capacity)
        return {**super().get_config(), "capacity": capacity, "gamma": self.gamma}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        capacity = keras.saving.deserialize_keras_object(config["capacity"])
        return cls(**{**config, "capacity": capacity})
