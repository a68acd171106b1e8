"""What an objective sees of one batch."""

import copy
from collections.abc import Callable
from functools import cached_property

from keras import ops

from keras_vae.distributions import Distribution
from keras_vae.divergences import closed_form, kl_divergence
from keras_vae.tensors import Seed, Tensor


class Terms:
    r"""What an objective sees of one batch: log-probabilities, never the model.

    Each term is computed when it is first asked for. With S draws and B examples:

    | attribute | meaning | shape |
    |---|---|---|
    | `log_likelihood` | $\log p(x\mid z)$ | (S, B) |
    | `reconstruction_loss` | −log p(x given z), mean over the draws | (B,) |
    | `log_prior` | $\log p(z)$ | (S, B) |
    | `log_posterior` | $\log q(z\mid x)$ | (S, B) |
    | `kl` | KL(q ‖ p): closed form where there is one, else the mean over the draws | (B,) |
    | `kl_per_dimension` | the same for each latent dimension | (B, latent_dim) |
    | `log_weights` | log p(x given z) + log p(z) − log q(z given x) | (S, B) |
    | `z`, `posterior`, `prior`, `likelihood`, `step` | draws, distributions, training step | |

    Args:
        x: data, of shape (B, ...); NaN is a missing value where `missing_values` is set.
        z: draws from the posterior, of shape (S, B, latent_dim).
        likelihood: p(x given z), of batch shape (B, S).
        posterior: q(z given x), of batch shape (B,).
        prior: p(z).
        step: training step.
        missing_values: leave missing values out of `log_likelihood`.
        decode: from draws of shape (B, S, latent_dim) to p(x given z); for `at`.
        noise: seed for objectives that draw from the prior.
        sample_weight: weights of the examples, of shape (B,); None is 1 for each.
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
        decode: Callable[[Tensor], Distribution] | None = None,
        noise: Seed = None,
        sample_weight: Tensor | None = None,
    ) -> None:
        self.x, self.z, self.step, self.missing_values = x, z, step, missing_values
        self.likelihood, self.posterior, self.prior = likelihood, posterior, prior
        self.decode, self.noise, self.sample_weight = decode, noise, sample_weight

    def at(self, z: Tensor) -> "Terms":
        """The terms of the same batch at other draws of shape (S, B, latent_dim)."""
        if self.decode is None:
            raise ValueError("These terms cannot decode other draws; give Terms(..., decode=…).")
        other = copy.copy(self)
        for name in [n for n in vars(self) if isinstance(getattr(Terms, n, None), cached_property)]:
            del vars(other)[name]
        other.z, other.likelihood = z, self.decode(ops.swapaxes(z, 0, 1))
        return other

    def batch_mean(self, values: Tensor) -> Tensor:
        """Mean over the examples on the first axis, weighted like the loss."""
        if self.sample_weight is None:
            return ops.mean(values, axis=0)
        weighted = ops.tensordot(self.sample_weight, values, 1)
        return ops.divide_no_nan(weighted, ops.sum(self.sample_weight))

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
    def reconstruction_loss(self) -> Tensor:
        return -ops.mean(self.log_likelihood, axis=0)

    @cached_property
    def log_prior(self) -> Tensor:
        return self.prior.log_prob(self.z)

    @cached_property
    def log_posterior(self) -> Tensor:
        return self.posterior.log_prob(self.z)

    @cached_property
    def log_weights(self) -> Tensor:
        return self.log_likelihood + self.log_prior - self.log_posterior

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
