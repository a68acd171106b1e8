"""Objectives: from the log-probabilities of a batch to one loss per example."""

from functools import cached_property
from typing import Any, Literal

import keras
from keras import ops

from keras_vae.distributions import Distribution
from keras_vae.distributions.distribution import Tensor
from keras_vae.divergences import closed_form, kl_divergence
from keras_vae.schedules import Schedule

register = keras.saving.register_keras_serializable(package="keras_vae")


class Terms:
    r"""What an objective sees of one batch: log-probabilities, never the model.

    Each term is computed when it is first asked for. With S draws and B examples:

    | attribute | meaning | shape |
    |---|---|---|
    | `log_likelihood` | $\log p(x\mid z)$ | (S, B) |
    | `log_prior` | $\log p(z)$ | (S, B) |
    | `log_posterior` | $\log q(z\mid x)$ | (S, B) |
    | `kl` | KL(q ‖ p): closed form where there is one, else the mean over the draws | (B,) |
    | `kl_per_dimension` | the same for each latent dimension | (B, latent_dim) |
    | `z`, `posterior`, `prior`, `likelihood`, `step` | draws, distributions, training step | |

    Args:
        x: data, of shape (B, ...); NaN is a missing value where `missing_values` is set.
        z: draws from the posterior, of shape (S, B, latent_dim).
        likelihood: p(x given z), of batch shape (B, S).
        posterior: q(z given x), of batch shape (B,).
        prior: p(z).
        step: training step.
        missing_values: leave missing values out of `log_likelihood`.
    """

    def __init__(
        self,
        x: Tensor,
        z: Tensor,
        likelihood: Distribution,
        posterior: Distribution,
        prior: Distribution,
        step: Tensor = 0,
        missing_values: bool = False,
    ) -> None:
        self.x, self.z, self.step, self.missing_values = x, z, step, missing_values
        self.likelihood, self.posterior, self.prior = likelihood, posterior, prior

    @cached_property
    def log_likelihood(self) -> Tensor:
        x = ops.expand_dims(self.x, 1)
        if not self.missing_values:
            return ops.transpose(self.likelihood.log_prob(x))
        factors = self.likelihood.factors()
        missing = ops.isnan(x)
        log_density = factors.log_prob(ops.where(missing, 0.0, x))
        if factors.event_ndim:
            missing = ops.any(missing, axis=tuple(range(-factors.event_ndim, 0)))
        observed = ops.where(missing, 0.0, log_density)
        return ops.transpose(ops.sum(observed, axis=tuple(range(2, len(observed.shape)))))

    @cached_property
    def log_prior(self) -> Tensor:
        return self.prior.log_prob(self.z)

    @cached_property
    def log_posterior(self) -> Tensor:
        return self.posterior.log_prob(self.z)

    @cached_property
    def kl(self) -> Tensor:
        if closed_form(self.posterior, self.prior) is None:
            return self.monte_carlo_kl
        return kl_divergence(self.posterior, self.prior)

    @cached_property
    def monte_carlo_kl(self) -> Tensor:
        return ops.mean(self.log_posterior - self.log_prior, axis=0)

    @cached_property
    def kl_per_dimension(self) -> Tensor:
        return kl_divergence(self.posterior.factors(), self.prior.factors())


class Objective:
    """Base of all objectives: `terms` and β in, one loss per example (nats) out.

    An objective sees terms, not models. To write one, override `__call__`, and
    `get_config` where the constructor takes more than `num_samples`.

    Args:
        num_samples: number of draws of z per example.
    """

    def __init__(self, num_samples: int = 1) -> None:
        if not isinstance(num_samples, int) or num_samples < 1:
            raise ValueError(
                f"`num_samples` of {type(self).__name__} must be an integer of at least 1; "
                f"received num_samples={num_samples!r}."
            )
        self.num_samples = num_samples

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        """One loss per example, of shape (batch,), in nats."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Constructor arguments."""
        return {"num_samples": self.num_samples}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Objective":
        """The objective with these constructor arguments."""
        return cls(**config)


@register
class ELBO(Objective):
    r"""The negative evidence lower bound, with a weight β on the KL term.

    $$\mathcal L = -\frac1S\sum_s\log p(x\mid z_s) + \beta\,\mathrm{KL}(q(z\mid x)\,\Vert\,p(z))$$

    Kingma & Welling 2014, equations 7 (closed form) and 6 (Monte Carlo); β as in Higgins et
    al. 2017, equation 4.

    Args:
        num_samples: number of draws S per example.
        kl: `"closed_form"`, `"monte_carlo"`, or None for the closed form where there is one and
            Monte Carlo otherwise.

    Example:
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
        return -ops.mean(terms.log_likelihood, axis=0) + beta * self.divergence(terms)

    def divergence(self, terms: Terms) -> Tensor:
        """KL(q ‖ p) per example as this objective asks for it."""
        if self.kl == "closed_form":
            return kl_divergence(terms.posterior, terms.prior)
        return terms.monte_carlo_kl if self.kl == "monte_carlo" else terms.kl

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "kl": self.kl}


@register
class FreeBits(Objective):
    r"""ELBO in which each latent dimension may use some nats for free.

    $$\mathcal L = -\log p(x\mid z) + \beta\sum_j\max\Big(\lambda,\ \frac1B\sum_b
    \mathrm{KL}_{bj}\Big)$$

    The maximum is taken after the mean over the batch (Kingma et al. 2016, equation 15).

    Args:
        free_bits: λ in nats per latent dimension.
        num_samples: number of draws per example.
    """

    def __init__(self, free_bits: float, num_samples: int = 1) -> None:
        super().__init__(num_samples)
        if free_bits < 0.0:
            raise ValueError(f"`free_bits` must not be negative; received free_bits={free_bits}.")
        self.free_bits = free_bits

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        kl = terms.kl_per_dimension
        # Chosen by the batch mean, kept per example: the mean of this is the formula.
        used = ops.where(ops.mean(kl, axis=0) > self.free_bits, kl, self.free_bits)
        return -ops.mean(terms.log_likelihood, axis=0) + beta * ops.sum(used, axis=-1)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "free_bits": self.free_bits}


@register
class Capacity(Objective):
    r"""ELBO whose KL term is pulled towards a capacity C instead of towards zero.

    $$\mathcal L = -\log p(x\mid z) + \gamma\beta\,\Big|\frac1B\sum_b\mathrm{KL}_b - C\Big|$$

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
        if not isinstance(capacity, Schedule) and capacity < 0.0:
            raise ValueError(f"`capacity` must not be negative; received capacity={capacity}.")
        self.capacity, self.gamma = capacity, gamma

    def __call__(self, terms: Terms, beta: Tensor) -> Tensor:
        c = self.capacity
        excess = terms.kl - (c(terms.step) if isinstance(c, Schedule) else c)
        distance = excess * ops.sign(ops.stop_gradient(ops.mean(excess)))
        return -ops.mean(terms.log_likelihood, axis=0) + self.gamma * beta * distance

    def get_config(self) -> dict[str, Any]:
        capacity = keras.saving.serialize_keras_object(self.capacity)
        return {**super().get_config(), "capacity": capacity, "gamma": self.gamma}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Capacity":
        capacity = keras.saving.deserialize_keras_object(config["capacity"])
        return cls(**{**config, "capacity": capacity})
